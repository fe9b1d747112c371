import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { phishes } from "#db/schema/phish.ts";
import { OPENAPI_PATH } from "./app.ts";
import { ROUTES } from "./route.ts";
import { createRig, PASSWORD, type Person, type Rig } from "./test/rig.ts";

/** Who may call a route, by hand from the product's table of roles: 2xx/409 = allowed, 403 = visible but not allowed. */
type Who = "admin" | "readOnly" | "sales" | "billing" | "guest" | "analyst";
type Entry = {
  /** Roles that are let in; everybody else signed in gets 403. */
  may: Who[] | "everybody" | "public";
  /** Path with ids of the organization under test. */
  path: (ids: Ids) => string;
  body?: (ids: Ids) => object;
  /** The route is about one object: a foreign one and a random one answer the same 404. */
  object?: "tenant" | "incident" | "command" | "phish";
};
type Ids = {
  org: string;
  tenant: string;
  incident: string;
  command: string;
  secret: string;
  uncommon: string;
  phish: string;
};

const SECURITY: Who[] = ["admin", "readOnly", "guest", "analyst"];
const REMEDIATE: Who[] = ["admin", "guest", "analyst"];
const order = (input: object) => () => ({ commandId: crypto.randomUUID(), planVersion: 1, input });
const fixed = (path: string) => () => path;

