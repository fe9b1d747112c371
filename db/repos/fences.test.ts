import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "#domain/access/actor.ts";
import { createDb, type Db } from "../client.ts";
import { detectionSignals, incidents } from "../schema/incident.ts";
import { watermarks } from "../schema/ingest.ts";
import { type ScopedTx, withScope } from "../tenancy.ts";
import { createTestDatabase, type TestDatabase } from "../test/database.ts";
import { createFactories, FACTORY_NOW, type Factories } from "../test/factories.ts";
import { findCommand, listCommands, withdrawCommand } from "./commands.ts";
import { listNotificationMethods } from "./notification-methods.ts";
import { findTenant, listByMicrosoftTenant } from "./onboarding.ts";
import { listIncidentCards } from "./portal-cards.ts";
import { countFirings, countNotables } from "./portal-detections.ts";
import { listEvents, listIncidentEvents } from "./portal-events.ts";
import { describeAccounts, listFailedAttacks } from "./portal-failed-attacks.ts";
import { listSources, loadImpact } from "./portal-impact.ts";
import { findIncident, loadIncidentPage } from "./portal-incident.ts";
import { listAwaiting } from "./portal-queue.ts";
import { loadScanPage } from "./portal-scan.ts";
import { listTenantRows } from "./portal-tenants.ts";
import { findUncommon, listUncommon } from "./portal-uncommon.ts";
import { visibleOf } from "./visible.ts";

let database: TestDatabase;
let make: Factories;
let app: Db;
let mine: Awaited<ReturnType<typeof things>>;
let theirs: Awaited<ReturnType<typeof things>>;

async function things() {
  const org = await make.org();
  const tenant = await make.tenant(org.id);
  const account = await make.account(tenant);
  const incident = await make.incident(account);
  const command = await make.command(incident);
  await make.scan(tenant);
  await make.notificationMethod(org.id);
  const uncommon = await make.notable(tenant);
  await make.failedAttack(tenant);
  const at = FACTORY_NOW;
  const owner = { orgId: org.id, tenantId: tenant.id };
  await make.orm.insert(watermarks).values({ ...owner, source: "sign-ins", lastPolledAt: at });
  const signal = { detection: "d", dedupKey: "k", title: "t", reason: "r", at, detectedAt: at, weight: 1 };
  await make.orm
    .insert(detectionSignals)
    .values({ ...owner, incidentId: incident.id, attack: [], recordIds: [], ...signal });
  return { org, tenant, incident, command, uncommon, upn: account.upn };
}

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  app = createDb(database.urls.app, { max: 2 });
  mine = await things();
  theirs = await things();
});
afterAll(async () => {
  await Promise.all([app.close(), make.close()]);
  await database.close();
});

const SINCE = "2026-11-01T00:00:00.000Z";
const scope = (): Scope => ({
  kind: "member",
  orgId: mine.org.id,
  memberId: crypto.randomUUID(),
  tenantIds: "all",
  mayViewSensitive: true,
  isReadOnly: false,
  role: "admin",
});

/** Every read of a repo, with somebody else's ids: what comes back must be nothing of theirs. */
const READS: Record<string, (tx: ScopedTx, ids: typeof theirs) => Promise<unknown>> = {
  findCommand: (tx, ids) => findCommand(tx, ids.command.id),
  listCommands: (tx, ids) => listCommands(tx, ids.incident.id),
  withdrawCommand: (tx, ids) => withdrawCommand(tx, ids.command.id, FACTORY_NOW),
  findTenant: (tx, ids) => findTenant(tx, ids.tenant.id),
  findIncident: (tx, ids) => findIncident(tx, ids.incident.id),
  loadIncidentPage: (tx, ids) => loadIncidentPage(tx, ids.incident.id, FACTORY_NOW),
  loadScanPage: (tx, ids) => loadScanPage(tx, ids.tenant.id),
  listIncidentCards: (tx, ids) => listIncidentCards(tx, { tenantId: ids.tenant.id }),
  listTenantRow: (tx, ids) => listTenantRows(tx, FACTORY_NOW, ids.tenant.id),
  listEvents: (tx, ids) => listEvents(tx, { tenantId: ids.tenant.id, limit: 10 }).then((page) => page.rows),
  listIncidentEvents: (tx, ids) =>
    listIncidentEvents(tx, { id: ids.incident.id, tenantId: ids.tenant.id }, { limit: 10 }),
  loadImpact: (tx, ids) => loadImpact(tx, ids.incident.id),
  listSources: (tx, ids) => listSources(tx, ids.tenant.id),
  listUncommon: (tx, ids) =>
    listUncommon(tx, { tenantId: ids.tenant.id, since: SINCE, page: 0, limit: 10 }).then((page) => page.rows),
  countUncommon: (tx, ids) =>
    listUncommon(tx, { tenantId: ids.tenant.id, since: SINCE, page: 0, limit: 10 }).then((page) => page.types),
  findUncommon: (tx, ids) => findUncommon(tx, ids.uncommon.id),
  listFailedAttacks: (tx, ids) => listFailedAttacks(tx, ids.tenant.id, SINCE),
  describeAccounts: (tx, ids) => describeAccounts(tx, ids.tenant.id, [ids.upn]),
  countFirings: (tx, ids) => countFirings(tx, SINCE, ids.tenant.id),
  countNotables: (tx, ids) => countNotables(tx, SINCE, ids.tenant.id),
  visibleOf: (tx, ids) =>
    visibleOf(tx, { tenantIds: [ids.tenant.id], incidentIds: [ids.incident.id] }).then((seen) => [
      ...seen.tenants,
      ...seen.incidents,
    ]),
};
const LISTS: Record<string, (tx: ScopedTx) => Promise<unknown>> = {
  listAllTenants: (tx) => listTenantRows(tx, FACTORY_NOW),
  listAllCards: (tx) => listIncidentCards(tx),
  listByMicrosoftTenant,
  listNotificationMethods,
  listAwaiting,
};

const isNothing = (found: unknown): boolean => found === undefined || (Array.isArray(found) && found.length === 0);

describe("each fence alone keeps other organizations out [S1]", () => {
  test.each(Object.keys(READS))("with row-level security walked past, %s still filters by itself", async (name) => {
    const client = postgres(database.superUrl, { max: 1 });
    const found = await drizzle({ client })
      .transaction((tx) => READS[name]!(Object.assign(tx, { scope: scope() }) as unknown as ScopedTx, theirs))
      .finally(() => client.end());
    expect(isNothing(found)).toBe(true);
  });

  test.each(Object.keys(LISTS))("with row-level security walked past, %s names nothing foreign", async (name) => {
    const client = postgres(database.superUrl, { max: 1 });
    const found = await drizzle({ client })
      .transaction((tx) => LISTS[name]!(Object.assign(tx, { scope: scope() }) as unknown as ScopedTx))
      .finally(() => client.end());
    for (const id of [theirs.org.id, theirs.tenant.id, theirs.incident.id])
      expect(JSON.stringify(found)).not.toContain(id);
  });

  test("with no filter in the query, row-level security returns the own rows alone", async () => {
    const seen = await withScope(app, scope(), (tx) => tx.select({ id: incidents.id }).from(incidents));
    expect(seen).toEqual([{ id: mine.incident.id }]);
  });

  test("the same reads find what is the viewer's own", async () => {
    for (const [name, read] of Object.entries(READS)) {
      if (name === "listEvents" || name === "listIncidentEvents") continue;
      const found = await withScope(app, scope(), (tx) => read(tx, mine));
      expect(`${name}: ${isNothing(found)}`).toBe(`${name}: false`);
    }
  });
});
