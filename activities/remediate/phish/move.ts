import { M365Fault } from "#activities/clients/m365/m365.ts";
import { loadAction, setAction } from "#db/repos/action-ledger.ts";
import { type MatchRow, setMatch } from "#db/repos/phish.ts";
import { pool } from "#domain/remediation/pool.ts";
import { inCase, nowOf, type PhishCase, type RemediateDeps } from "../case.ts";
import { type WriteResult, write } from "../ledger.ts";
import { isTenantFault, namesOf, type PhishEnding, type PhishWork, type Unreached } from "./work.ts";

/** A sliding window over mailboxes; inside one mailbox one after the other, under Graph's four at once. */
const MAILBOXES_AT_ONCE = 8;
const AGAIN_SECONDS = 60;
/** After this time what could not be reached is left to a person. */
const TRY_FOR_MS = 30 * 60_000;

type Tally = { done: number; total: number; unreached: Unreached[]; stopped: string | undefined };

/**
 * Carries one tenant's part of an order out: the chosen copies go to Deleted Items, or back to where they lay. Mailboxes
 * succeed or fail each by itself; those not reached are tried again every minute for half an hour.
 */
export async function moveMatches(
  deps: RemediateDeps,
  work: PhishWork,
  c: PhishCase,
  matches: MatchRow[],
  act: "retract" | "restore",
): Promise<PhishEnding> {
  const open = matches.filter((match) => match.state !== (act === "retract" ? "moved" : "restored"));
  const byMailbox = [...Map.groupBy(open, (match) => match.mailboxObjectId).values()];
  const tally: Tally = { done: matches.length - open.length, total: matches.length, unreached: [], stopped: undefined };
  await pool(byMailbox, MAILBOXES_AT_ONCE, async (copies) => {
    for (const match of copies) {
      if (tally.stopped) return;
      const problem = await moveOne(deps, work, c, match, act, tally);
      if (!problem) tally.done += 1;
      else if (!tally.stopped) await noteUnreached(deps, c, match, problem, tally);
    }
  });
  const result = { done: tally.done, total: tally.total, unreached: tally.unreached.length };
  if (tally.stopped)
    return { state: "failed", reason: `${tally.stopped} ${tally.done} of ${tally.total} were moved.`, result };
  if (tally.unreached.length === 0) return { state: "done", result };
  const reason = `Not reached: ${namesOf(tally.unreached.map((one) => `${one.mailbox} (${one.words})`))}.`;
  if (deps.clock.now().getTime() - Date.parse(work.order.issuedAt) > TRY_FOR_MS)
    return { state: "failed", reason, result };
  return { state: "again", inSeconds: AGAIN_SECONDS, result: { ...result, reason } };
}

/** Undefined when it is where it belongs; else why not, in words. */
async function moveOne(
  deps: RemediateDeps,
  work: PhishWork,
  c: PhishCase,
  match: MatchRow,
  act: "retract" | "restore",
  tally: Tally,
): Promise<string | undefined> {
  try {
    const result = await send(deps, work, c, match, act);
    if (result === undefined) return "it was not moved by Petra";
    if (result.kind === "stopped") {
      tally.stopped = result.reason;
      return result.reason;
    }
    if (result.kind === "refused") return result.reason;
    return act === "retract" ? await settleMoved(deps, c, match, result) : await settleRestored(deps, c, match, result);
  } catch (error) {
    if (!(error instanceof M365Fault) || isTenantFault(error)) throw error;
    return error.message;
  }
}

async function send(
  deps: RemediateDeps,
  { order }: PhishWork,
  c: PhishCase,
  match: MatchRow,
  act: "retract" | "restore",
): Promise<WriteResult | undefined> {
  const targetId = `${match.mailboxObjectId}/${match.messageId}`;
  const base = { step: "retract-phish" as const, targetLabel: match.mailbox };
  const by = { by: order.actor, commandId: order.id };
  if (act === "retract")
    return write(deps, c, {
      ...base,
      kind: "move-message",
      targetId,
      order: by,
      image: { internetMessageId: match.internetMessageId, folderId: match.folderId },
      isAgain: true,
    });
  const moved = match.actionId && (await inCase(deps, c, (tx) => loadAction(tx, match.actionId ?? "")));
  if (!moved) return undefined;
  const { newId, messageId } = moved.after ?? {};
  return write(deps, c, {
    ...base,
    kind: "restore-message",
    targetId: moved.targetId,
    order: by,
    image: {
      ...moved.before,
      ...(newId === undefined ? {} : { newId }),
      ...(messageId === undefined ? {} : { messageId }),
    },
    extra: `undo-${moved.id}`,
  });
}

type Sent = Extract<WriteResult, { kind: "done" | "gone" }>;

/** Read back before it counts: what still lies in its folder was not moved. */
async function settleMoved(
  deps: RemediateDeps,
  c: PhishCase,
  match: MatchRow,
  result: Sent,
): Promise<string | undefined> {
  const found = await c.m365.findMessages(match.mailboxObjectId, match);
  const { newId, messageId } = result.action.after ?? {};
  const after = String(newId ?? messageId ?? match.messageId);
  if (found.some((mail) => mail.id === match.messageId && mail.folderId === match.folderId))
    return "the mail is still in its folder";
  const copy = found.find((mail) => mail.id === after);
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setMatch(tx, match.id, {
      state: copy ? "moved" : "gone",
      actionId: result.action.id,
      error: null,
      updatedAt: now,
    });
    await setAction(tx, result.action.id, {
      state: "verified",
      verifiedAt: now,
      isUndoable: copy !== undefined && result.action.isUndoable,
    });
  });
  return undefined;
}

async function settleRestored(
  deps: RemediateDeps,
  c: PhishCase,
  match: MatchRow,
  result: Sent,
): Promise<string | undefined> {
  const now = nowOf(deps);
  const isGone = result.kind === "gone";
  await inCase(deps, c, async (tx) => {
    await setMatch(tx, match.id, {
      state: isGone ? "gone" : "restored",
      error: isGone ? "It is not there any more and cannot be brought back." : null,
      updatedAt: now,
    });
    if (isGone) return;
    await setAction(tx, result.action.id, { state: "verified", verifiedAt: now });
    if (match.actionId)
      await setAction(tx, match.actionId, { state: "undone", undoneAt: now, undoneBy: result.action.id });
  });
  return undefined;
}

async function noteUnreached(
  deps: RemediateDeps,
  c: PhishCase,
  match: MatchRow,
  words: string,
  tally: Tally,
): Promise<void> {
  tally.unreached.push({ mailbox: match.mailbox, words });
  const error = { error: words, updatedAt: nowOf(deps) };
  await inCase(deps, c, (tx) =>
    setMatch(tx, match.id, { ...(match.state === "found" ? { state: "failed" as const } : {}), ...error }),
  );
}
