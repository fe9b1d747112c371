import { type ActionRow, listActionsOn, newestAction, verifyActions } from "#db/repos/action-ledger.ts";
import { setStep } from "#db/repos/incident.ts";
import { endWatches, listWatches, putWatch, setWatch, updateIncident } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { residualUntil } from "#domain/remediation/residual.ts";
import { type At, audit, type Case, inCase, nowOf, openCase, type RemediateDeps, SYSTEM, stepOf } from "./case.ts";
import { guardStep } from "./faults.ts";
import { holdSynced } from "./hold.ts";
import { write } from "./ledger.ts";
import { LOCK_CHECK_SECONDS, later, roundOf } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";

const STEP = "revoke-and-lock";
/** Microsoft's replicas may show an old value this long after an accepted write. */
const LAG_SECONDS = 120;
const SWEEP_EVERY_SECONDS = 600;

/**
 * Reads the lock back once. Held: sessions are ended a second time and the step is verified. Open again: locked again, and
 * the incident says not contained until a read-back finds it closed (R85, D1). Also what the lock's watch runs.
 */
export async function verifyLock(deps: RemediateDeps, at: At): Promise<StepOutcome> {
  const c = await openCase(deps, at);
  const step = stepOf(c, STEP);
  if (!step || (step.state !== "accepted" && step.state !== "verified"))
    return { state: step?.state ?? "waiting", ...(step?.reason ? { reason: step.reason } : {}) };
  if (c.incident.status !== "open" || isHandedBack(c)) {
    await inCase(deps, c, (tx) =>
      endWatches(tx, c.at.incidentId, ["lock"], "the account was handed back", nowOf(deps)),
    );
    return { state: step.state };
  }
  return guardStep(
    deps,
    c,
    STEP,
    async () => {
      const user = await c.m365.readUser(c.objectId);
      const disabled = await inCase(deps, c, (tx) => newestAction(tx, c.at.incidentId, "disable-account"));
      if (user.accountEnabled) return whileOpen(deps, c, disabled, step.state === "verified", user.isSynced);
      const orderOf = { by: disabled?.actor ?? SYSTEM, commandId: disabled?.commandId ?? undefined };
      const again = await write(deps, c, {
        step: STEP,
        kind: "revoke-sessions",
        targetId: c.objectId,
        targetLabel: c.account.upn,
        order: orderOf,
        continues: true,
        extra: `again-${await roundAndCount(deps, c)}`,
      });
      const isFresh = again.kind === "done" && again.isNew;
      const present = isFresh ? await c.m365.readUser(c.objectId) : user;
      if (!(await haveSessionsMoved(deps, c, present.sessionsValidFrom)))
        return { state: "accepted", again: { inSeconds: backOff(disabled, deps) } };
      const hold =
        user.isSynced && disabled
          ? await holdSynced(deps, c, disabled, { isDisabled: true, round: await nameOfRound(deps, c) })
          : { kind: "holds" as const };
      if (hold.kind === "open") return settleOpen(deps, c, hold.reason);
      if (hold.kind === "pending") return { state: "accepted", again: { inSeconds: backOff(disabled, deps) } };
      return settleVerified(deps, c, step.state === "verified", step.residualUntil);
    },
    { onlyReads: true },
  );
}

const isHandedBack = (c: Case): boolean =>
  ["running", "accepted", "verified"].includes(stepOf(c, "reenable-account")?.state ?? "waiting");

/** Names the revocation after this very lock: how often the account was handed back, how often it was locked. */
const roundAndCount = (deps: RemediateDeps, c: Case): Promise<string> =>
  inCase(deps, c, async (tx) => {
    const locks = await listActionsOn(tx, c.at.incidentId, "disable-account", c.objectId);
    return `${await roundOf(tx, c)}-${locks.length}`;
  });

/** Names what is done once in a lock, however often it must be repeated: how often the account was handed back. */
const nameOfRound = async (deps: RemediateDeps, c: Case): Promise<string> =>
  `${await inCase(deps, c, (tx) => roundOf(tx, c))}`;

/** The revocation is seen when the account's valid-from time is no longer the one before the first. */
async function haveSessionsMoved(deps: RemediateDeps, c: Case, validFrom: string | null): Promise<boolean> {
  const rows = await inCase(deps, c, (tx) => listActionsOn(tx, c.at.incidentId, "revoke-sessions", c.objectId));
  const accepted = rows.filter((row) => row.acceptedAt !== null);
  const first = accepted[0];
  return !first || validFrom !== first.before?.sessionsValidFrom;
}

