import { setStep } from "#db/repos/incident.ts";
import { ensureSteps, listArtifacts, listCopies, listTaggedPhish, raisePlanVersion } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { StepDecision } from "#domain/policy/decision.ts";
import type { Authority } from "#domain/remediation/authorize.ts";
import { REMEDIATION_STEP_IDS, type RemediationStepId, type StepState } from "#domain/remediation/steps.ts";
import { keepAccountFacts, readAccountFacts } from "./account-facts.ts";
import { type At, type Case, inCase, nowOf, openCase, type RemediateDeps, stepOf } from "./case.ts";
import { decideStep, readInForce, tellDecision, watchDecisions } from "./decisions.ts";

export type RemediationPlan = {
  planVersion: number;
  steps: { id: RemediationStepId; authority: Authority["answer"]; targets: number; state: StepState }[];
};

/** What the kill switch parked waits for a person also when the switch is off again. */
const wasStopped = (decision: StepDecision | null | undefined): boolean => decision?.cause === "kill-switch";

const SETTLED = ["not-applicable", "verified", "accepted", "skipped"];

/**
 * Reads the account fresh (S44), keeps it as it was before the first write, asks the policy for each step and stores the plan.
 * Runs again whenever targets change; what is under way or done keeps its state.
 */
export async function planRemediation(deps: RemediateDeps, at: At): Promise<RemediationPlan> {
  const opened = await openCase(deps, at);
  const [facts, mailboxKind] = await Promise.all([
    readAccountFacts(opened),
    opened.m365.readMailboxKind(opened.objectId).catch(() => undefined),
  ]);
  const now = nowOf(deps);
  return inCase(deps, opened, async (tx) => {
    const row = await keepAccountFacts(tx, opened, { ...facts, mailboxKind }, now);
    return planSteps(deps, tx, row, REMEDIATION_STEP_IDS, now);
  });
}

/** Asks the policy for these steps and stores its answers; the lock alone needs to know no targets. */
export async function planSteps(
  deps: Pick<RemediateDeps, "publicUrl">,
  tx: ScopedTx,
  row: Case,
  ids: readonly RemediationStepId[],
  now: string,
): Promise<RemediationPlan> {
  const { incidentId } = row.at;
  const [{ targets, tagged, isNewPhish }, inForce] = await Promise.all([
    ids.includes("retract-phish") ? countTargets(tx, incidentId) : NO_TARGETS,
    readInForce(tx, row, now),
    row.steps.length < REMEDIATION_STEP_IDS.length && ensureSteps(tx, row.at, REMEDIATION_STEP_IDS, now),
  ]);
  const decisions: StepDecision[] = [];
  const planned: RemediationPlan["steps"] = [];
  let isChanged = false;
  for (const id of ids) {
    const decision = decideStep(row, id, inForce, now);
    decisions.push(decision);
    const step = stepOf(row, id);
    const present = step?.state ?? "waiting";
    const next = nextState(id, present, decision, {
      tagged,
      isNewPhish,
      // Over the cap a person decides, however often it is planned again.
      isHeld: present === "awaiting-approval" && (step?.authority === "auto" || wasStopped(step?.decision)),
    });
    isChanged ||= id === "retract-phish" && next === "waiting" && SETTLED.includes(present);
    planned.push({ id, authority: decision.answer, targets: targets[id] ?? 1, state: next });
    await Promise.all([
      tellDecision(tx, row, { ...row, publicUrl: deps.publicUrl }, id, decision),
      setStep(tx, incidentId, id, {
        authority: decision.answer,
        policyVersion: decision.policyVersion,
        decision,
        updatedAt: now,
        ...(next === present ? {} : { state: next, reason: reasonOf(next, decision) }),
      }),
    ]);
  }
  if (ids.length > 1) await watchDecisions(tx, row, decisions, now);
  if (isChanged) await raisePlanVersion(tx, incidentId, now);
  return { planVersion: row.incident.planVersion + (isChanged ? 1 : 0), steps: planned };
}

type Targets = { targets: Partial<Record<RemediationStepId, number>>; tagged: number; isNewPhish: boolean };
const NO_TARGETS: Targets = { targets: {}, tagged: 0, isNewPhish: false };

async function countTargets(tx: ScopedTx, incidentId: string): Promise<Targets> {
  const [tagged, copies, artifacts] = await Promise.all([
    listTaggedPhish(tx, incidentId),
    listCopies(tx, incidentId),
    listArtifacts(tx, incidentId),
  ]);
  return {
    targets: {
      "retract-phish": tagged.length,
      "disable-persistence": artifacts.filter((a) => a.byAttacker && a.state !== "deleted").length,
    },
    tagged: tagged.length,
    isNewPhish: tagged.some((phish) => !copies.some((copy) => copy.phishId === phish.id)),
  };
}

function nextState(
  id: RemediationStepId,
  present: string,
  authority: Authority,
  facts: { tagged: number; isNewPhish: boolean; isHeld: boolean },
) {
  if (facts.isHeld) return keep(present);
  if (id === "retract-phish") {
    if (facts.tagged === 0)
      return present === "waiting" || present === "awaiting-approval" ? "not-applicable" : keep(present);
    if (facts.isNewPhish && SETTLED.includes(present)) return waiting(authority);
  }
  if (present === "waiting" || present === "awaiting-approval") return waiting(authority);
  return keep(present);
}

const waiting = (authority: Authority) =>
  authority.answer === "ask" || authority.answer === "two" ? ("awaiting-approval" as const) : ("waiting" as const);
const keep = (present: string) => present as "running";

function reasonOf(next: string, authority: Authority): string | null {
  if (next === "not-applicable") return "No phishing mail is tagged.";
  return next === "awaiting-approval" ? authority.reason : null;
}
