import { and, asc, desc, eq, gte, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { IncidentStatus } from "#domain/incident/state.ts";
import { REMEDIATION_STEPS, type RemediationStepId, type StepState } from "#domain/remediation/steps.ts";
import type { IncidentCard } from "#domain/view/portal.ts";
import { artifacts, incidentSteps, incidents } from "../schema/incident.ts";
import { accounts, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type CardFilter = {
  id?: string;
  ids?: string[];
  status?: IncidentStatus;
  tenantId?: string;
  detectedSince?: string;
  limit?: number;
};

type Steps = Map<RemediationStepId, StepState>;
const SETTLED: ReadonlySet<StepState> = new Set(["accepted", "verified", "skipped", "not-applicable"]);

/** Incidents the viewer may see as cards, open ones first, newest first. */
export async function listIncidentCards(tx: ScopedTx, filter: CardFilter = {}): Promise<IncidentCard[]> {
  const conditions: (SQL | undefined)[] = [
    own(tx, incidents.orgId, incidents.tenantId),
    filter.id ? eq(incidents.id, filter.id) : undefined,
    filter.ids ? inArray(incidents.id, filter.ids) : undefined,
    filter.status ? eq(incidents.status, filter.status) : undefined,
    // Drills count nowhere and stand in no list; they are asked for by name.
    filter.tenantId ? eq(incidents.tenantId, filter.tenantId) : filter.id ? undefined : eq(tenants.isDrill, false),
    filter.detectedSince ? gte(incidents.detectedAt, filter.detectedSince) : undefined,
  ];
  const rows = await tx
    .select({ incident: incidents, account: accounts, tenant: tenants })
    .from(incidents)
    .innerJoin(accounts, and(eq(accounts.id, incidents.accountId), eq(accounts.orgId, incidents.orgId)))
    .innerJoin(tenants, and(eq(tenants.id, incidents.tenantId), eq(tenants.orgId, incidents.orgId)))
    .where(and(...conditions))
    .orderBy(sql`(${incidents.status} = 'open') desc`, desc(incidents.detectedAt), asc(incidents.id))
    .limit(filter.limit ?? 200);
  const ids = rows.map((row) => row.incident.id);
  const steps = await stepsOf(tx, ids);
  const acting = await actingCounts(tx, ids);
  return rows.map(({ incident, account, tenant }) => {
    const states = steps.get(incident.id) ?? new Map();
    return {
      id: incident.id,
      number: incident.number,
      tenant: { id: tenant.id, name: tenant.name, isDrill: tenant.isDrill },
      account: { id: account.id, upn: account.upn, displayName: account.displayName },
      kind: incident.kind,
      severity: incident.severity,
      confidence: incident.confidence,
      headline: incident.headline,
      status: incident.status,
      isPublished: incident.publishedAt !== null,
      responseEnabled: tenant.responseEnabled,
      contained: incident.containedAt !== null && !incident.notContained,
      notContained: incident.notContained,
      occurredAt: incident.occurredAt,
      detectedAt: incident.detectedAt,
      containedAt: incident.containedAt,
      remediatedAt: incident.remediatedAt,
      nextAction:
        incident.status === "open"
          ? nextAction(incident.publishedAt !== null, states, acting.get(incident.id) ?? 0)
          : null,
      stepsDone: leadingDone(states),
    };
  });
}

/** Steps done without a gap from the first on: one that needs nothing does not make the lock before it look done. */
function leadingDone(states: Steps): number {
  const next = REMEDIATION_STEPS.findIndex(({ id }) => !SETTLED.has(states.get(id) ?? "waiting"));
  return next === -1 ? REMEDIATION_STEPS.length : next;
}

async function stepsOf(tx: ScopedTx, ids: string[]): Promise<Map<string, Steps>> {
  const found = new Map<string, Steps>();
  if (ids.length === 0) return found;
  const rows = await tx
    .select({ incidentId: incidentSteps.incidentId, stepId: incidentSteps.stepId, state: incidentSteps.state })
    .from(incidentSteps)
    .where(and(own(tx, incidentSteps.orgId, incidentSteps.tenantId), inArray(incidentSteps.incidentId, ids)));
  for (const row of rows) {
    const steps = found.get(row.incidentId) ?? new Map();
    found.set(row.incidentId, steps.set(row.stepId, row.state));
  }
  return found;
}

/** Attacker's artifacts that are not yet out of the way, mail aside. */
async function actingCounts(tx: ScopedTx, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ incidentId: artifacts.incidentId, n: sql<number>`count(*)::int` })
    .from(artifacts)
    .where(
      and(
        own(tx, artifacts.orgId, artifacts.tenantId),
        inArray(artifacts.incidentId, ids),
        eq(artifacts.byAttacker, true),
        inArray(artifacts.state, ["active", "unknown"]),
        ne(artifacts.kind, "internal-phish"),
        ne(artifacts.kind, "mailbox-phish"),
      ),
    )
    .groupBy(artifacts.incidentId);
  return new Map(rows.map((row) => [row.incidentId, row.n]));
}

/** What a person does next, in the words of the button. */
function nextAction(isPublished: boolean, steps: Steps, acting: number): string | null {
  if (!isPublished) return "Publish Incident";
  const waiting = REMEDIATION_STEPS.find((step) => steps.get(step.id) === "awaiting-approval");
  if (waiting) return `Waiting for approval: ${waiting.label}`;
  const running = REMEDIATION_STEPS.find((step) => steps.get(step.id) === "running");
  if (running) return `Running: ${running.label}`;
  const next = REMEDIATION_STEPS.find((step) => !SETTLED.has(steps.get(step.id) ?? "waiting"));
  if (!next) return null;
  return next.id === "disable-persistence" && acting > 0 ? `${next.label} (${acting})` : next.label;
}