const TABLE: Record<string, Entry> = {
  "get /healthz": { may: "public", path: fixed("/healthz") },
  "get /readyz": { may: "public", path: fixed("/readyz") },
  "post /api/codec/decode": { may: ["analyst"], path: fixed("/api/codec/decode"), body: () => ({ payloads: [] }) },
  "post /api/auth/sign-in/email": {
    may: "public",
    path: fixed("/api/auth/sign-in/email"),
    body: () => ({ email: "x@y.example", password: "wrong" }),
  },
  "post /api/auth/sign-in/magic-link": {
    may: "public",
    path: fixed("/api/auth/sign-in/magic-link"),
    body: () => ({ email: "x@y.example" }),
  },
  "post /api/auth/magic-link/verify": {
    may: "public",
    path: fixed("/api/auth/magic-link/verify"),
    body: () => ({ token: "x".repeat(32) }),
  },
  "post /api/auth/sign-out": { may: "public", path: fixed("/api/auth/sign-out"), body: () => ({}) },
  "get /api/auth/security": { may: "everybody", path: fixed("/api/auth/security") },
  "post /api/auth/prove": { may: "everybody", path: fixed("/api/auth/prove"), body: () => ({ password: PASSWORD }) },
  "post /api/auth/factors/confirm": {
    may: "everybody",
    path: fixed("/api/auth/factors/confirm"),
    body: () => ({ code: "123456" }),
  },
  "post /api/auth/factors": { may: "everybody", path: fixed("/api/auth/factors"), body: () => ({ name: "Phone" }) },
  "post /api/auth/factors/{id}/remove": {
    may: "everybody",
    path: fixed(`/api/auth/factors/${crypto.randomUUID()}/remove`),
    body: () => ({ reason: "Lost." }),
  },
  "post /api/auth/recovery-codes": { may: "everybody", path: fixed("/api/auth/recovery-codes"), body: () => ({}) },
  "get /api/consent/callback": { may: "public", path: fixed("/api/consent/callback") },
  "get /api/me": { may: "everybody", path: fixed("/api/me") },
  "get /api/home": { may: SECURITY, path: fixed("/api/home") },
  "get /api/usage": { may: ["admin", "readOnly"], path: fixed("/api/usage") },
  "get /api/tenants": { may: SECURITY, path: fixed("/api/tenants") },
  "post /api/tenants": {
    may: ["admin"],
    path: fixed("/api/tenants"),
    body: () => ({ name: "New", responseEnabled: false, isScanOnly: false }),
  },
  "get /api/tenants/{id}": { may: SECURITY, path: (ids) => `/api/tenants/${ids.tenant}`, object: "tenant" },
  "post /api/tenants/{id}/commands": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/commands`,
    body: order({ kind: "set-response", enabled: true }),
    object: "tenant",
  },
  "get /api/tenants/{id}/scan": { may: SECURITY, path: (ids) => `/api/tenants/${ids.tenant}/scan`, object: "tenant" },
  "get /api/tenants/{id}/events": {
    may: SECURITY,
    path: (ids) => `/api/tenants/${ids.tenant}/events`,
    object: "tenant",
  },
  "get /api/tenants/{id}/second-book": {
    may: SECURITY,
    path: (ids) => `/api/tenants/${ids.tenant}/second-book`,
    object: "tenant",
  },
  "post /api/tenants/{id}/second-book/explain": {
    may: ["admin", "analyst"],
    path: (ids) => `/api/tenants/${ids.tenant}/second-book/explain`,
    body: () => ({ actKey: "none", reason: "It was us" }),
  },
  "get /api/drills": { may: ["admin"], path: fixed("/api/drills") },
  "post /api/drills": {
    may: ["admin"],
    path: fixed("/api/drills"),
    body: () => ({ story: "quiet", responseEnabled: true }),
  },
  "get /api/drills/{id}": { may: ["admin"], path: (ids) => `/api/drills/${ids.tenant}` },
  "post /api/drills/{id}/attack": {
    may: ["admin"],
    path: (ids) => `/api/drills/${ids.tenant}/attack`,
    body: () => ({}),
  },
  "post /api/drills/{id}/end": { may: ["admin"], path: (ids) => `/api/drills/${ids.tenant}/end`, body: () => ({}) },
  "post /api/drills/{id}/discard": {
    may: ["admin"],
    path: (ids) => `/api/drills/${ids.tenant}/discard`,
    body: () => ({}),
  },
  "get /api/partner/customers": { may: ["admin"], path: fixed("/api/partner/customers") },
  "get /api/partner/sign-in": { may: ["admin"], path: fixed("/api/partner/sign-in") },
  "post /api/partner/sign-in": { may: ["admin"], path: fixed("/api/partner/sign-in"), body: () => ({}) },
  "get /api/partner/callback": { may: ["admin"], path: fixed("/api/partner/callback") },
  "post /api/partner/onboard": {
    may: ["admin"],
    path: fixed("/api/partner/onboard"),
    body: () => ({ microsoftTenantIds: [crypto.randomUUID()], responseEnabled: true, isScanOnly: false }),
  },
  "get /api/incidents": { may: SECURITY, path: fixed("/api/incidents") },
  "get /api/incidents/{id}": { may: SECURITY, path: (ids) => `/api/incidents/${ids.incident}`, object: "incident" },
  "get /api/incidents/{id}/events": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/events`,
    object: "incident",
  },
  "get /api/incidents/{id}/exchange": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/exchange`,
    object: "incident",
  },
  "get /api/incidents/{id}/impact": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/impact`,
    object: "incident",
  },
  "get /api/detections": { may: SECURITY, path: fixed("/api/detections") },
  "get /api/tenants/{id}/uncommon": {
    may: SECURITY,
    path: (ids) => `/api/tenants/${ids.tenant}/uncommon`,
    object: "tenant",
  },
  "get /api/uncommon/{id}": { may: SECURITY, path: (ids) => `/api/uncommon/${ids.uncommon}`, object: "tenant" },
  "get /api/tenants/{id}/failed-attacks": {
    may: SECURITY,
    path: (ids) => `/api/tenants/${ids.tenant}/failed-attacks`,
    object: "tenant",
  },
  "get /api/incidents/{id}/stream": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/stream`,
    object: "incident",
  },
  "post /api/incidents/{id}/commands": {
    may: REMEDIATE,
    path: (ids) => `/api/incidents/${ids.incident}/commands`,
    body: order({ kind: "tag-phish", internetMessageId: "<a@b>" }),
    object: "incident",
  },
  "post /api/incidents/{id}/password/reveal": {
    may: REMEDIATE,
    path: (ids) => `/api/incidents/${ids.incident}/password/reveal`,
    body: (ids) => ({ secretId: ids.secret }),
    object: "incident",
  },
  "get /api/commands/{id}": { may: SECURITY, path: (ids) => `/api/commands/${ids.command}`, object: "command" },
  "post /api/commands/{id}/withdraw": {
    may: REMEDIATE,
    path: (ids) => `/api/commands/${ids.command}/withdraw`,
    body: () => ({}),
    object: "command",
  },
  "post /api/incidents/{id}/evidence": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/evidence`,
    body: () => ({}),
    object: "incident",
  },
  "get /api/incidents/{id}/latency": {
    may: SECURITY,
    path: (ids) => `/api/incidents/${ids.incident}/latency`,
    object: "incident",
  },
  "get /api/evidence/key": { may: "public", path: fixed("/api/evidence/key") },
  "get /api/evidence/heads": { may: SECURITY, path: fixed("/api/evidence/heads") },
  "get /api/latency": { may: SECURITY, path: fixed("/api/latency") },
  "get /api/queue": { may: ["analyst"], path: fixed("/api/queue") },
  "post /api/queue/{id}/claim": {
    may: ["analyst"],
    path: (ids) => `/api/queue/${ids.incident}/claim`,
    body: () => ({ claim: "take" }),
  },
  "get /api/campaigns": { may: SECURITY, path: fixed("/api/campaigns") },
  "get /api/campaigns/{id}": { may: SECURITY, path: (ids) => `/api/campaigns/${ids.incident}` },
  "post /api/campaigns/{id}/orders": {
    may: REMEDIATE,
    path: (ids) => `/api/campaigns/${ids.incident}/orders`,
    body: (ids) => ({
      orderId: crypto.randomUUID(),
      input: { kind: "run-step", step: "revoke-and-lock" },
      incidents: [{ id: ids.incident, planVersion: 1 }],
    }),
  },
  "get /api/phish": { may: SECURITY, path: fixed("/api/phish") },
  "get /api/phish/{id}": { may: SECURITY, path: (ids) => `/api/phish/${ids.phish}`, object: "phish" },
  "post /api/phish": {
    may: REMEDIATE,
    path: fixed("/api/phish"),
    body: (ids) => ({ commandId: crypto.randomUUID(), tenantId: ids.tenant, internetMessageId: "<1@evil.example>" }),
    object: "tenant",
  },
  "post /api/phish/{id}/preview": {
    may: REMEDIATE,
    path: (ids) => `/api/phish/${ids.phish}/preview`,
    body: () => ({ act: "retract", matchIds: [crypto.randomUUID()] }),
    object: "phish",
  },
  "post /api/phish/{id}/orders": {
    may: REMEDIATE,
    path: (ids) => `/api/phish/${ids.phish}/orders`,
    body: () => ({
      commandId: crypto.randomUUID(),
      act: "retract",
      matchIds: [crypto.randomUUID()],
      previewHash: "0".repeat(64),
      waitInstead: false,
    }),
    object: "phish",
  },
  "post /api/phish/orders/{id}/answer": {
    may: REMEDIATE,
    path: () => `/api/phish/orders/${crypto.randomUUID()}/answer`,
    body: () => ({ word: "refuse", reason: "Not this mail." }),
  },
  "get /api/tenants/{id}/never-touch": {
    may: ["admin", "readOnly", "analyst"],
    path: (ids) => `/api/tenants/${ids.tenant}/never-touch`,
  },
  "post /api/tenants/{id}/never-touch": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/never-touch`,
    body: () => ({ mailbox: "a@b.example", reason: "Legal hold." }),
  },
  "post /api/tenants/{id}/never-touch/drop": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/never-touch/drop`,
    body: () => ({ mailboxObjectId: crypto.randomUUID(), reason: "Hold ended." }),
  },
  "get /api/tenants/{id}/emergency-accounts": {
    may: ["admin", "readOnly", "analyst"],
    path: (ids) => `/api/tenants/${ids.tenant}/emergency-accounts`,
  },
  "post /api/tenants/{id}/emergency-accounts": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/emergency-accounts`,
    body: () => ({ account: "a@b.example", reason: "Sealed in the safe." }),
  },
  "post /api/tenants/{id}/emergency-accounts/drop": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/emergency-accounts/drop`,
    body: () => ({ objectId: crypto.randomUUID(), reason: "Not used any more." }),
  },
  "post /api/tenants/{id}/emergency-accounts/confirm": {
    may: ["admin"],
    path: (ids) => `/api/tenants/${ids.tenant}/emergency-accounts/confirm`,
  },
  "get /api/policy": { may: ["admin", "readOnly", "analyst"], path: (ids) => `/api/policy?orgId=${ids.org}` },
  "post /api/policy": {
    may: ["admin"],
    path: fixed("/api/policy"),
    body: () => ({ basedOn: 0, document: {}, reason: "As agreed." }),
  },
  "post /api/policy/kill-switch": {
    may: ["admin", "analyst"],
    path: fixed("/api/policy/kill-switch"),
    body: (ids) => ({ orgId: ids.org, isOn: true }),
  },
  "post /api/policy/exceptions": {
    may: ["admin"],
    path: fixed("/api/policy/exceptions"),
    body: () => ({
      tenantId: crypto.randomUUID(),
      kind: "other",
      account: "a@b.example",
      startsAt: "2026-11-20T00:00:00.000Z",
      endsAt: "2026-12-01T00:00:00.000Z",
      reason: "Conference.",
    }),
  },
  "post /api/policy/exceptions/{id}/end": {
    may: ["admin"],
    path: () => `/api/policy/exceptions/${crypto.randomUUID()}/end`,
    body: () => ({}),
  },
  "get /api/settings/notifications": { may: ["admin", "readOnly"], path: fixed("/api/settings/notifications") },
  "post /api/settings/notifications": {
    may: ["admin"],
    path: fixed("/api/settings/notifications"),
    body: () => ({ address: "soc@msp.example" }),
  },
  "post /api/settings/security": {
    may: ["admin"],
    path: fixed("/api/settings/security"),
    body: () => ({ requiresFactor: true }),
  },
  "get /api/second-words": { may: ["admin", "readOnly", "analyst"], path: fixed("/api/second-words") },
  "post /api/second-words/{id}/answer": {
    may: ["admin", "readOnly", "analyst"],
    path: fixed(`/api/second-words/${crypto.randomUUID()}/answer`),
    body: () => ({ agree: true }),
  },
  "get /api/stream": { may: SECURITY, path: fixed("/api/stream") },
};

