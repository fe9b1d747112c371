import { listActionsOn, newestAction, setAction } from "#db/repos/action-ledger.ts";
import { loadIncidentState, setStep } from "#db/repos/incident.ts";
import { endWatches, updateIncident } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { actingArtifacts, stepGate } from "#domain/incident/order.ts";
import {
  type At,
  audit,
  type Case,
  inCase,
  nowOf,
  type Ordered,
  openCase,
  type RemediateDeps,
  SYSTEM,
  stepOf,
} from "./case.ts";
import { guardStep } from "./faults.ts";
import { write } from "./ledger.ts";
import { settleStop } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";
import {
  LOOK_EVERY_SECONDS,
  LOOKS_FOR_IT,
  makeSealed,
  READ_BACK_EVERY_SECONDS,
  watchPassword,
} from "./password-parts.ts";
import { resetByWriteback, settleWriteback } from "./password-writeback.ts";
import { hasPartnerSignIn, readWriteback } from "./writeback.ts";

const STEP = "reset-password";
/** Microsoft refuses words of its banned list; another one passes. */
const GENERATED_AT_MOST = 3;

/**
 * Step 4. Refused while an artifact can still act or the lock is not verified, whoever asks (R97). Cloud accounts: a new
 * password is sealed first and sent then, so that a lost answer never leaves an account with a password nobody knows; then
 * sessions are ended again. Synced accounts of a partner that has signed in: the same through writeback, shown when the
 * on-premises directory has confirmed it. All others: a person resets it on-premises, Petra only proves it (D4).
 */
export async function resetPassword(
  deps: RemediateDeps,
  input: Ordered & { forMemberId: string },
): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    const refusal = await refusalOf(deps, c);
    if (refusal) return settle(deps, c, input, "refused", refusal);
    const user = await c.m365.readUser(c.objectId);
    if (user.isSynced && (await hasPartnerSignIn(deps, c))) return resetByWriteback(deps, c, input);
    if (user.isSynced || c.account.isFederated) return waitForPerson(deps, c, input, user.isSynced);

    const now = nowOf(deps);
    await inCase(deps, c, (tx) =>
      setStep(tx, c.at.incidentId, STEP, { state: "running", actor: input.by, askedAt: now, updatedAt: now }),
    );
    const base = { step: STEP, targetId: c.objectId, targetLabel: c.account.upn, order: input } as const;
    const extra = input.commandId ?? "";
    const secret = () => makeSealed(deps, c, input.forMemberId);
    let result = await write(deps, c, { ...base, kind: "set-password", extra, secret });
    for (let n = 1; result.kind === "refused" && result.code === "Request_BadRequest" && n < GENERATED_AT_MOST; n++)
      result = await write(deps, c, { ...base, kind: "set-password", extra, secret });
    if (result.kind === "stopped") return settleStop(deps, c, input, STEP, result);
    if (result.kind === "gone") return settle(deps, c, input, "failed", "The account does not exist any more.");
    if (result.kind === "refused") return settle(deps, c, input, "refused", result.reason);
    await write(deps, c, { ...base, kind: "revoke-sessions", extra: `after-password-${extra}`, continues: true });
    return settleAccepted(deps, c, input);
  });
}

/** The domain's own gate, and for the lock and the artifacts once more in its own words: this one must never be wrong. */
async function refusalOf(deps: RemediateDeps, c: Case): Promise<string | undefined> {
  const state = await inCase(deps, c, (tx) => loadIncidentState(tx, c.at.incidentId));
  if (!state) return "The incident is not there.";
  const acting = actingArtifacts(state)[0];
  if (acting) return `The password is not reset while this can still act: ${acting.name}.`;
  return stepGate(state, STEP);
}

async function waitForPerson(deps: RemediateDeps, c: Case, input: Ordered, isSynced: boolean): Promise<StepOutcome> {
  const where = isSynced ? "in the on-premises Active Directory" : "at the identity provider of its domain";
  const reason = `Petra cannot set this password. Reset it ${where}, twice for a synced account. ${LOOKS_FOR_IT}`;
  await watchPassword(deps, c, LOOK_EVERY_SECONDS, 30 * 86_400);
  return settle(deps, c, input, "waiting", reason);
}

async function settleAccepted(deps: RemediateDeps, c: Case, input: Ordered): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, { state: "accepted", acceptedAt: now, reason: null, updatedAt: now });
    await updateIncident(tx, c.at.incidentId, { passwordProof: "set-by-petra", updatedAt: now });
    await audit(tx, c, { at: now, actor: input.by, action: "step.accepted", object: STEP });
  });
  await watchPassword(deps, c, READ_BACK_EVERY_SECONDS, 3600);
  return { state: "accepted", again: { inSeconds: 2 } };
}

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  state: "refused" | "failed" | "waiting",
  reason: string,
): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    // A refused order leaves a step that was done as it is.
    const isDone = ["accepted", "verified"].includes(stepOf(c, STEP)?.state ?? "waiting");
    if (!isDone)
      await setStep(tx, c.at.incidentId, STEP, {
        state: state === "refused" ? "waiting" : state,
        reason,
        updatedAt: now,
      });
    await audit(tx, c, { at: now, actor: input.by, action: `step.${state}`, object: STEP, detail: { reason } });
  });
  return { state, reason };
}

