import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { incidentRows } from "#db/schema/incident.ts";
import { events } from "#db/schema/ingest.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import type { EventPage, IncidentView } from "#domain/view/portal.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let admin: Person;
let orgId: string;

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
  admin = await rig.signIn(await rig.make.member(orgId));
});
afterAll(() => rig.close());

type Given = {
  recordId: string;
  at: string;
  action: string;
  category?: NormalizedEvent["category"];
  ip?: string;
  subject?: string;
  mails?: number;
};

async function put(tenant: { id: string; orgId: string; key: number }, accountKey: number, given: Given[]) {
  await rig.make.orm.insert(events).values(
    given.map(({ recordId, at, action, category = "exchange", ip, subject, mails }) => ({
      orgId: tenant.orgId,
      tenantId: tenant.id,
      tenantKey: tenant.key,
      accountKey,
      source: "ual" as const,
      recordId,
      contentHash: "h",
      occurredAt: at,
      ingestedAt: at,
      category,
      action,
      operation: action,
      outcome: "success" as const,
      ip: ip ?? null,
      subject: subject ?? null,
      event: {
        recordId,
        source: "ual" as const,
        contentHash: "h",
        occurredAt: at,
        category,
        action,
        operation: action,
        outcome: "success" as const,
        actor: { kind: "person" as const, upn: "victim@client.example" },
        client: {},
        handles: {},
        params: {},
        ...(mails ? { mail: { itemCount: mails, internetMessageIds: [`<${recordId}@x>`] } } : {}),
      },
    })),
  );
}
const minute = (n: number) => new Date(Date.parse("2026-11-20T09:00:00Z") + n * 60_000).toISOString();

async function story() {
  const tenant = await rig.make.tenant(orgId);
  const account = await rig.make.account(tenant, { upn: "victim@client.example" });
  const incident = await rig.make.incident(account, {
    occurredAt: minute(0),
    lastAttackerAt: minute(60),
    containedAt: minute(30),
  });
  await put({ id: tenant.id, orgId, key: tenant.key ?? 0 }, account.key ?? 0, [
    { recordId: "s1", at: minute(0), action: "sign-in", category: "login", ip: "203.0.113.9" },
    { recordId: "r1", at: minute(1), action: "mail.read", ip: "203.0.113.9", mails: 3 },
    { recordId: "r2", at: minute(2), action: "mail.read", ip: "203.0.113.9", mails: 4 },
    { recordId: "c1", at: minute(3), action: "inbox-rule.create", ip: "203.0.113.9" },
    { recordId: "o1", at: minute(4), action: "mail.read", ip: "198.51.100.7", mails: 1 },
    {
      recordId: "m1",
      at: minute(5),
      action: "mail.send",
      category: "email",
      ip: "203.0.113.9",
      subject: "100% invoice_",
      mails: 1,
    },
  ]);
  const rows = ["s1", "r1", "r2", "c1", "m1"].map((recordId) => ({ recordId, verdict: "attacker" as const }));
  await rig.make.orm.insert(incidentRows).values(
    [...rows, { recordId: "o1", verdict: "owner" as const }].map((row) => ({
      ...row,
      orgId,
      tenantId: tenant.id,
      incidentId: incident.id,
      reason: "because",
    })),
  );
  return { tenant, account, incident };
}
const pageOf = async (path: string) => (await (await admin.get(path)).json()) as EventPage;

