import type { M365Message } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { setAction } from "#db/repos/action-ledger.ts";
import { setStep } from "#db/repos/incident.ts";
import { listNeverTouch } from "#db/repos/never-touch.ts";
import type { PhishRow } from "#db/repos/remediate.ts";
import { type CopyRow, listCopies, listTaggedPhish, putCopy } from "#db/repos/remediate.ts";
import { pool } from "#domain/remediation/pool.ts";
import { audit, type Case, inCase, nowOf, type Ordered, openCase, type RemediateDeps, stepOf } from "./case.ts";
import { guardStep } from "./faults.ts";
import { write } from "./ledger.ts";
import { settleStop } from "./lock.ts";
import { isNotOnline, type Mailbox, mailboxOf } from "./mailbox.ts";
import type { StepOutcome } from "./outcome.ts";
import { lookAgain, lookNoMore } from "./recheck.ts";

const STEP = "retract-phish";
const MAILBOXES_AT_ONCE = 8;
const RETRY_SECONDS = 60;

type Tally = {
  done: number;
  total: number;
  moved: number;
  failed: { upn: string; words: string }[];
  /** Mailboxes outside Exchange Online, which Petra cannot look into. */
  outside: string[];
  stopped: Stop | undefined;
};
type Copy = Pick<M365Message, "id" | "folderId">;
type Stop = { reason: string; waits: boolean };

/**
 * Step 2: every copy of the tagged phish in every mailbox of the tenant goes to Deleted Items. Mailboxes succeed or fail each
 * by itself; those that failed are tried again every minute without holding up step 3 (D3).
 */
export async function retractPhish(deps: RemediateDeps, input: Ordered): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    const tagged = await inCase(deps, c, (tx) => listTaggedPhish(tx, c.at.incidentId));
    if (tagged.length === 0) return settle(deps, c, input, "not-applicable", "No phishing mail is tagged.");
    await begin(deps, c, input);
    const all = await readMailboxes(c);
    const listed = await inCase(deps, c, (tx) => listNeverTouch(tx, [c.at.tenantId]));
    const mailboxes = all.filter((one) => !listed.some((row) => row.mailboxObjectId === one.objectId));
    const copies = Map.groupBy(
      await inCase(deps, c, (tx) => listCopies(tx, c.at.incidentId)),
      (row) => row.mailboxObjectId,
    );
    const tally: Tally = { done: 0, total: mailboxes.length, moved: 0, failed: [], outside: [], stopped: undefined };
    await pool(mailboxes, MAILBOXES_AT_ONCE, async (mailbox) => {
      if (tally.stopped) return;
      const known = copies.get(mailbox.objectId) ?? [];
      await retractFrom(deps, c, input, mailbox, { tagged, known }, tally);
      tally.done += 1;
      if (tally.done % 25 === 0) await showProgress(deps, c, tally);
    });
    await showProgress(deps, c, tally);
    if (tally.stopped) return settleStop(deps, c, input, STEP, tally.stopped);
    if (tally.failed.length > 0) return settlePartly(deps, c, input, tally);
    await inCase(deps, c, (tx) => lookNoMore(tx, c, STEP));
    if (tally.outside.length > 0) return settle(deps, c, input, "partly", outsideWords(tally.outside));
    return settle(deps, c, input, "verified", leftAloneWords(listed.map((row) => row.mailbox)));
  });
}

async function begin(deps: RemediateDeps, c: Case, input: Ordered): Promise<void> {
  const now = nowOf(deps);
  const askedAt = stepOf(c, STEP)?.askedAt ?? now;
  await inCase(deps, c, (tx) =>
    setStep(tx, c.at.incidentId, STEP, { state: "running", actor: input.by, askedAt, reason: null, updatedAt: now }),
  );
}

