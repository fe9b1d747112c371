import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import { applyOverride, DEFAULT_POLICY, type PolicyDocument, type PolicyOverride } from "#domain/policy/document.ts";
import type { PolicyException } from "#domain/policy/exception.ts";
import { policyVersionOf } from "#domain/remediation/authorize.ts";
import { killSwitches, policies, policyExceptions } from "../schema/policy.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type PolicyRow = typeof policies.$inferSelect;
export type ExceptionRow = typeof policyExceptions.$inferSelect;
export type KillSwitchRow = typeof killSwitches.$inferSelect;

/** What decides about a tenant: its document, the kill switch and the exceptions, all as they stand in this transaction. */
export type PolicyInForce = {
  document: PolicyDocument;
  version: string;
  killSwitch: { by: string; since: string } | null;
  exceptions: PolicyException[];
};

const nameOf = (actor: Actor): string => ("name" in actor ? actor.name : "Petra");

/** The newest version of the organization's policy (tenantId null) or of a tenant's; undefined when none was ever saved. */
export async function findPolicy(
  tx: ScopedTx,
  at: { orgId: string; tenantId: string | null },
): Promise<PolicyRow | undefined> {
  const [row] = await tx
    .select()
    .from(policies)
    .where(
      and(
        own(tx, policies.orgId),
        eq(policies.orgId, at.orgId),
        at.tenantId === null ? isNull(policies.tenantId) : eq(policies.tenantId, at.tenantId),
      ),
    )
    .orderBy(desc(policies.version))
    .limit(1);
  return row;
}

/** The newest version of the organization's policy and of the tenant's, as far as there are any. */
const newestPolicies = (tx: ScopedTx, at: { orgId: string; tenantId: string }): Promise<PolicyRow[]> =>
  tx
    .selectDistinctOn([policies.tenantId])
    .from(policies)
    .where(
      and(
        own(tx, policies.orgId),
        eq(policies.orgId, at.orgId),
        or(isNull(policies.tenantId), eq(policies.tenantId, at.tenantId)),
      ),
    )
    .orderBy(policies.tenantId, desc(policies.version));

/** Versions, newest first. */
export const listPolicies = (tx: ScopedTx, at: { orgId: string; tenantId: string | null }): Promise<PolicyRow[]> =>
  tx
    .select()
    .from(policies)
    .where(
      and(
        own(tx, policies.orgId),
        eq(policies.orgId, at.orgId),
        at.tenantId === null ? isNull(policies.tenantId) : eq(policies.tenantId, at.tenantId),
      ),
    )
    .orderBy(desc(policies.version))
    .limit(50);

/** Adds a version; false when somebody else was quicker and `version` is taken. */
export async function addPolicy(
  tx: ScopedTx,
  row: {
    orgId: string;
    tenantId: string | null;
    version: number;
    document: PolicyOverride;
    by: Actor;
    reason: string;
    createdAt: string;
  },
): Promise<boolean> {
  const made = await tx.insert(policies).values(row).onConflictDoNothing().returning({ id: policies.id });
  return made.length > 0;
}

/** The switch of the whole organization, or of one tenant. */
export async function findKillSwitch(
  tx: ScopedTx,
  orgId: string,
  tenantId: string | null = null,
): Promise<KillSwitchRow | undefined> {
  const [row] = await tx
    .select()
    .from(killSwitches)
    .where(
      and(
        own(tx, killSwitches.orgId),
        eq(killSwitches.orgId, orgId),
        tenantId === null ? isNull(killSwitches.tenantId) : eq(killSwitches.tenantId, tenantId),
      ),
    );
  return row;
}

/** Every switch of the organization that is on: its own first, then tenants', the newest first. */
export const listStopped = (tx: ScopedTx, orgId: string): Promise<KillSwitchRow[]> =>
  tx
    .select()
    .from(killSwitches)
    .where(and(own(tx, killSwitches.orgId), eq(killSwitches.orgId, orgId), eq(killSwitches.isOn, true)))
    .orderBy(sql`${killSwitches.tenantId} is not null`, desc(killSwitches.at));

