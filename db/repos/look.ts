import { and, eq, gte, inArray, isNull } from "drizzle-orm";
import { LOOK_AUDIT_EVERY_MS } from "#domain/limits.ts";
import { tenants } from "../schema/organization.ts";
import { audit } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { writeAudit } from "./order.ts";

/**
 * Audits that an analyst looked at something of an organization (D22). A live page reads again and again: the same
 * analyst at the same thing is written once in ten minutes. Does nothing for members and guests.
 */
export async function auditLook(
  tx: ScopedTx,
  look: {
    orgId: string;
    tenantId: string | null;
    incidentId: string | null;
    object: string;
    name: string;
    now: string;
  },
): Promise<void> {
  const { scope } = tx;
  if (scope.kind !== "operator") return;
  const { orgId, tenantId, incidentId, object, name, now } = look;
  const since = new Date(Date.parse(now) - LOOK_AUDIT_EVERY_MS).toISOString();
  const recent = await tx
    .select({ actor: audit.actor })
    .from(audit)
    .where(
      and(
        eq(audit.orgId, orgId),
        eq(audit.action, "analyst.look"),
        eq(audit.object, object),
        gte(audit.at, since),
        incidentId ? eq(audit.incidentId, incidentId) : isNull(audit.incidentId),
      ),
    );
  if (recent.some((row) => row.actor.kind === "analyst" && row.actor.memberId === scope.memberId)) return;
  const actor = { kind: "analyst" as const, memberId: scope.memberId, name };
  await writeAudit(tx, { orgId, tenantId, incidentId, at: now, actor, action: "analyst.look", object });
}

/** `auditLook` for a page that spans organizations: once for each organization that stands on it. */
export async function auditLooks(
  tx: ScopedTx,
  look: { tenantIds: string[]; object: string; name: string; now: string },
): Promise<void> {
  const { tenantIds, ...rest } = look;
  if (tx.scope.kind !== "operator" || tenantIds.length === 0) return;
  const rows = await tx.selectDistinct({ orgId: tenants.orgId }).from(tenants).where(inArray(tenants.id, tenantIds));
  for (const { orgId } of rows) await auditLook(tx, { orgId, tenantId: null, incidentId: null, ...rest });
}
