import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { CommandKind } from "#domain/command/command.ts";
import type { TenantPhase } from "#domain/tenant/phases.ts";
import type { Db } from "../client.ts";

/**
 * What workers ask across organizations through listed definer functions: ids, phases and times, no text of a tenant.
 * Everything else is read in the scope of one tenant (`withWorkerScope`).
 */
export type WorkerTenant = {
  tenantId: string;
  tenantKey: number;
  orgId: string;
  microsoftTenantId: string | null;
  phase: TenantPhase;
  isScanOnly: boolean;
  responseEnabled: boolean;
  accessLostAt: string | null;
};

type Rows = Record<string, unknown>[];
const rows = async (db: Pick<Db, "orm">, query: SQL): Promise<Rows> => [...(await db.orm.execute(query))] as Rows;
const text = (value: unknown): string => String(value);
const optional = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
const iso = (value: unknown): string => new Date(String(value)).toISOString();
const optionalIso = (value: unknown): string | null => (value === null || value === undefined ? null : iso(value));

/** All tenants that were not removed, in the order of their key. */
export async function listWorkerTenants(db: Db): Promise<WorkerTenant[]> {
  return (await rows(db, sql`select * from petra.worker_tenants()`)).map((row) => ({
    tenantId: text(row.tenant_id),
    tenantKey: Number(row.tenant_key),
    orgId: text(row.org_id),
    microsoftTenantId: optional(row.microsoft_tenant_id),
    phase: row.phase as TenantPhase,
    isScanOnly: row.is_scan_only === true,
    responseEnabled: row.response_enabled === true,
    accessLostAt: optionalIso(row.access_lost_at),
  }));
}

/** The organization of a tenant, or undefined when there is no such tenant. */
export async function orgOfTenant(db: Db, tenantId: string): Promise<string | undefined> {
  const [row] = await rows(db, sql`select petra.org_of_tenant(${tenantId}::uuid) as org_id`);
  return optional(row?.org_id) ?? undefined;
}

export type DueWatch = {
  watchId: string;
  orgId: string;
  tenantId: string;
  incidentId: string;
  kind: string;
  dueAt: string;
};

/** Watches whose time has come, oldest first (D13). */
export async function listDueWatches(db: Db, now: string, limit = 500): Promise<DueWatch[]> {
  return (await rows(db, sql`select * from petra.due_watches(${now}::timestamptz, ${limit}::int)`)).map((row) => ({
    watchId: text(row.watch_id),
    orgId: text(row.org_id),
    tenantId: text(row.tenant_id),
    incidentId: text(row.incident_id),
    kind: text(row.kind),
    dueAt: iso(row.due_at),
  }));
}

export type WaitingCommand = {
  commandId: string;
  orgId: string;
  tenantId: string;
  incidentId: string | null;
  phishId: string | null;
  kind: CommandKind;
  issuedAt: string;
  expiresAt: string | null;
};

/** Commands in state `sent` whose bell was never rung, or last before `signalledBefore` (the relay rings again, D15). */
export async function listWaitingCommands(db: Db, signalledBefore: string, limit = 500): Promise<WaitingCommand[]> {
  const query = sql`select * from petra.waiting_commands(${signalledBefore}::timestamptz, ${limit}::int)`;
  return (await rows(db, query)).map((row) => ({
    commandId: text(row.command_id),
    orgId: text(row.org_id),
    tenantId: text(row.tenant_id),
    incidentId: optional(row.incident_id),
    phishId: optional(row.phish_id),
    kind: row.kind as CommandKind,
    issuedAt: iso(row.issued_at),
    expiresAt: optionalIso(row.expires_at),
  }));
}

/** Places the searches of tagged phish in the other tenants of their organizations; the relay rings them. Answers how many mails. */
export async function lookForTaggedPhish(db: Db, now: string): Promise<number> {
  const [row] = await rows(db, sql`select petra.look_for_tagged_phish(${now}::timestamptz) as placed`);
  return Number(row?.placed ?? 0);
}

export type WaitingMessage = { outboxId: string; orgId: string; tenantId: string | null; attempts: number };

/** Messages of the outbox that are due. */
export async function listWaitingOutbox(db: Db, now: string, limit = 200): Promise<WaitingMessage[]> {
  return (await rows(db, sql`select * from petra.waiting_outbox(${now}::timestamptz, ${limit}::int)`)).map((row) => ({
    outboxId: text(row.outbox_id),
    orgId: text(row.org_id),
    tenantId: optional(row.tenant_id),
    attempts: Number(row.attempts),
  }));
}

/** Every open incident: what must have a running workflow after Temporal's store was lost (D29). */
export async function listOpenIncidents(db: Db): Promise<{ incidentId: string; orgId: string; tenantId: string }[]> {
  return (await rows(db, sql`select * from petra.open_incidents()`)).map((row) => ({
    incidentId: text(row.incident_id),
    orgId: text(row.org_id),
    tenantId: text(row.tenant_id),
  }));
}

/** Makes the weekly partitions of the event store between two times; returns how many were new. Call before a bulk load. */
export async function ensureEventPartitions(db: Db, from: string, to: string): Promise<number> {
  const query = sql`select petra.ensure_event_partitions(${from}::timestamptz, ${to}::timestamptz) as made`;
  return Number((await rows(db, query))[0]?.made);
}

/** End of the first trial any organization had for this Microsoft tenant (D24: once per Microsoft tenant). */
export async function firstTrialEnd(db: Db, microsoftTenantId: string): Promise<string | null> {
  const [row] = await rows(db, sql`select petra.first_trial_end(${microsoftTenantId}::uuid) as ends`);
  return optionalIso(row?.ends);
}

/** The next incident number of the scope's organization; whoever else asks waits until the transaction ends. */
export const NEXT_INCIDENT_NUMBER = sql<number>`petra.next_incident_number()`;
