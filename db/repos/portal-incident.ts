import { and, asc, desc, eq, gt, inArray, isNull, notLike } from "drizzle-orm";
import {
  actions,
  artifacts,
  detectionSignals,
  incidentSteps,
  incidents,
  phishCopies,
  phishMessages,
  sealedSecrets,
} from "../schema/incident.ts";
import { accounts, tenants } from "../schema/organization.ts";
import { audit, outbox } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { listQuestions } from "./approval.ts";
import { own } from "./own.ts";

/** Everything stored about one incident that its page shows; undefined when the viewer may not see it. */
export async function loadIncidentPage(tx: ScopedTx, incidentId: string, now: string) {
  const [head] = await tx
    .select({ incident: incidents, account: accounts, tenant: tenants })
    .from(incidents)
    .innerJoin(accounts, and(eq(accounts.id, incidents.accountId), eq(accounts.orgId, incidents.orgId)))
    .innerJoin(tenants, and(eq(tenants.id, incidents.tenantId), eq(tenants.orgId, incidents.orgId)))
    .where(and(eq(incidents.id, incidentId), own(tx, incidents.orgId, incidents.tenantId)));
  if (!head) return undefined;
  const phish = await tx
    .select()
    .from(phishMessages)
    .where(
      and(
        own(tx, phishMessages.orgId, phishMessages.tenantId),
        eq(phishMessages.incidentId, incidentId),
        isNull(phishMessages.untaggedAt),
      ),
    )
    .orderBy(asc(phishMessages.taggedAt));
  return {
    ...head,
    steps: await tx
      .select()
      .from(incidentSteps)
      .where(and(own(tx, incidentSteps.orgId, incidentSteps.tenantId), eq(incidentSteps.incidentId, incidentId))),
    artifacts: await tx
      .select()
      .from(artifacts)
      .where(and(own(tx, artifacts.orgId, artifacts.tenantId), eq(artifacts.incidentId, incidentId)))
      .orderBy(desc(artifacts.byAttacker), asc(artifacts.createdAt), asc(artifacts.key)),
    actions: await tx
      .select()
      .from(actions)
      .where(and(own(tx, actions.orgId, actions.tenantId), eq(actions.incidentId, incidentId)))
      .orderBy(asc(actions.plannedAt)),
    signals: await tx
      .select()
      .from(detectionSignals)
      .where(
        and(own(tx, detectionSignals.orgId, detectionSignals.tenantId), eq(detectionSignals.incidentId, incidentId)),
      )
      .orderBy(asc(detectionSignals.at)),
    phish,
    copies:
      phish.length === 0
        ? []
        : await tx
            .select()
            .from(phishCopies)
            .where(
              and(
                own(tx, phishCopies.orgId, phishCopies.tenantId),
                inArray(
                  phishCopies.phishId,
                  phish.map((row) => row.id),
                ),
              ),
            )
            .orderBy(asc(phishCopies.mailbox)),
    audit: await tx
      .select()
      .from(audit)
      // Images of the ledger's rows are for the evidence; people read the acts themselves.
      .where(and(own(tx, audit.orgId), eq(audit.incidentId, incidentId), notLike(audit.action, "ledger.%")))
      .orderBy(desc(audit.seq))
      .limit(200),
    notifications: await tx
      .select({ channel: outbox.channel, recipient: outbox.recipient, state: outbox.state, sentAt: outbox.sentAt })
      .from(outbox)
      .where(and(own(tx, outbox.orgId), eq(outbox.incidentId, incidentId)))
      .orderBy(asc(outbox.createdAt)),
    questions: await listQuestions(tx, [incidentId]),
    secret: await findSecret(tx, incidentId, now),
    linked: await findLinked(tx, head.incident.linkedIncidentId),
  };
}
export type IncidentPage = NonNullable<Awaited<ReturnType<typeof loadIncidentPage>>>;

/** The sealed password waiting for this viewer; row-level security shows it to the person who ordered it alone (S40). */
async function findSecret(tx: ScopedTx, incidentId: string, now: string) {
  if (!("memberId" in tx.scope)) return undefined;
  const [row] = await tx
    .select({ id: sealedSecrets.id, expiresAt: sealedSecrets.expiresAt, forMemberId: sealedSecrets.forMemberId })
    .from(sealedSecrets)
    .where(
      and(
        own(tx, sealedSecrets.orgId, sealedSecrets.tenantId),
        eq(sealedSecrets.incidentId, incidentId),
        eq(sealedSecrets.forMemberId, tx.scope.memberId),
        gt(sealedSecrets.expiresAt, now),
      ),
    )
    .orderBy(desc(sealedSecrets.createdAt))
    .limit(1);
  return row;
}

async function findLinked(tx: ScopedTx, id: string | null) {
  if (!id) return undefined;
  const [row] = await tx
    .select({ id: incidents.id, number: incidents.number })
    .from(incidents)
    .where(and(eq(incidents.id, id), own(tx, incidents.orgId, incidents.tenantId)));
  return row;
}

/** Ids an order about an incident needs; undefined when the viewer may not see the incident. */
export async function findIncident(tx: ScopedTx, incidentId: string) {
  const [row] = await tx
    .select({
      id: incidents.id,
      number: incidents.number,
      orgId: incidents.orgId,
      tenantId: incidents.tenantId,
      occurredAt: incidents.occurredAt,
      lastAttackerAt: incidents.lastAttackerAt,
      accountId: incidents.accountId,
    })
    .from(incidents)
    .where(and(eq(incidents.id, incidentId), own(tx, incidents.orgId, incidents.tenantId)));
  return row;
}

/**
 * Takes a sealed password out: reading it deletes it, so of fifty callers one gets it (S40). Undefined when it is gone,
 * expired, of another incident or ordered by somebody else.
 */
export async function takeSecret(
  tx: ScopedTx,
  secret: { id: string; incidentId: string; memberId: string; now: string },
): Promise<{ sealed: Uint8Array; orgId: string; tenantId: string } | undefined> {
  const [row] = await tx
    .delete(sealedSecrets)
    .where(
      and(
        own(tx, sealedSecrets.orgId, sealedSecrets.tenantId),
        eq(sealedSecrets.id, secret.id),
        eq(sealedSecrets.incidentId, secret.incidentId),
        eq(sealedSecrets.forMemberId, secret.memberId),
        gt(sealedSecrets.expiresAt, secret.now),
      ),
    )
    .returning({ sealed: sealedSecrets.sealed, orgId: sealedSecrets.orgId, tenantId: sealedSecrets.tenantId });
  return row;
}
