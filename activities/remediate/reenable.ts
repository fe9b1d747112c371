import { verifyActions } from "#db/repos/action-ledger.ts";
import { loadIncidentState, setStep } from "#db/repos/incident.ts";
import { endWatches } from "#db/repos/remediate.ts";
import { stepGate } from "#domain/incident/order.ts";
import { audit, type Case, inCase, nowOf, type Ordered, openCase, type RemediateDeps } from "./case.ts";
import { guardStep } from "./faults.ts";
import { write } from "./ledger.ts";
import { settleStop } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";
import { lookAgain, lookNoMore } from "./recheck.ts";
import { openLadder } from "./undo.ts";

const STEP = "reenable-account";

/**
 * Step 5: back to what the account was before the incident; one that was disabled then stays disabled. Refused while the
 * password is old, and without the word that the new one was handed over (`handedOver` false refuses).
 */
export async function reenableAccount(
  deps: RemediateDeps,
  input: Ordered & { handedOver?: boolean },
): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    if (c.incident.accountBefore?.accountEnabled === false)
      return settle(deps, c, input, "not-applicable", "The account was disabled before the incident and stays so.");
    const state = await inCase(deps, c, (tx) => loadIncidentState(tx, c.at.incidentId));
    const gate = state ? stepGate(state, STEP) : "The incident is not there.";
    if (gate) return { state: "refused", reason: gate };
    if (input.handedOver === false)
      return { state: "refused", reason: "Confirm that the new password was handed over to the user." };
    return enable(deps, c, input);
  });
}

async function enable(deps: RemediateDeps, c: Case, input: Ordered): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, { state: "running", actor: input.by, askedAt: now, updatedAt: now });
    // Or the watch would lock again what is being handed back.
    await endWatches(tx, c.at.incidentId, ["lock"], "the account is handed back", now);
  });
  const base = { step: STEP, kind: "enable-account", targetId: c.objectId, targetLabel: c.account.upn } as const;
  const result = await write(deps, c, { ...base, order: input });
  if (result.kind === "stopped") return settleStop(deps, c, input, STEP, result);
  if (result.kind === "refused") return settle(deps, c, input, "failed", result.reason);
  if (result.kind === "gone") return settle(deps, c, input, "failed", "The account does not exist any more.");
  const shut = await openLadder(deps, c, input);
  if (shut.length > 0)
    return settle(deps, c, input, "failed", `The account is enabled, and still shut out: ${shut.join(" ")}`);
  const user = await c.m365.readUser(c.objectId);
  if (user.accountEnabled) {
    await inCase(deps, c, (tx) => verifyActions(tx, c.at.incidentId, ["enable-account"], c.objectId, nowOf(deps)));
    return settle(deps, c, input, "verified", null);
  }
  await inCase(deps, c, (tx) => lookAgain(tx, c, STEP, input, { now, seconds: 30, forSeconds: 3600 }));
  return { ...(await settle(deps, c, input, "accepted", null)), again: { inSeconds: 10 } };
}

/** Reads an accepted re-enabling back; run by its watch. */
export async function verifyReenabled(deps: RemediateDeps, c: Case, input: Ordered): Promise<StepOutcome> {
  const user = await c.m365.readUser(c.objectId);
  if (!user.accountEnabled) return { state: "accepted", again: { inSeconds: 30 } };
  await inCase(deps, c, (tx) => verifyActions(tx, c.at.incidentId, ["enable-account"], c.objectId, nowOf(deps)));
  return settle(deps, c, input, "verified", null);
}

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  state: "accepted" | "verified" | "failed" | "not-applicable",
  reason: string | null,
): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    if (state !== "accepted") await lookNoMore(tx, c, STEP);
    await setStep(tx, c.at.incidentId, STEP, {
      state,
      reason,
      ...(state === "accepted" || state === "verified" ? { acceptedAt: now } : {}),
      ...(state === "verified" ? { verifiedAt: now, doneAt: now } : {}),
      updatedAt: now,
    });
    const detail = reason ? { reason } : {};
    await audit(tx, c, { at: now, actor: input.by, action: `step.${state}`, object: STEP, detail });
  });
  return { state, ...(reason ? { reason } : {}) };
}
