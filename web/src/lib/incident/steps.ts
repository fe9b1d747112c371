import type { ActionKind, StepState } from "#domain/remediation/steps.ts";
import type { ActionView, CommandView, IncidentView, StepPanelItem } from "#domain/view/portal.ts";
import type { Look } from "#lib/ui/Badge.svelte";

/** State of a step → its look and word; the API says which state it is. */
export const STEP_LOOKS: Record<StepState, { look: Look; word: string } | null> = {
  waiting: null,
  "awaiting-approval": { look: "question", word: "To approve" },
  running: { look: "asked", word: "Running" },
  accepted: { look: "accepted", word: "Accepted" },
  verified: { look: "verified", word: "Verified" },
  partly: { look: "accepted", word: "Partly" },
  skipped: { look: "reverted", word: "Skipped" },
  "not-applicable": { look: "blocked", word: "Not needed" },
  refused: { look: "refused", word: "Refused" },
  failed: { look: "notable", word: "Failed" },
  undone: { look: "reverted", word: "Reverted" },
};

export const ACTION_LOOKS: Record<ActionView["state"], { look: Look; word: string }> = {
  planned: { look: "asked", word: "Planned" },
  sent: { look: "asked", word: "Asked" },
  accepted: { look: "accepted", word: "Accepted" },
  verified: { look: "verified", word: "Verified" },
  unknown: { look: "notable", word: "Not known yet" },
  failed: { look: "notable", word: "Failed" },
  undone: { look: "reverted", word: "Reverted" },
};

export const ACTION_WORDS: Record<ActionKind, string> = {
  "revoke-sessions": "Revoke sessions",
  "disable-account": "Block sign-in",
  "enable-account": "Allow sign-in",
  "move-message": "Move to Deleted Items",
  "restore-message": "Move back",
  "delete-inbox-rule": "Delete rule",
  "disable-inbox-rule": "Disable rule",
  "recreate-inbox-rule": "Put rule back",
  "clear-forwarding": "Stop forwarding",
  "restore-forwarding": "Put forwarding back",
  "remove-mailbox-permission": "Remove mailbox permission",
  "add-mailbox-permission": "Put mailbox permission back",
  "disable-transport-rule": "Disable transport rule",
  "enable-transport-rule": "Enable transport rule",
  "disable-connector": "Disable connector",
  "enable-connector": "Enable connector",
  "remove-connector": "Remove connector",
  "delete-oauth-grant": "Remove grant",
  "recreate-oauth-grant": "Put grant back",
  "disable-service-principal": "Disable app",
  "enable-service-principal": "Enable app",
  "disable-application": "Disable app registration",
  "enable-application": "Enable app registration",
  "disable-device": "Disable device",
  "enable-device": "Enable device",
  "delete-mfa-method": "Remove MFA method",
  "remove-role-assignment": "Remove role",
  "add-role-assignment": "Put role back",
  "set-password": "Set new password",
  "reset-by-writeback": "Reset password through writeback",
  "prepare-block-group": "Prepare the group that is let nowhere in",
  "add-to-block-group": "Add to the group that is let nowhere in",
  "remove-from-block-group": "Take out of the group that is let nowhere in",
  "disable-mailbox-protocols": "Close all ways into the mailbox",
  "restore-mailbox-protocols": "Open the ways into the mailbox again",
};

const READY: readonly StepState[] = ["waiting", "failed", "undone", "refused"];
const IN_FLIGHT: readonly CommandView["state"][] = ["sent", "accepted", "running"];

export const inFlight = (incident: IncidentView): CommandView[] =>
  incident.commands.filter((c) => IN_FLIGHT.includes(c.state));

const SETTLED: readonly StepState[] = ["verified", "skipped", "not-applicable"];
export const isSettled = (step: StepPanelItem): boolean => SETTLED.includes(step.state);

export type Next =
  | { kind: "publish" }
  | { kind: "approval"; step: StepPanelItem }
  | { kind: "password" }
  | { kind: "step"; step: StepPanelItem }
  | { kind: "wait"; text: string }
  | { kind: "none" };

/**
 * Which of the things the API allows stands on top. It only chooses; what is allowed and why not is the API's answer.
 * Closing early is allowed with reasons, but it is never what a page proposes while something is open.
 */
export function nextOf(incident: IncidentView, viewerId: string, passwordSeen: boolean): Next {
  if (incident.status !== "open") return { kind: "none" };
  if (!incident.isPublished) return { kind: "publish" };
  const approval = incident.steps.find((step) => step.state === "awaiting-approval");
  if (approval) return { kind: "approval", step: approval };
  if (incident.password?.forMemberId === viewerId && !passwordSeen) return { kind: "password" };
  const isAllElseSettled = incident.steps.every((step) => step.id === "mark-remediated" || isSettled(step));
  const ready = incident.steps.filter((step) => step.allowed && (step.id !== "mark-remediated" || isAllElseSettled));
  const step = ready.find((s) => READY.includes(s.state)) ?? ready.find((s) => s.state === "partly");
  if (step) return { kind: "step", step };
  const waits = incident.steps.find((s) => !isSettled(s));
  return { kind: "wait", text: waits?.blockedBecause ?? "Nothing to do now; the page changes by itself." };
}

/** What one order is called while it is under way. */
export const COMMAND_WORDS: Record<CommandView["kind"], string> = {
  publish: "Publish Incident",
  "run-step": "Step",
  "skip-step": "Skip Retract Phishing Emails",
  "tag-phish": "Mark as Phish",
  "untag-phish": "Remove the Phish mark",
  approve: "Approval",
  refuse: "Refusal",
  undo: "Undo",
  "ask-msp": "Ask the MSP",
  "answer-msp": "Answer the question",
  "set-note": "Write the note",
  "mark-notable": "Mark as worth attention",
  "attest-password": "Password vouched for",
  "mark-remediated": "Mark as Remediated",
  dismiss: "Dismiss",
  "act-on-open-incidents": "Act on open incidents",
  "set-response": "Petra Response",
  pause: "Pause",
  resume: "Resume",
  remove: "Remove",
  "find-phish": "Look for the phish",
  "retract-mail": "Retract mail",
  "restore-mail": "Bring mail back",
};
