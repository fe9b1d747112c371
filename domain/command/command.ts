import type { RemediationStepId } from "#domain/remediation/steps.ts";

export const COMMAND_KINDS = [
  "publish",
  "run-step",
  "skip-step",
  "tag-phish",
  "untag-phish",
  "approve",
  "refuse",
  "ask-msp",
  "answer-msp",
  "set-note",
  "mark-notable",
  "undo",
  "attest-password",
  "mark-remediated",
  "dismiss",
  "act-on-open-incidents",
  "set-response",
  "pause",
  "resume",
  "remove",
  "find-phish",
  "retract-mail",
  "restore-mail",
] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** D15. `awaiting-second`: it takes protection away and waits for another person (S14). `expired` and `withdrawn` are refusals the person sees by name. */
export const COMMAND_STATES = [
  "awaiting-second",
  "sent",
  "accepted",
  "refused",
  "running",
  "done",
  "failed",
  "expired",
  "withdrawn",
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** Input per kind; the workflow loads it from the command row, never from the Signal (S42). */
export type CommandInput =
  | { kind: "publish" }
  | {
      kind: "run-step";
      step: RemediationStepId;
      artifactIds?: string[];
      artifactAction?: "disable" | "delete";
      handedOver?: boolean;
      reasons?: Record<string, string>;
    }
  | { kind: "skip-step"; step: "retract-phish"; reason: string }
  | { kind: "tag-phish"; internetMessageId: string; subject?: string; sender?: string }
  | { kind: "untag-phish"; internetMessageId: string }
  | { kind: "approve"; step: RemediationStepId; reason?: string }
  | { kind: "refuse"; step: RemediationStepId; reason: string }
  | { kind: "ask-msp"; question: string }
  | { kind: "answer-msp"; questionId: string; answer: string }
  /** The Threat Overview note; empty takes it away. */
  | { kind: "set-note"; note: string }
  | { kind: "mark-notable"; reason: string }
  | { kind: "undo"; actionId: string; reason?: string }
  | { kind: "attest-password"; reason: string }
  | { kind: "mark-remediated"; reasons: Record<string, string> }
  | { kind: "dismiss"; reason: string }
  | { kind: "act-on-open-incidents" }
  | { kind: "set-response"; enabled: boolean; reason?: string }
  | { kind: "pause"; reason?: string }
  | { kind: "resume" }
  | { kind: "remove"; reason?: string }
  /** Orders about one phish in one tenant; what is chosen stands in the order over all tenants (domain/phish). */
  | { kind: "find-phish"; phishId: string }
  | { kind: "retract-mail"; phishId: string; orderId: string }
  | { kind: "restore-mail"; phishId: string; orderId: string };

/** D18: these orders expire undelivered after 15 minutes. A lock never expires. */
export const EXPIRING_COMMANDS: readonly CommandKind[] = ["undo", "dismiss", "approve"];
export const COMMAND_EXPIRY_MS = 15 * 60_000;

/** A person alone in his organization waits this long instead of for somebody who is not there (S45). */
export const ALONE_MS = 15 * 60_000;

/** The first of two people's words counts for this long (S45). */
export const SECOND_PERSON_MS = 30 * 60_000;
