import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commands } from "#db/schema/incident.ts";
import type { IncidentDraft } from "#domain/incident/analysis.ts";
import type { CampaignLine, CampaignView, ManyAnswer } from "#domain/view/campaign.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig?.close());

type Tenant = Awaited<ReturnType<Rig["make"]["tenant"]>>;
let org: Awaited<ReturnType<Rig["make"]["org"]>>;
let tenants: [Tenant, Tenant, Tenant];
let admin: Person;

const person = async (orgId: string | null, values: Parameters<Rig["make"]["member"]>[1] = {}) =>
  rig.signIn(await rig.make.member(orgId, values));

let networks = 0;
/** An address no other test uses, so that campaigns of one test are not those of another. */
const freshIp = () => `185.${100 + Math.floor(networks / 250)}.7.${networks++ % 250}`;

async function attacked(
  tenant: Tenant,
  ips: string[],
  values: Parameters<Rig["make"]["incident"]>[1] = {},
  roles: string[] = [],
) {
  const account = await rig.make.account(tenant, { roles });
  const draft = {
    attacker: { ips, asns: ["AS9009 M247"], userAgents: [], sessions: [], apps: [] },
    phish: [],
    for: [],
    against: [],
    notVisible: [],
    signals: [],
  } as unknown as IncidentDraft;
  return rig.make.incident(account, { publishedAt: rig.clock.at.toISOString(), draft, ...values });
}

beforeEach(async () => {
  org = await rig.make.org();
  const make = () => rig.make.tenant(org.id, { phase: "active", microsoftTenantId: crypto.randomUUID() });
  tenants = [await make(), await make(), await make()];
  admin = await person(org.id);
});

const lines = async (who: Person) => (await (await who.get("/api/campaigns")).json()) as CampaignLine[];
const view = async (who: Person, id: string) => (await (await who.get(`/api/campaigns/${id}`)).json()) as CampaignView;

describe("a campaign", () => {
  it("is the incidents of one attacker over tenants, found from any of them, with containment first", async () => {
    const ip = freshIp();
    const [a, b] = [
      await attacked(tenants[0], [ip], { containedAt: rig.clock.at.toISOString() }),
      await attacked(tenants[1], [ip]),
    ];
    await attacked(tenants[2], [freshIp()]);
    expect(await lines(admin)).toMatchObject([{ accounts: 2, tenants: 2, open: 2, notContained: 1 }]);
    for (const { id } of [a, b]) {
      const found = await view(admin, id);
      expect(found.members.map((member) => member.incident.id)).toEqual([b.id, a.id]);
      expect(found.handles).toEqual([{ kind: "address", value: ip, incidents: 2 }]);
      expect(found.members[0]?.steps).toHaveLength(6);
    }
  });

  it("of two hundred accounts in forty tenants is one list, one view and one decision", async () => {
    const ip = freshIp();
    const made: string[] = [];
    for (let n = 0; n < 40; n++) {
      const tenant = await rig.make.tenant(org.id, { phase: "active", microsoftTenantId: crypto.randomUUID() });
      for (let m = 0; m < 5; m++) made.push((await attacked(tenant, [ip], { publishedAt: null })).id);
    }
    expect(await lines(admin)).toMatchObject([{ accounts: 200, tenants: 40, notContained: 200 }]);
    const found = await view(admin, made[0]!);
    expect(found.members).toHaveLength(200);
    const sent = await admin.post(`/api/campaigns/${made[0]}/orders`, {
      orderId: crypto.randomUUID(),
      input: { kind: "publish" },
      incidents: found.members.map(({ incident }) => ({ id: incident.id, planVersion: 1 })),
    });
    expect(sent.status).toBe(202);
    const { parts } = (await sent.json()) as ManyAnswer;
    expect(parts.map((part) => part.state)).toEqual(Array.from({ length: 200 }, () => "sent"));
  });

  it("shows who is not locked with administrators and the most certain first [S45]", async () => {
    const ip = freshIp();
    const doubtful = await attacked(tenants[0], [ip], { confidence: 0.7 });
    const certain = await attacked(tenants[1], [ip], { confidence: 0.95 });
    const admins = await attacked(tenants[2], [ip], { confidence: 0.6 }, ["Exchange Administrator"]);
    const { members } = await view(admin, doubtful.id);
    expect(members.map((member) => member.incident.id)).toEqual([admins.id, certain.id, doubtful.id]);
    expect(members.map((member) => member.isPrivileged)).toEqual([true, false, false]);
  });

  it("a dismissed incident and an old closed one belong to none", async () => {
    const ip = freshIp();
    await attacked(tenants[0], [ip]);
    await attacked(tenants[1], [ip], { status: "dismissed" });
    await attacked(tenants[2], [ip], { status: "remediated", detectedAt: "2026-09-01T00:00:00.000Z" });
    expect(await lines(admin)).toEqual([]);
  });
});