/** Turns it; false when it stood so already. */
export async function setKillSwitch(
  tx: ScopedTx,
  row: { orgId: string; tenantId: string | null; isOn: boolean; by: Actor; reason: string | null; at: string },
): Promise<boolean> {
  const { isOn, by, reason, at } = row;
  const turned = await tx
    .insert(killSwitches)
    .values(row)
    .onConflictDoUpdate({
      target: [killSwitches.orgId, killSwitches.tenantId],
      set: { isOn, by, reason, at },
      setWhere: sql`${killSwitches.isOn} <> ${isOn}`,
    })
    .returning({ orgId: killSwitches.orgId });
  return turned.length > 0;
}

/** Exceptions of a tenant that have not ended at `now`, those to come included; without one of the whole scope. */
export const listExceptions = (tx: ScopedTx, orgId: string, now: string, tenantId?: string): Promise<ExceptionRow[]> =>
  tx
    .select()
    .from(policyExceptions)
    .where(
      and(
        own(tx, policyExceptions.orgId, policyExceptions.tenantId),
        eq(policyExceptions.orgId, orgId),
        tenantId ? eq(policyExceptions.tenantId, tenantId) : sql`true`,
        gt(policyExceptions.endsAt, now),
        or(isNull(policyExceptions.endedAt), gt(policyExceptions.endedAt, now)),
      ),
    )
    .orderBy(policyExceptions.endsAt)
    .limit(500);

export async function addException(
  tx: ScopedTx,
  row: typeof policyExceptions.$inferInsert,
): Promise<ExceptionRow | undefined> {
  const [made] = await tx.insert(policyExceptions).values(row).returning();
  return made;
}

/** Ends an exception before its time; undefined when it is not there or over already. */
export async function endException(
  tx: ScopedTx,
  id: string,
  by: Actor,
  now: string,
): Promise<ExceptionRow | undefined> {
  const [row] = await tx
    .update(policyExceptions)
    .set({ endedAt: now, endedBy: by })
    .where(
      and(
        eq(policyExceptions.id, id),
        own(tx, policyExceptions.orgId, policyExceptions.tenantId),
        isNull(policyExceptions.endedAt),
        gt(policyExceptions.endsAt, now),
      ),
    )
    .returning();
  return row;
}

export const exceptionOf = (row: ExceptionRow): PolicyException => ({
  id: row.id,
  kind: row.kind,
  accountObjectId: row.accountObjectId,
  countries: row.countries,
  addresses: row.addresses,
  startsAt: row.startsAt,
  endsAt: row.endsAt,
  reason: row.reason,
});

/** Everything that decides about a tenant now; read again before each write, never kept (D6, S46). */
export async function loadPolicyInForce(
  tx: ScopedTx,
  at: { orgId: string; tenantId: string },
  now: string,
): Promise<PolicyInForce> {
  const [newest, switches, exceptions] = await Promise.all([
    newestPolicies(tx, at),
    listStopped(tx, at.orgId),
    listExceptions(tx, at.orgId, now, at.tenantId),
  ]);
  const org = newest.find((one) => one.tenantId === null);
  const tenant = newest.find((one) => one.tenantId === at.tenantId);
  const killSwitch = switches.find((one) => one.tenantId === null || one.tenantId === at.tenantId);
  const base = org ? applyOverride(DEFAULT_POLICY, org.document) : DEFAULT_POLICY;
  return {
    document: tenant ? applyOverride(base, tenant.document) : base,
    version: policyVersionOf(org?.version ?? null, tenant?.version ?? null),
    killSwitch: killSwitch ? { by: nameOf(killSwitch.by), since: killSwitch.at } : null,
    exceptions: exceptions.map(exceptionOf),
  };
}
