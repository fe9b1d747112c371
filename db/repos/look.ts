import { and, eq, gte, isNull } from "drizzle-orm";
import { LOOK_AUDIT_EVERY_MS } from "#domain/limits.ts";
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
