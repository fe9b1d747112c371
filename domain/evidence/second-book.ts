import type { ActionKind } from "#domain/remediation/steps.ts";

/** An act in the tenant by Petra's own principal, as Microsoft's audit log tells of it. */
export type RecordedAct = {
  operation: string;
  occurredAt: string;
  /** Every id and name the record gives its target. */
  targets: string[];
};

/** A write of the action ledger, as far as the two books are compared. */
export type LedgerWrite = {
  id: string;
  kind: ActionKind;
  targetId: string;
  targetLabel: string;
  sentAt: string;
};

/** What Microsoft writes down for each kind of write, by the names of its audit log without the full stop. */
const OPERATIONS: Partial<Record<ActionKind, readonly string[]>> = {
  "revoke-sessions": ["update stsrefreshtokenvalidfrom timestamp"],
  "disable-account": ["disable account", "update user", "update stsrefreshtokenvalidfrom timestamp"],
  "enable-account": ["enable account", "update user"],
  "set-password": [
    "reset user password",
    "reset password (by admin)",
    "update user",
    "update stsrefreshtokenvalidfrom timestamp",
  ],
  "add-to-block-group": ["add member to group"],
  "remove-from-block-group": ["remove member from group"],
  "prepare-block-group": ["add group", "add policy", "add conditional access policy"],
  "delete-oauth-grant": ["remove delegated permission grant", "remove oauth2permissiongrant"],
  "recreate-oauth-grant": ["add delegated permission grant", "add oauth2permissiongrant"],
  "disable-service-principal": ["update service principal", "disable service principal"],
  "enable-service-principal": ["update service principal", "enable service principal"],
  "disable-application": ["update application"],
  "enable-application": ["update application"],
  "disable-device": ["update device", "device no longer compliant", "disable device"],
  "enable-device": ["update device", "enable device"],
  "delete-mfa-method": ["admin deleted security info", "user deleted security info", "update user"],
};

/** Kinds that always leave a record: without one after its delay, the write is not confirmed by Microsoft's own book. */
export const CONFIRMED_BY_RECORD: readonly ActionKind[] = [
  "revoke-sessions",
  "disable-account",
  "enable-account",
  "set-password",
];

/** What onboarding does in a tenant before there is an incident. */
const ONBOARDING = ["add group", "add policy", "add conditional access policy", "set-adminauditlogconfig"];

/** Clocks differ, and a row is written before its request goes out. */
const BEFORE_MS = 2 * 60_000;
/** A request that was throttled or whose answer was lost may take effect this much later. */
const AFTER_MS = 10 * 60_000;

const bare = (operation: string): string => operation.trim().replace(/\.$/, "").toLowerCase();

/** The write an act of ours stands for: the same target, at its time, of a kind that leaves such a record. */
export function writeBehind(act: RecordedAct, writes: readonly LedgerWrite[]): LedgerWrite | undefined {
  const operation = bare(act.operation);
  const at = Date.parse(act.occurredAt);
  const targets = new Set(act.targets.map((target) => target.toLowerCase()));
  return writes.find((write) => {
    const sent = Date.parse(write.sentAt);
    if (at < sent - BEFORE_MS || at > sent + AFTER_MS) return false;
    const known = OPERATIONS[write.kind];
    if (!known?.includes(operation)) return false;
    if (write.kind === "prepare-block-group") return true;
    return [...write.targetId.split("/"), write.targetLabel].some((part) => targets.has(part.toLowerCase()));
  });
}

/** Whether an act is what onboarding does, at one of the times at which it ran. */
export function isOnboarding(act: RecordedAct, onboardedAt: readonly string[]): boolean {
  const at = Date.parse(act.occurredAt);
  return (
    ONBOARDING.includes(bare(act.operation)) && onboardedAt.some((one) => Math.abs(at - Date.parse(one)) <= AFTER_MS)
  );
}

/** How long Microsoft may take to show a record before a write counts as unconfirmed. */
export const RECORD_DELAY_MS = 24 * 3_600_000;
