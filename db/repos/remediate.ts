import { and, asc, count, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import {
  actions,
  artifacts,
  commands,
  incidentSteps,
  incidents,
  phishCopies,
  phishMessages,
  sealedSecrets,
  watches,
} from "../schema/incident.ts";
import { accounts, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";

export type IncidentRow = typeof incidents.$inferSelect;
export type AccountRow = typeof accounts.$inferSelect;
export type TenantRow = typeof tenants.$inferSelect;
export type ArtifactRow = typeof artifacts.$inferSelect;
export type PhishRow = typeof phishMessages.$inferSelect;
export type CopyRow = typeof phishCopies.$inferSelect;
export type StepRow = typeof incidentSteps.$inferSelect;
export type WatchRow = typeof watches.$inferSelect;
type Place = { orgId: string; tenantId: string; incidentId: string };

export type LoadedCase = { incident: IncidentRow; account: AccountRow; tenant: TenantRow; steps: StepRow[] };

/** The incident with its account and tenant; undefined outside the scope. */
export async function loadCase(tx: ScopedTx, incidentId: string): Promise<LoadedCase | undefined> {
  const [[row], steps] = await Promise.all([
    tx
      .select({ incident: incidents, account: accounts, tenant: tenants })
      .from(incidents)
      .innerJoin(accounts, eq(accounts.id, incidents.accountId))
      .innerJoin(tenants, eq(tenants.id, incidents.tenantId))
      .where(eq(incidents.id, incidentId)),
    tx.select().from(incidentSteps).where(eq(incidentSteps.incidentId, incidentId)),
  ]);
  return row && { ...row, steps };
}

export async function updateIncident(
  tx: ScopedTx,
  incidentId: string,
  values: Partial<typeof incidents.$inferInsert> & { updatedAt: string },
): Promise<void> {
  await tx.update(incidents).set(values).where(eq(incidents.id, incidentId));
}

/** A new plan version: what people saw before is no longer what would happen (D17). */
export async function raisePlanVersion(tx: ScopedTx, incidentId: string, now: string): Promise<void> {
  await tx
    .update(incidents)
    .set({ planVersion: sql`${incidents.planVersion} + 1`, updatedAt: now })
    .where(eq(incidents.id, incidentId));
}

export async function updateAccount(
  tx: ScopedTx,
  accountId: string,
  values: Partial<typeof accounts.$inferInsert>,
): Promise<void> {
  await tx.update(accounts).set(values).where(eq(accounts.id, accountId));
}

export async function markAccessLost(tx: ScopedTx, tenantId: string, reason: string, now: string): Promise<void> {
  await tx
    .update(tenants)
    .set({ accessLostAt: now, accessLostReason: reason })
    .where(and(eq(tenants.id, tenantId), isNull(tenants.accessLostAt)));
}

/** Adds the steps an incident lacks, all waiting; answers those it added. */
export async function ensureSteps(
  tx: ScopedTx,
  place: Place,
  stepIds: readonly RemediationStepId[],
  now: string,
): Promise<StepRow[]> {
  return tx
    .insert(incidentSteps)
    .values(stepIds.map((stepId) => ({ ...place, stepId, state: "waiting" as const, updatedAt: now })))
    .onConflictDoNothing()
    .returning();
}

export async function countAccounts(tx: ScopedTx): Promise<number> {
  const [row] = await tx.select({ n: count() }).from(accounts);
  return row?.n ?? 0;
}

/** Locks by Response in the scope's tenant since `since`, for the cap. */
export async function countAutomaticLocks(tx: ScopedTx, since: string): Promise<number> {
  const [row] = await tx
    .select({ n: count() })
    .from(actions)
    .where(
      and(
        eq(actions.kind, "disable-account"),
        sql`${actions.actor} ->> 'kind' = 'response'`,
        gt(actions.sentAt, since),
      ),
    );
  return row?.n ?? 0;
}

/** The same of the organization and of the whole installation: numbers, nothing of anybody's. */
export async function countLocksBeyond(
  tx: ScopedTx,
  orgId: string,
  since: string,
): Promise<{ org: number; installation: number }> {
  const [row] = await tx.execute<{ of_org: string; of_installation: string }>(
    sql`select of_org, of_installation from petra.automatic_locks(${orgId}::uuid, ${since}::timestamptz)`,
  );
  return { org: Number(row?.of_org ?? 0), installation: Number(row?.of_installation ?? 0) };
}

/**
 * Counting and marking as sent are one act: of many workers at once none passes a cap by one (S45). One lock for the
 * installation, since its cap is shared by all; held until the transaction ends, which asks Microsoft nothing.
 */
export async function holdAutomaticLocks(tx: ScopedTx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('automatic-locks', 0))`);
}

/**
 * Whether this incident's other steps wait because other accounts of this installation are being locked, or were within the
 * last two seconds: locks of a campaign come in series. No longer than three minutes after its own lock.
 */
export async function givesWayToLocks(tx: ScopedTx, incidentId: string, now: string): Promise<boolean> {
  const [row] = await tx.execute<{ is: boolean }>(
    sql`select petra.gives_way_to_locks(${incidentId}::uuid, ${now}::timestamptz) as is`,
  );
  return row?.is === true;
}

export async function findOrder(tx: ScopedTx, commandId: string): Promise<typeof commands.$inferSelect | undefined> {
  const [row] = await tx.select().from(commands).where(eq(commands.id, commandId));
  return row;
}

/** Object ids of the tenant's accounts of these names (any case), by lower-case name; unknown ones are missing. */
export async function findObjectIds(tx: ScopedTx, tenantId: string, upns: string[]): Promise<Map<string, string>> {
  const names = [...new Set(upns.map((upn) => upn.toLowerCase()))];
  if (names.length === 0) return new Map();
  const rows = await tx
    .select({ upn: accounts.upn, objectId: accounts.objectId })
    .from(accounts)
    .where(and(eq(accounts.tenantId, tenantId), inArray(sql`lower(${accounts.upn})`, names)));
  return new Map(rows.flatMap((row) => (row.objectId ? [[row.upn.toLowerCase(), row.objectId] as const] : [])));
}

export async function listArtifacts(tx: ScopedTx, incidentId: string): Promise<ArtifactRow[]> {
  return tx
    .select()
    .from(artifacts)
    .where(eq(artifacts.incidentId, incidentId))
    .orderBy(asc(artifacts.createdAt), asc(artifacts.key));
}

export async function setArtifact(
  tx: ScopedTx,
  artifactId: string,
  values: Partial<typeof artifacts.$inferInsert>,
): Promise<void> {
  await tx.update(artifacts).set(values).where(eq(artifacts.id, artifactId));
}

/** True when it was not known yet. */
export async function addArtifact(tx: ScopedTx, row: typeof artifacts.$inferInsert): Promise<boolean> {
  const made = await tx.insert(artifacts).values(row).onConflictDoNothing().returning({ id: artifacts.id });
  return made.length > 0;
}

export async function listTaggedPhish(tx: ScopedTx, incidentId: string): Promise<PhishRow[]> {
  return tx
    .select()
    .from(phishMessages)
    .where(and(eq(phishMessages.incidentId, incidentId), isNull(phishMessages.untaggedAt)))
    .orderBy(asc(phishMessages.taggedAt));
}

export async function listCopies(tx: ScopedTx, incidentId: string, mailboxObjectId?: string): Promise<CopyRow[]> {
  return tx
    .select()
    .from(phishCopies)
    .where(
      and(
        eq(phishCopies.incidentId, incidentId),
        mailboxObjectId === undefined ? undefined : eq(phishCopies.mailboxObjectId, mailboxObjectId),
      ),
    );
}

export async function putCopy(tx: ScopedTx, row: typeof phishCopies.$inferInsert): Promise<void> {
  const { state, folder, movedMessageId, error, updatedAt } = row;
  await tx
    .insert(phishCopies)
    .values(row)
    .onConflictDoUpdate({
      target: [phishCopies.orgId, phishCopies.phishId, phishCopies.mailboxObjectId, phishCopies.messageId],
      set: {
        state,
        updatedAt,
        error: error ?? null,
        ...(folder === undefined ? {} : { folder }),
        ...(movedMessageId === undefined ? {} : { movedMessageId }),
      },
    });
}

/** Starts a watch or sets its next time; an ended one watches again. */
export async function putWatch(tx: ScopedTx, row: typeof watches.$inferInsert): Promise<void> {
  const { dueAt, until, everySeconds, target } = row;
  await tx
    .insert(watches)
    .values(row)
    .onConflictDoUpdate({
      target: [watches.orgId, watches.incidentId, watches.kind],
      set: { dueAt, until, everySeconds, target, state: "watching" },
    });
}

export async function listWatches(tx: ScopedTx, incidentId: string): Promise<WatchRow[]> {
  return tx.select().from(watches).where(eq(watches.incidentId, incidentId));
}

export async function setWatch(
  tx: ScopedTx,
  watchId: string,
  values: Partial<typeof watches.$inferInsert>,
): Promise<void> {
  await tx.update(watches).set(values).where(eq(watches.id, watchId));
}

export async function endWatches(
  tx: ScopedTx,
  incidentId: string,
  kinds: readonly WatchRow["kind"][],
  result: string,
  now: string,
): Promise<void> {
  await tx
    .update(watches)
    .set({ state: "ended", lastResult: result, lastRunAt: now })
    .where(and(eq(watches.incidentId, incidentId), inArray(watches.kind, [...kinds]), eq(watches.state, "watching")));
}

/** One sealed password an incident: an older one no longer opens anything and goes. */
export async function replaceSealedSecret(tx: ScopedTx, row: typeof sealedSecrets.$inferInsert): Promise<void> {
  await tx.delete(sealedSecrets).where(eq(sealedSecrets.incidentId, row.incidentId));
  await tx.insert(sealedSecrets).values(row);
}

/** From now on, until `expiresAt`, the person who ordered it may look at it. */
export async function showSealedSecret(tx: ScopedTx, incidentId: string, expiresAt: string): Promise<void> {
  const [row] = await tx.delete(sealedSecrets).where(eq(sealedSecrets.incidentId, incidentId)).returning();
  if (row) await tx.insert(sealedSecrets).values({ ...row, expiresAt });
}

export async function dropSealedSecrets(tx: ScopedTx, incidentId: string): Promise<void> {
  await tx.delete(sealedSecrets).where(eq(sealedSecrets.incidentId, incidentId));
}

/** False while another locker of administrators is at work in this tenant; held until the transaction ends (S44). */
export async function holdAdministrators(tx: ScopedTx, tenantId: string): Promise<boolean> {
  const [row] = [
    ...(await tx.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtextextended(${`administrators/${tenantId}`}, 0)) as held`,
    )),
  ];
  return row?.held === true;
}

/**
 * Brings lock watches forward whose account a new record shows enabled since they last ran: directory synchronisation, or
 * somebody else, opened what is to be shut. Answers how many.
 */
export async function hastenLockWatches(tx: ScopedTx, tenantId: string, now: string): Promise<number> {
  const rows = await tx.execute(sql`
    update watches w set due_at = ${now}::timestamptz
    from incidents i join accounts a on a.id = i.account_id
    where w.tenant_id = ${tenantId}::uuid and w.kind = 'lock' and w.state = 'watching' and i.id = w.incident_id
      and w.due_at > ${now}::timestamptz
      and exists (
        select 1 from events e
        where e.tenant_id = w.tenant_id and e.action = 'user.enable' and e.outcome = 'success'
          and e.occurred_at > ${now}::timestamptz - interval '1 day'
          and e.ingested_at > coalesce(w.last_run_at, i.lock_accepted_at)
          and e.event::text like '%' || a.object_id || '%')
    returning w.id`);
  return [...rows].length;
}
