import { and, asc, count, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Actor } from "#domain/access/actor.ts";
import type { IncidentBrief } from "#domain/incident/brief.ts";
import type { IncidentState } from "#domain/incident/state.ts";
import { REMEDIATION_STEP_IDS, type RemediationStepId } from "#domain/remediation/steps.ts";
import { artifacts, incidentSteps, incidents, phishCopies, phishMessages } from "../schema/incident.ts";
import { accounts, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { listApprovals } from "./approval.ts";

/** A stored time as ISO 8601 UTC; null stays null. */
export function iso(value: string): string;
export function iso(value: string | null): string | null;
export function iso(value: string | null): string | null {
  return value === null ? null : new Date(value).toISOString();
}

async function loadIncident(tx: ScopedTx, incidentId: string) {
  const [row] = await tx
    .select({ incident: incidents, account: accounts, responseEnabled: tenants.responseEnabled })
    .from(incidents)
    .innerJoin(accounts, eq(accounts.id, incidents.accountId))
    .innerJoin(tenants, eq(tenants.id, incidents.tenantId))
    .where(eq(incidents.id, incidentId));
  return row;
}

const loadSteps = (tx: ScopedTx, incidentId: string) =>
  tx.select().from(incidentSteps).where(eq(incidentSteps.incidentId, incidentId));

/** What the transition function needs; undefined when the incident is not in the scope. */
export async function loadIncidentState(tx: ScopedTx, incidentId: string): Promise<IncidentState | undefined> {
  const row = await loadIncident(tx, incidentId);
  if (!row) return undefined;
  const { incident, account, responseEnabled } = row;
  const stepRows = await loadSteps(tx, incidentId);
  const found = await tx
    .select()
    .from(artifacts)
    .where(eq(artifacts.incidentId, incidentId))
    .orderBy(asc(artifacts.createdAt), asc(artifacts.key));
  const agreed = await listAgreed(tx, incident, stepRows);
  const steps = Object.fromEntries(
    REMEDIATION_STEP_IDS.map((id) => {
      const step = stepRows.find((s) => s.stepId === id);
      const words = agreed.get(id);
      return [
        id,
        {
          state: step?.state ?? "waiting",
          ...(words ? { agreed: words } : {}),
          ...(step?.residualUntil ? { residualUntil: iso(step.residualUntil) } : {}),
          ...(step?.reason ? { reason: step.reason } : {}),
        },
      ];
    }),
  ) as IncidentState["steps"];
  const enabledBefore = incident.accountBefore?.accountEnabled ?? account.accountEnabled;
  return {
    id: incident.id,
    tenantId: incident.tenantId,
    status: incident.status,
    kind: incident.kind,
    severity: incident.severity,
    confidence: incident.confidence,
    isPublished: incident.publishedAt !== null,
    responseEnabled,
    planVersion: incident.planVersion,
    account: {
      ...(account.objectId ? { objectId: account.objectId } : {}),
      upn: account.upn,
      isSynced: account.isSynced,
      isFederated: account.isFederated,
      wasEnabledBefore: enabledBefore !== false || incident.accountBefore === null,
      isPrivileged: account.roles.length > 0,
      isLastGlobalAdmin: false,
      hasMailbox: account.mailboxKind !== "none",
    },
    steps,
    artifacts: found.map(({ id, kind, name, state, byAttacker }) => ({ id, kind, name, state, byAttacker })),
    phish: await countPhish(tx, incidentId),
    ...(incident.passwordProof ? { passwordProof: incident.passwordProof } : {}),
  };
}

/** Who has agreed, for the steps that wait for two people. */
async function listAgreed(
  tx: ScopedTx,
  incident: { id: string; planVersion: number },
  stepRows: (typeof incidentSteps.$inferSelect)[],
): Promise<Map<RemediationStepId, { memberId: string; at: string }[]>> {
  const agreed = new Map<RemediationStepId, { memberId: string; at: string }[]>();
  for (const { stepId, state, authority, decision } of stepRows) {
    if (state !== "awaiting-approval" || authority !== "two") continue;
    const since = decision?.waitingSince ?? new Date(0).toISOString();
    const at = { incidentId: incident.id, stepId, planVersion: incident.planVersion, since };
    const words = await listApprovals(tx, at);
    agreed.set(
      stepId,
      words.map((word) => ({ memberId: word.memberId, at: iso(word.at) })),
    );
  }
  return agreed;
}

async function countPhish(tx: ScopedTx, incidentId: string): Promise<IncidentState["phish"]> {
  const isTagged = and(eq(phishMessages.incidentId, incidentId), isNull(phishMessages.untaggedAt));
  const [tagged] = await tx.select({ n: count() }).from(phishMessages).where(isTagged);
  const [open] = await tx
    .select({ n: count() })
    .from(phishCopies)
    .innerJoin(phishMessages, eq(phishMessages.id, phishCopies.phishId))
    .where(and(isTagged, inArray(phishCopies.state, ["found", "failed"])));
  return { tagged: tagged?.n ?? 0, open: open?.n ?? 0 };
}

/** What the workflow may know; `ready` is filled by the caller, who asks the transition function. */
export async function loadIncidentBrief(tx: ScopedTx, incidentId: string): Promise<IncidentBrief | undefined> {
  const asked = await tx.execute(sql`select extract(epoch from clock_timestamp()) * 1000 as ms`);
  const [clock] = [...asked] as { ms: unknown }[];
  const row = await loadIncident(tx, incidentId);
  if (!row) return undefined;
  const { incident } = row;
  const stepRows = await loadSteps(tx, incidentId);
  const steps = Object.fromEntries(
    REMEDIATION_STEP_IDS.map((id) => {
      const step = stepRows.find((s) => s.stepId === id);
      return [
        id,
        {
          state: step?.state ?? "waiting",
          authority: step?.authority ?? null,
          reason: step?.reason ?? null,
          by: step?.actor?.kind ?? null,
        },
      ];
    }),
  ) as IncidentBrief["steps"];
  return {
    readAt: Number(clock?.ms ?? 0),
    number: incident.number,
    status: incident.status,
    isPublished: incident.publishedAt !== null,
    responseEnabled: row.responseEnabled,
    responseActs: incident.responseActs,
    planVersion: incident.planVersion,
    contained: incident.containedAt !== null && !incident.notContained,
    notContained: incident.notContained,
    residualUntil: iso(incident.residualUntil),
    steps,
    ready: [],
  };
}

/** Sets one step's state and reason, and nothing else of it. */
export async function setStep(
  tx: ScopedTx,
  incidentId: string,
  stepId: RemediationStepId,
  values: Partial<Omit<typeof incidentSteps.$inferInsert, "incidentId" | "stepId">> & { updatedAt: string },
): Promise<void> {
  await tx
    .update(incidentSteps)
    .set(values)
    .where(and(eq(incidentSteps.incidentId, incidentId), eq(incidentSteps.stepId, stepId)));
}

/** Open incidents of a tenant, oldest first. */
export async function listOpenIncidentIds(tx: ScopedTx, tenantId: string): Promise<string[]> {
  const rows = await tx
    .select({ id: incidents.id })
    .from(incidents)
    .where(and(eq(incidents.tenantId, tenantId), eq(incidents.status, "open")))
    .orderBy(asc(incidents.detectedAt));
  return rows.map((r) => r.id);
}

/** Holds the incident's row until the transaction ends, so that two orders are decided one after the other. */
export async function lockIncident(tx: ScopedTx, incidentId: string): Promise<void> {
  await tx.execute(sql`select 1 from incidents where id = ${incidentId} for update`);
}

/** Makes an incident visible to the team (R82). Answers false when it was published already. */
export async function publishIncident(
  tx: ScopedTx,
  incidentId: string,
  values: { by: Actor; now: string; responseActs?: boolean },
): Promise<boolean> {
  const changed = await tx
    .update(incidents)
    .set({ publishedAt: values.now, publishedBy: values.by, updatedAt: values.now })
    .where(and(eq(incidents.id, incidentId), isNull(incidents.publishedAt)))
    .returning({ id: incidents.id });
  if (values.responseActs) await tx.update(incidents).set({ responseActs: true }).where(eq(incidents.id, incidentId));
  return changed.length > 0;
}

/** Tags a mail as phish (R88): a tag and nothing else. Tagging again brings an untagged one back. */
export async function tagPhish(
  tx: ScopedTx,
  at: { orgId: string; tenantId: string; incidentId: string },
  mail: { internetMessageId: string; subject?: string; sender?: string },
  by: Actor,
  now: string,
): Promise<void> {
  await tx
    .insert(phishMessages)
    .values({
      ...at,
      internetMessageId: mail.internetMessageId,
      subject: mail.subject ?? null,
      sender: mail.sender ?? null,
      direction: "received",
      taggedBy: by,
      taggedAt: now,
    })
    .onConflictDoUpdate({
      target: [phishMessages.orgId, phishMessages.incidentId, phishMessages.internetMessageId],
      set: { untaggedAt: null, taggedBy: by, taggedAt: now },
    });
}

export async function untagPhish(
  tx: ScopedTx,
  incidentId: string,
  internetMessageId: string,
  now: string,
): Promise<void> {
  await tx
    .update(phishMessages)
    .set({ untaggedAt: now })
    .where(and(eq(phishMessages.incidentId, incidentId), eq(phishMessages.internetMessageId, internetMessageId)));
}