describe("the log", () => {
  test("is paged by a sealed cursor without losing or repeating a row, and counts what matches", async () => {
    const { tenant } = await story();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: EventPage = await pageOf(
        `/api/tenants/${tenant.id}/events?limit=2${cursor ? `&cursor=${cursor}` : ""}`,
      );
      expect(page.total).toBe(6);
      seen.push(...page.rows.map((row) => row.recordId));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(["m1", "o1", "c1", "r2", "r1", "s1"]);
  });

  test("filters by what was recorded; signs of a pattern are taken as they are written", async () => {
    const { tenant, incident } = await story();
    const ids = async (query: string) =>
      (await pageOf(`/api/tenants/${tenant.id}/events?${query}`)).rows.map((row) => row.recordId);
    expect(await ids("category=login")).toEqual(["s1"]);
    expect(await ids("ip=198.51.100.7")).toEqual(["o1"]);
    expect(await ids("ip=%27%20or%201%3D1")).toEqual([]);
    expect(await ids("verdict=owner")).toEqual(["o1"]);
    expect(await ids("upn=VICTIM")).toHaveLength(6);
    expect(await ids("q=100%25%20invoice_")).toEqual(["m1"]);
    expect(await ids("q=100x")).toEqual([]);
    expect(await ids("subject=100%25%20invoice_&sender=victim%40client.example")).toEqual(["m1"]);
    expect(await ids("subject=100%25%20invoice_&sender=nobody%40client.example")).toEqual([]);
    expect(await ids(`from=${minute(4)}&to=${minute(5)}`)).toEqual(["m1", "o1"]);
    const exchange = await pageOf(`/api/incidents/${incident.id}/exchange`);
    expect(exchange.rows.map((row) => row.recordId)).toEqual(["m1", "o1", "c1", "r2", "r1"]);
    expect(exchange.rows[0]).toMatchObject({ verdict: "attacker", internetMessageId: "<m1@x>", isPhish: false });
  });

  test("refuses a cursor of another person or filter, or one that was changed [S30]", async () => {
    const { tenant } = await story();
    const { nextCursor } = await pageOf(`/api/tenants/${tenant.id}/events?limit=1`);
    const other = await rig.signIn(await rig.make.member(orgId));
    const path = `/api/tenants/${tenant.id}/events?limit=1&cursor=`;
    expect((await other.get(path + nextCursor)).status).toBe(400);
    expect((await admin.get(`${path}${nextCursor}&category=email`)).status).toBe(400);
    expect((await admin.get(`${path}${nextCursor?.slice(0, -4)}AAAA`)).status).toBe(400);
  });
});

describe("an incident's page", () => {
  test("tells the attacker's rows from the owner's, in lines of a story, and counts only what the attacker touched", async () => {
    const { incident } = await story();
    const view = (await (await admin.get(`/api/incidents/${incident.id}`)).json()) as IncidentView;
    const lines = view.timeline.filter((row) => row.verdict !== "petra");
    expect(lines.map((row) => [row.verdict, row.text, row.count])).toEqual([
      ["attacker", "Signed in", 1],
      ["attacker", "Read 7 mails", 2],
      ["attacker", "Made the inbox rule", 1],
      ["owner", "Read one mail", 1],
      ["attacker", "Sent one mail", 1],
    ]);
    expect(view.impact).toEqual({ accessed: 7, sent: 1, modified: 1, deleted: 0, accessSeconds: 1800 });
    expect(view.timeline.some((row) => row.text === "Petra raised the incident")).toBe(true);
  });

  test("shows the six steps in order, each allowed or with the reason why not [R83]", async () => {
    const { incident } = await story();
    const view = (await (await admin.get(`/api/incidents/${incident.id}`)).json()) as IncidentView;
    expect(view.steps.map((step) => [step.number, step.id, step.allowed])).toEqual([
      [1, "revoke-and-lock", true],
      [2, "retract-phish", false],
      [3, "disable-persistence", false],
      [4, "reset-password", false],
      [5, "reenable-account", false],
      [6, "mark-remediated", expect.any(Boolean)],
    ]);
    expect(view.steps[3]?.blockedBecause).toMatch(/^First: /);
    expect(view.nextAction).toBe("Revoke Sessions and Lock Account");
  });

  test("offers Disable and Delete for an inbox rule, Disable for an app, and keeps flagging a rule that only sleeps [R66] [R96]", async () => {
    const { incident } = await story();
    await rig.make.artifact(incident, { kind: "inbox-rule", name: "A", state: "active" });
    await rig.make.artifact(incident, { kind: "inbox-rule", name: "B", state: "disabled" });
    await rig.make.artifact(incident, { kind: "service-principal", name: "C", state: "active" });
    await rig.make.artifact(incident, { kind: "inbound-connector", name: "D", state: "active" });
    const view = (await (await admin.get(`/api/incidents/${incident.id}`)).json()) as IncidentView;
    const offers = Object.fromEntries(view.artifacts.map((row) => [row.name, row.offers]));
    expect(offers).toEqual({ A: ["disable", "delete"], B: ["delete"], C: ["disable"], D: ["disable", "delete"] });
    expect(view.hint).toMatch(/disabled inbox rule still exists/);
  });
});