/** Reads `lastPasswordChangeDateTime` back: the proof for our own reset and for one done elsewhere. */
export async function verifyPassword(deps: RemediateDeps, at: At): Promise<StepOutcome> {
  const c = await openCase(deps, at);
  const present = stepOf(c, STEP)?.state ?? "waiting";
  if (present === "verified") return { state: "verified" };
  return guardStep(
    deps,
    c,
    STEP,
    async () => {
      const { asked, replaced, ours } = await inCase(deps, c, (tx) => earlierResets(tx, c));
      if (asked?.state === "accepted")
        return settleWriteback(deps, c, { ...at, by: SYSTEM }, await readWriteback(deps, c, asked));
      const user = await c.m365.readUser(c.objectId);
      const isOurs = present === "accepted" && ours !== undefined;
      // What the lock put in its place is known to nobody: only a later change is the person's.
      const other = replaced?.state === "verified" ? replaced.after : c.incident.accountBefore;
      const before = (isOurs ? ours.before : other)?.lastPasswordChangeAt ?? null;
      if (before === null || user.lastPasswordChangeAt === null || user.lastPasswordChangeAt === before)
        return { state: present, again: { inSeconds: isOurs ? 2 : LOOK_EVERY_SECONDS } };
      const now = nowOf(deps);
      await inCase(deps, c, async (tx) => {
        await setStep(tx, c.at.incidentId, STEP, {
          state: "verified",
          acceptedAt: stepOf(c, STEP)?.acceptedAt ?? now,
          verifiedAt: now,
          doneAt: now,
          reason: null,
          updatedAt: now,
        });
        await updateIncident(tx, c.at.incidentId, {
          passwordProof: isOurs ? "set-by-petra" : "read-back",
          updatedAt: now,
        });
        if (isOurs) await setAction(tx, ours.id, { state: "verified", verifiedAt: now });
        const revoked = await newestAction(tx, c.at.incidentId, "revoke-sessions");
        if (revoked?.state === "accepted" && revoked.before?.sessionsValidFrom !== user.sessionsValidFrom)
          await setAction(tx, revoked.id, { state: "verified", verifiedAt: now });
        await endWatches(tx, c.at.incidentId, ["password"], "changed", now);
        await audit(tx, c, { at: now, actor: SYSTEM, action: "step.verified", object: STEP });
      });
      return { state: "verified" };
    },
    { onlyReads: true },
  );
}

/** The last reset through writeback that step 4 asked for, the last that the lock did, and the last set directly. */
async function earlierResets(tx: ScopedTx, c: Case) {
  const byWriteback = await listActionsOn(tx, c.at.incidentId, "reset-by-writeback", c.objectId);
  return {
    asked: byWriteback.filter((row) => row.stepId === STEP).at(-1),
    replaced: byWriteback.filter((row) => row.stepId !== STEP).at(-1),
    ours: await newestAction(tx, c.at.incidentId, "set-password"),
  };
}

/** A named person's word for a reset Petra cannot see (D4). */
export async function attestPassword(deps: RemediateDeps, input: Ordered & { reason: string }): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  const { by, reason } = input;
  if (by.kind !== "member" && by.kind !== "analyst")
    return { state: "refused", reason: "Only a named person can vouch for a password." };
  if (reason.trim() === "") return { state: "refused", reason: "Say in words how you know." };
  const user = await c.m365.readUser(c.objectId).catch(() => undefined);
  if (!(user?.isSynced ?? c.account.isSynced) && !c.account.isFederated)
    return { state: "refused", reason: "Petra resets this account's password itself; nobody has to vouch for it." };
  const refusal = await refusalOf(deps, c);
  if (refusal) return { state: "refused", reason: refusal };
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, {
      state: "verified",
      actor: by,
      reason: `${by.name} vouches for it: ${reason}`,
      acceptedAt: now,
      verifiedAt: now,
      doneAt: now,
      updatedAt: now,
    });
    await updateIncident(tx, c.at.incidentId, { passwordProof: "attested", updatedAt: now });
    await endWatches(tx, c.at.incidentId, ["password"], "attested", now);
    await audit(tx, c, { at: now, actor: by, action: "password.attested", object: STEP, detail: { reason } });
  });
  return { state: "verified", reason };
}
