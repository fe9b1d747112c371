import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WorkflowBell } from "#activities/bell.ts";
import { factsOf } from "#activities/enrich/index.ts";
import { storePage } from "#activities/ingest/store-page.ts";
import { createDb, type Db } from "#db/client.ts";
import { loadSightings } from "#db/repos/past.ts";
import { ensureEventPartitions } from "#db/repos/platform.ts";
import { artifacts, incidentRows, incidents } from "#db/schema/incident.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import { analyze } from "#detections/engine.ts";
import { arrivals, seeded, split } from "#detections/evaluation-runs.ts";
import { playStory } from "#detections/testing/story-tenant.ts";
import { pastOf } from "#detections/world/past.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { PastSighting } from "#domain/incident/analysis.ts";
import { type DetectDeps, MONITOR_DAYS, runDetections } from "./run-detections.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
let now: string;
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

const deps = (): DetectDeps => ({
  db,
  clock: { now: () => new Date(now) },
  bell: { ensureIncident: async () => undefined, wakeIncident: async () => undefined } as unknown as WorkflowBell,
  analyze,
  factsOf,
  workflowIdOf: (t, i) => `tenant/${t}/incident/${i}`,
  publicUrl: "https://portal.example",
});

const DAY = 86_400_000;
type Owner = { orgId: string; tenantId: string; tenantKey: number };

async function tenant(domains: string[]): Promise<Owner> {
  const org = await make.org();
  const made = await make.tenant(org.id, { domains });
  return { orgId: org.id, tenantId: made.id, tenantKey: made.key };
}

async function put(owner: Owner, events: readonly NormalizedEvent[], raw: ReadonlyMap<NormalizedEvent, unknown>) {
  for (const eventSource of ["ual", "sign-in", "directory-audit"] as const) {
    const records = events.filter((e) => e.source === eventSource).map((e) => raw.get(e));
    const page = { records, body: JSON.stringify(records), receivedAt: now };
    await storePage(db, owner, { ...page, source: eventSource, eventSource, availableAt: null }, factsOf, now);
  }
}

async function books(owner: Owner) {
  const found = await make.orm.select().from(incidents).where(eq(incidents.tenantId, owner.tenantId));
  const sorted = (values: string[]): string[] => [...values].sort();
  return Promise.all(
    found.map(async ({ id, draft, kind, severity, confidence }) => ({
      upn: draft.account.upn,
      kind,
      severity,
      confidence,
      records: sorted([...new Set(draft.signals.flatMap((s) => s.recordIds))]),
      signals: sorted(draft.signals.map((s) => s.dedupKey)),
      left: sorted(
        (await make.orm.select().from(artifacts).where(eq(artifacts.incidentId, id))).map((a) => `${a.key} ${a.state}`),
      ),
      his: sorted(
        (await make.orm.select().from(incidentRows).where(eq(incidentRows.incidentId, id)))
          .filter((r) => r.verdict === "attacker")
          .map((r) => r.recordId),
      ),
    })),
  );
}

for (const story of ["aitm-mail-rule", "spray-forward-connector", "spray-forward-connector-twin"]) {
  it(`a scan over all of ${story} says what monitoring through it said, whatever came late`, {
    timeout: 240_000,
  }, async () => {
    const { tenant: played, raws } = playStory(story, "11", "p1");
    const raw = new Map<NormalizedEvent, unknown>();
    for (const record of raws) {
      const read = normalizeRecord(record);
      if (read.kind === "event") raw.set(read.event, record);
    }
    const random = seeded(story.length);
    const list = arrivals([...raw.keys()], random);
    const times = list.map((a) => Date.parse(a.event.occurredAt));
    const end = list.at(-1)!.at;
    const began = Date.parse((played.attack.startedAt as string | undefined) ?? "") || end - 10 * DAY;
    const iso = (ms: number): string => new Date(ms).toISOString();
    await ensureEventPartitions(db, iso(Math.min(...times)), iso(end + DAY));
    const domains = [played.domain, played.initialDomain];

    const scanned = await tenant(domains);
    now = iso(end);
    await put(scanned, [...raw.keys()], raw);
    await runDetections(deps(), scanned, { days: 181 });

    const watched = await tenant(domains);
    const before = list.filter((a) => a.at < began - DAY);
    now = iso(began - DAY);
    await put(
      watched,
      before.map((a) => a.event),
      raw,
    );
    await runDetections(deps(), watched, { days: 181 });
    for (const poll of split(list.slice(before.length), 12, random)) {
      now = iso(poll.at(-1)?.at ?? end);
      await put(
        watched,
        poll.map((a) => a.event),
        raw,
      );
      await runDetections(deps(), watched, { days: MONITOR_DAYS });
    }
    const wanted = await books(scanned);
    expect(await books(watched)).toEqual(wanted);
    expect(wanted).toHaveLength(story.endsWith("-twin") ? 0 : 1);
  });
}

it("the past read from the database is the one the records tell", { timeout: 60_000 }, async () => {
  const { tenant: played, raws } = playStory("quiet", "11", "p1");
  const raw = new Map<NormalizedEvent, unknown>();
  for (const record of raws) {
    const read = normalizeRecord(record);
    if (read.kind === "event") raw.set(read.event, record);
  }
  const events = [...raw.keys()];
  const times = events.map((e) => e.occurredAt).sort();
  const [from, last] = [times[0]!, times.at(-1)!];
  await ensureEventPartitions(db, from, last);
  const owner = await tenant([played.domain]);
  now = last;
  await put(owner, events, raw);
  const until = times[Math.floor(times.length / 2)]!;
  const places = (past: readonly PastSighting[]): string[] => {
    const out = new Map<string, Set<number>>();
    for (const { account, ip, days } of past) {
      const known = out.get(`${account.upn.toLowerCase()} ${ip}`) ?? new Set();
      for (const day of days) known.add(day);
      out.set(`${account.upn.toLowerCase()} ${ip}`, known);
    }
    return [...out].map(([place, days]) => `${place} ${[...days].sort().join()}`).sort();
  };
  const stored = await withWorkerScope(db, owner, (tx) => loadSightings(tx, owner.tenantId, { from, until }));
  const told = pastOf({ events, factsOf }, until, () => false);
  expect(places(stored)).toEqual(places(told));
  expect(told.length).toBeGreaterThan(20);
});
