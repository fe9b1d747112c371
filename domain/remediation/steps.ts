/** The six steps in order (R74); the tuple is the source for database, API and portal. */
export const REMEDIATION_STEP_IDS = [
  "revoke-and-lock",
  "retract-phish",
  "disable-persistence",
  "reset-password",
  "reenable-account",
  "mark-remediated",
] as const;
export type RemediationStepId = (typeof REMEDIATION_STEP_IDS)[number];

export type RemediationStep = {
  id: RemediationStepId;
  /** Exact product label. */
  label: string;
  description: string;
  /** Done by Response without a person (R74). */
  automatic: boolean;
  impact: "low" | "high" | "critical";
  reversible: boolean;
  targets: "account" | "messages" | "artifacts" | "none";
};

export const REMEDIATION_STEPS: readonly RemediationStep[] = [
  {
    id: "revoke-and-lock",
    label: "Revoke Sessions and Lock Account",
    description: "Ends all active sessions at once, disables the account and keeps the attacker from signing in again.",
    automatic: true,
    impact: "high",
    reversible: true,
    targets: "account",
  },
  {
    id: "retract-phish",
    label: "Retract Phishing Emails",
    description: "Moves the tagged phish and its copies in all mailboxes of the tenant to Deleted Items.",
    automatic: true,
    impact: "low",
    reversible: true,
    targets: "messages",
  },
  {
    id: "disable-persistence",
    label: "Disable Persistence Mechanisms",
    description: "Removes what the attacker left to come back after a password change.",
    automatic: true,
    impact: "high",
    reversible: true,
    targets: "artifacts",
  },
  {
    id: "reset-password",
    label: "Reset Password",
    description: "Generates a new password, applies it and shows it once. Pass it on by phone.",
    automatic: false,
    impact: "critical",
    reversible: false,
    targets: "account",
  },
  {
    id: "reenable-account",
    label: "Re-enable Account",
    description: "Restores the account to what it was before, after the new password was handed over.",
    automatic: false,
    impact: "high",
    reversible: true,
    targets: "account",
  },
  {
    id: "mark-remediated",
    label: "Mark as Remediated",
    description: "Closes the incident. It stays in the list as the record.",
    automatic: false,
    impact: "low",
    reversible: false,
    targets: "none",
  },
];

export const STEP_STATES = [
  "waiting",
  "awaiting-approval",
  "running",
  "accepted",
  "verified",
  "partly",
  "skipped",
  "not-applicable",
  "refused",
  "failed",
  "undone",
] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Ledger states of one write to Microsoft (D11, L5). */
export const ACTION_STATES = ["planned", "sent", "accepted", "verified", "unknown", "failed", "undone"] as const;
export type ActionState = (typeof ACTION_STATES)[number];

export const ACTION_KINDS = [
  "revoke-sessions",
  "disable-account",
  "enable-account",
  "move-message",
  "restore-message",
  "delete-inbox-rule",
  "disable-inbox-rule",
  "recreate-inbox-rule",
  "clear-forwarding",
  "restore-forwarding",
  "remove-mailbox-permission",
  "add-mailbox-permission",
  "disable-transport-rule",
  "enable-transport-rule",
  "disable-connector",
  "enable-connector",
  "remove-connector",
  "delete-oauth-grant",
  "recreate-oauth-grant",
  "disable-service-principal",
  "enable-service-principal",
  "disable-application",
  "enable-application",
  "disable-device",
  "enable-device",
  "delete-mfa-method",
  "remove-role-assignment",
  "add-role-assignment",
  "set-password",
  "reset-by-writeback",
  "prepare-block-group",
  "add-to-block-group",
  "remove-from-block-group",
  "disable-mailbox-protocols",
  "restore-mailbox-protocols",
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** D10: what the seam for authority answers. */
export const AUTHORITY_ANSWERS = ["auto", "ask", "two", "never"] as const;
export type AuthorityAnswer = (typeof AUTHORITY_ANSWERS)[number];
