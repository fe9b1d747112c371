import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { createTenantActivities } from "#activities/tenant/index.ts";
import { createDb, type Db } from "#db/client.ts";
import { commands, incidents } from "#db/schema/incident.ts";
import { tenants } from "#db/schema/organization.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { createRig, type Rig, type RunningWorkers } from "#temporal/testing/rig.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let rig: Rig;
let workers: RunningWorkers | undefined;
let offsetMs: number;
let consent: "none" | "spreading" | "given";
let wrote: string[];
let rung: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
  rig = await createRig("tenant");
});
beforeEach(() => {
  offsetMs = 0;
  consent = "none";
  wrote = [];
  rung = [];
});
afterEach(async () => {
  await workers?.stop();
  workers = undefined;
  await rig.verify({ unfinished: /monitor|onboard/ });
});
afterAll(async () => {
  await rig?.close();
  await make?.close();
  await db?.close();
  await database?.close();
});

const clock = { now: () => new Date(Date.now() + offsetMs) };
const cloud = {
  forgetTokens: () => {},
  tenant: () => ({
    readOrganization: async () => {
      if (consent !== "given") throw new M365Fault("needs-consent", "The app is not approved yet");
      return {
        id: "x",
        displayName: "x",
        domains: ["client.example"],
        hasP1: true,
        hasP2: false,
        federatedDomains: [],
      };
    },
    readAuditConfig: async () => ({ enabled: false }),
    enableAudit: async () => {
      wrote.push("enable-audit");
      return { kind: "accepted", requestId: undefined };
    },
  }),
} as unknown as M365Cloud;

async function start() {
  const bell = {
    ...rig.bell,
    startScan: async (tenantId: string) => void rung.push(`scan ${tenantId}`),
    wakeIncident: async (_: string, incidentId: string) => void rung.push(`wake ${incidentId}`),
  };
  workers = await rig.startWorkers({ monitor: createTenantActivities({ db, clock, cloud, bell }) });
}
const iso = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
const phaseOf = async (id: string) => (await make.orm.select().from(tenants).where(eq(tenants.id, id)))[0];
const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 30_000, interval: 50 });
async function order(tenant: { id: string; orgId: string }, input: CommandInput) {
  const id = crypto.randomUUID();
  await make.orm.insert(commands).values({
    id,
    orgId: tenant.orgId,
    tenantId: tenant.id,
    kind: input.kind,
    input,
    actor: { kind: "member", memberId: crypto.randomUUID(), orgId: tenant.orgId, name: "Mia", role: "admin" },
    state: "sent",
    issuedAt: iso(0),
  });
  await rig.bell.ringTenant(tenant.id, id);
  await until(async () => (await make.orm.select().from(commands).where(eq(commands.id, id)))[0]?.state).not.toBe(
    "sent",
  );
  return (await make.orm.select().from(commands).where(eq(commands.id, id)))[0];
}

describe("onboarding", () => {
  it("waits for the consent, proves it, switches the audit log on, starts scan and monitoring at once [R1]", async () => {
    await start();
    const org = await make.org();
    const tenant = await make.tenant(org.id, { phase: "consent", microsoftTenantId: null });
    await rig.bell.startOnboarding(tenant.id);
    const id = workflowIds.onboard(tenant.id);
    await until(async () => (await rig.client.workflow.getHandle(id).describe()).historyLength).toBeGreaterThan(8);
    expect((await phaseOf(tenant.id))?.phase).toBe("consent");
    await make.orm.update(tenants).set({ microsoftTenantId: crypto.randomUUID() }).where(eq(tenants.id, tenant.id));
    consent = "spreading";
    await rig.bell.startOnboarding(tenant.id);
    consent = "given";
    await rig.client.workflow.getHandle(id).result();
    const row = await phaseOf(tenant.id);
    expect(row?.phase).toBe("scanning");
    expect(row?.capabilities.find((c) => c.id === "audit-log")).toMatchObject({ ok: true });
    expect(wrote).toEqual(["enable-audit"]);
    expect(rung).toEqual([`scan ${tenant.id}`]);
    const monitor = rig.client.workflow.getHandle(workflowIds.monitor(tenant.id));
    expect((await monitor.describe()).status.name).toBe("RUNNING");
    await rig.keep(id, "onboard-tenant/consent-comes-late");
  });
});

