import { randomUUID } from "node:crypto";
import type { WriteOutcome } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { type ActionRow, listActionsOn, listPhishActionsOn, planAction, setAction } from "#db/repos/action-ledger.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { UNDO_OF } from "#domain/remediation/plan.ts";
import type { ActionKind, RemediationStepId } from "#domain/remediation/steps.ts";
import { audit, type Case, inCase, nowOf, type Order, type PhishCase, type RemediateDeps } from "./case.ts";
import { EXECUTORS, type Executor, type Image, targetOf } from "./executors.ts";
import { askPhishGate } from "./phish/gate.ts";
import { RowHold } from "./row-hold.ts";
import { askGate, type GateAnswer, type GateReading, readForGate } from "./write-gate.ts";

export type WriteRequest = {
  step: RemediationStepId;
  kind: ActionKind;
  targetId: string;
  /** For people; never a secret. */
  targetLabel: string;
  order: Order;
  artifactId?: string | undefined;
  /** Tells apart writes of one kind on one target that must each happen (the second revocation). */
  extra?: string;
  /** For restoring writes: what stood before. Also names a mail to be found again. */
  image?: Image;
  /** The state as just read, to save a request. */
  known?: Image | null;
  /** Send once more although the last one was accepted: it did not hold. */
  isAgain?: boolean;
  continues?: boolean;
  /** False where a later undo must not bring it back although its kind could. */
  isUndoable?: boolean;
  secret?: () => Promise<string>;
};

export type WriteResult =
  /** Accepted now or before, or already so. */
  | { kind: "done"; action: ActionRow; isNew: boolean }
  | { kind: "gone"; action: ActionRow }
  | { kind: "refused"; reason: string; code: string }
  | { kind: "stopped"; reason: string; waits: boolean };

const TRIES_AFTER_LOST_ANSWERS = 3;

/**
 * One write through the ledger (D11, L5, S43): before-image stored → gate → sent → accepted. A second attempt finds the row:
 * accepted is skipped; sent or unknown reads the real state first and acts on the difference. Of two attempts that live at
 * once only the one that holds the row sends. A 429 is thrown, with the row back at planned.
 */
export async function write(deps: RemediateDeps, c: Case | PhishCase, request: WriteRequest): Promise<WriteResult> {
  const hold = new RowHold(deps, c);
  try {
    return await attempt(deps, c, request, hold, await openRow(deps, c, request, hold));
  } finally {
    await hold.release();
  }
}

/** A write whose present state was read a moment ago. */
export type KnownWrite = WriteRequest & { known: Image | null };

/**
 * Writes that go out side by side: `prepare` and the opening of all their rows, gate included, are one transaction. The gate
 * is asked for one after the other, and what follows a stopped one is not begun. Undefined where `prepare` says so.
 */
export async function writeTogether(
  deps: RemediateDeps,
  c: Case,
  prepare: (tx: ScopedTx) => Promise<{ c: Case; requests: KnownWrite[] } | undefined>,
): Promise<{ c: Case; results: WriteResult[] } | undefined> {
  const holds: RowHold[] = [];
  try {
    const opened = await inCase(deps, c, async (tx) => {
      const ready = await prepare(tx);
      if (!ready) return undefined;
      const writes: { request: KnownWrite; hold: RowHold; row: OpenedRow }[] = [];
      const reading = await readForGate(tx, c.at.incidentId, nowOf(deps));
      for (const request of ready.requests) {
        const hold = new RowHold(deps, c);
        const row = await openKnown(tx, deps, ready.c, request, reading);
        holds.push(hold);
        writes.push({ request, hold, row });
        if (row.gate?.allowed === false) break;
      }
      // Last, because a hold lasts seconds and a gate may have to wait its turn.
      await Promise.all(writes.map(({ hold, row }) => takeNew(tx, hold, row)));
      return { c: ready.c, writes };
    });
    if (!opened) return undefined;
    const going = opened.writes.map(({ request, hold, row }) => attempt(deps, opened.c, request, hold, row));
    return { c: opened.c, results: (await Promise.allSettled(going)).map(answered) };
  } finally {
    await Promise.all(holds.map((hold) => hold.release()));
  }
}

function answered<T>(end: PromiseSettledResult<T>): T {
  if (end.status === "rejected") throw end.reason;
  return end.value;
}