let rig: Rig;
let people: Record<Who, Person>;
let own: Ids;
let foreign: Ids;

async function phishOf(orgId: string, tenantId: string): Promise<string> {
  const id = crypto.randomUUID();
  await rig.make.orm.insert(phishes).values({
    id,
    orgId,
    tenantId,
    internetMessageId: `<${id}@evil.example>`,
    fingerprintState: "asked",
    by: { kind: "system", room: "test" },
    createdAt: "2026-11-20T12:00:00.000Z",
  });
  return id;
}

async function things(orgId: string, tenantId: string): Promise<Ids> {
  const account = await rig.make.account({ id: tenantId, orgId });
  const incident = await rig.make.incident(account);
  const command = await rig.make.command(incident);
  const scan = await rig.make.scan({ id: tenantId, orgId });
  const uncommon = await rig.make.notable({ id: tenantId, orgId });
  return {
    org: orgId,
    tenant: tenantId,
    incident: incident.id,
    command: command.id,
    secret: scan.id,
    uncommon: uncommon.id,
    phish: await phishOf(orgId, tenantId),
  };
}

beforeAll(async () => {
  rig = await createRig();
  const [org, other] = [await rig.make.org(), await rig.make.org()];
  const [tenant, stranger] = [await rig.make.tenant(org.id), await rig.make.tenant(other.id)];
  own = await things(org.id, tenant.id);
  foreign = await things(other.id, stranger.id);
  const member = (values: Parameters<Rig["make"]["member"]>[1]) => rig.make.member(org.id, values).then(rig.signIn);
  people = {
    admin: await member({ role: "admin" }),
    readOnly: await member({ role: "full-member", isReadOnly: true, canManageTenants: true }),
    sales: await member({ role: "sales" }),
    billing: await member({ role: "billing" }),
    guest: await member({ role: "external-guest", tenantIds: [tenant.id] }),
    analyst: await rig.make.member(null).then(rig.signIn),
  };
}, 120_000);
afterAll(() => rig.close());

