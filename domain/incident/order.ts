import type { ArtifactKind } from "#domain/incident/analysis.ts";
import type { IncidentState } from "#domain/incident/state.ts";
import { REMEDIATION_STEP_IDS, REMEDIATION_STEPS, type RemediationStepId } from "#domain/remediation/steps.ts";

/** Mail belongs to step 2 and never holds up step 4 (D2). */
const MAIL_KINDS: readonly ArtifactKind[] = ["internal-phish", "mailbox-phish"];

/** A step later ones need not wait for any more (D3). */
export function isStepDone(state: IncidentState, step: RemediationStepId): boolean {
  const current = state.steps[step].state;
  if (current === "verified" || current === "not-applicable" || current === "accepted") return true;
  return step === "retract-phish" && (current === "skipped" || current === "partly");
}

const isAttackers = (artifact: IncidentState["artifacts"][number]): boolean =>
  artifact.byAttacker && !MAIL_KINDS.includes(artifact.kind);

/** Attacker's artifacts that can still act (D2): active, or not known to be otherwise. */
export function actingArtifacts(state: IncidentState): IncidentState["artifacts"] {
  return state.artifacts.filter((a) => isAttackers(a) && (a.state === "active" || a.state === "unknown"));
}

/** Attacker's artifacts that are still leftover persistence: those able to act, and inbox rules that merely sleep (R66). */
export function leftovers(state: IncidentState): IncidentState["artifacts"] {
  return state.artifacts.filter(
    (a) =>
      isAttackers(a) &&
      (a.state === "active" || a.state === "unknown" || (a.kind === "inbox-rule" && a.state === "disabled")),
  );
}

const labelOf = (step: RemediationStepId): string => REMEDIATION_STEPS.find((s) => s.id === step)?.label ?? step;

/** Why this step may not start yet, as a sentence; undefined when it may (D3, D4). */
export function stepGate(state: IncidentState, step: RemediationStepId): string | undefined {
  const earlier = REMEDIATION_STEP_IDS.slice(0, REMEDIATION_STEP_IDS.indexOf(step));
  if (step === "reset-password") {
    const lock = lockGate(state);
    if (lock) return lock;
    const acting = actingArtifacts(state)[0];
    if (acting) return `The password is not reset while this can still act: ${acting.name}.`;
  }
  for (const id of earlier) {
    if (step === "reset-password" && id === "disable-persistence" && state.steps[id].state === "partly") continue;
    if (!isStepDone(state, id)) return `First: ${labelOf(id)}.`;
  }
  if (step === "reenable-account") {
    if (!state.account.wasEnabledBefore) return "The account was disabled before the incident and stays so.";
    if (state.steps["reset-password"].state !== "not-applicable" && !state.passwordProof)
      return "The password reset is not proven yet.";
  }
  return undefined;
}

function lockGate(state: IncidentState): string | undefined {
  const lock = state.steps["revoke-and-lock"].state;
  if (lock === "verified" || lock === "not-applicable") return undefined;
  // A person resets it on-premises; the sync that reopens the lock must not hold that up (D4).
  if (lock === "accepted" && (state.account.isSynced || state.account.isFederated)) return undefined;
  return lock === "accepted" ? "The lock is accepted but not verified yet." : `First: ${labelOf("revoke-and-lock")}.`;
}

/** One thing that is not green at closing; a reason under any of `answeredBy` covers it. */
export type OpenThing = { key: string; text: string; answeredBy: string[] };

/** What step 6 asks a reason for (D3): steps that are not green, and artifacts still there. */
export function openThings(state: IncidentState): OpenThing[] {
  const things: OpenThing[] = [];
  for (const id of REMEDIATION_STEP_IDS) {
    if (id === "mark-remediated") continue;
    const { state: current } = state.steps[id];
    if (current === "verified" || current === "not-applicable" || current === "skipped") continue;
    if (id === "reenable-account" && !state.account.wasEnabledBefore) continue;
    things.push({ key: id, text: `${labelOf(id)} is ${WORDS[current]}`, answeredBy: [id] });
  }
  for (const a of leftovers(state)) {
    things.push({
      key: a.id,
      text: a.state === "disabled" ? `${a.name} is disabled, not deleted` : `${a.name} is still there`,
      answeredBy: [a.id, "disable-persistence"],
    });
  }
  return things;
}

const WORDS = {
  waiting: "not done",
  "awaiting-approval": "waiting for approval",
  running: "still running",
  accepted: "accepted, not verified",
  verified: "verified",
  partly: "only partly done",
  skipped: "skipped",
  "not-applicable": "not applicable",
  refused: "refused",
  failed: "failed",
  undone: "undone",
} as const;
