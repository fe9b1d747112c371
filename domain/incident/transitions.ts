import type { Actor } from "#domain/access/actor.ts";
import { COMMAND_EXPIRY_MS, type CommandInput, EXPIRING_COMMANDS, SECOND_PERSON_MS } from "#domain/command/command.ts";
import { isStepDone, leftovers, openThings, stepGate } from "#domain/incident/order.ts";
import type { IncidentState, StepFacts, StepView } from "#domain/incident/state.ts";
import { REMEDIATION_STEPS, type RemediationStepId } from "#domain/remediation/steps.ts";

/** Why an order was refused, for code; `reason` is the sentence for people. */
export type RefusalCode =
  | "expired"
  | "plan-changed"
  | "not-published"
  | "already-done"
  | "closed"
  | "out-of-order"
  | "no-right"
  | "invalid";

/** `lasting`: no other order under way can make it right, so the API may answer 409 at once (D16). */
export type Decision = { ok: true } | { ok: false; code: RefusalCode; reason: string; lasting: boolean };

export type DecisionContext = {
  /** ISO time of deciding. */
  now: string;
  /** The order is refused as expired after this time (D18). */
  expiresAt?: string;
  /** The plan the person saw (D17). */
  planVersion?: number;
  actor: Actor;
};

const ok: Decision = { ok: true };
const refuse = (code: RefusalCode, reason: string, lasting: boolean): Decision => ({
  ok: false,
  code,
  reason,
  lasting,
});

/** When an order dies undelivered (D18); undefined for those that never do, a lock above all. */
export function commandExpiresAt(input: CommandInput, issuedAt: string): string | undefined {
  const reenables = input.kind === "run-step" && input.step === "reenable-account";
  if (!reenables && !EXPIRING_COMMANDS.includes(input.kind)) return undefined;
  return new Date(Date.parse(issuedAt) + COMMAND_EXPIRY_MS).toISOString();
}

const isBlank = (text: string | undefined): boolean => !text || text.trim() === "";

/** What may still be said of a dismissed incident. */
const ALSO_AFTER_DISMISSAL: readonly CommandInput["kind"][] = [
  "undo",
  "tag-phish",
  "untag-phish",
  "answer-msp",
  "set-note",
  "mark-notable",
];

const dependsOnTargets = (input: CommandInput): boolean =>
  input.kind === "approve" ||
  (input.kind === "run-step" && (input.step === "retract-phish" || input.step === "disable-persistence"));

/**
 * May this order be carried out on this incident now, and if not why. Asked by the API about the row and again by the
 * workflow when the order is taken up; both get the same answer for the same state (P6, D3, D14–D18).
 */
export function decide(state: IncidentState, input: CommandInput, ctx: DecisionContext): Decision {
  if (ctx.expiresAt !== undefined && ctx.now > ctx.expiresAt)
    return refuse("expired", "The order expired before a worker could take it. Nothing was done.", true);
  if (state.status === "dismissed" && !ALSO_AFTER_DISMISSAL.includes(input.kind))
    return refuse("closed", "The incident was dismissed.", true);
  if (dependsOnTargets(input) && ctx.planVersion !== undefined && ctx.planVersion !== state.planVersion)
    return refuse("plan-changed", "Plan changed: the targets are no longer those that were shown. Look again.", true);
  switch (input.kind) {
    case "publish":
      return state.isPublished ? refuse("already-done", "The incident is already published.", true) : ok;
    case "run-step":
      return input.step === "mark-remediated" ? decideClose(state, input.reasons ?? {}) : decideStep(state, input);
    case "skip-step":
      return decideSkip(state, input);
    case "tag-phish":
    case "untag-phish":
      return isBlank(input.internetMessageId) ? refuse("invalid", "Say which mail is meant.", true) : ok;
    case "approve":
    case "refuse":
      return decideApproval(state, input, ctx);
    case "ask-msp":
    case "set-note":
    case "mark-notable":
      return decideAnalystsWord(input, ctx.actor);
    case "answer-msp":
      return isBlank(input.answer) ? refuse("invalid", "Write the answer.", true) : ok;
    case "undo":
      return isBlank(input.actionId) ? refuse("invalid", "Say which action is to be undone.", true) : ok;
    case "attest-password":
      return decideAttest(state, input.reason, ctx.actor);
    case "mark-remediated":
      return decideClose(state, input.reasons);
    case "dismiss":
      if (state.status === "remediated")
        return refuse("closed", "A remediated incident stays as the record and cannot be dismissed.", true);
      return isBlank(input.reason) ? refuse("invalid", "Say in words why it is no compromise.", true) : ok;
    default:
      return refuse("invalid", "This order is for a tenant, not for an incident.", true);
  }
}

const PUBLISH_FIRST = "Publish the incident first.";

function decideStep(state: IncidentState, input: Extract<CommandInput, { kind: "run-step" }>): Decision {
  if (!state.isPublished) return refuse("not-published", PUBLISH_FIRST, false);
  const repeat = repeatRefusal(state, input);
  if (repeat) return repeat;
  const gate = stepGate(state, input.step);
  if (gate) return refuse("out-of-order", gate, false);
  if (input.step === "reenable-account" && input.handedOver !== true)
    return refuse("invalid", "Confirm that the new password was handed over to the user.", true);
  return ok;
}