/** Guests' mailboxes are in their home tenants. */
async function readMailboxes(c: Case): Promise<Mailbox[]> {
  const mailboxes: Mailbox[] = [];
  for await (const page of c.m365.listUsers())
    for (const user of page) if (user.userType !== "Guest") mailboxes.push(mailboxOf(user));
  return mailboxes;
}

async function retractFrom(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  mailbox: Mailbox,
  { tagged, known: rows }: { tagged: PhishRow[]; known: CopyRow[] },
  tally: Tally,
): Promise<void> {
  try {
    for (const phish of tagged) {
      const known = rows.filter((row) => row.phishId === phish.id);
      const found = await c.m365.findMessages(mailbox.objectId, phish);
      if (found.length === 0 && known.length === 0) continue;
      const deletedItems = await c.m365.readFolderId(mailbox.objectId, "deleteditems");
      const isPerson = input.by.kind === "member" || input.by.kind === "analyst";
      // What a person brought back stays until a person orders otherwise.
      const restored = isPerson ? [] : known.filter((row) => row.state === "restored").map((row) => row.movedMessageId);
      const pending = known
        .filter((row) => row.state === "found" || row.state === "failed")
        .map((row) => ({ id: row.messageId, folderId: row.folder ?? "" }));
      const lying = found.filter(
        (m) => m.folderId !== deletedItems && !restored.includes(m.id) && !pending.some((p) => p.id === m.id),
      );
      for (const copy of [...pending, ...lying]) {
        tally.stopped ??= await moveCopy(deps, c, input, phish, mailbox, copy, tally);
        if (tally.stopped) return;
      }
      await noteAlreadyThere(
        deps,
        c,
        phish,
        mailbox,
        found.filter((m) => m.folderId === deletedItems),
      );
    }
  } catch (error) {
    if (!(error instanceof M365Fault)) throw error;
    if (error.faultClass === "needs-consent" || error.faultClass === "tenant-gone") throw error;
    if (isNotOnline(error) && mailbox.isOnPremises) tally.outside.push(mailbox.upn);
    if (isNotOnline(error) || error.faultClass === "not-found") return;
    tally.failed.push({ upn: mailbox.upn, words: error.message });
  }
}

async function moveCopy(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  phish: PhishRow,
  mailbox: Mailbox,
  copy: Copy,
  tally: Tally,
): Promise<Stop | undefined> {
  const row = copyRow(c, phish, mailbox, copy);
  await inCase(deps, c, (tx) => putCopy(tx, { ...row, state: "found", updatedAt: nowOf(deps) }));
  const result = await write(deps, c, {
    step: STEP,
    kind: "move-message",
    targetId: `${mailbox.objectId}/${copy.id}`,
    targetLabel: mailbox.upn,
    order: input,
    image: { internetMessageId: phish.internetMessageId, folderId: copy.folderId },
    // A user who took it out of Deleted Items again gets it moved again.
    isAgain: true,
    continues: stepOf(c, STEP)?.state === "partly" && input.by.kind !== "response",
  });
  const now = nowOf(deps);
  if (result.kind === "stopped") return result;
  if (result.kind === "refused") {
    tally.failed.push({ upn: mailbox.upn, words: result.reason });
    await inCase(deps, c, (tx) => putCopy(tx, { ...row, state: "failed", error: result.reason, updatedAt: now }));
    return undefined;
  }
  const found = await c.m365.findMessages(mailbox.objectId, phish);
  const { newId: answered, messageId } = result.action.after ?? {};
  const newId = String(answered ?? messageId ?? copy.id);
  const left = found.find((m) => m.id === copy.id && m.folderId === copy.folderId);
  if (left) {
    const error = "the mail is still in its folder";
    tally.failed.push({ upn: mailbox.upn, words: error });
    await inCase(deps, c, (tx) => putCopy(tx, { ...row, state: "failed", error, updatedAt: now }));
    return undefined;
  }
  const isGone = !found.some((m) => m.id === newId || m.folderId !== copy.folderId);
  tally.moved += isGone ? 0 : 1;
  await inCase(deps, c, async (tx) => {
    await putCopy(tx, {
      ...row,
      state: isGone ? "gone" : "moved",
      movedMessageId: isGone ? null : newId,
      updatedAt: now,
    });
    await setAction(tx, result.action.id, {
      state: "verified",
      verifiedAt: now,
      isUndoable: !isGone && result.action.isUndoable,
    });
  });
  return undefined;
}

