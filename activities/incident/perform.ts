import type { Db } from "#db/client.ts";
import { publishIncident, setStep, tagPhish, untagPhish } from "#db/repos/incident.ts";
import type { OrderRow } from "#db/repos/order.ts";
import { writeAudit } from "#db/repos/order.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { answerMsp, askMsp, hearWord, markNotable, setNote } from "./console.ts";
import type { RemediatePort, StepOutcome } from "./remediate-port.ts";
import { about } from "./take-up.ts";

export type PerformDeps = { db: Db; clock: Clock; remediate: RemediatePort; publicUrl: string };
type At = { orgId: string; tenantId: string; incidentId: string };
export type Ending = { state: "done" | "failed"; reason?: string; result?: Record<string, unknown> };

const FAILED = ["failed", "refused"];

function endingOf(outcome: StepOutcome): Ending {
  const result = { step: outcome.state, ...(outcome.residualUntil ? { residualUntil: outcome.residualUntil } : {}) };
  if (!FAILED.includes(outcome.state)) return { state: "done", result };
  return { state: "failed", reason: outcome.reason ?? "It could not be done.", result };
}

/** Carries one accepted order out. May run twice after a crash: every part asks the present state first. */
export async function perform(deps: PerformDeps, at: At, order: OrderRow): Promise<Ending> {
  const { remediate } = deps;
  const { input, actor } = order;
  const ordered = { tenantId: at.tenantId, incidentId: at.incidentId, by: actor, commandId: order.id };
  const note = (action: string, change: (tx: ScopedTx, now: string) => Promise<unknown>, detail = {}) =>
    withWorkerScope(deps.db, at, async (tx) => {
      const now = deps.clock.now().toISOString();
      await change(tx, now);
      await writeAudit(tx, { ...about(at, now), actor, action, detail });
      return { state: "done" } satisfies Ending;
    });
  switch (input.kind) {
    case "publish":
      return note("incident.publish", (tx, now) => publishIncident(tx, at.incidentId, { by: actor, now }));
    case "run-step":
      return endingOf(await runStep(remediate, order, ordered, input.step));
    case "skip-step":
      return note(
        "step.skip",
        (tx, now) =>
          setStep(tx, at.incidentId, input.step, {
            state: "skipped",
            reason: input.reason,
            actor,
            doneAt: now,
            updatedAt: now,
          }),
        { step: input.step, reason: input.reason },
      );
    case "tag-phish":
      await note("phish.tag", (tx, now) => tagPhish(tx, at, input, actor, now), { mail: input.internetMessageId });
      await remediate.planRemediation({ tenantId: at.tenantId, incidentId: at.incidentId });
      return { state: "done" };
    case "untag-phish":
      return note("phish.untag", (tx, now) => untagPhish(tx, at.incidentId, input.internetMessageId, now), {
        mail: input.internetMessageId,
      });
    case "approve": {
      const first = await withWorkerScope(deps.db, at, (tx) => hearWord(tx, at, order, deps.clock.now().toISOString()));
      if (first) return first;
      return endingOf(await runStep(remediate, order, ordered, input.step));
    }
    case "ask-msp":
      return note("msp.ask", (tx, now) => askMsp(tx, at, order, input.question, { now, publicUrl: deps.publicUrl }), {
        question: input.question,
      });
    case "answer-msp": {
      const isNew = await withWorkerScope(deps.db, at, (tx) =>
        answerMsp(tx, at, order, input, deps.clock.now().toISOString()),
      );
      return isNew ? { state: "done" } : { state: "failed", reason: "There is no such question, or it was answered." };
    }
    case "set-note":
      return note("incident.note", (tx, now) => setNote(tx, at.incidentId, input.note, now));
    case "mark-notable":
      return note(
        "incident.notable",
        (tx, now) => markNotable(tx, at.incidentId, { by: actor, reason: input.reason, at: now }),
        {
          reason: input.reason,
        },
      );
    case "refuse":
      return note(
        "step.refuse",
        (tx, now) =>
          setStep(tx, at.incidentId, input.step, {
            state: "refused",
            reason: input.reason,
            actor,
            doneAt: now,
            updatedAt: now,
          }),
        { step: input.step, reason: input.reason },
      );
    case "undo":
      return endingOf(await remediate.undoAction({ ...ordered, actionId: input.actionId }));
    case "attest-password":
      return endingOf(await remediate.attestPassword({ ...ordered, reason: input.reason }));
    case "mark-remediated":
      return endingOf(await remediate.closeIncident({ ...ordered, reasons: input.reasons }));
    case "dismiss":
      return endingOf(await remediate.dismissIncident({ ...ordered, reason: input.reason }));
    default:
      return { state: "failed", reason: "This order is for a tenant." };
  }
}

async function runStep(
  remediate: RemediatePort,
  order: OrderRow,
  ordered: { tenantId: string; incidentId: string; by: OrderRow["actor"]; commandId: string },
  step: RemediationStepId,
): Promise<StepOutcome> {
  const input = order.input.kind === "run-step" ? order.input : undefined;
  switch (step) {
    case "revoke-and-lock":
      return remediate.lockAccount(ordered);
    case "retract-phish":
      return remediate.retractPhish(ordered);
    case "disable-persistence":
      return remediate.disablePersistence({
        ...ordered,
        ...(input?.artifactIds ? { artifactIds: input.artifactIds } : {}),
        ...(input?.artifactAction ? { artifactAction: input.artifactAction } : {}),
      });
    case "reset-password": {
      const forMemberId = "memberId" in order.actor ? order.actor.memberId : undefined;
      if (!forMemberId) return { state: "refused", reason: "Only a person can be shown a new password." };
      return remediate.resetPassword({ ...ordered, forMemberId });
    }
    case "reenable-account":
      return remediate.reenableAccount(ordered);
    case "mark-remediated":
      return remediate.closeIncident({ ...ordered, reasons: input?.reasons ?? {} });
  }
}
