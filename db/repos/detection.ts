import { and, count, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { type ArtifactIdentity, artifactKey, matchFindings, mergeDraft } from "#domain/incident/merge.ts";
import { artifacts, detectionSignals, incidentRows, incidents, phishMessages } from "../schema/incident.ts";
import { failedAttacks } from "../schema/ingest.ts";
import type { ScopedTx } from "../tenancy.ts";
import { inParts } from "./in-parts.ts";
import { iso } from "./incident.ts";
import { NEXT_INCIDENT_NUMBER } from "./platform.ts";

type Owner = { orgId: string; tenantId: string };
export type IncidentRecord = typeof incidents.$inferSelect;
export type RecordClock = { availableAt: string | null; ingestedAt: string };

/** One judge of a tenant at a time until the transaction ends: the scan and the monitoring meet here. */
export async function holdJudgement(tx: ScopedTx, tenantId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('petra.judge'), hashtext(${tenantId}))`);
}

/** Incidents of an account, newest first. */
export async function listIncidentsOf(tx: ScopedTx, tenantId: string, accountId: string): Promise<IncidentRecord[]> {
  return tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.tenantId, tenantId), eq(incidents.accountId, accountId)))
    .orderBy(desc(incidents.detectedAt));
}

/** Opens an incident, still without steps, under the partial unique index; undefined when another was quicker (D7). */
export async function openIncident(
  tx: ScopedTx,
  owner: Owner,
  draft: IncidentDraft,
  values: {
    id: string;
    accountId: string;
    responseEnabled: boolean;
    responseWorkflowId: string;
    clock: RecordClock | undefined;
    linked?: { id: string; reason: string };
    now: string;
  },
): Promise<IncidentRecord | undefined> {
  const { now } = values;
  const published = values.responseEnabled
    ? { publishedAt: now, publishedBy: { kind: "response" as const, workflowId: values.responseWorkflowId } }
    : {};
  const [made] = await tx
    .insert(incidents)
    .values({
      id: values.id,
      ...owner,
      number: NEXT_INCIDENT_NUMBER,
      accountId: values.accountId,
      draftKey: draft.key,
      ...judged(draft),
      ...published,
      responseActs: values.responseEnabled,
      occurredAt: draft.firstAttackerActivity,
      availableAt: values.clock?.availableAt ?? null,
      ingestedAt: values.clock?.ingestedAt ?? null,
      detectedAt: now,
      linkedIncidentId: values.linked?.id ?? null,
      linkReason: values.linked?.reason ?? null,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning();
  return made;
}

const judged = (draft: IncidentDraft) => ({
  kind: draft.kind,
  severity: draft.severity,
  confidence: draft.confidence,
  headline: draft.headline,
  story: draft.story,
  lastAttackerAt: draft.lastAttackerActivity,
  detectableAt: draft.detectableAt,
  draft,
});

/** Lets an incident grow by a newer view of the same compromise; never milder, never later begun. */
export async function growIncident(
  tx: ScopedTx,
  known: IncidentRecord,
  draft: IncidentDraft,
  now: string,
): Promise<void> {
  const merged = mergeDraft(known.draft, draft);
  await tx
    .update(incidents)
    .set({ ...judged(merged), occurredAt: merged.firstAttackerActivity, updatedAt: now })
    .where(eq(incidents.id, known.id));
}

/** Writes signals, artifacts and phish of a draft; answers how many targets of the plan are new. */
export async function writeEvidence(
  tx: ScopedTx,
  owner: Owner,
  incidentId: string,
  draft: IncidentDraft,
  context: {
    clocks: Map<string, RecordClock>;
    mailboxObjectId: (mailbox: string) => string | undefined;
    now: string;
    isNew?: boolean;
  },
): Promise<{ newTargets: number }> {
  const { now } = context;
  const place = { ...owner, incidentId };
  const signals = draft.signals.map((s) => {
    const clock = s.recordIds.map((id) => context.clocks.get(id)).find(Boolean);
    return {
      ...place,
      dedupKey: s.dedupKey,
      detection: s.detection,
      title: s.title,
      reason: s.reason,
      at: s.at,
      weight: s.weight,
      attack: s.attack,
      recordIds: s.recordIds,
      availableAt: clock?.availableAt ?? null,
      ingestedAt: clock?.ingestedAt ?? null,
      detectedAt: now,
    };
  });
  const phish = draft.phish.flatMap(({ internetMessageId, subject, sender, direction }) => {
    if (!internetMessageId) return [];
    const taggedBy = { kind: "system" as const, room: "detect" as const };
    return { ...place, internetMessageId, subject, sender, direction, taggedBy, taggedAt: now };
  });
  // A lock waits for this: all goes out at once, and an incident opened a moment ago holds nothing yet.
  const [known, , newPhish] = await Promise.all([
    context.isNew || draft.persistence.length === 0 ? [] : artifactsOf(tx, incidentId),
    inParts(signals, (some) =>
      tx
        .insert(detectionSignals)
        .values(some)
        .onConflictDoUpdate({
          target: [detectionSignals.incidentId, detectionSignals.dedupKey],
          set: { recordIds: sql`excluded.record_ids`, reason: sql`excluded.reason`, at: sql`excluded.at` },
        }),
    ),
    inParts(phish, (some) =>
      tx.insert(phishMessages).values(some).onConflictDoNothing().returning({ id: phishMessages.id }),
    ),
  ]);
  const stored = matchFindings(known, draft.persistence, mayBeStored);
  const found = draft.persistence.filter((one) => !stored.has(one));
  const rows = found.map((one) => ({
    ...place,
    kind: one.kind,
    key: artifactKey(one),
    name: one.name,
    objectId: one.objectId ?? null,
    mailbox: one.mailbox ?? null,
    mailboxObjectId: one.mailbox ? (context.mailboxObjectId(one.mailbox) ?? null) : null,
    state: one.state,
    byAttacker: one.byAttacker,
    why: one.why,
    effect: one.effect,
    recordId: one.recordId ?? null,
    detail: one.detail,
    createdAt: now,
  }));
  const newArtifacts = await inParts(rows, (some) =>
    tx.insert(artifacts).values(some).onConflictDoNothing().returning({ id: artifacts.id }),
  );
  return { newTargets: newPhish.length + newArtifacts.length };
}

type StoredArtifact = Pick<
  typeof artifacts.$inferSelect,
  "kind" | "name" | "objectId" | "mailbox" | "recordId" | "state"
>;

async function artifactsOf(tx: ScopedTx, incidentId: string): Promise<StoredArtifact[]> {
  const { kind, name, objectId, mailbox, recordId, state } = artifacts;
  return tx
    .select({ kind, name, objectId, mailbox, recordId, state })
    .from(artifacts)
    .where(eq(artifacts.incidentId, incidentId));
}

/** What was taken away and is there again under its name is a target as new as any other, unless the same record made it. */
const mayBeStored = (row: StoredArtifact, found: ArtifactIdentity): boolean =>
  row.state === "active" || row.state === "unknown" || (!!row.recordId && row.recordId === found.recordId);

/** The plan's targets changed: what was previewed before is refused (D17). */
export async function bumpPlan(tx: ScopedTx, incidentId: string): Promise<void> {
  await tx
    .update(incidents)
    .set({ planVersion: sql`${incidents.planVersion} + 1` })
    .where(eq(incidents.id, incidentId));
}

/** Which rows of the account were the attacker's and which the owner's. */
export async function writeRows(
  tx: ScopedTx,
  owner: Owner,
  incidentId: string,
  rows: { recordId: string; verdict: "attacker" | "owner" | "unclear"; reason: string }[],
): Promise<void> {
  await inParts(rows, (some) =>
    tx
      .insert(incidentRows)
      .values(some.map((r) => ({ ...owner, incidentId, ...r })))
      .onConflictDoUpdate({
        target: [incidentRows.incidentId, incidentRows.recordId],
        set: { verdict: sql`excluded.verdict`, reason: sql`excluded.reason` },
      }),
  );
}

/** Artifacts that earlier, closed incidents of the account left behind disabled (R67). */
export async function listDisabledRules(
  tx: ScopedTx,
  incidentIds: string[],
  before: string,
): Promise<ArtifactIdentity[]> {
  if (incidentIds.length === 0) return [];
  const { kind, name, objectId, mailbox, recordId } = artifacts;
  return tx
    .select({ kind, name, objectId, mailbox, recordId })
    .from(artifacts)
    .innerJoin(incidents, eq(incidents.id, artifacts.incidentId))
    .where(
      and(
        inArray(artifacts.incidentId, incidentIds),
        eq(artifacts.state, "disabled"),
        lt(incidents.remediatedAt, before),
      ),
    );
}

/** Incidents of a tenant, closed ones included. */
export async function countTenantIncidents(tx: ScopedTx, tenantId: string): Promise<number> {
  const [row] = await tx.select({ n: count() }).from(incidents).where(eq(incidents.tenantId, tenantId));
  return row?.n ?? 0;
}

/** Accounts that failed attacks aimed at most often (R23). */
export async function listTargeted(tx: ScopedTx, tenantId: string, limit: number): Promise<string[]> {
  const rows = await tx
    .select({ targets: failedAttacks.targets })
    .from(failedAttacks)
    .where(eq(failedAttacks.tenantId, tenantId));
  const tries = new Map<string, number>();
  for (const { upn, attempts } of rows.flatMap((row) => row.targets)) tries.set(upn, (tries.get(upn) ?? 0) + attempts);
  return [...tries]
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([upn]) => upn);
}

/** When a closed incident was closed; undefined while it is open. */
export const closedAt = (incident: IncidentRecord): string | undefined =>
  iso(incident.remediatedAt) ?? iso(incident.dismissedAt) ?? undefined;