describe("one decision for many", () => {
  const decide = (
    who: Person,
    id: string,
    orderId: string,
    input: object,
    incidents: { id: string; planVersion: number }[],
  ) => who.post(`/api/campaigns/${id}/orders`, { orderId, input, incidents });

  it("is one command for each incident, each judged by its own rules with its own reason, and the same again is the same", async () => {
    const ip = freshIp();
    const [open, unpublished, done] = [
      await attacked(tenants[0], [ip]),
      await attacked(tenants[1], [ip], { publishedAt: null }),
      await attacked(tenants[2], [ip]),
    ];
    await rig.make.orm
      .$client`update incident_steps set state = 'verified' where incident_id = ${done.id} and step_id = 'revoke-and-lock'`;
    const chosen = [open, unpublished, done].map(({ id }) => ({ id, planVersion: 1 }));
    const orderId = crypto.randomUUID();
    const lock = { kind: "run-step", step: "revoke-and-lock" };
    rig.rung.length = 0;
    const first = await decide(admin, open.id, orderId, lock, chosen);
    expect(first.status).toBe(202);
    const answer = (await first.json()) as ManyAnswer;
    const stateOf = (id: string) => answer.parts.find((part) => part.incidentId === id);
    expect(stateOf(open.id)?.state).toBe("sent");
    expect(stateOf(done.id)).toMatchObject({ state: "refused", reason: expect.stringContaining("already done") });
    const again = (await (await decide(admin, open.id, orderId, lock, chosen)).json()) as ManyAnswer;
    expect(again.parts.map((part) => part.commandId)).toEqual(answer.parts.map((part) => part.commandId));
    const rows = (await rig.make.orm.select().from(commands)).filter((row) => row.manyId === orderId);
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => row.incidentId)).size).toBe(3);
    const shown = await view(admin, open.id);
    expect(shown.orders).toHaveLength(1);
    expect(shown.orders[0]?.parts).toHaveLength(3);
  });

  it("an incident that is not of the campaign, or a plan that changed, is not carried out", async () => {
    const ip = freshIp();
    const [a, b] = [await attacked(tenants[0], [ip]), await attacked(tenants[1], [ip])];
    const other = await attacked(tenants[2], [freshIp()]);
    const retract = { kind: "run-step", step: "disable-persistence" };
    const foreign = await decide(admin, a.id, crypto.randomUUID(), retract, [{ id: other.id, planVersion: 1 }]);
    expect(foreign.status).toBe(409);
    const stale = (await (
      await decide(admin, a.id, crypto.randomUUID(), retract, [
        { id: a.id, planVersion: 7 },
        { id: b.id, planVersion: 1 },
      ])
    ).json()) as ManyAnswer;
    expect(stale.parts.find((part) => part.incidentId === a.id)?.reason).toContain("Plan changed");
  });

  it("a reader and a guest who may only read give none; an analyst's word is asked of the analyst's right", async () => {
    const ip = freshIp();
    const [a] = [await attacked(tenants[0], [ip]), await attacked(tenants[1], [ip])];
    const reader = await person(org.id, { role: "full-member", isReadOnly: true });
    const chosen = [{ id: a.id, planVersion: 1 }];
    expect((await decide(reader, a.id, crypto.randomUUID(), { kind: "publish" }, chosen)).status).toBe(403);
    const approve = { kind: "approve", step: "revoke-and-lock" };
    expect((await decide(admin, a.id, crypto.randomUUID(), approve, chosen)).status).toBe(403);
    const rows = (await rig.make.orm.select().from(commands)).filter((row) => row.incidentId === a.id);
    expect(rows).toEqual([]);
  });
});

