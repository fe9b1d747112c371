import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tellOwnDetections } from "#db/repos/own-detections.ts";
import { detectionSignals } from "#db/schema/incident.ts";
import { FACTORY_NOW } from "#db/test/factories.ts";
import { CATALOG } from "#detections/catalog.ts";
import type { DetectionCatalogView, FailedAttacksView, OwnDetections, UncommonPage } from "#domain/view/detection.ts";
import type { IncidentView } from "#domain/view/portal.ts";
import { parseQuality, readQuality } from "./detection-quality.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";
import { blindSpots } from "./view/blind-spots.ts";

let rig: Rig;
let admin: Person;
let orgId: string;

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
  admin = await rig.signIn(await rig.make.member(orgId));
});
afterAll(() => rig.close());

const read = async <T>(path: string, as = admin): Promise<T> => (await (await as.get(path)).json()) as T;
const DETECTION = CATALOG[0]?.id ?? "";

async function fire(incident: { id: string; orgId: string; tenantId: string }, at = FACTORY_NOW) {
  await rig.make.orm.insert(detectionSignals).values({
    orgId: incident.orgId,
    tenantId: incident.tenantId,
    incidentId: incident.id,
    dedupKey: crypto.randomUUID(),
    detection: DETECTION,
    title: "t",
    reason: "r",
    at,
    detectedAt: at,
    weight: 1,
    attack: [],
    recordIds: [],
  });
}

describe("the catalogue", () => {
  test("names every detection with its sources, licence, ATT&CK and gaps, and says what was not measured", async () => {
    const view = await read<DetectionCatalogView>("/api/detections");
    expect(view.detections.map((row) => row.id)).toEqual(CATALOG.map((detection) => detection.id));
    for (const row of view.detections) {
      expect(row.sources.length).toBeGreaterThan(0);
      expect(row.licence).not.toBe("");
      expect(row.attack.every(({ technique }) => /^T\d{4}/.test(technique))).toBe(true);
    }
    const measured = (await readQuality()).of;
    expect(view.detections.filter((row) => row.quality).every((row) => measured.has(row.id))).toBe(true);
  });

  test("shows what the worker found in the folder of own detections, with what it refused; a guest is not shown it", async () => {
    expect((await read<DetectionCatalogView>("/api/detections")).own).toBeNull();
    const found = {
      loaded: [
        {
          id: DETECTION,
          title: "Mailbox exported",
          severity: "high",
          kind: "sigma",
          file: "export.yml",
          techniques: ["T1114"],
          decides: false,
        },
      ],
      refused: [{ file: "odd.yml", title: "Odd", reason: "It is not YAML." }],
    } satisfies OwnDetections;
    await tellOwnDetections(rig.make, found, FACTORY_NOW);
    const tenant = await rig.make.tenant(orgId);
    await fire(await rig.make.incident(await rig.make.account(tenant)));
    const { own } = await read<DetectionCatalogView>("/api/detections");
    expect(own).toMatchObject({ ...found, readAt: FACTORY_NOW });
    expect(own?.loaded[0]?.fired.incidents).toBeGreaterThan(0);
    const guest = await rig.signIn(await rig.make.member(orgId, { role: "external-guest" }));
    expect((await read<DetectionCatalogView>("/api/detections", guest)).own).toBeNull();
    await tellOwnDetections(rig.make, { loaded: [], refused: [] }, FACTORY_NOW);
    expect((await read<DetectionCatalogView>("/api/detections")).own).toBeNull();
  });

  test("counts what fired in the viewer's time and tenants, dismissed ones apart", async () => {
    const tenant = await rig.make.tenant(orgId);
    const seen = await rig.make.incident(await rig.make.account(tenant));
    await fire(seen);
    await fire(seen, "2026-08-01T00:00:00.000Z");
    await fire(await rig.make.incident(await rig.make.account(tenant), { status: "dismissed" }));
    await rig.make.notable(tenant, { kind: DETECTION });
    const rowOf = async (query: string) =>
      (await read<DetectionCatalogView>(`/api/detections?tenantId=${tenant.id}${query}`)).detections[0]?.fired;
    expect(await rowOf("")).toMatchObject({ signals: 2, incidents: 2, dismissed: 1, uncommon: 1, lastAt: FACTORY_NOW });
    expect(await rowOf("&days=180")).toMatchObject({ signals: 3 });
  });

  test("a guest's counts hold no unpublished incident and no other tenant", async () => {
    const [mine, other] = [await rig.make.tenant(orgId), await rig.make.tenant(orgId)];
    await fire(await rig.make.incident(await rig.make.account(mine), { publishedAt: null }));
    await fire(await rig.make.incident(await rig.make.account(other)));
    const guest = await rig.make.member(orgId, { role: "external-guest", tenantIds: [mine.id] }).then(rig.signIn);
    const view = await read<DetectionCatalogView>("/api/detections", guest);
    expect(view.tenants).toBe(1);
    expect(view.detections[0]?.fired.incidents).toBe(0);
    expect((await guest.get(`/api/detections?tenantId=${other.id}`)).status).toBe(404);
  });

  test("quality is read from the published table alone: a detection without a figure was not measured", () => {
    const of = parseQuality(
      "| detection | signals | precision | 95 % interval |\n| --- | --- | --- | --- |\n| `aitm-sign-in` | 12 | 91.7 % | 64.6 % to 98.5 % |\n| mfa-fatigue | 0 | – | |\n\n| set | precision |\n| --- | --- |\n| x | 1 % |\n",
    );
    expect([...of]).toEqual([
      ["aitm-sign-in", { precision: "91.7 %", interval: "64.6 % to 98.5 %", basis: "signals 12" }],
    ]);
  });

  test("where nothing was published, nothing is claimed", async () => {
    expect(await readQuality("/nowhere/detection-quality.md")).toEqual({ measured: null, of: new Map() });
  });
});

