import type { CommandInput, CommandKind } from "./command.ts";

/** What an order that takes protection away is called in the mail about it. */
export const LOOSENED_WORDS: Record<CommandKind, string> = {
  publish: "Published",
  "run-step": "Remediation closed with open items",
  "skip-step": "Step skipped",
  "tag-phish": "Phish tagged",
  "untag-phish": "Phish untagged",
  approve: "Approved",
  refuse: "Refused",
  "ask-msp": "Asked",
  "answer-msp": "Answered",
  "set-note": "Note written",
  "mark-notable": "Marked",
  undo: "A lock was taken back",
  "attest-password": "Password attested",
  "mark-remediated": "Marked as remediated with open items",
  dismiss: "Dismissed as a false alarm",
  "act-on-open-incidents": "Petra acts on open incidents",
  "set-response": "Petra Response was switched off",
  pause: "A tenant was paused",
  resume: "A tenant was resumed",
  remove: "A tenant was removed",
  "find-phish": "Looked for a phish",
  "retract-mail": "Phish retracted",
  "restore-mail": "Phish brought back",
};

/** The reason an order carries, in one line; empty when it carries none. */
export function reasonOf(input: CommandInput): string {
  if ("reason" in input && input.reason) return input.reason;
  return "reasons" in input ? Object.values(input.reasons ?? {}).join("; ") : "";
}
