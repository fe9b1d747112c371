import { listActions, setAction } from "#db/repos/action-ledger.ts";
import { setStep } from "#db/repos/incident.ts";
import { type ArtifactRow, listArtifacts, setArtifact } from "#db/repos/remediate.ts";
import type { ArtifactKind } from "#domain/incident/analysis.ts";
import { type ArtifactChoice, type PlanItem, planArtifact } from "#domain/remediation/plan.ts";
import { audit, type Case, inCase, nowOf, type Ordered, openCase, type RemediateDeps, stepOf } from "./case.ts";
import { EXECUTORS, type Executor, targetOf } from "./executors.ts";
import { guardStep } from "./faults.ts";
import { type WriteResult, write } from "./ledger.ts";
import { settleStop } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";
import { lookAgain, lookNoMore } from "./recheck.ts";
import { sweepCase } from "./sweep.ts";

const STEP = "disable-persistence";
/** An accepted write that is still not seen after this long did not hold, and is sent again. */
const LAG_MS = 120_000;
const RECHECK_SECONDS = 60;

/** A disabled inbox rule is still leftover persistence (R66); a consent sleeps only as long as its app is disabled. */
const SLEEPING_STAYS: readonly ArtifactKind[] = ["inbox-rule", "oauth-grant"];

type Selected = { row: ArtifactRow; item: PlanItem };
type Handled = Selected & { words: string | null; isOpen: boolean };

/**
 * Step 3: finds each artifact live, then takes it away, before-image first (D2). Without a selection only what the attacker
 * made; a legitimate twin is touched only when a person names it.
 */
export async function disablePersistence(
  deps: RemediateDeps,
  input: Ordered & { artifactIds?: string[]; artifactAction?: ArtifactChoice },
): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    await begin(deps, c, input);
    const stopped = await resume(deps, c, input);
    if (stopped) return settleStop(deps, c, input, STEP, stopped);
    const { blind } = await sweepCase(deps, c);
    const selected = await select(deps, c, input);
    const handled: Handled[] = [];
    // A default sign-in method is refused while others exist: those refused get a second turn.
    let turn = selected;
    for (let n = 0; n < 2 && turn.length > 0; n++) {
      const refused: Selected[] = [];
      for (const one of turn) {
        const result = await handle(deps, c, input, one);
        if (result.kind === "stopped") return settleStop(deps, c, input, STEP, result);
        if (result.kind === "refused" && n === 0 && one.row.kind === "mfa-method") refused.push(one);
        else handled.push(await conclude(deps, c, one, result));
      }
      turn = refused;
    }
    return settle(deps, c, input, handled, blind);
  });
}

async function begin(deps: RemediateDeps, c: Case, input: Ordered): Promise<void> {
  const now = nowOf(deps);
  const askedAt = stepOf(c, STEP)?.askedAt ?? now;
  await inCase(deps, c, (tx) =>
    setStep(tx, c.at.incidentId, STEP, { state: "running", actor: input.by, askedAt, reason: null, updatedAt: now }),
  );
}

/** Writes a dead process left behind come first: the sweep alone would see them done and leave their rows open. */
async function resume(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
): Promise<Extract<WriteResult, { kind: "stopped" }> | undefined> {
  const rows = await inCase(deps, c, (tx) => listActions(tx, c.at.incidentId));
  for (const row of rows) {
    if (row.stepId !== STEP || !row.artifactId || !["sent", "unknown", "accepted"].includes(row.state)) continue;
    const { kind, targetId, targetLabel, artifactId } = row;
    if (row.state !== "accepted") {
      const request = {
        step: STEP,
        kind,
        targetId,
        targetLabel,
        artifactId,
        order: input,
        ...goesOn(c, input),
      } as const;
      const result = await write(deps, c, request);
      if (result.kind === "stopped") return result;
    }
    if (await isSeenDone(c, { action: kind, targetId }))
      await inCase(deps, c, (tx) => setAction(tx, row.id, { state: "verified", verifiedAt: nowOf(deps) }));
  }
  return undefined;
}

/** A person's order is not asked for twice while its step goes on; Response is (D6). */
const goesOn = (c: Case, input: Ordered): { continues: boolean } => ({
  continues: stepOf(c, STEP)?.state === "partly" && input.by.kind !== "response",
});