const readKnown = (deps: RemediateDeps, c: Case, phish: PhishRow, mailbox: Mailbox): Promise<CopyRow[]> =>
  inCase(deps, c, async (tx) =>
    (await listCopies(tx, c.at.incidentId, mailbox.objectId)).filter((row) => row.phishId === phish.id),
  );

/** Moved there by its owner before us: listed, and nothing of ours to bring back. */
async function noteAlreadyThere(
  deps: RemediateDeps,
  c: Case,
  phish: PhishRow,
  mailbox: Mailbox,
  copies: M365Message[],
): Promise<void> {
  if (copies.length === 0) return;
  const known = await readKnown(deps, c, phish, mailbox);
  for (const copy of copies) {
    if (known.some((row) => row.movedMessageId === copy.id || row.messageId === copy.id)) continue;
    const row = copyRow(c, phish, mailbox, copy);
    await inCase(deps, c, (tx) => putCopy(tx, { ...row, state: "gone", updatedAt: nowOf(deps) }));
  }
}

const copyRow = (c: Case, phish: PhishRow, mailbox: Mailbox, copy: Copy) => ({
  ...c.at,
  phishId: phish.id,
  mailboxObjectId: mailbox.objectId,
  mailbox: mailbox.upn,
  messageId: copy.id,
  folder: copy.folderId,
});

async function showProgress(deps: RemediateDeps, c: Case, tally: Tally): Promise<void> {
  const progress = { done: tally.done, total: tally.total };
  await inCase(deps, c, (tx) => setStep(tx, c.at.incidentId, STEP, { progress, updatedAt: nowOf(deps) }));
}

const namesOf = (upns: string[]): string =>
  `${upns.slice(0, 3).join(", ")}${upns.length > 3 ? ` and ${upns.length - 3} more` : ""}`;
const leftAloneWords = (mailboxes: string[]): string | null =>
  mailboxes.length > 0 ? `Left alone by the never-touch list: ${namesOf(mailboxes)}.` : null;
const outsideWords = (upns: string[]): string =>
  `Mailboxes on-premises were not looked into: ${namesOf(upns)}. Search them in the on-premises Exchange, then skip this step with that as the reason.`;

async function settlePartly(deps: RemediateDeps, c: Case, input: Ordered, tally: Tally): Promise<StepOutcome> {
  const now = nowOf(deps);
  const named = tally.failed.slice(0, 3).map(({ upn, words }) => `${upn} (${words})`);
  const more = tally.failed.length > 3 ? ` and ${tally.failed.length - 3} more` : "";
  const reason = `Not reached: ${named.join(", ")}${more}. Petra tries again every minute.${
    tally.outside.length > 0 ? ` ${outsideWords(tally.outside)}` : ""
  }`;
  await inCase(deps, c, (tx) => lookAgain(tx, c, STEP, input, { now, seconds: RETRY_SECONDS, forSeconds: 86_400 }));
  return { ...(await settle(deps, c, input, "partly", reason)), again: { inSeconds: RETRY_SECONDS } };
}

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  state: "verified" | "partly" | "not-applicable",
  reason: string | null,
): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, {
      state,
      reason,
      doneAt: now,
      acceptedAt: now,
      ...(state === "verified" ? { verifiedAt: now } : {}),
      updatedAt: now,
    });
    const detail = reason ? { reason } : {};
    await audit(tx, c, { at: now, actor: input.by, action: `step.${state}`, object: STEP, detail });
  });
  return { state, ...(reason ? { reason } : {}) };
}