/** Ends a stream that was opened, so that only its head is looked at. */
async function call(who: Person | undefined, method: string, entry: Entry, ids: Ids): Promise<Response> {
  const abort = new AbortController();
  const init = { method: method.toUpperCase(), signal: abort.signal };
  const json = entry.body?.(ids);
  const path = entry.path(ids);
  const answer = who
    ? await (json ? who.post(path, json, init) : who.get(path, init))
    : await rig.send(path, { ...init, ...(json ? { json } : {}) });
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) abort.abort();
  return answer;
}

describe("every route is in the table, in the OpenAPI document, and nothing else is [S5]", () => {
  test("routes = table = OpenAPI", async () => {
    const declared = ROUTES.map((route) => `${route.method} ${route.path}`).sort();
    expect(declared).toEqual(Object.keys(TABLE).sort());
    const served = rig.api.routes
      .filter((route) => route.method !== "ALL" && route.path !== OPENAPI_PATH)
      .map((route) => `${route.method.toLowerCase()} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`);
    expect([...new Set(served)].sort()).toEqual(declared);
    const document = (await (await rig.send(OPENAPI_PATH)).json()) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(document.openapi).toBe("3.1.0");
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(declared);
  });
});

for (const [key, entry] of Object.entries(TABLE)) {
  const [method = "get"] = key.split(" ");
  describe(key, () => {
    if (entry.may === "public") {
      test("answers without a session and never with a fault of ours", async () => {
        expect((await call(undefined, method, entry, own)).status).toBeLessThan(500);
      });
      return;
    }
    test("asks for a session", async () => {
      const answer = await call(undefined, method, entry, own);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    });
    test("lets in whom the table of roles lets in, and tells the others why not", async () => {
      for (const [who, person] of Object.entries(people) as [Who, Person][]) {
        const answer = await call(person, method, entry, own);
        const isAllowed = entry.may === "everybody" || entry.may.includes(who);
        const told = `${who}: ${answer.status}`;
        if (isAllowed) expect([200, 201, 202, 204, 303, 404, 409].map((status) => `${who}: ${status}`)).toContain(told);
        else {
          expect(told).toBe(`${who}: 403`);
          expect(((await answer.json()) as { detail: string }).detail).toMatch(/may not/);
        }
      }
    });
    if (!entry.object) return;
    test("answers a foreign id and a random id with the same bytes, 404 [S5]", async () => {
      const random: Ids = {
        org: crypto.randomUUID(),
        tenant: crypto.randomUUID(),
        incident: crypto.randomUUID(),
        command: crypto.randomUUID(),
        secret: crypto.randomUUID(),
        uncommon: crypto.randomUUID(),
        phish: crypto.randomUUID(),
      };
      for (const who of ["admin", "guest"] as const) {
        const [one, two] = [
          await call(people[who], method, entry, foreign),
          await call(people[who], method, entry, random),
        ];
        const bodies = [await one.text(), await two.text()];
        expect(bodies[0]).toBe(bodies[1]);
        expect([one.status, two.status]).toEqual([404, 404]);
        const headers = [one, two].map((answer) => [...answer.headers].filter(([name]) => name !== "x-request-id"));
        expect(headers[0]).toEqual(headers[1]);
      }
    });
    if (entry.object === "command") return;
    test("the analyst sees the objects of every organization", async () => {
      const answer = await call(people.analyst, method, entry, foreign);
      expect([200, 202, 403, 404, 409]).toContain(answer.status);
      if (method === "get") expect(answer.status).toBe(200);
    });
  });
}