async function select(
  deps: RemediateDeps,
  c: Case,
  input: { artifactIds?: string[]; artifactAction?: ArtifactChoice },
): Promise<Selected[]> {
  const rows = await inCase(deps, c, (tx) => listArtifacts(tx, c.at.incidentId));
  const wanted = rows.filter((row) => {
    if (row.state === "deleted" || row.kind === "internal-phish" || row.kind === "mailbox-phish") return false;
    if (input.artifactIds) return input.artifactIds.includes(row.id);
    return row.byAttacker && (row.state !== "disabled" || SLEEPING_STAYS.includes(row.kind));
  });
  return wanted.map((row) => ({ row, item: planArtifact(row, c.objectId, input.artifactAction) }));
}

type Handling = WriteResult | { kind: "nothing"; words: string };

async function handle(deps: RemediateDeps, c: Case, input: Ordered, { row, item }: Selected): Promise<Handling> {
  if (!item.action || !item.targetId) return { kind: "nothing", words: item.words };
  const request = {
    step: STEP,
    kind: item.action,
    targetId: item.targetId,
    targetLabel: row.name || item.words,
    order: input,
    artifactId: row.id,
    isUndoable: item.undo !== null,
    ...goesOn(c, input),
  } as const;
  const result = await write(deps, c, request);
  if (result.kind !== "done" || result.isNew || !result.action.acceptedAt) return result;
  const age = deps.clock.now().getTime() - Date.parse(result.action.acceptedAt);
  return age > LAG_MS && !(await isSeenDone(c, item)) ? write(deps, c, { ...request, isAgain: true }) : result;
}

async function isSeenDone(c: Case, item: Pick<PlanItem, "action" | "targetId">): Promise<boolean> {
  if (!item.action || !item.targetId) return false;
  const executor: Executor = EXECUTORS[item.action];
  const target = targetOf(item.targetId);
  return executor.isDone(await executor.read(c.m365, target), null, target);
}

/** Reads back at once; an Exchange that said yes and did nothing is found out here or by the watch. */
async function conclude(deps: RemediateDeps, c: Case, one: Selected, result: Handling): Promise<Handled> {
  if (result.kind === "nothing") return { ...one, words: result.words, isOpen: one.row.byAttacker };
  if (result.kind === "refused") return { ...one, words: result.reason, isOpen: true };
  if (result.kind === "stopped") return { ...one, words: result.reason, isOpen: true };
  const isSeen = await isSeenDone(c, one.item);
  if (!isSeen) return { ...one, words: "accepted, but Microsoft still shows it", isOpen: true };
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setArtifact(tx, one.row.id, {
      state: result.kind === "gone" ? "deleted" : one.item.becomes,
      lastReadAt: now,
    });
    await setAction(tx, result.action.id, { state: "verified", verifiedAt: now });
  });
  return { ...one, words: null, isOpen: false };
}

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  handled: Handled[],
  blind: string[],
): Promise<StepOutcome> {
  const now = nowOf(deps);
  const open = handled.filter((one) => one.isOpen);
  const left = await inCase(deps, c, (tx) => listArtifacts(tx, c.at.incidentId));
  const others = left.filter(
    (row) =>
      row.byAttacker &&
      (row.state === "active" || row.state === "unknown") &&
      !row.kind.endsWith("-phish") &&
      !open.some((one) => one.row.id === row.id),
  );
  const parts = [
    ...open.map((one) => `${one.row.name}: ${one.words}`),
    ...others.map((row) => `${row.name} was not selected`),
    ...blind.map((part) => `Not visible: ${part}`),
  ];
  const state = open.length + others.length > 0 ? ("partly" as const) : ("verified" as const);
  const reason = parts.length > 0 ? parts.join(". ") : handled.length === 0 ? "Nothing left to take away." : null;
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, {
      state,
      reason,
      acceptedAt: now,
      doneAt: now,
      ...(state === "verified" ? { verifiedAt: now } : {}),
      progress: { done: handled.length - open.length, total: handled.length },
      updatedAt: now,
    });
    if (open.length > 0) await lookAgain(tx, c, STEP, input, { now, seconds: RECHECK_SECONDS, forSeconds: 3600 });
    else await lookNoMore(tx, c, STEP);
    const detail = { done: handled.length - open.length, total: handled.length, ...(reason ? { reason } : {}) };
    await audit(tx, c, { at: now, actor: input.by, action: `step.${state}`, object: STEP, detail });
  });
  return {
    state,
    ...(reason ? { reason } : {}),
    ...(open.length > 0 ? { again: { inSeconds: RECHECK_SECONDS } } : {}),
  };
}
