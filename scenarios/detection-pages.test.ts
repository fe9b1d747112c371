import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  DetectionCatalogView,
  FailedAttacksView,
  ImpactView,
  UncommonEntry,
  UncommonPage,
} from "#domain/view/detection.ts";
import type { EventPage, IncidentView } from "#domain/view/portal.ts";
import { violationsOn } from "../web/axe.ts";
import { hasBrowser, openPortal } from "./browser.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";

let house: House;
let orgId: string;
let admin: Person;
const tenants: Record<string, { id: string; cloud: CloudTenant }> = {};

async function add(story: string, seed: number) {
  const cloud = await house.cloudTenant(story, seed);
  const id = await house.onboard(admin, cloud, { responseEnabled: false });
  await house.attack(cloud.tenantId);
  tenants[story] = { id, cloud };
}
const get = async <T>(path: string, as = admin): Promise<T> => {
  const { status, body } = await house.ask<T>(path, { as });
  expect(`${path} ${status}`).toBe(`${path} 200`);
  return body;
};
const tenantOf = (story: string): string => tenants[story]?.id ?? "";
const incidentOf = async (story: string): Promise<IncidentView> => {
  const [card] = await until(`the incident of ${story}`, async () => {
    const list = await house.incidents(admin, tenantOf(story));
    return list.length > 0 && list;
  });
  return house.incident(admin, card?.id ?? "");
};
const rowsOf = (incidentId: string, recordIds: string[]): Promise<EventPage> =>
  get(
    `/api/incidents/${incidentId}/events?${new URLSearchParams(recordIds.map((id): [string, string] => ["record", id]))}`,
  );

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  orgId = org.id;
  admin = await house.person(org.id, { role: "admin" });
  await add("spray-forward-connector", 7);
  await add("aitm-mail-rule", 11);
  await add("aitm-mail-rule-twin", 3);
}, 280_000);
afterAll(() => house?.close());

describe("what detection shows, from Microsoft's wire to the page", () => {
  it("every line of why leads to the very records it cites [R33]", async () => {
    for (const story of ["spray-forward-connector", "aitm-mail-rule"]) {
      const incident = await incidentOf(story);
      expect(incident.why.for.length).toBeGreaterThan(0);
      for (const { recordIds } of [...incident.why.for, ...incident.why.against]) {
        const { rows } = await rowsOf(incident.id, recordIds);
        expect(rows.map((row) => row.recordId).sort()).toEqual([...new Set(recordIds)].sort());
      }
    }
  });

  it("marks every row of the account as the attacker's, the owner's or unclear, each with its reason", async () => {
    const incident = await incidentOf("aitm-mail-rule");
    const impact = await get<ImpactView>(`/api/incidents/${incident.id}/impact`);
    expect(impact.marked.attacker).toBeGreaterThan(3);
    expect(impact.marked.owner).toBeGreaterThan(10);
    const judged = await until("every row is judged", async () => {
      const { rows } = await get<EventPage>(`/api/incidents/${incident.id}/events?limit=500`);
      return rows.every((row) => row.verdict !== null) && rows;
    });
    for (const row of judged) expect(row.verdictReason).toMatch(/\w{3}/);
  });

  it("lists what the attacker read, sent and changed, who received it, and says what the list lacks", async () => {
    const incident = await incidentOf("aitm-mail-rule");
    const impact = await get<ImpactView>(`/api/incidents/${incident.id}/impact`);
    expect(impact.counts).toMatchObject({ accessed: incident.impact.accessed, sent: incident.impact.sent });
    expect(impact.mails.length + impact.files.length).toBeGreaterThan(0);
    expect(impact.completeness.length).toBeGreaterThan(0);
    for (const { recordIds } of impact.mails.slice(0, 5)) {
      const { rows } = await rowsOf(incident.id, recordIds);
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set(rows.map((row) => row.verdict))).toEqual(new Set(["attacker"]));
    }
  });

  it("classifies the spray through an old protocol, with where it came from and whom it was aimed at [R23]", async () => {
    await incidentOf("spray-forward-connector");
    const view = await until("the spray", async () => {
      const found = await get<FailedAttacksView>(`/api/tenants/${tenantOf("spray-forward-connector")}/failed-attacks`);
      return found.attempts > 0 && found;
    });
    expect(view.byKind.map((row) => row.kind)).toEqual(["LEGACY_AUTH"]);
    const [attack] = view.rows;
    expect(attack?.origins.length).toBeGreaterThan(0);
    const tries = (list: { attempts: number }[]): number => list.reduce((sum, { attempts }) => sum + attempts, 0);
    expect(tries(view.byCountry)).toBe(view.attempts);
    expect(tries(view.byDay)).toBe(view.attempts);
    expect(view.targeted.length).toBeGreaterThan(1);
    expect(view.targeted.every((row) => row.advice.length > 10)).toBe(true);
    const [first] = view.targeted;
    expect(tries(view.targeted)).toBeLessThanOrEqual(view.attempts);
    expect(first?.attempts).toBeGreaterThanOrEqual(view.targeted.at(-1)?.attempts ?? 0);
  });

  it("shows the innocent twin as Uncommon Activity with its reasons and records, and raises nothing", async () => {
    const id = tenantOf("aitm-mail-rule-twin");
    const list = await until("Uncommon Activity", async () => {
      const found = await get<UncommonPage>(`/api/tenants/${id}/uncommon?days=180`);
      return found.total > 0 && found;
    });
    for (const row of list.rows) {
      expect(row.innocent.length).toBeGreaterThan(0);
      const entry = await get<UncommonEntry>(`/api/uncommon/${row.id}`);
      expect(entry.events.length + entry.missing).toBe(new Set(entry.recordIds).size);
    }
    expect(await house.incidents(admin, id)).toEqual([]);
  });

  it("never shows as Uncommon Activity what an incident attributes to its attacker", async () => {
    for (const story of ["spray-forward-connector", "aitm-mail-rule"]) {
      const incident = await incidentOf(story);
      const { rows } = await get<EventPage>(`/api/incidents/${incident.id}/events?verdict=attacker&limit=500`);
      const hostile = new Set(rows.map((row) => row.recordId));
      const list = await get<UncommonPage>(`/api/tenants/${tenantOf(story)}/uncommon?days=180`);
      for (const { id } of list.rows) {
        const entry = await get<UncommonEntry>(`/api/uncommon/${id}`);
        expect(entry.recordIds.filter((recordId) => hostile.has(recordId))).toEqual([]);
      }
    }
  });

  it("counts in the catalogue what fired here, for the tenant and for all of them", async () => {
    await incidentOf("aitm-mail-rule");
    const one = await get<DetectionCatalogView>(`/api/detections?tenantId=${tenantOf("aitm-mail-rule")}`);
    const incident = await incidentOf("aitm-mail-rule");
    for (const signal of incident.signals)
      expect(one.detections.find((d) => d.id === signal.detection)?.fired.incidents).toBe(1);
    const all = await get<DetectionCatalogView>("/api/detections");
    expect(all.tenants).toBe(3);
    for (const row of all.detections)
      expect(row.fired.signals).toBeGreaterThanOrEqual(one.detections.find((d) => d.id === row.id)?.fired.signals ?? 0);
  });

  it("gives a guest his own tenant and answers 404 for another's [R54] [S5]", async () => {
    const [mine, other] = [tenantOf("aitm-mail-rule-twin"), tenantOf("spray-forward-connector")];
    const guest = await house.person(orgId, { role: "external-guest", tenantIds: [mine] });
    const theirs = await get<UncommonPage>(`/api/tenants/${mine}/uncommon?days=180`, guest);
    expect(theirs.total).toBeGreaterThan(0);
    expect((await get<DetectionCatalogView>("/api/detections", guest)).tenants).toBe(1);
    const [foreign] = (await get<UncommonPage>(`/api/tenants/${other}/uncommon?days=180`)).rows;
    const incident = await incidentOf("spray-forward-connector");
    for (const path of [
      `/api/tenants/${other}/uncommon`,
      `/api/tenants/${other}/failed-attacks`,
      `/api/detections?tenantId=${other}`,
      `/api/incidents/${incident.id}/impact`,
      ...(foreign ? [`/api/uncommon/${foreign.id}`] : []),
    ])
      expect(`${path} ${(await house.ask(path, { as: guest })).status}`).toBe(`${path} 404`);
  });
});

