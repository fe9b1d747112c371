import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { WorkflowBell } from "#activities/bell.ts";
import { storePage } from "#activities/ingest/store-page.ts";
import { createDb, type Db } from "#db/client.ts";
import { findWatermark, saveWatermark } from "#db/repos/ingest.ts";
import { artifacts, detectionSignals, incidentRows, incidentSteps, incidents } from "#db/schema/incident.ts";
import { events } from "#db/schema/ingest.ts";
import { accounts } from "#db/schema/organization.ts";
import { audit, outbox } from "#db/schema/platform.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import type { Analysis, AnalysisInput, IncidentDraft } from "#domain/incident/analysis.ts";
import { type DetectDeps, prepareToJudge, runDetections } from "./run-detections.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.urls.worker);
  make = createFactories(database.superUrl);
});
afterAll(async () => {
  await make?.close();
  await db?.close();
  await database?.close();
});

const DAY = "2026-11-20";
const objectId = "5d3a4719-9d86-41ce-9c8e-228b087e9667";
let now: string;
let drafts: IncidentDraft[];
let rung: string[];
const bell = {
  ensureIncident: async (_: string, id: string) => void rung.push(`ensure ${id}`),
  wakeIncident: async (_: string, id: string, why: string) => void rung.push(`${why} ${id}`),
} as WorkflowBell;
const deps = (): DetectDeps => ({
  db,
  clock: { now: () => new Date(now) },
  bell,
  factsOf: () => ({}),
  workflowIdOf: (t, i) => `tenant/${t}/incident/${i}`,
  publicUrl: "https://portal.example",
  analyze: (input): Analysis => ({
    incidents: drafts,
    failedAttacks: [
      {
        kind: "PASSWORD_SPRAY",
        sourceIps: ["203.0.113.7"],
        countries: ["NL"],
        accounts: ["vera@client.example"],
        from: `${DAY}T01:00:00.000Z`,
        to: `${DAY}T02:00:00.000Z`,
        attempts: 40,
        recordIds: ["f1"],
      },
    ],
    notable: [
      {
        account: { upn: "vera@client.example" },
        kind: "odd",
        at: `${DAY}T03:00:00.000Z`,
        recordIds: ["n1"],
        why: "odd",
      },
    ],
    attribution: input.events.map((e) => ({
      recordId: e.recordId,
      verdict: "attacker" as const,
      reason: "stolen session",
    })),
    targetedAccounts: [],
  }),
});

const draft = (recordIds: string[], over: Partial<IncidentDraft> = {}): IncidentDraft => ({
  key: "k",
  account: { upn: "vera@client.example", objectId },
  kind: "aitm",
  severity: "high",
  confidence: 0.9,
  headline: "A stolen session",
  story: "Somebody used a stolen session.",
  firstAttackerActivity: `${DAY}T08:00:00.000Z`,
  lastAttackerActivity: `${DAY}T09:00:00.000Z`,
  detectableAt: `${DAY}T08:00:00.000Z`,
  attack: ["T1557"],
  attacker: { ips: [], asns: [], userAgents: [], sessions: [], apps: [] },
  signals: [
    {
      detection: "d",
      title: "t",
      at: `${DAY}T08:00:00.000Z`,
      account: { upn: "vera@client.example" },
      recordIds,
      dedupKey: "s1",
      weight: 3,
      attack: [],
      reason: "r",
    },
  ],
  recordIds,
  persistence: [],
  for: [],
  against: [],
  notVisible: [],
  phish: [],
  ...over,
});
const rule = (name: string) => ({
  kind: "inbox-rule" as const,
  name,
  state: "active" as const,
  byAttacker: true,
  why: "w",
  effect: "e",
  detail: {},
  mailbox: "vera@client.example",
});

async function tenant(values: { responseEnabled?: boolean } = {}) {
  const org = await make.org();
  const made = await make.tenant(org.id, values);
  await make.notificationMethod(org.id, { address: "oncall@msp.example" });
  const owner = { orgId: org.id, tenantId: made.id, tenantKey: made.key };
  const record = (id: string) => ({
    Id: id,
    CreationTime: `${DAY}T08:00:00`,
    Operation: "UserLoggedIn",
    RecordType: 15,
    Workload: "AzureActiveDirectory",
    UserId: "vera@client.example",
    UserKey: objectId,
    ClientIP: "203.0.113.7",
    OrganizationId: crypto.randomUUID(),
    ResultStatus: "Success",
  });
  const put = (ids: string[], more: object = {}) => {
    const records = ids.map((id) => ({ ...record(id), ...more }));
    const page = { records, body: JSON.stringify(records), receivedAt: now };
    return storePage(db, owner, { ...page, source: "Audit.X", eventSource: "ual", availableAt: now }, () => ({}), now);
  };
  return { owner, put };
}
const incidentsOf = (tenantId: string) =>
  make.orm.select().from(incidents).where(eq(incidents.tenantId, tenantId)).orderBy(incidents.number);