async function attempt(
  deps: RemediateDeps,
  c: Case | PhishCase,
  request: WriteRequest,
  hold: RowHold,
  opened: OpenedRow,
): Promise<WriteResult> {
  const executor: Executor = EXECUTORS[request.kind];
  const target = targetOf(request.targetId, request.image ?? null);
  let { action } = opened;
  if (opened.isSettled) return settled(action);
  let firstGate = opened.gate;

  for (let tries = 1; ; tries++) {
    if (!firstGate) {
      action = await hold.take(action.id);
      if (isSettledState(action)) return settled(action);
    }
    if (action.state === "sent" || action.state === "unknown") {
      const now = await executor.read(c.m365, target);
      if (executor.isDone(now, action.before ?? null, target))
        return done(await accept(deps, c, hold, action, { after: { ...now, foundAfterLostAnswer: true } }));
      if (tries > TRIES_AFTER_LOST_ANSWERS)
        throw new M365Fault("retry", `${request.kind}: no answer, and not seen done`, { retryAfterMs: 5000 });
    }
    const gate = firstGate ?? (await inCase(deps, c, (tx) => markSent(tx, deps, c, request, action)));
    firstGate = undefined;
    if (!gate.allowed) return { kind: "stopped", reason: gate.reason, waits: gate.waits };

    await deps.fault?.({ action: request.kind, at: "before-request" });
    // Whoever stood still here looks again who holds the row before anything goes out.
    if (!hold.isHeld()) continue;
    let outcome: WriteOutcome & { newId?: string };
    try {
      outcome = await executor.send(c.m365, target, action.before ?? null, request.secret ?? noSecret);
    } catch (error) {
      if (error instanceof M365Fault)
        await inCase(deps, c, (tx) => setAction(tx, action.id, { state: "planned", error: error.message }));
      throw error;
    }
    await deps.fault?.({ action: request.kind, at: "after-effect" });
    await deps.fault?.({ action: request.kind, at: "after-answer" });

    if (outcome.kind === "unknown") {
      action = { ...action, state: "unknown" };
      const { reason, requestId } = outcome;
      await inCase(deps, c, (tx) => setAction(tx, action.id, { state: "unknown", error: reason, requestId }));
      continue;
    }
    if (outcome.kind === "refused") {
      const reason = `${outcome.reason} ${outcome.fix}.`.replaceAll("..", ".");
      await refuse(deps, c, action, reason, outcome);
      return { kind: "refused", reason, code: outcome.code };
    }
    const accepted = await accept(deps, c, hold, action, {
      requestId: outcome.requestId,
      after:
        outcome.kind === "gone"
          ? { gone: true }
          : { ...outcome.detail, ...(outcome.newId ? { newId: outcome.newId } : {}) },
    });
    await deps.fault?.({ action: request.kind, at: "after-record" });
    return outcome.kind === "gone" ? { kind: "gone", action: accepted } : done(accepted);
  }
}

const isSettledState = (action: ActionRow): boolean => ["accepted", "verified", "undone"].includes(action.state);
const settled = (action: ActionRow): WriteResult => ({
  kind: action.after?.gone === true ? "gone" : "done",
  action,
  isNew: false,
});
const done = (action: ActionRow): WriteResult => ({ kind: "done", action, isNew: true });
const noSecret = (): Promise<string> => Promise.reject(new Error("This write carries no secret."));

type OpenedRow = {
  action: ActionRow;
  isSettled: boolean;
  /** The gate's answer, where the row was made just now and marked in the same transaction. */
  gate?: GateAnswer;
};

/** The row this request goes on with, or a new one with its before-image; settled when nothing is left to do. */
async function openRow(
  deps: RemediateDeps,
  c: Case | PhishCase,
  request: WriteRequest,
  hold: RowHold,
): Promise<OpenedRow> {
  const executor: Executor = EXECUTORS[request.kind];
  const { known } = request;
  if (known !== undefined)
    return inCase(deps, c, async (tx) => takeNew(tx, hold, await openKnown(tx, deps, c, { ...request, known })));
  const present = await inCase(deps, c, async (tx) => goOn(await listEarlier(tx, c, request), request));
  if (present) return present;
  const before = await executor.read(c.m365, targetOf(request.targetId, request.image ?? null));
  return inCase(deps, c, async (tx) => {
    const earlier = await listEarlier(tx, c, request);
    return takeNew(tx, hold, await begin(tx, deps, c, request, earlier, before));
  });
}

async function openKnown(
  tx: ScopedTx,
  deps: RemediateDeps,
  c: Case | PhishCase,
  request: KnownWrite,
  reading?: GateReading,
): Promise<OpenedRow> {
  const earlier = await listEarlier(tx, c, request);
  return goOn(earlier, request) ?? begin(tx, deps, c, request, earlier, request.known, reading);
}

/** A row made and marked in this transaction is held from its end on; any other is taken before it is sent. */
async function takeNew(tx: ScopedTx, hold: RowHold, row: OpenedRow): Promise<OpenedRow> {
  if (row.gate?.allowed) await hold.takeNew(tx, row.action.id);
  return row;
}

const prefixOf = ({ step, kind, targetId, extra }: WriteRequest): string =>
  `${step}/${kind}/${targetId}/${extra ?? ""}#`;

async function listEarlier(tx: ScopedTx, c: Case | PhishCase, request: WriteRequest): Promise<ActionRow[]> {
  const { kind, targetId } = request;
  const rows =
    "incident" in c
      ? await listActionsOn(tx, c.at.incidentId, kind, targetId)
      : await listPhishActionsOn(tx, c.at, kind, targetId);
  return rows.filter((row) => row.idempotencyKey.startsWith(prefixOf(request)));
}

const EVENTS: readonly ActionKind[] = ["revoke-sessions", "set-password", "reset-by-writeback"];