describe("the phases of a watched tenant", () => {
  const trial = async (isScanOnly: boolean) => {
    const org = await make.org();
    const made = await make.tenant(org.id, {
      phase: "trial",
      isScanOnly,
      scanCompletedAt: iso(-DAY_MS),
      baselineEndsAt: iso(-DAY_MS),
      trialEndsAt: iso(13 * DAY_MS),
    });
    await rig.bell.startMonitor(made.id);
    const id = workflowIds.monitor(made.id);
    await until(async () => (await rig.client.workflow.getHandle(id).describe()).historyLength).toBeGreaterThan(7);
    return { tenant: made, id };
  };
  const fortnight = async (id: string) => {
    offsetMs = 14 * DAY_MS;
    await rig.fastForward(id, (14 * DAY_MS) / 1000);
  };

  it("scan-only pauses after 14 days, by itself [R36]", async () => {
    await start();
    const { tenant, id } = await trial(true);
    await fortnight(id);
    await until(async () => (await phaseOf(tenant.id))?.phase).toBe("paused");
    expect((await phaseOf(tenant.id))?.pausedReason).toContain("scan-only");
    await rig.keep(id, "monitor-tenant/scan-only-pauses");
  });

  it("any other becomes active, and an idle tenant costs at most four Temporal actions an hour", async () => {
    await start();
    const { tenant, id } = await trial(false);
    await fortnight(id);
    await until(async () => (await phaseOf(tenant.id))?.phase).toBe("active");
    const before = (await rig.client.workflow.getHandle(id).describe()).historyLength;
    offsetMs = 44 * DAY_MS;
    await rig.fastForward(id, (30 * DAY_MS) / 1000);
    const events = (await rig.client.workflow.getHandle(id).describe()).historyLength - before;
    expect(events / (30 * 24)).toBeLessThanOrEqual(4);
    expect(events).toBeLessThan(12);
  });

  it("an order to pause and to resume is carried out once each, and a second pause is refused [R46]", async () => {
    await start();
    const { tenant } = await trial(false);
    expect(await order(tenant, { kind: "pause" })).toMatchObject({ state: "done" });
    expect((await phaseOf(tenant.id))?.pausedReason).toBe("Paused by Mia.");
    expect(await order(tenant, { kind: "pause" })).toMatchObject({ state: "refused" });
    expect(await order(tenant, { kind: "resume" })).toMatchObject({ state: "done" });
    expect((await phaseOf(tenant.id))?.phase).toBe("trial");
  });

  it("switching Response on acts on open incidents only after the person says so", async () => {
    await start();
    const { tenant } = await trial(false);
    const account = await make.account(tenant);
    const incident = await make.incident(account, { publishedAt: null });
    const rowOf = async () => (await make.orm.select().from(incidents).where(eq(incidents.id, incident.id)))[0];
    expect(await order(tenant, { kind: "act-on-open-incidents" })).toMatchObject({ state: "refused" });
    expect(await order(tenant, { kind: "set-response", enabled: true })).toMatchObject({ state: "done" });
    expect(await rowOf()).toMatchObject({ responseActs: false, publishedAt: null });
    expect(await order(tenant, { kind: "act-on-open-incidents" })).toMatchObject({ state: "done" });
    expect((await rowOf())?.responseActs).toBe(true);
    expect((await rowOf())?.publishedAt).not.toBeNull();
    expect(rung).toContain(`wake ${incident.id}`);
    await order(tenant, { kind: "set-response", enabled: false });
    expect((await rowOf())?.responseActs).toBe(false);
  });

  it("removing ends the watching", async () => {
    await start();
    const { tenant, id } = await trial(false);
    await order(tenant, { kind: "remove" });
    await rig.client.workflow.getHandle(id).result();
    expect((await phaseOf(tenant.id))?.removedAt).not.toBeNull();
  });
});
