import type { LockCaps } from "#domain/limits.ts";

/** Automatic locks of the last hour, by how far one looks. */
type LockCounts = { tenant: number; org: number; installation: number };
export type FullCap = { scope: keyof LockCounts; cap: number };

/** The narrowest cap that is full, or undefined while one more automatic lock stays within all of them (S45). */
export function fullCap(counts: LockCounts, accounts: number, caps: LockCaps): FullCap | undefined {
  const limits: FullCap[] = [
    { scope: "tenant", cap: Math.max(caps.tenantAtLeast, Math.ceil(accounts * caps.tenantShare)) },
    { scope: "org", cap: caps.org },
    { scope: "installation", cap: caps.installation },
  ];
  return limits.find(({ scope, cap }) => counts[scope] >= cap);
}

const WHERE: Record<FullCap["scope"], string> = {
  tenant: "of this tenant",
  org: "of this organization",
  installation: "of this installation",
};

/** Why a lock waits for a person, in words. */
export const fullCapReason = ({ scope, cap }: FullCap): string =>
  `Petra has locked ${cap} accounts ${WHERE[scope]} within an hour: a person decides on the rest.`;