/** An earlier row that is still open, or that settles the request; undefined when the present state must decide. */
function goOn(earlier: ActionRow[], request: WriteRequest): OpenedRow | undefined {
  const last = earlier.at(-1);
  if (!last) return undefined;
  if (!isSettledState(last)) return { action: last, isSettled: false };
  // Revocations and passwords are events, named by `extra`; there is no state to compare.
  const isEvent = EVENTS.includes(request.kind);
  const isSettled = !request.isAgain && (last.state === "accepted" || isEvent);
  return isSettled ? { action: last, isSettled } : undefined;
}

/** A new row: already so, or planned and, in the same transaction, asked about and marked as sent. */
async function begin(
  tx: ScopedTx,
  deps: RemediateDeps,
  c: Case | PhishCase,
  request: WriteRequest,
  earlier: ActionRow[],
  before: Image | null,
  reading?: GateReading,
): Promise<OpenedRow> {
  const executor: Executor = EXECUTORS[request.kind];
  const isAlready = executor.isDone(before, null, targetOf(request.targetId, request.image ?? null));
  const last = earlier.at(-1);
  if (isAlready && last) return { action: last, isSettled: true };
  const now = nowOf(deps);
  const id = randomUUID();
  const action = await planAction(tx, {
    ...c.at,
    id,
    stepId: request.step,
    kind: request.kind,
    idempotencyKey: `${prefixOf(request)}${earlier.length}`,
    targetId: request.targetId,
    targetLabel: request.targetLabel,
    artifactId: request.artifactId ?? null,
    state: isAlready ? "accepted" : "planned",
    before: { ...before, ...(before === null ? { missing: true } : {}) },
    after: isAlready ? { alreadySo: true } : null,
    actor: request.order.by,
    commandId: request.order.commandId ?? null,
    planVersion: "incident" in c ? c.incident.planVersion : 0,
    policyVersion: "",
    isUndoable: !isAlready && request.isUndoable !== false && UNDO_OF[request.kind] !== null,
    plannedAt: now,
    ...(isAlready ? { acceptedAt: now } : {}),
  });
  if (isAlready) return { action, isSettled: true };
  // Another attempt was quicker: its row is looked at before anything is sent.
  if (action.id !== id) return { action, isSettled: false };
  return { action, isSettled: false, gate: await markSent(tx, deps, c, request, action, reading) };
}

/** Asks the gate and marks the row as sent in one transaction: no write without an answer, no answer older than the write. */
async function markSent(
  tx: ScopedTx,
  deps: RemediateDeps,
  c: Case | PhishCase,
  request: WriteRequest,
  action: ActionRow,
  reading?: GateReading,
): Promise<GateAnswer> {
  const now = nowOf(deps);
  const { order, step, kind, targetId } = request;
  const continues = request.continues ?? false;
  const gate =
    "incident" in c
      ? await askGate(tx, { ...c.at, order, step, kind, targetId, continues, now }, deps, reading)
      : await askPhishGate(tx, { ...c.at, order, kind, targetId, now });
  const entry = { at: now, actor: order.by, object: action.id };
  const detail = { kind, target: action.targetLabel };
  if (!gate.allowed) {
    await setAction(tx, action.id, { error: gate.reason });
    await audit(tx, c, { ...entry, action: "action.stopped", detail: { ...detail, reason: gate.reason } });
    return gate;
  }
  const { policyVersion } = gate;
  await Promise.all([
    setAction(tx, action.id, { state: "sent", sentAt: now, policyVersion, error: null }),
    audit(tx, c, { ...entry, action: "action.sent", detail: { ...detail, policy: policyVersion } }),
  ]);
  return gate;
}

async function accept(
  deps: RemediateDeps,
  c: Case | PhishCase,
  hold: RowHold,
  action: ActionRow,
  values: { requestId?: string | undefined; after: Image },
): Promise<ActionRow> {
  const now = nowOf(deps);
  const { requestId, after } = values;
  // What was not there was not changed by us either.
  const isUndoable = action.isUndoable && after.gone !== true;
  const set = { state: "accepted" as const, acceptedAt: now, after, error: null, isUndoable };
  const detail = { kind: action.kind, target: action.targetLabel, ...(requestId ? { requestId } : {}) };
  const entry = { at: now, actor: action.actor, action: "action.accepted", object: action.id, detail };
  await inCase(deps, c, async (tx) => {
    // Nobody needs to hold what is settled.
    const free = { claimedBy: null, claimedUntil: null };
    await Promise.all([setAction(tx, action.id, { ...set, ...free, requestId }), audit(tx, c, entry)]);
  });
  hold.end();
  return { ...action, ...set };
}

async function refuse(
  deps: RemediateDeps,
  c: Case | PhishCase,
  action: ActionRow,
  reason: string,
  outcome: Extract<WriteOutcome, { kind: "refused" }>,
): Promise<void> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setAction(tx, action.id, { state: "failed", error: reason, requestId: outcome.requestId });
    const detail = { kind: action.kind, target: action.targetLabel, code: outcome.code, reason };
    await audit(tx, c, { at: now, actor: action.actor, action: "action.refused", object: action.id, detail });
  });
}
