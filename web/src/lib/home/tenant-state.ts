import type { TenantRow } from "#domain/view/portal.ts";

export type TenantState = {
  word: string;
  tone: "plain" | "amber" | "quiet";
  progress?: number;
  icon: "dot" | "notable" | "wait" | "pause";
};

const days = (until: string, now: number): number => Math.max(0, Math.ceil((Date.parse(until) - now) / 86_400_000));

/** What the tenant table and the tenant page say about a tenant, the most pressing thing first. */
export function tenantState(tenant: TenantRow, now: number, date: (iso: string) => string): TenantState {
  const audit = tenant.capabilities.find((c) => c.id === "audit-log" && !c.ok);
  if (tenant.accessLostReason)
    return { word: `Access lost, ${tenant.accessLostReason}`, tone: "amber", icon: "notable" };
  if (tenant.phase === "paused")
    return { word: tenant.pausedAt ? `Paused since ${date(tenant.pausedAt)}` : "Paused", tone: "quiet", icon: "pause" };
  if (tenant.phase === "removed") return { word: "Removed", tone: "quiet", icon: "pause" };
  if (tenant.phase === "consent") return { word: "Waiting for approval", tone: "plain", icon: "wait" };
  if (audit) return { word: "Audit Logs Not Enabled", tone: "amber", icon: "notable" };
  if (tenant.phase === "scanning") {
    const progress = tenant.scanProgress ?? 0;
    return { word: `Scanning ${Math.floor(progress * 100)} %`, tone: "plain", icon: "wait", progress };
  }
  if (tenant.phase === "baselining") {
    return {
      word: tenant.baselineEndsAt ? `Baselining, ready on ${date(tenant.baselineEndsAt)}` : "Baselining",
      tone: "plain",
      icon: "wait",
    };
  }
  if (tenant.phase === "trial" && tenant.trialEndsAt) {
    const left = days(tenant.trialEndsAt, now);
    return { word: `Trial, ${left} ${left === 1 ? "day" : "days"} left`, tone: "plain", icon: "wait" };
  }
  return { word: "Monitoring", tone: "plain", icon: "dot" };
}

export const needsAttention = (tenant: TenantRow): boolean =>
  tenant.openIncidents > 0 ||
  tenant.accessLostReason !== null ||
  !tenant.hasNotificationMethod ||
  tenant.capabilities.some((c) => c.id === "audit-log" && !c.ok);

const rank = (tenant: TenantRow): number =>
  tenant.openIncidents > 0
    ? 0
    : tenant.accessLostReason
      ? 1
      : needsAttention(tenant)
        ? 2
        : tenant.phase === "consent"
          ? 3
          : tenant.phase === "paused"
            ? 6
            : 4;

export const TENANT_FILTERS = [
  { id: "all", label: "All", is: () => true },
  { id: "attention", label: "Needs attention", is: needsAttention },
  { id: "monitoring", label: "Monitoring", is: (t: TenantRow) => t.phase === "active" },
  { id: "trial", label: "Trial", is: (t: TenantRow) => t.phase === "trial" },
  { id: "scanning", label: "Scanning", is: (t: TenantRow) => t.phase === "scanning" },
] as const;

/** Sorted by need, then by name. */
export const byNeed = (tenants: TenantRow[]): TenantRow[] =>
  tenants.toSorted((a, b) => rank(a) - rank(b) || b.openIncidents - a.openIncidents || a.name.localeCompare(b.name));