describe("a guest", () => {
  test("sees its own tenant only, in every list and count [S6]", async () => {
    const org = await rig.make.org();
    const [mine, other] = [
      await rig.make.tenant(org.id, { name: "Mine" }),
      await rig.make.tenant(org.id, { name: "Hidden Ltd" }),
    ];
    const seen = await rig.make.incident(await rig.make.account(mine));
    await rig.make.incident(await rig.make.account(mine), { publishedAt: null });
    await rig.make.incident(await rig.make.account(other, { upn: "ceo@hidden.example" }));
    const guest = await rig.make.member(org.id, { role: "external-guest", tenantIds: [mine.id] }).then(rig.signIn);
    const home = (await (await guest.get("/api/home")).json()) as { badge30d: number; active: { id: string }[] };
    expect(home.badge30d).toBe(1);
    expect(home.active.map((card) => card.id)).toEqual([seen.id]);
    for (const path of ["/api/home", "/api/tenants", "/api/incidents", `/api/incidents/${seen.id}`]) {
      expect(await (await guest.get(path)).text()).not.toMatch(/hidden/i);
    }
  });

  test("is told that the MSP acted, not who [S5]", async () => {
    const org = await rig.make.org();
    const tenant = await rig.make.tenant(org.id);
    const incident = await rig.make.incident(await rig.make.account(tenant));
    const admin = await rig.make.member(org.id, { name: "Secret Person" }).then(rig.signIn);
    await admin.post(`/api/incidents/${incident.id}/commands`, order({ kind: "run-step", step: "revoke-and-lock" })());
    const guest = await rig.make.member(org.id, { role: "external-guest", tenantIds: [tenant.id] }).then(rig.signIn);
    const text = await (await guest.get(`/api/incidents/${incident.id}`)).text();
    expect(text).toContain("Your IT provider");
    expect(text).not.toContain("Secret Person");
  });
});
