import type { M365Cloud, M365Tenant } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import type { Capability } from "#domain/tenant/phases.ts";

export type Access =
  | { state: "granted" }
  /** Nobody has consented yet: only a person can change that. */
  | { state: "no-consent"; reason: string }
  /** Consented, but Microsoft does not honour it yet. */
  | { state: "not-yet"; reason: string }
  | { state: "gone"; reason: string };

/** Proves access with fresh tokens: roles granted a moment ago are only in a new one. */
export async function proveAccess(cloud: M365Cloud, microsoftTenantId: string): Promise<Access> {
  cloud.forgetTokens(microsoftTenantId);
  try {
    await cloud.tenant(microsoftTenantId).readOrganization();
    return { state: "granted" };
  } catch (error) {
    if (!(error instanceof M365Fault) || error.faultClass === "retry") throw error;
    return { state: "not-yet", reason: error.message };
  }
}

export type Preparation = { capabilities: Capability[]; domains: string[]; blockGroupId?: string };

/**
 * What Petra can and cannot do here, each with reason and date; switches the audit log on where it is off and allowed, and
 * where Response is on prepares the group that locks synced accounts for good. Later its first such lock prepares it.
 */
export async function readCapabilities(
  tenant: M365Tenant,
  now: string,
  options: { responseEnabled?: boolean; emergencyObjectIds?: readonly string[] } = {},
): Promise<Preparation> {
  const organization = await tenant.readOrganization();
  const has = (id: "p1" | "p2", ok: boolean): Capability => ({
    id,
    ok,
    reason: ok ? `The tenant has Entra ID ${id.toUpperCase()}.` : `The tenant has no Entra ID ${id.toUpperCase()}.`,
    since: now,
  });
  const block =
    organization.hasP1 && options.responseEnabled
      ? await prepareBlock(tenant, now, options.emergencyObjectIds ?? [])
      : undefined;
  return {
    domains: organization.domains,
    ...(block?.blockGroupId ? { blockGroupId: block.blockGroupId } : {}),
    capabilities: [
      has("p1", organization.hasP1),
      has("p2", organization.hasP2),
      ...(await readAudit(tenant, now)),
      ...(block ? [block.capability] : []),
    ],
  };
}

async function prepareBlock(
  tenant: M365Tenant,
  now: string,
  emergencyObjectIds: readonly string[],
): Promise<{ capability: Capability; blockGroupId?: string } | undefined> {
  const made = await tenant.prepareBlockGroup(emergencyObjectIds);
  const no = (reason: string) => ({ capability: { id: "block-group" as const, ok: false, reason, since: now } });
  if (made.kind === "refused") return no(`${made.reason} ${made.fix}`);
  if (made.kind !== "accepted" || !made.newId) return no("It could not be prepared; the first lock tries again.");
  const reason = "A Conditional Access policy keeps synced accounts locked.";
  return { blockGroupId: made.newId, capability: { id: "block-group", ok: true, reason, since: now } };
}

async function readAudit(tenant: M365Tenant, now: string): Promise<Capability[]> {
  try {
    const { enabled } = await tenant.readAuditConfig();
    const role: Capability = { id: "exchange-role", ok: true, reason: "Exchange answers.", since: now };
    if (enabled) return [{ id: "audit-log", ok: true, reason: "The unified audit log is on." }, role];
    const switched = await tenant.enableAudit();
    if (switched.kind === "accepted")
      return [{ id: "audit-log", ok: true, reason: "It was off; Petra switched it on.", since: now }, role];
    const reason =
      switched.kind === "refused" ? `${switched.reason} ${switched.fix}` : "It is off and did not switch on.";
    return [{ id: "audit-log", ok: false, reason, since: now }, role];
  } catch (error) {
    if (!(error instanceof M365Fault) || error.faultClass === "retry") throw error;
    const reason = `Exchange does not let Petra in: ${error.message}`;
    return [
      { id: "audit-log", ok: false, reason: "Not known whether the audit log is on.", since: now },
      { id: "exchange-role", ok: false, reason, since: now },
    ];
  }
}