const run = (owner: { orgId: string; tenantId: string }, inventory = false) =>
  runDetections(deps(), owner, { days: 30, ...(inventory ? { inventory: [] } : {}) });

beforeEach(() => {
  now = `${DAY}T10:00:00.000Z`;
  drafts = [];
  rung = [];
});

describe("a judgement", () => {
  it("knows a rule again that the inventory calls otherwise than the log; put back after it was taken away, it is a new target", async () => {
    const { owner } = await tenant();
    const told = (objectId: string, recordId: string) => [
      draft(["d1"], { persistence: [{ ...rule("."), objectId, recordId }] }),
    ];
    const rows = () => make.orm.select().from(artifacts).where(eq(artifacts.tenantId, owner.tenantId));
    drafts = told("Vera\\17", "d1");
    await run(owner);
    drafts = told("AQAAAB", "d1");
    await run(owner, true);
    expect(await rows()).toHaveLength(1);
    await make.orm.update(artifacts).set({ state: "deleted" }).where(eq(artifacts.tenantId, owner.tenantId));
    await run(owner, true);
    expect(await rows()).toHaveLength(1);
    drafts = told("AQAAAC", "d2");
    await run(owner, true);
    expect((await rows()).map((row) => row.state).toSorted()).toEqual(["active", "deleted"]);
  });

  it("takes two live rules of one name for two, and a third that comes later for a third", async () => {
    const { owner } = await tenant();
    const told = (...ids: string[]) => [
      draft(["d1"], { persistence: ids.map((objectId) => ({ ...rule("."), objectId })) }),
    ];
    const ids = async () =>
      (await make.orm.select().from(artifacts).where(eq(artifacts.tenantId, owner.tenantId))).map(
        (row) => row.objectId,
      );
    drafts = told("a", "b");
    await run(owner, true);
    await run(owner, true);
    expect((await ids()).toSorted()).toEqual(["a", "b"]);
    drafts = told("c", "a", "b");
    await run(owner, true);
    expect((await ids()).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("finds the past of a quiet tenant in memory: it was read before anything happened there", async () => {
    const { owner, put } = await tenant();
    await put(["old"], { CreationTime: "2026-09-01T08:00:00" });
    const pastSeen = async () => {
      let past: AnalysisInput["past"];
      const { analyze, ...others } = deps();
      const spy = (input: AnalysisInput) => {
        past = input.past;
        return analyze(input);
      };
      await runDetections({ ...others, analyze: spy }, owner, { days: 30 });
      return past;
    };
    await prepareToJudge(deps(), owner);
    await make.orm.delete(events).where(eq(events.recordId, "old"));
    expect(await pastSeen()).toHaveLength(1);
    now = "2026-11-21T10:00:00.000Z";
    expect(await pastSeen()).toEqual([]);
  });

  it("calls for the inventory after a consent that came since the last one, once, and not within the hour", async () => {
    const { owner, put } = await tenant();
    const at = async (cursor?: { at: string }) =>
      withWorkerScope(db, owner, async (tx) => {
        if (cursor) await saveWatermark(tx, owner, "inventory", { cursor });
        return (await findWatermark(tx, owner.tenantId, "inventory"))?.cursor;
      });
    const morning = { at: `${DAY}T06:00:00.000Z` };
    await at(morning);
    await put(["r1"]);
    await run(owner);
    expect(await at()).toEqual(morning);
    await put(["c1"], { Operation: "Consent to application.", RecordType: 8 });
    await at({ at: `${DAY}T09:30:00.000Z` });
    await run(owner);
    expect(await at()).toEqual({ at: `${DAY}T09:30:00.000Z` });
    await at(morning);
    await run(owner);
    expect(await at()).toEqual({});
    await at({ at: now });
    now = `${DAY}T14:00:00.000Z`;
    await run(owner);
    expect(await at()).toEqual({ at: `${DAY}T10:00:00.000Z` });
  });

  it("opens one incident with its evidence, its clocks, its steps and its message, Response off: unpublished [R80]", async () => {
    const { owner, put } = await tenant();
    await put(["r1", "r2"]);
    drafts = [
      draft(["r1", "r2"], {
        persistence: [rule("..")],
        phish: [{ internetMessageId: "<p@x>", direction: "received" }],
      }),
    ];
    await run(owner);
    const [incident] = await incidentsOf(owner.tenantId);
    expect(incident).toMatchObject({ status: "open", publishedAt: null, responseActs: false, number: 1 });
    expect(incident?.ingestedAt && new Date(incident.ingestedAt).toISOString()).toBe(now);
    const of = { id: incident?.id ?? "" };
    expect(await make.orm.select().from(incidentSteps).where(eq(incidentSteps.incidentId, of.id))).toHaveLength(6);
    expect(await make.orm.select().from(detectionSignals).where(eq(detectionSignals.incidentId, of.id))).toHaveLength(
      1,
    );
    expect(await make.orm.select().from(incidentRows).where(eq(incidentRows.incidentId, of.id))).toHaveLength(2);
    expect(await make.orm.select().from(artifacts).where(eq(artifacts.incidentId, of.id))).toHaveLength(1);
    const mails = await make.orm.select().from(outbox).where(eq(outbox.incidentId, of.id));
    expect(mails.map((m) => m.subject)).toEqual(["Petra: account compromise — vera@client.example"]);
    const [opened] = await make.orm.select().from(audit).where(eq(audit.incidentId, of.id));
    expect(opened?.action).toBe("incident.open");
    expect(rung).toEqual([`ensure ${of.id}`]);
  });

  it("locks in this process before its workflow is rung, where Response may; a lock that hangs or fails holds nothing up", async () => {
    const { owner, put } = await tenant({ responseEnabled: true });
    await put(["l1"]);
    drafts = [draft(["l1"])];
    const told: string[] = [];
    const runWith = (lock: () => Promise<unknown>) => {
      const prepareLock: DetectDeps["prepareLock"] = ({ account }) => {
        const prepared = rung.length;
        return ({ incidentId }, rows) => {
          expect(rows).toMatchObject({ incident: { id: incidentId }, account: { id: account.id } });
          expect(rows.steps).toHaveLength(6);
          told.push(`lock ${incidentId} after ${prepared}`);
          return lock();
        };
      };
      return runDetections({ ...deps(), prepareLock }, owner, { days: 30 });
    };
    await runWith(async () => {});
    const [incident] = await incidentsOf(owner.tenantId);
    // Nobody says that it is locked: whoever was to lock it may have died.
    await runWith(() => new Promise(() => {}));
    await runWith(() => Promise.reject(new Error("Microsoft is down")));
    expect(told).toEqual([0, 1, 2].map((n) => `lock ${incident?.id} after ${n}`));
    expect(rung).toEqual(Array.from({ length: 3 }, () => `ensure ${incident?.id}`));
    await make.orm.update(incidents).set({ lockAcceptedAt: now }).where(eq(incidents.tenantId, owner.tenantId));
    await runWith(async () => {});
    expect(told).toHaveLength(3);
    // Of one that waits for a person Microsoft is asked again only when there is something new.
    await make.orm.update(incidents).set({ lockAcceptedAt: null }).where(eq(incidents.tenantId, owner.tenantId));
    await make.orm
      .update(incidentSteps)
      .set({ state: "awaiting-approval" })
      .where(eq(incidentSteps.incidentId, incident?.id ?? ""));
    await runWith(async () => {});
    expect(told).toHaveLength(3);
    await put(["l1b"]);
    drafts = [draft(["l1", "l1b"])];
    await runWith(async () => {});
    expect(told).toHaveLength(4);
    const off = await tenant();
    await off.put(["l2"]);
    drafts = [draft(["l2"])];
    const prepareLock = () => () => Promise.reject(told.push("off"));
    await runDetections({ ...deps(), prepareLock }, off.owner, { days: 30 });
    expect(told).not.toContain("off");
  });

  it("remembers a tenant's events and still sees what was judged elsewhere, changed hands or came late", async () => {
    const { owner, put } = await tenant();
    const judged: string[][] = [];
    const judge = async () => {
      const analyze: DetectDeps["analyze"] = (input) => {
        judged.push(input.events.map((event) => event.recordId).sort());
        return deps().analyze(input);
      };
      await runDetections({ ...deps(), analyze }, owner, { days: 30 });
    };
    drafts = [draft(["w1"])];
    await put(["w1"]);
    await judge();
    await put(["w2"]);
    await judge();
    await put(["w3"]);
    await make.orm.update(events).set({ detectedAt: now }).where(eq(events.tenantId, owner.tenantId));
    await judge();
    const moved = await make.account({ orgId: owner.orgId, id: owner.tenantId }, { upn: "moved@client.example" });
    await make.orm.update(events).set({ accountKey: moved.key }).where(eq(events.recordId, "w1"));
    drafts = [draft(["w1"], { account: { upn: moved.upn } })];
    await judge();
    expect(judged).toEqual([["w1"], ["w1", "w2"], ["w1", "w2", "w3"], ["w1", "w2", "w3"]]);
    const [theirs] = await make.orm.select().from(incidents).where(eq(incidents.accountId, moved.id));
    const rows = await make.orm
      .select()
      .from(incidentRows)
      .where(eq(incidentRows.incidentId, theirs?.id ?? ""));
    expect(rows.map((row) => row.recordId)).toEqual(["w1"]);
  });

  it("twice over the same records changes nothing", async () => {
    const { owner, put } = await tenant({ responseEnabled: true });
    await put(["a1"]);
    drafts = [draft(["a1"])];
    await run(owner);
    await run(owner);
    const all = await incidentsOf(owner.tenantId);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ planVersion: 1, responseActs: true });
    expect(all[0]?.publishedAt).not.toBeNull();
    // Its workflow, which may never have begun, is asked for until the lock is accepted.
    expect(rung).toEqual([`ensure ${all[0]?.id}`, `ensure ${all[0]?.id}`]);
  });

  it("lets an incident grow by late records; new targets make a new plan and wake the workflow [L3]", async () => {
    const { owner, put } = await tenant();
    await put(["b1"]);
    drafts = [draft(["b1"])];
    await run(owner);
    drafts = [
      draft(["b0", "b1"], { firstAttackerActivity: `${DAY}T07:00:00.000Z`, severity: "low", persistence: [rule("x")] }),
    ];
    await run(owner);
    const [incident] = await incidentsOf(owner.tenantId);
    expect(incident).toMatchObject({ planVersion: 2, severity: "high" });
    expect(new Date(incident?.occurredAt ?? 0).toISOString()).toBe(`${DAY}T07:00:00.000Z`);
    expect(rung.at(-1)).toBe(`evidence ${incident?.id}`);
  });

  it("leaves a remediated incident remediated: the same records open nothing, new activity a linked one [R68]", async () => {
    const { owner, put } = await tenant();
    await put(["c1"]);
    drafts = [draft(["c1"])];
    await run(owner);
    const close = { status: "remediated" as const, remediatedAt: `${DAY}T11:00:00.000Z` };
    await make.orm.update(incidents).set(close).where(eq(incidents.tenantId, owner.tenantId));
    now = `${DAY}T12:00:00.000Z`;
    await run(owner);
    expect(await incidentsOf(owner.tenantId)).toHaveLength(1);
    drafts = [draft(["c1", "c2"], { lastAttackerActivity: `${DAY}T11:30:00.000Z` })];
    await run(owner);
    const [first, second] = await incidentsOf(owner.tenantId);
    expect(first?.status).toBe("remediated");
    expect(second).toMatchObject({ status: "open", linkedIncidentId: first?.id });
  });

  it("an artifact that was only disabled comes back as one open leftover incident with the hint [R67]", async () => {
    const { owner, put } = await tenant();
    await put(["d1"]);
    drafts = [draft(["d1"], { persistence: [rule("..")] })];
    await run(owner);
    const [first] = await incidentsOf(owner.tenantId);
    await make.orm
      .update(artifacts)
      .set({ state: "disabled" })
      .where(eq(artifacts.incidentId, first?.id ?? ""));
    const close = { status: "remediated" as const, remediatedAt: `${DAY}T11:00:00.000Z` };
    await make.orm.update(incidents).set(close).where(eq(incidents.tenantId, owner.tenantId));
    now = `${DAY}T12:00:00.000Z`;
    drafts = [draft(["d1"], { kind: "leftover-persistence", persistence: [{ ...rule(".."), state: "disabled" }] })];
    await run(owner, true);
    await run(owner, true);
    const all = await incidentsOf(owner.tenantId);
    expect(all).toHaveLength(2);
    expect(all[1]?.linkReason).toContain("disabled, not deleted");
  });

  it("a provisional account becomes the real one without losing its incident", async () => {
    const { owner } = await tenant();
    drafts = [draft(["x"], { account: { upn: "Vera@client.example" } })];
    await run(owner);
    const [before] = await make.orm.select().from(accounts).where(eq(accounts.tenantId, owner.tenantId));
    expect(before?.objectId).toBeNull();
    const records = [
      {
        Id: "e1",
        CreationTime: `${DAY}T08:00:00`,
        Operation: "UserLoggedIn",
        RecordType: 15,
        Workload: "AzureActiveDirectory",
        UserId: "vera@client.example",
        UserKey: objectId,
        UserType: 0,
        OrganizationId: objectId,
      },
    ];
    const page = { records, body: JSON.stringify(records), receivedAt: now };
    await storePage(db, owner, { ...page, source: "s", eventSource: "ual", availableAt: null }, () => ({}), now);
    const after = await make.orm.select().from(accounts).where(eq(accounts.tenantId, owner.tenantId));
    expect(after).toHaveLength(1);
    const [incident] = await incidentsOf(owner.tenantId);
    expect(incident?.accountId).toBe(after[0]?.id);
  });
});
