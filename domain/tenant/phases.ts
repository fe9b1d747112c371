/** Tenant phases (D24). consent → scanning → baselining → trial → active | paused | removed. */
export const TENANT_PHASES = ["consent", "scanning", "baselining", "trial", "active", "paused", "removed"] as const;
export type TenantPhase = (typeof TENANT_PHASES)[number];

/** Products (R45); scan-only and Response can be chosen together. */
export const TENANT_PRODUCTS = ["scan-only", "monitoring", "autopsy"] as const;
export type TenantProduct = (typeof TENANT_PRODUCTS)[number];

export const CAPABILITY_IDS = [
  "p1",
  "p2",
  "audit-log",
  "exchange-role",
  "mail-permission",
  "gdap",
  "directory-role",
  "block-group",
] as const;
export type CapabilityId = (typeof CAPABILITY_IDS)[number];
/** One thing Petra can or cannot do in a tenant, with reason and date. */
export type Capability = { id: CapabilityId; ok: boolean; reason: string; since?: string; until?: string };

export const TRIAL_DAYS = 14;
export const BASELINE_DAYS = 3;
export const LOOKBACK_DAYS = 180;