describe("Failed Attacks", () => {
  test("adds up kinds, countries, days and the accounts tried most, with advice by what was tried [R23]", async () => {
    const tenant = await rig.make.tenant(orgId);
    await rig.make.account(tenant, { upn: "Cara@client.example", displayName: "Cara", accountEnabled: true });
    const from = (ip: string, country: string | null, attempts: number) => ({
      ip,
      country,
      org: null,
      kind: "hosting" as const,
      attempts,
    });
    await rig.make.failedAttack(tenant, {
      attempts: 30,
      accounts: ["cara@client.example", "dan@client.example"],
      origins: [from("203.0.113.7", "NL", 20), from("203.0.113.8", "BR", 5)],
      targets: [
        { upn: "cara@client.example", attempts: 25 },
        { upn: "dan@client.example", attempts: 5 },
      ],
      days: [{ day: "2026-11-19", attempts: 30 }],
    });
    await rig.make.failedAttack(tenant, {
      kind: "MFA_REFUSED",
      attempts: 4,
      accounts: ["cara@client.example"],
      origins: [from("203.0.113.7", "NL", 4)],
      targets: [{ upn: "cara@client.example", attempts: 4 }],
      days: [{ day: "2026-11-20", attempts: 4 }],
    });
    const view = await read<FailedAttacksView>(`/api/tenants/${tenant.id}/failed-attacks`);
    expect(view).toMatchObject({ attempts: 34, attacks: 2 });
    expect(view.byCountry).toEqual([
      { country: "NL", attempts: 24, addresses: 1 },
      { country: "BR", attempts: 5, addresses: 1 },
      { country: null, attempts: 5, addresses: 0 },
    ]);
    expect(view.byDay.filter((row) => row.attempts > 0)).toEqual([
      { day: "2026-11-19", attempts: 30 },
      { day: "2026-11-20", attempts: 4 },
    ]);
    expect(view.targeted[0]).toMatchObject({ displayName: "Cara", attempts: 29, attacks: 2 });
    expect(view.targeted[0]?.advice).toContain("password is known");
    expect(view.targeted[1]?.advice).toContain("No account of this name");
    const one = await read<FailedAttacksView>(`/api/tenants/${tenant.id}/failed-attacks?kind=MFA_REFUSED`);
    expect(one.rows.map((row) => row.kind)).toEqual(["MFA_REFUSED"]);
    expect(one.attempts).toBe(34);
  });
});

describe("Uncommon Activity", () => {
  test("is filtered by type, counts every type, and calls a US tenant's new country by the product's name", async () => {
    const tenant = await rig.make.tenant(orgId);
    await rig.make.notable(tenant);
    await rig.make.notable(tenant, { type: "new-country", kind: "new-country", homeCountry: "US", country: "IT" });
    const view = await read<UncommonPage>(`/api/tenants/${tenant.id}/uncommon?type=new-country`);
    expect(view.types.map(({ label, count }) => [label, count])).toEqual([
      ["Proxy and Data Center Use", 1],
      ["New country outside the US", 1],
    ]);
    expect(view.rows.map((row) => row.label)).toEqual(["New country outside the US"]);
    expect((await admin.get(`/api/tenants/${tenant.id}/uncommon?type=none`)).status).toBe(400);
  });
});

describe("what could not be seen", () => {
  const now = "2026-11-20T12:00:00.000Z";
  const occurredAt = "2026-11-18T02:00:00.000Z";

  test("names a missing P1, the day the audit log was switched on, and a late source", () => {
    const capabilities = [
      { id: "p1" as const, ok: false, reason: "no licence" },
      { id: "audit-log" as const, ok: true, reason: "on", since: "2026-11-10T00:00:00.000Z" },
    ];
    const late = {
      source: "Audit.Exchange",
      state: "late" as const,
      reason: null,
      lastPolledAt: "2026-11-20T11:13:00.000Z",
    };
    const told = blindSpots({ capabilities }, [late], { occurredAt, now });
    expect(told[0]).toContain("No Entra ID P1");
    expect(told[1]).toContain("on since 2026-11-10");
    expect(told[2]).toContain("Audit.Exchange is late, last read 47 min ago");
  });

  test("stands on the incident beside what the judgement itself missed", async () => {
    const tenant = await rig.make.tenant(orgId, { capabilities: [{ id: "p1", ok: false, reason: "no licence" }] });
    const incident = await rig.make.incident(await rig.make.account(tenant));
    const view = await read<IncidentView>(`/api/incidents/${incident.id}`);
    expect(view.why.notVisible.join()).toContain("No Entra ID P1");
  });
});
