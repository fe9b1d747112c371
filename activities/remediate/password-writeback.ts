import { setStep } from "#db/repos/incident.ts";
import { dropSealedSecrets, endWatches, showSealedSecret, updateIncident } from "#db/repos/remediate.ts";
import { audit, type Case, inCase, nowOf, type Ordered, type RemediateDeps, SYSTEM, stepOf } from "./case.ts";
import { write } from "./ledger.ts";
import { later, settleStop } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";
import {
  LOOK_EVERY_SECONDS,
  LOOKS_FOR_IT,
  makeSealed,
  READ_BACK_EVERY_SECONDS,
  SHOWN_FOR_SECONDS,
  watchPassword,
} from "./password-parts.ts";
import { askWriteback, type Writeback } from "./writeback.ts";

const STEP = "reset-password";
/** Writeback takes seconds; after this long a person is told not to wait for it. */
const WRITEBACK_PATIENCE_MS = 10 * 60_000;
const PERSON_ON_PREMISES = `Reset it in the on-premises Active Directory, twice. ${LOOKS_FOR_IT}`;

/** The password lies sealed and is shown to nobody until it is confirmed: one that was not taken opens nothing. */
export async function resetByWriteback(
  deps: RemediateDeps,
  c: Case,
  input: Ordered & { forMemberId: string },
): Promise<StepOutcome> {
  const secret = () => makeSealed(deps, c, input.forMemberId, 0);
  const extra = input.commandId ?? "";
  const reset = await askWriteback(deps, c, { step: STEP, order: input, extra, secret });
  if (reset.kind === "stopped") return settleStop(deps, c, input, STEP, reset);
  if (reset.kind === "pending") await watchPassword(deps, c, READ_BACK_EVERY_SECONDS, 30 * 86_400);
  return settleWriteback(deps, c, input, reset);
}

/** What is known of a reset through writeback becomes the step's state; also what the password's watch runs. */
export async function settleWriteback(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  reset: Writeback,
): Promise<StepOutcome> {
  const now = nowOf(deps);
  const { incidentId } = c.at;
  if (reset.kind === "confirmed") {
    const { action } = reset;
    const order = { by: action.actor, commandId: action.commandId ?? undefined };
    const target = { step: STEP, targetId: c.objectId, targetLabel: c.account.upn, order, continues: true } as const;
    await write(deps, c, { ...target, kind: "revoke-sessions", extra: `after-password-${action.id}` });
    await inCase(deps, c, async (tx) => {
      await showSealedSecret(tx, incidentId, later(now, SHOWN_FOR_SECONDS));
      const done = { acceptedAt: action.acceptedAt ?? now, verifiedAt: now, doneAt: now };
      await setStep(tx, incidentId, STEP, { state: "verified", ...done, reason: null, updatedAt: now });
      await updateIncident(tx, incidentId, { passwordProof: "set-by-petra", updatedAt: now });
      await endWatches(tx, incidentId, ["password"], "changed", now);
      await audit(tx, c, { at: now, actor: SYSTEM, action: "step.verified", object: STEP });
    });
    return { state: "verified" };
  }
  if (reset.kind === "pending") {
    const age = Date.parse(now) - Date.parse(reset.action.acceptedAt ?? reset.action.plannedAt);
    if (age < WRITEBACK_PATIENCE_MS) return note(deps, c, input, "running", reset.reason);
    // It may still come: the watch goes on, and meanwhile a person need not wait for it.
    return note(deps, c, input, "waiting", `${reset.reason} ${PERSON_ON_PREMISES}`);
  }
  await inCase(deps, c, (tx) => dropSealedSecrets(tx, incidentId));
  await watchPassword(deps, c, LOOK_EVERY_SECONDS, 30 * 86_400);
  return note(deps, c, input, "waiting", `${reset.reason} ${PERSON_ON_PREMISES}`);
}

/** The step in words; audited when they are news. */
async function note(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  state: "running" | "waiting",
  reason: string,
): Promise<StepOutcome> {
  const step = stepOf(c, STEP);
  if (step?.state === state && step.reason === reason) return { state, reason };
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    const asked = step?.state === "running" ? {} : { actor: input.by, askedAt: now };
    await setStep(tx, c.at.incidentId, STEP, { state, reason, ...asked, updatedAt: now });
    await audit(tx, c, { at: now, actor: input.by, action: `step.${state}`, object: STEP, detail: { reason } });
  });
  return { state, reason };
}
