import { and, asc, between, desc, eq, inArray, sql } from "drizzle-orm";
import { EVENT_SOURCES } from "#domain/event/event.ts";
import type { Checkpoint, Link, Tombstone } from "#domain/evidence/chain.ts";
import { auditChain, auditCheckpoints, auditTombstones } from "../schema/evidence.ts";
import {
  actions,
  artifacts,
  commands,
  detectionSignals,
  incidentRows,
  incidentSteps,
  incidents,
} from "../schema/incident.ts";
import { events, rawPages } from "../schema/ingest.ts";
import { accounts, organizations, tenants } from "../schema/organization.ts";
import { audit } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** The rows an incident's evidence is made of, without records and audit; undefined when the viewer may not see it. */
export async function loadEvidence(tx: ScopedTx, incidentId: string) {
  const [head] = await tx
    .select({
      incident: incidents,
      account: accounts,
      tenantName: tenants.name,
      microsoftTenantId: tenants.microsoftTenantId,
      orgName: organizations.name,
    })
    .from(incidents)
    .innerJoin(accounts, and(eq(accounts.id, incidents.accountId), eq(accounts.orgId, incidents.orgId)))
    .innerJoin(tenants, and(eq(tenants.id, incidents.tenantId), eq(tenants.orgId, incidents.orgId)))
    .innerJoin(organizations, eq(organizations.id, incidents.orgId))
    .where(and(eq(incidents.id, incidentId), own(tx, incidents.orgId, incidents.tenantId)));
  if (!head) return undefined;
  return {
    ...head,
    steps: await tx
      .select()
      .from(incidentSteps)
      .where(and(own(tx, incidentSteps.orgId, incidentSteps.tenantId), eq(incidentSteps.incidentId, incidentId)))
      .orderBy(asc(incidentSteps.stepId)),
    signals: await tx
      .select()
      .from(detectionSignals)
      .where(
        and(own(tx, detectionSignals.orgId, detectionSignals.tenantId), eq(detectionSignals.incidentId, incidentId)),
      )
      .orderBy(asc(detectionSignals.at), asc(detectionSignals.dedupKey)),
    commands: await tx
      .select()
      .from(commands)
      .where(and(own(tx, commands.orgId, commands.tenantId), eq(commands.incidentId, incidentId)))
      .orderBy(asc(commands.issuedAt), asc(commands.id)),
    // In one statement, so that a row and its newest image are of one moment.
    actions: await tx
      .select({
        action: actions,
        auditSeq: sql<string | null>`(select max(a.seq) from audit a where a.incident_id = ${actions.incidentId}
          and a.object = ${actions.id}::text and a.action like 'ledger.%')`,
      })
      .from(actions)
      .where(and(own(tx, actions.orgId, actions.tenantId), eq(actions.incidentId, incidentId)))
      .orderBy(asc(actions.plannedAt), asc(actions.id)),
    recordIds: await citedRecords(tx, incidentId, head.incident.draft.recordIds),
  };
}
export type Evidence = NonNullable<Awaited<ReturnType<typeof loadEvidence>>>;

/** Ids of the records the incident rests on: those of its signals and artifacts, and every row held for the attacker's. */
async function citedRecords(tx: ScopedTx, incidentId: string, drafted: readonly string[]): Promise<string[]> {
  const signals = await tx
    .select({ ids: detectionSignals.recordIds })
    .from(detectionSignals)
    .where(
      and(own(tx, detectionSignals.orgId, detectionSignals.tenantId), eq(detectionSignals.incidentId, incidentId)),
    );
  const left = await tx
    .select({ id: artifacts.recordId })
    .from(artifacts)
    .where(and(own(tx, artifacts.orgId, artifacts.tenantId), eq(artifacts.incidentId, incidentId)));
  const judged = await tx
    .select({ id: incidentRows.recordId })
    .from(incidentRows)
    .where(
      and(
        own(tx, incidentRows.orgId, incidentRows.tenantId),
        eq(incidentRows.incidentId, incidentId),
        eq(incidentRows.verdict, "attacker"),
      ),
    );
  const ids = [...drafted, ...signals.flatMap((s) => s.ids), ...left.map((a) => a.id), ...judged.map((r) => r.id)];
  return [...new Set(ids.filter((id) => id !== null))].sort();
}

/** Every stored version of these records, oldest first. */
export async function listCitedEvents(tx: ScopedTx, tenantId: string, recordIds: readonly string[], limit: number) {
  if (recordIds.length === 0) return [];
  return tx
    .select({
      recordId: events.recordId,
      source: events.source,
      occurredAt: events.occurredAt,
      availableAt: events.availableAt,
      ingestedAt: events.ingestedAt,
      contentHash: events.contentHash,
      rawPageId: events.rawPageId,
      rawIndex: events.rawIndex,
    })
    .from(events)
    .where(
      and(
        own(tx, events.orgId, events.tenantId),
        eq(events.tenantId, tenantId),
        inArray(events.source, [...EVENT_SOURCES]),
        inArray(events.recordId, [...recordIds]),
      ),
    )
    .orderBy(asc(events.occurredAt), asc(events.source), asc(events.recordId), asc(events.contentHash))
    .limit(limit);
}
export type CitedEvent = Awaited<ReturnType<typeof listCitedEvents>>[number];

/** One page as it was received; undefined when it is not kept any more. `body` is gzip. */
export async function findRawPage(tx: ScopedTx, tenantId: string, pageId: number) {
  const [row] = await tx
    .select({ hash: rawPages.hash, receivedAt: rawPages.receivedAt, body: rawPages.body })
    .from(rawPages)
    .where(and(own(tx, rawPages.orgId, rawPages.tenantId), eq(rawPages.tenantId, tenantId), eq(rawPages.id, pageId)));
  return row;
}