describe("security", () => {
  it("a guest and a partial member see the part in their tenants, and a campaign of one is none [S6]", async () => {
    const ip = freshIp();
    const [mine, also, theirs] = [
      await attacked(tenants[0], [ip]),
      await attacked(tenants[1], [ip]),
      await attacked(tenants[2], [ip]),
    ];
    for (const role of ["external-guest", "full-member"] as const) {
      const narrow = await person(org.id, { role, tenantIds: [tenants[0].id, tenants[1].id] });
      expect(await lines(narrow)).toMatchObject([{ accounts: 2, tenants: 2, open: 2 }]);
      const text = await (await narrow.get(`/api/campaigns/${mine.id}`)).text();
      for (const secret of [theirs.id, tenants[2].id, tenants[2].name]) expect(text).not.toContain(secret);
      expect((await narrow.get(`/api/campaigns/${theirs.id}`)).status).toBe(404);
      const order = { orderId: crypto.randomUUID(), input: { kind: "run-step", step: "revoke-and-lock" } };
      const incidents = [{ id: theirs.id, planVersion: 1 }];
      expect((await narrow.post(`/api/campaigns/${also.id}/orders`, { ...order, incidents })).status).toBe(409);
      const alone = await person(org.id, { role, tenantIds: [tenants[2].id] });
      expect(await lines(alone)).toEqual([]);
      expect((await alone.get(`/api/campaigns/${theirs.id}`)).status).toBe(404);
    }
  });

  it("a link through an incident the viewer may not see ties nothing for him [S6]", async () => {
    const [left, right] = [freshIp(), freshIp()];
    await attacked(tenants[0], [left]);
    await attacked(tenants[1], [left, right]);
    await attacked(tenants[2], [right]);
    expect(await lines(admin)).toMatchObject([{ accounts: 3 }]);
    const narrow = await person(org.id, { role: "external-guest", tenantIds: [tenants[0].id, tenants[2].id] });
    expect(await lines(narrow)).toEqual([]);
  });

  it("another organization sees none of it, an analyst sees campaigns across organizations and is audited", async () => {
    const ip = freshIp();
    const other = await rig.make.org();
    const elsewhere = await rig.make.tenant(other.id, { phase: "active", microsoftTenantId: crypto.randomUUID() });
    const mine = await attacked(tenants[0], [ip]);
    await attacked(elsewhere, [ip]);
    const stranger = await person(other.id);
    expect(await lines(stranger)).toEqual([]);
    expect((await stranger.get(`/api/campaigns/${mine.id}`)).status).toBe(404);
    const analyst = await person(null);
    const found = (await lines(analyst)).find((line) => line.incidentIds.includes(mine.id));
    expect(found).toMatchObject({ accounts: 2, tenants: 2 });
    expect(found?.organizations).toHaveLength(2);
    const looks = await rig.make.orm
      .$client`select org_id from audit where action = 'analyst.look' and object = 'campaigns'
      and org_id in (${org.id}, ${other.id})`;
    expect(looks).toHaveLength(2);
    expect((await rig.send(`/api/campaigns/${mine.id}`)).status).toBe(401);
  });
});