/** A step that is done is not done again, unless there is something new for it to act on. */
function repeatRefusal(state: IncidentState, input: Extract<CommandInput, { kind: "run-step" }>): Decision | undefined {
  const current = state.steps[input.step].state;
  if (current === "running") return refuse("already-done", "The step is being carried out already.", false);
  if (current === "not-applicable" && !hasNewTargets(state, input)) {
    return refuse("already-done", state.steps[input.step].reason ?? "There is nothing to do in this step.", true);
  }
  const isDone = current === "verified" || (current === "accepted" && input.step !== "reset-password");
  if (!isDone || hasNewTargets(state, input)) return undefined;
  return refuse("already-done", "The step is already done.", true);
}

function hasNewTargets(state: IncidentState, input: Extract<CommandInput, { kind: "run-step" }>): boolean {
  switch (input.step) {
    case "revoke-and-lock":
      return isStepDone(state, "reenable-account") && state.steps["reenable-account"].state !== "not-applicable";
    case "retract-phish":
      return state.phish.open > 0;
    case "disable-persistence":
      return (input.artifactIds?.length ?? 0) > 0 || leftovers(state).length > 0;
    case "reset-password":
      return !isBlank(input.reasons?.["reset-password"]);
    default:
      return false;
  }
}

function decideSkip(state: IncidentState, input: Extract<CommandInput, { kind: "skip-step" }>): Decision {
  if (input.step !== "retract-phish") return refuse("invalid", "Only retracting mail can be skipped.", true);
  if (isBlank(input.reason)) return refuse("invalid", "Say in words why the mail stays.", true);
  if (!state.isPublished) return refuse("not-published", PUBLISH_FIRST, false);
  const current = state.steps["retract-phish"].state;
  if (current === "verified" || current === "accepted" || current === "skipped" || current === "not-applicable")
    return refuse("already-done", "The step is already settled.", true);
  return ok;
}

function decideApproval(
  state: IncidentState,
  input: Extract<CommandInput, { kind: "approve" | "refuse" }>,
  { actor, now }: DecisionContext,
): Decision {
  if (actor.kind !== "analyst") return refuse("no-right", "Only an analyst answers what waits for approval.", true);
  if (input.kind === "refuse" && isBlank(input.reason)) return refuse("invalid", "Say in words why not.", true);
  if (state.steps[input.step].state !== "awaiting-approval")
    return refuse("already-done", "The step does not wait for approval any more.", true);
  const agreed = input.kind === "approve" ? wordsThatCount(state.steps[input.step], now) : [];
  if (agreed.includes(actor.memberId))
    return refuse("already-done", "You have agreed already: another person must agree too.", true);
  return ok;
}

/** Who has agreed to a step that needs two people, as long as that word counts (D19, S45). */
export function wordsThatCount(step: StepFacts, now: string): string[] {
  const oldest = new Date(Date.parse(now) - SECOND_PERSON_MS).toISOString();
  return [...new Set((step.agreed ?? []).filter((word) => word.at >= oldest).map((word) => word.memberId))];
}

function decideAnalystsWord(
  input: Extract<CommandInput, { kind: "ask-msp" | "set-note" | "mark-notable" }>,
  actor: Actor,
): Decision {
  if (actor.kind !== "analyst") return refuse("no-right", "Only an analyst writes this.", true);
  if (input.kind === "ask-msp" && isBlank(input.question)) return refuse("invalid", "Write the question.", true);
  if (input.kind === "mark-notable" && isBlank(input.reason))
    return refuse("invalid", "Say in words why it is worth attention.", true);
  return ok;
}

function decideAttest(state: IncidentState, reason: string, actor: Actor): Decision {
  if (actor.kind !== "member" && actor.kind !== "analyst")
    return refuse("no-right", "Only a named person can vouch for a password.", true);
  if (isBlank(reason)) return refuse("invalid", "Say in words how you know.", true);
  if (!state.account.isSynced && !state.account.isFederated)
    return refuse("invalid", "Petra resets this account's password itself; nobody has to vouch for it.", true);
  if (!state.isPublished) return refuse("not-published", PUBLISH_FIRST, false);
  if (state.passwordProof) return refuse("already-done", "The reset is already proven.", true);
  const gate = stepGate(state, "reset-password");
  return gate ? refuse("out-of-order", gate, false) : ok;
}

function decideClose(state: IncidentState, reasons: Record<string, string>): Decision {
  if (state.status === "remediated") return refuse("already-done", "The incident is already remediated.", true);
  if (!state.isPublished) return refuse("not-published", PUBLISH_FIRST, false);
  const missing = openThings(state).filter((t) => !t.answeredBy.some((key) => !isBlank(reasons[key])));
  const first = missing[0];
  return first ? refuse("out-of-order", `Say in words why it closes although: ${first.text}`, false) : ok;
}

/** May Petra itself begin this step now (Response on, authority auto)? The authority is the caller's question. */
export function mayBegin(state: IncidentState, step: RemediationStepId): Decision {
  if (state.status !== "open") return refuse("closed", "The incident is closed.", true);
  return decideStep(state, { kind: "run-step", step });
}

/** The six steps as the panel draws them: allowed or why not. */
export function viewSteps(state: IncidentState): StepView[] {
  return REMEDIATION_STEPS.map((step) => {
    const view = { id: step.id, label: step.label, description: step.description, state: state.steps[step.id].state };
    const answer = viewDecision(state, step.id);
    return answer.ok ? { ...view, allowed: true } : { ...view, allowed: false, blockedBecause: answer.reason };
  });
}

function viewDecision(state: IncidentState, step: RemediationStepId): Decision {
  if (state.status === "dismissed") return refuse("closed", "The incident was dismissed.", true);
  if (step !== "mark-remediated") return decideStep(state, { kind: "run-step", step, handedOver: true });
  const reasons = Object.fromEntries(openThings(state).flatMap((t) => t.answeredBy.map((key) => [key, "asked"])));
  return decideClose(state, reasons);
}