/** Takes along the audit rows that found the chain busy, until none waits. */
export async function chainAudit(tx: ScopedTx, orgId: string): Promise<void> {
  for (;;) {
    const [row] = await tx.execute<{ chained: number }>(sql`select petra.chain_audit(${orgId}::uuid) as chained`);
    if (!row || Number(row.chained) === 0) return;
  }
}

/** Rows of the audit about one incident that the viewer may see, with what it takes to check each. */
export async function listAuditRows(tx: ScopedTx, incidentId: string) {
  return tx
    .select({
      position: auditChain.position,
      actor: sql<string>`${audit.actor}::text`,
      body: sql<string>`petra.audit_body(${audit})`,
      actorSalt: auditChain.actorSalt,
      bodySalt: auditChain.bodySalt,
    })
    .from(audit)
    .innerJoin(auditChain, and(eq(auditChain.auditSeq, audit.seq), eq(auditChain.orgId, audit.orgId)))
    .where(and(own(tx, audit.orgId), eq(audit.incidentId, incidentId)))
    .orderBy(asc(auditChain.position));
}
export type AuditRow = Awaited<ReturnType<typeof listAuditRows>>[number];

/** A part of the chain as hashes, in order. */
export async function listLinks(tx: ScopedTx, orgId: string, from: number, to: number): Promise<Link[]> {
  const rows = await tx.execute<{
    link_position: string;
    recorded_at: string;
    entry_hash: string;
    previous_hash: string;
    hash: string;
  }>(sql`select * from petra.audit_links(${orgId}::uuid, ${from}::bigint, ${to}::bigint)`);
  return [...rows].map((row) => ({
    position: Number(row.link_position),
    recordedAt: row.recorded_at,
    entryHash: row.entry_hash,
    previousHash: row.previous_hash,
    hash: row.hash,
  }));
}

/** Positions of the chain whose row is not in the audit any more, the first `limit` of them. */
export async function listGone(tx: ScopedTx, orgId: string, limit: number): Promise<number[]> {
  const rows = await tx.execute<{ gone_position: string }>(
    sql`select * from petra.audit_gone(${orgId}::uuid, ${limit}::int)`,
  );
  return [...rows].map((row) => Number(row.gone_position));
}

/**
 * Drops the oldest rows of an organization's audit, up to the first that is younger, belongs to an open incident, or is
 * missing already; at most `limit`. Their links stay. Undefined when there is nothing to drop.
 */
export async function dropAuditRows(
  tx: ScopedTx,
  orgId: string,
  before: string,
  limit: number,
): Promise<{ from: number; to: number; hash: string } | undefined> {
  const [row] = await tx.execute<{ from_position: string; to_position: string; hash: string }>(
    sql`select * from petra.retire_audit(${orgId}::uuid, ${before}::timestamptz, ${limit}::int)`,
  );
  return row && { from: Number(row.from_position), to: Number(row.to_position), hash: row.hash };
}

export async function keepTombstone(tx: ScopedTx, stone: Tombstone): Promise<void> {
  await tx.insert(auditTombstones).values(stone);
}

/** What retention dropped of an organization's audit, oldest first. Times as they were signed. */
export async function listTombstones(tx: ScopedTx, orgId: string): Promise<Tombstone[]> {
  const rows = await tx
    .select()
    .from(auditTombstones)
    .where(and(own(tx, auditTombstones.orgId), eq(auditTombstones.orgId, orgId)))
    .orderBy(asc(auditTombstones.from));
  return rows.map((row) => ({
    ...row,
    before: new Date(row.before).toISOString(),
    at: new Date(row.at).toISOString(),
  }));
}

/** The newest link of an organization; undefined before its first audit row. */
export async function findHead(tx: ScopedTx, orgId: string): Promise<{ position: number; hash: string } | undefined> {
  const [row] = await tx.execute<{ head_position: string; hash: string }>(
    sql`select * from petra.audit_head(${orgId}::uuid)`,
  );
  return row && { position: Number(row.head_position), hash: row.hash };
}

/** Keeps a signed head; the one that is there already stays. */
export async function keepCheckpoint(tx: ScopedTx, point: Checkpoint): Promise<void> {
  await tx.insert(auditCheckpoints).values(point).onConflictDoNothing();
}

/** The newest head this key has signed. */
export async function findLastCheckpoint(tx: ScopedTx, orgId: string, keyId: string): Promise<Checkpoint | undefined> {
  const [row] = await tx
    .select()
    .from(auditCheckpoints)
    .where(and(own(tx, auditCheckpoints.orgId), eq(auditCheckpoints.orgId, orgId), eq(auditCheckpoints.keyId, keyId)))
    .orderBy(desc(auditCheckpoints.position))
    .limit(1);
  return row && { ...row, at: new Date(row.at).toISOString() };
}

/** Signed heads of an organization within a part of its chain, in order. Times as they were signed. */
export async function listCheckpoints(tx: ScopedTx, orgId: string, from: number, to: number): Promise<Checkpoint[]> {
  const rows = await tx
    .select()
    .from(auditCheckpoints)
    .where(
      and(
        own(tx, auditCheckpoints.orgId),
        eq(auditCheckpoints.orgId, orgId),
        between(auditCheckpoints.position, from, to),
      ),
    )
    .orderBy(asc(auditCheckpoints.position), asc(auditCheckpoints.keyId));
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}

/** Organizations whose chain the viewer may see. */
export async function listChainOrgs(tx: ScopedTx): Promise<{ id: string; name: string }[]> {
  return tx
    .select({ id: organizations.id, name: organizations.name })
    .from(organizations)
    .where(own(tx, organizations.id))
    .orderBy(asc(organizations.name));
}
