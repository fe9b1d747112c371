import type { MemberRole, Scope } from "#domain/access/actor.ts";

/** Who looks or acts, read from Postgres for each request; never from the request itself (S1, S5). */
export type Viewer = {
  memberId: string;
  /** null = analyst of the operator */
  orgId: string | null;
  orgName: string | null;
  name: string;
  email: string;
  role: MemberRole | "analyst";
  canManageTenants: boolean;
  canViewSensitive: boolean;
  isReadOnly: boolean;
  /** The organization wants a second factor of everybody who acts (S9). */
  requiresFactor: boolean;
  /** Tenants given to the person; empty for a member means all of the organization. */
  tenantIds: string[];
};

/** Everything a route or a button can need; a route declares one of these or does not compile. */
export const CAPABILITIES = [
  "tenant.view",
  "tenant.manage",
  "incident.view",
  "incident.publish",
  "incident.remediate",
  "incident.approve",
  "queue.view",
  "policy.view",
  "policy.manage",
  "policy.except",
  "policy.stop",
  "notification.view",
  "notification.manage",
  "usage.view",
  "security.manage",
  "codec.decode",
  "drill.run",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export type Answer = { ok: true } | { ok: false; reason: string };

type Role = Viewer["role"];
const SECURITY: readonly Role[] = ["admin", "full-member", "external-guest", "analyst"];

/** Roles that can hold a capability at all (product.md §5); where that page does not say, the answer is no. */
const HOLDERS: Record<Capability, readonly Role[]> = {
  "tenant.view": SECURITY,
  "tenant.manage": ["admin", "full-member", "sales"],
  "incident.view": SECURITY,
  "incident.publish": ["admin", "full-member", "analyst"],
  "incident.remediate": SECURITY,
  "incident.approve": ["analyst"],
  "queue.view": ["analyst"],
  "policy.view": ["admin", "full-member", "analyst"],
  "policy.manage": ["admin"],
  "policy.except": ["admin", "full-member"],
  "policy.stop": ["admin", "full-member", "analyst"],
  "notification.view": ["admin", "full-member"],
  "notification.manage": ["admin", "full-member"],
  "usage.view": ["admin", "full-member"],
  "security.manage": ["admin"],
  "codec.decode": ["analyst"],
  "drill.run": ["admin"],
};

const WRITES: ReadonlySet<Capability> = new Set<Capability>([
  "tenant.manage",
  "incident.publish",
  "incident.remediate",
  "incident.approve",
  "notification.manage",
  "policy.manage",
  "policy.except",
  "policy.stop",
  "security.manage",
  "drill.run",
]);

const WORDS: Record<Capability, string> = {
  "tenant.view": "see tenants",
  "tenant.manage": "add, change or pause tenants",
  "incident.view": "see incidents",
  "incident.publish": "publish incidents",
  "incident.remediate": "remediate",
  "incident.approve": "approve what waits for an analyst",
  "queue.view": "see the queue of the analysts",
  "policy.view": "see the policy",
  "policy.manage": "change the policy",
  "policy.except": "make exceptions",
  "policy.stop": "use the kill switch",
  "notification.view": "see the notification methods",
  "notification.manage": "change the notification methods",
  "usage.view": "see the usage",
  "security.manage": "change how people sign in",
  "codec.decode": "read the values of executions",
  "drill.run": "run drills",
};

/** May this person do this, and if not why: a sentence that says what to do. Default is no (S5). */
export function may(viewer: Viewer, capability: Capability): Answer {
  if (!HOLDERS[capability].includes(viewer.role))
    return { ok: false, reason: `Your role may not ${WORDS[capability]}. Ask an Admin of your organization.` };
  if (WRITES.has(capability) && viewer.isReadOnly)
    return { ok: false, reason: `Your access is read-only: you may not ${WORDS[capability]}. Ask an Admin.` };
  if (capability === "tenant.manage" && viewer.role !== "admin" && !viewer.canManageTenants)
    return { ok: false, reason: "You may not manage tenants. Ask an Admin for Can Manage Tenants." };
  return { ok: true };
}

/** What Postgres is told about this person: the same answer as `may`, in rows (D22). */
export function scopeOf(viewer: Viewer): Scope {
  const { memberId, orgId, role, tenantIds, isReadOnly } = viewer;
  if (role === "analyst" || orgId === null) return { kind: "operator", memberId };
  if (role === "external-guest") return { kind: "guest", orgId, memberId, tenantIds, isReadOnly };
  return {
    kind: "member",
    orgId,
    memberId,
    tenantIds: role === "admin" || tenantIds.length === 0 ? "all" : tenantIds,
    mayViewSensitive: role === "admin" || viewer.canViewSensitive,
    isReadOnly,
    role,
  };
}
