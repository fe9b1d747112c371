import { and, asc, eq, or, sql } from "drizzle-orm";
import { artifacts, incidentSteps, incidents, phishMessages } from "../schema/incident.ts";
import { organizations } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** What shadow mode would have done, as long as nobody has done it. */
const isShadowed = and(eq(incidentSteps.state, "waiting"), sql`${incidentSteps.decision} ->> 'would' is not null`);

/** Steps that wait for an analyst, over all organizations the scope sees, longest waiting first. */
export async function listAwaiting(tx: ScopedTx) {
  const rows = await tx
    .select({
      step: incidentSteps,
      incident: incidents,
      org: { id: organizations.id, name: organizations.name },
    })
    .from(incidentSteps)
    .innerJoin(incidents, and(eq(incidents.id, incidentSteps.incidentId), eq(incidents.orgId, incidentSteps.orgId)))
    .innerJoin(organizations, eq(organizations.id, incidents.orgId))
    .where(
      and(
        own(tx, incidentSteps.orgId, incidentSteps.tenantId),
        or(eq(incidentSteps.state, "awaiting-approval"), isShadowed),
        eq(incidents.status, "open"),
        // A drill is for the person who trains: the analysts have nothing to decide in it.
        sql`not exists (select 1 from tenants t where t.id = ${incidents.tenantId} and t.is_drill)`,
      ),
    )
    .orderBy(asc(incidentSteps.askedAt), asc(incidentSteps.updatedAt))
    .limit(200);
  return rows;
}

/** Names a step would act on: the attacker's artifacts, or the subjects of the tagged mail. */
export async function targetsOf(tx: ScopedTx, incidentId: string, step: "disable-persistence" | "retract-phish") {
  if (step === "retract-phish") {
    const mails = await tx
      .select({ name: phishMessages.subject })
      .from(phishMessages)
      .where(and(own(tx, phishMessages.orgId, phishMessages.tenantId), eq(phishMessages.incidentId, incidentId)));
    return mails.map((mail) => ({ kind: "mail" as const, name: mail.name ?? "(no subject)" }));
  }
  const found = await tx
    .select({ kind: artifacts.kind, name: artifacts.name })
    .from(artifacts)
    .where(
      and(
        own(tx, artifacts.orgId, artifacts.tenantId),
        eq(artifacts.incidentId, incidentId),
        eq(artifacts.byAttacker, true),
        eq(artifacts.state, "active"),
      ),
    );
  return found;
}