async function settleVerified(
  deps: RemediateDeps,
  c: Case,
  wasVerified: boolean,
  stored: string | null,
): Promise<StepOutcome> {
  const now = nowOf(deps);
  // The second revocation starts the hour anew.
  const residual = wasVerified && stored ? new Date(stored).toISOString() : residualUntil(now);
  if (wasVerified && !c.incident.notContained) return { state: "verified", residualUntil: residual };
  const { incidentId } = c.at;
  await inCase(deps, c, async (tx) => {
    await setStep(tx, incidentId, STEP, {
      state: "verified",
      verifiedAt: now,
      doneAt: now,
      residualUntil: residual,
      reason: null,
      updatedAt: now,
    });
    await verifyActions(tx, incidentId, ["revoke-sessions", "disable-account"], c.objectId, now);
    await updateIncident(tx, incidentId, {
      containedAt: c.incident.containedAt ?? now,
      notContained: false,
      notContainedReason: null,
      residualUntil: residual,
      updatedAt: now,
    });
    await lookEvery(tx, c, LOCK_CHECK_SECONDS);
    // Whoever still holds a token may add something: look again while that can be, and once after.
    await putWatch(tx, {
      ...c.at,
      kind: "second-sweep",
      target: {},
      dueAt: later(now, SWEEP_EVERY_SECONDS / 5),
      until: later(residual, SWEEP_EVERY_SECONDS),
      everySeconds: SWEEP_EVERY_SECONDS,
      state: "watching",
    });
    await audit(tx, c, { at: now, actor: SYSTEM, action: "step.verified", object: STEP });
  });
  return { state: "verified", residualUntil: residual };
}

async function whileOpen(
  deps: RemediateDeps,
  c: Case,
  disabled: ActionRow | undefined,
  wasVerified: boolean,
  isSynced: boolean,
): Promise<StepOutcome> {
  if (!disabled) return { state: "accepted", again: { inSeconds: 5 } };
  const age = secondsSince(deps, disabled.acceptedAt ?? disabled.plannedAt);
  if (!wasVerified && age < LAG_SECONDS) return { state: "accepted", again: { inSeconds: backOff(disabled, deps) } };

  const order = { by: disabled.actor, commandId: disabled.commandId ?? undefined };
  const base = { step: STEP, targetId: c.objectId, targetLabel: c.account.upn, order, continues: true } as const;
  const locked = await write(deps, c, { ...base, kind: "disable-account", isAgain: true, isUndoable: false });
  const hold = isSynced
    ? await holdSynced(deps, c, disabled, { isDisabled: false, round: await nameOfRound(deps, c) })
    : undefined;
  if (hold?.kind === "holds") {
    const detail = { by: "directory synchronisation", held: "Conditional Access" };
    await inCase(deps, c, (tx) =>
      audit(tx, c, { at: nowOf(deps), actor: SYSTEM, action: "lock.reasserted", object: STEP, detail }),
    );
    return { state: wasVerified ? "verified" : "accepted", again: { inSeconds: 5 } };
  }
  const by = isSynced ? "directory synchronisation" : "somebody";
  const open = hold?.kind === "open" ? ` ${hold.reason}` : "";
  const reason = `The lock does not hold: ${by} has enabled the account again. Petra locks it again every minute until it holds.${open}`;
  await settleOpen(deps, c, reason);
  if (locked.kind === "refused" || locked.kind === "stopped") return { state: "accepted", reason: locked.reason };
  return { state: "accepted", reason, again: { inSeconds: 5 } };
}

/** The step goes back to accepted and the incident says that it is not contained, and why (R85). */
async function settleOpen(deps: RemediateDeps, c: Case, reason: string): Promise<StepOutcome> {
  const now = nowOf(deps);
  const isNews = c.incident.notContainedReason !== reason;
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, { state: "accepted", verifiedAt: null, reason, updatedAt: now });
    await updateIncident(tx, c.at.incidentId, { notContained: true, notContainedReason: reason, updatedAt: now });
    await lookEvery(tx, c, LOCK_CHECK_SECONDS);
    if (isNews) await audit(tx, c, { at: now, actor: SYSTEM, action: "lock.open", object: STEP, detail: { reason } });
  });
  return { state: "accepted", reason };
}

async function lookEvery(tx: ScopedTx, c: Case, everySeconds: number): Promise<void> {
  const watch = (await listWatches(tx, c.at.incidentId)).find((row) => row.kind === "lock");
  if (watch && watch.everySeconds !== everySeconds) await setWatch(tx, watch.id, { everySeconds });
}

const secondsSince = (deps: RemediateDeps, iso: string): number =>
  (deps.clock.now().getTime() - Date.parse(iso)) / 1000;

/** Soon at first, then seldom: a replica that lags a minute is not asked a hundred times. */
function backOff(disabled: ActionRow | undefined, deps: RemediateDeps): number {
  const age = disabled?.acceptedAt ? secondsSince(deps, disabled.acceptedAt) : 0;
  return age < 4 ? 1 : age < 15 ? 3 : age < 60 ? 10 : 30;
}
