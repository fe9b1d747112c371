import type { IncidentPage } from "#db/repos/portal-incident.ts";
import { type ActionKind, REMEDIATION_STEPS } from "#domain/remediation/steps.ts";

const WORDS: Record<string, string> = {
  "incident.open": "Raised the incident",
  "incident.grow": "New evidence joined the incident",
  "incident.publish": "Published the incident",
  "incident.remediated": "Marked as remediated",
  "incident.dismissed": "Dismissed as no compromise",
  "incident.response-acts": "Petra Response acts on this incident",
  "command.send": "Gave an order",
  "command.accepted": "Order taken up",
  "command.done": "Order carried out",
  "command.refuse": "An order was refused",
  "command.refused": "An order was refused",
  "command.failed": "An order failed",
  "command.expired": "An order expired",
  "command.forged": "A forged order was refused",
  "command.withdraw": "Took an order back",
  "step.agreed": "One of two people agreed",
  "step.refuse": "Refused to let Petra act",
  "policy.decided": "Policy decided",
  "policy.would-have": "Shadow mode, nothing was written",
  "kill-switch.on": "Stopped everything automatic",
  "kill-switch.off": "Let Petra act by itself again",
  "exception.add": "Made an exception",
  "exception.end": "Ended an exception",
  "msp.ask": "Asked the MSP",
  "msp.answer": "Answered the question",
  "incident.note": "Wrote the Threat Overview note",
  "incident.notable": "Marked as worth attention",
  "queue.claim": "Took the decision in hand",
  "queue.release": "Handed the decision back",
  "step.accepted": "Accepted by Microsoft",
  "step.verified": "Read back and found so",
  "step.refused": "Step refused",
  "step.failed": "Step failed",
  "step.stopped": "Step stopped",
  "lock.reopened": "The lock was found open again",
  "artifact.found": "Found one more way back in",
  "artifact.returned": "A removed way back in is there again",
  "action.sent": "Asked Microsoft",
  "action.accepted": "Microsoft accepted",
  "action.refused": "Microsoft refused",
  "action.stopped": "Stopped before it was sent",
  "action.undone": "Undone",
  "second-book.outside": "Found an act of Petra's application that Petra did not order",
  "second-book.explained": "Said what an act was that Petra did not order",
  "drill.start": "Began a drill",
  "drill.attack": "Began the attack of the drill",
  "drill.end": "Ended the drill",
  "drill.discard": "Threw the drill away",
  "partner.sign-in": "Signed in for the partner tenant",
  "password.reveal": "Looked at the new password",
  "password.attested": "Gave a word that the password was reset",
  "analyst.look": "An analyst looked at the incident",
  "evidence.export": "Exported the evidence",
};

const ACTION_WORDS: Partial<Record<ActionKind, string>> = {
  "revoke-sessions": "end all sessions",
  "disable-account": "block sign-in",
  "enable-account": "allow sign-in",
  "move-message": "move a mail to Deleted Items",
  "set-password": "set a new password",
  "reset-by-writeback": "ask for a new password through writeback",
  "delete-oauth-grant": "take an app's rights away",
};

/** Ids of steps and actions in words; anything else as it stands. */
const named = (text: string): string =>
  REMEDIATION_STEPS.find((step) => step.id === text)?.label ??
  ACTION_WORDS[text as ActionKind] ??
  (/^[a-z-]+$/.test(text) ? text.replaceAll("-", " ") : text);

/** Their object is an id or a place, which says nothing to people. */
const WITHOUT_OBJECT = new Set([
  "analyst.look",
  "evidence.export",
  "drill.start",
  "drill.attack",
  "drill.end",
  "tenant.add",
  "tenant.onboard",
  "second-book.outside",
]);

/** One line of the audit in words. */
export const auditText = (row: Pick<IncidentPage["audit"][number], "action" | "object" | "detail">): string => {
  const words = WORDS[row.action] ?? row.action.replaceAll(/[.-]/g, " ");
  const { reason, policy } = row.detail;
  if (row.action.startsWith("policy.") && typeof row.object === "string" && typeof reason === "string")
    return `${words}: ${named(row.object)}. ${reason} (policy ${String(policy)})`;
  const what = row.detail.kind ?? row.object;
  return typeof what === "string" && !WITHOUT_OBJECT.has(row.action) ? `${words}: ${named(what)}` : words;
};