describe.skipIf(!hasBrowser())("the same, looked at in a browser", () => {
  const shots = process.env.PETRA_SHOTS ?? mkdtempSync(join(tmpdir(), "petra-detection-screens-"));

  it("every page is without an accessibility violation, a complaint or a sideways scroll, wide and narrow, light and dark", async () => {
    mkdirSync(shots, { recursive: true });
    const aitm = await incidentOf("aitm-mail-rule");
    const spray = tenantOf("spray-forward-connector");
    const twin = tenantOf("aitm-mail-rule-twin");
    const [entry] = (await get<UncommonPage>(`/api/tenants/${twin}/uncommon?days=180`)).rows;
    const paths: [string, string][] = [
      ["why", `/incidents/${aitm.id}`],
      ["impact", `/incidents/${aitm.id}?impact=full`],
      ["catalogue", "/detections"],
      ["catalogue-one", `/detections?tenant=${spray}&d=success-after-guessing`],
      ["uncommon", `/tenants/${twin}/uncommon?days=180`],
      ["uncommon-entry", `/tenants/${twin}/uncommon/${entry?.id}`],
      ["failed-attacks", `/tenants/${spray}/failed-attacks`],
    ];
    const { browser, page, complaints } = await openPortal(house, admin);
    try {
      for (const [name, path] of paths) {
        for (const [width, scheme] of [
          [1440, "light"],
          [390, "dark"],
        ] as const) {
          await page.setViewportSize({ width, height: width === 390 ? 844 : 1000 });
          await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
          await page.goto(house.base + path);
          await page.locator("main h1").first().waitFor();
          await page.screenshot({ path: join(shots, `${name}-${width}-${scheme}.png`), fullPage: width === 390 });
          const violations = await violationsOn(page);
          expect(`${name}: ${violations.map((v) => `${v.id} ${v.nodes[0]?.html.slice(0, 200)}`)}`).toBe(`${name}: `);
          const over = Number(
            await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
          );
          expect(`${name} ${over <= 0}`).toBe(`${name} true`);
        }
      }
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
