import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "./state/types.ts";
import { type Answer, type TenantSummary, TestCloud } from "./testing/client.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

const USERS = "/v1.0/users?$select=id";
const quiet = (seed: string | number, more = {}): Promise<TenantSummary> =>
  cloud.tenant({ story: "quiet", seed, ...more });
const zoneless = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
const get = (t: TenantSummary, url: string): Promise<Answer> => cloud.call(t.tenantId, "GET", url);

describe("transport", () => {
  it("answers an unknown path with a loud 404 and remembers it", async () => {
    const t = await quiet("paths");
    expect((await get(t, "/v1.0/unicorns")).status).toBe(404);
    expect((await fetch(`${cloud.simulator.cloudUrl}/no.such.host/x`)).status).toBe(404);
    const { violations } = await cloud.truth<{ violations: { type: string }[] }>("/truth/violations");
    expect(violations.filter((v) => v.type === "unknown-path")).toHaveLength(2);
  });

  it.each([
    [7, "7"],
    [400, "400"],
    ["date", expect.stringContaining("GMT")],
    ["missing", null],
  ])("throttles with Retry-After %s", async (retryAfter, header) => {
    const t = await quiet(`throttle-${retryAfter}`);
    await cloud.fault(t.tenantId, { kind: "throttle", retryAfter, count: 1, match: { pathPattern: "/users" } });
    const answer = await get(t, USERS);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, header]);
    expect((await get(t, USERS)).status).toBe(200);
  });

  it("fails with an HTML page, NUL bytes, a status, a missing feature or a broken connection by switch", async () => {
    const t = await quiet("faults");
    await cloud.token(t.tenantId);
    for (const kind of ["html-403", "nul-403", "not-provisioned"]) await cloud.fault(t.tenantId, { kind, count: 1 });
    await cloud.fault(t.tenantId, { kind: "error", status: 502, count: 1 });
    const seen: [number, string][] = [];
    for (let n = 0; n < 5; n++) {
      const answer = await get(t, USERS);
      seen.push([answer.status, answer.text.slice(0, 9)]);
    }
    expect(seen).toEqual([
      [502, '{"error":'],
      [403, "<!DOCTYPE"],
      [403, "\0\0\0\0"],
      [401, '{"error":'],
      [200, '{"@odata.'],
    ]);
    await cloud.fault(t.tenantId, { kind: "reset", count: 1 });
    await expect(get(t, USERS)).rejects.toThrow();
  });

  it("strikes by method, path, skip and count, and stops when the switch is removed", async () => {
    const t = await quiet("matching");
    const fault = await cloud.fault(t.tenantId, {
      kind: "error",
      status: 500,
      match: { method: "GET", pathPattern: "/users$" },
      skip: 1,
    });
    expect([
      (await get(t, USERS)).status,
      (await get(t, "/v1.0/organization")).status,
      (await get(t, USERS)).status,
    ]).toEqual([200, 200, 500]);
    await cloud.admin("DELETE", `/admin/tenants/${t.tenantId}/faults/${fault.id}`);
    expect((await get(t, USERS)).status).toBe(200);
  });

  it("limits reporting calls to 5 in 10 seconds when real limits are on", async () => {
    const t = await quiet("limits");
    await cloud.fault(t.tenantId, { kind: "real-limits" });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await get(t, "/v1.0/auditLogs/directoryAudits?$top=1")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 11_000 });
    expect((await get(t, "/v1.0/auditLogs/directoryAudits?$top=1")).status).toBe(200);
  });

  it("answers a batch in any order with 200 outside and 429 inside", async () => {
    const t = await quiet("batch");
    await cloud.fault(t.tenantId, { kind: "throttle", count: 1, match: { pathPattern: "/v1.0/users/" } });
    const ids = t.accounts.slice(0, 4).map((a) => a.objectId);
    const requests = ids.map((id, index) => ({ id: String(index), method: "GET", url: `/users/${id}?$select=id` }));
    const answer = await cloud.call(t.tenantId, "POST", "/v1.0/$batch", { body: { requests } });
    const responses = answer.json.responses as { id: string; status: number; body: { id?: string } }[];
    expect(answer.status).toBe(200);
    expect(responses.map((r) => r.status).sort()).toEqual([200, 200, 200, 429]);
    for (const r of responses.filter((x) => x.status === 200)) expect(r.body.id).toBe(ids[Number(r.id)]);
  });

  it("adds members nobody knows when told to", async () => {
    const t = await quiet("lenient");
    await cloud.fault(t.tenantId, { kind: "unknown-members" });
    expect((await get(t, USERS)).json.value?.[0]).toHaveProperty("memberFromTheFuture");
  });
});

describe("collections", () => {
  it("links with real hosts, pages smaller than asked, begins with an empty page, and loses nothing", async () => {
    const t = await quiet("paging");
    const whole = await cloud.all(t.tenantId, `${USERS}&$top=999`);
    await cloud.fault(t.tenantId, { kind: "small-pages", size: 2 });
    await cloud.fault(t.tenantId, { kind: "empty-pages" });
    const first = await get(t, `${USERS}&$top=999`);
    expect(first.json.value).toEqual([]);
    expect(first.json["@odata.nextLink"]).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?/);
    expect(await cloud.all(t.tenantId, `${USERS}&$top=999`)).toEqual(whole);
  });

  it("refuses page sizes above the ceiling", async () => {
    const t = await quiet("ceiling");
    expect((await get(t, `${USERS}&$top=1000`)).status).toBe(400);
    expect((await get(t, "/v1.0/auditLogs/signIns?$top=1001")).status).toBe(400);
  });

  it("gives the small set of user members unless $select names others", async () => {
    const t = await quiet("select");
    const [plain] = (await get(t, "/v1.0/users?$top=1")).json.value ?? [];
    expect(plain).not.toHaveProperty("accountEnabled");
    expect(plain).not.toHaveProperty("onPremisesSyncEnabled");
    const [asked] =
      (await get(t, "/v1.0/users?$top=1&$select=accountEnabled,onPremisesSyncEnabled,assignedLicenses")).json.value ??
      [];
    expect(Object.keys(asked ?? {}).sort()).toEqual([
      "accountEnabled",
      "assignedLicenses",
      "id",
      "onPremisesSyncEnabled",
    ]);
  });

  it("answers mailbox calls of one user with 404 or 403 by switch and serves the others", async () => {
    const t = await quiet("mailboxes");
    const [a, b] = t.accounts;
    await cloud.fault(t.tenantId, { kind: "mailbox-not-enabled", userId: a?.objectId });
    await cloud.fault(t.tenantId, { kind: "mailbox-denied", userId: b?.objectId });
    const code = async (id: string | undefined): Promise<unknown> =>
      (await get(t, `/v1.0/users/${id}/messages?$top=1`)).json.error?.code;
    expect(await code(a?.objectId)).toBe("MailboxNotEnabledForRESTAPI");
    expect(await code(b?.objectId)).toBe("ErrorAccessDenied");
    expect(await code(t.accounts[2]?.objectId)).toBeUndefined();
  });
});

describe("sign-in logs", () => {
  const since = (): string => new Date(cloud.simulator.clock.now() - 20 * 86_400_000).toISOString();

  it("gives v1.0 interactive sign-ins only, without beta members, and refuses a filter on the stream", async () => {
    const t = await cloud.tenant({ story: "aitm-mail-rule", seed: 31 });
    const rows = await cloud.all(t.tenantId, `/v1.0/auditLogs/signIns?$filter=createdDateTime ge ${since()}`);
    expect(rows.every((r) => r.isInteractive === true)).toBe(true);
    expect(rows[0]).not.toHaveProperty("sessionId");
    const refused = await get(t, "/v1.0/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'nonInteractiveUser')");
    expect(refused.json.error?.message).toContain("Could not find a property named 'signInEventTypes'");
  });

  it("gives one stream per beta request, the non-interactive ones with the stolen session", async () => {
    const t = await cloud.tenant({ story: "aitm-mail-rule", seed: 32 });
    const rows = await cloud.all(
      t.tenantId,
      `/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'nonInteractiveUser') and createdDateTime ge ${since()}`,
    );
    expect(rows.every((r) => r.isInteractive === false)).toBe(true);
    expect(rows.filter((r) => r.sessionId === t.attack.sessionId).map((r) => r.ipAddress)).toContain(
      (t.attack.ips as string[])[1],
    );
    expect(
      (
        await get(
          t,
          "/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser')",
        )
      ).status,
    ).toBe(400);
  });

  it("refuses sign-ins of a tenant without P1 and serves everything else", async () => {
    const t = await quiet("no-p1", { p1: false });
    const refused = await get(t, "/v1.0/auditLogs/signIns");
    expect([refused.status, refused.json.error?.code]).toEqual([
      403,
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    ]);
    expect((await get(t, "/v1.0/users?$select=id,signInActivity")).status).toBe(403);
    expect((await get(t, "/v1.0/auditLogs/directoryAudits")).status).toBe(200);
    const plans = JSON.stringify((await get(t, "/v1.0/subscribedSkus")).json);
    expect(plans).not.toContain("AAD_PREMIUM");
  });

  it("says how risky Microsoft finds a sign-in only with P2, some of it hours later under the same id", async () => {
    const rowsOf = async (t: TenantSummary): Promise<Json[]> => {
      const streams = ["interactiveUser", "nonInteractiveUser"].map((s) =>
        cloud.all(t.tenantId, `/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq '${s}')`),
      );
      return (await Promise.all(streams)).flat();
    };
    const levels = (rows: Json[]): Set<unknown> => new Set(rows.map((r) => r.riskLevelAggregated));
    const t = await cloud.tenant({ story: "session-replay", seed: 61, people: 6, p2: true });
    const soon = await rowsOf(t);
    expect(levels(soon)).toContain("none");
    expect([...levels(soon)].filter((l) => l === "medium" || l === "high").length).toBeGreaterThan(0);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 20 * 3_600_000 });
    await cloud.token(t.tenantId, "https://graph.microsoft.com", true);
    const later = await rowsOf(t);
    const rowsWith = (rows: Json[], id: unknown) => rows.filter((row) => row.id === id).length;
    const twice = later.filter((r) => rowsWith(later, r.id) === 2);
    expect(twice.map((r) => r.riskLevelAggregated)).toEqual(expect.arrayContaining(["none", "high"]));
    expect(twice.map((r) => rowsWith(soon, r.id))).toContain(1);
    const without = await cloud.tenant({ story: "session-replay", seed: 64, people: 6 });
    expect(levels(await rowsOf(without))).toEqual(new Set(["hidden"]));
    const plans = JSON.stringify((await get(without, "/v1.0/subscribedSkus")).json);
    expect(plans).not.toContain("AAD_PREMIUM_P2");
  });

  it("shows a domain that an attacker federated, his administrator and his device where the directory lists them", async () => {
    const t = await cloud.tenant({ story: "admin-takeover", seed: 71, people: 6 });
    const { attack } = await cloud.truth<{ attack: Json }>(`/truth/tenants/${t.tenantId}`);
    const domains = await cloud.all(t.tenantId, "/v1.0/domains");
    expect(domains.find((d) => d.id === attack.federatedDomain)).toMatchObject({ authenticationType: "Federated" });
    const roles = await cloud.all(t.tenantId, "/v1.0/roleManagement/directory/roleAssignments");
    expect(roles.filter((r) => r.principalId === attack.newAccountId)).toHaveLength(2);
    const phished = await cloud.tenant({ story: "device-code-phish", seed: 72, people: 6 });
    const planted = await cloud.truth<{ attack: Json }>(`/truth/tenants/${phished.tenantId}`);
    const devices = await cloud.all(phished.tenantId, `/v1.0/users/${phished.victim?.objectId}/registeredDevices`);
    expect(devices.map((d) => d.id)).toContain(planted.attack.deviceObjectId);
  });

  it("shows late records late and duplicates with changed content under one id", async () => {
    const t = await quiet("late");
    const record = {
      id: "late-1",
      createdDateTime: zoneless(cloud.simulator.clock.now() - 60_000).concat("Z"),
      isInteractive: true,
      userId: "u",
      riskLevelDuringSignIn: "none",
    };
    await cloud.fault(t.tenantId, { kind: "late-records", delayMs: 1_800_000 });
    await cloud.fault(t.tenantId, { kind: "duplicate-records", afterMs: 60_000 });
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/records`, { signIns: [record] });
    const risks = async (): Promise<unknown[]> =>
      (await cloud.all(t.tenantId, "/beta/auditLogs/signIns?$filter=userId eq 'u'")).map(
        (r) => r.riskLevelDuringSignIn,
      );
    expect(await risks()).toEqual([]);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 1_802_000 });
    expect(await risks()).toEqual(["none"]);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 61_000 });
    expect((await risks()).sort()).toEqual(["medium", "none"]);
  });
});

describe("activity feed", () => {
  it("needs a subscription, says 400 AF20024 to a second start, lists blobs in header pages and serves zone-less records", async () => {
    const t = await cloud.tenant({ story: "aitm-mail-rule", seed: 41 });
    const now = cloud.simulator.clock.now();
    const window = `contentType=Audit.Exchange&startTime=${zoneless(now - 86_000_000)}&endTime=${zoneless(now + 1000)}`;
    expect((await cloud.feed(t.tenantId, "GET", `/subscriptions/content?${window}`)).json.error?.code).toBe("AF20022");
    expect((await cloud.feed(t.tenantId, "POST", "/subscriptions/start?contentType=Audit.Exchange")).status).toBe(200);
    expect(
      (await cloud.feed(t.tenantId, "POST", "/subscriptions/start?contentType=Audit.Exchange")).json.error?.code,
    ).toBe("AF20024");
    const listing = await cloud.feed(t.tenantId, "GET", `/subscriptions/content?${window}`);
    const blobs = JSON.parse(listing.text) as { contentUri: string; contentCreated: string }[];
    expect(blobs[0]?.contentUri).toMatch(/^https:\/\/manage\.office\.com\/api\/v1\.0\//);
    const records = JSON.parse((await get(t, blobs[0]?.contentUri ?? "")).text) as {
      CreationTime: string;
      Workload: string;
    }[];
    expect(records[0]?.CreationTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(new Set(records.map((r) => r.Workload))).toEqual(new Set(["Exchange"]));
  });

  it("pages by the NextPageUri header and gives every record once", async () => {
    const t = await quiet("feed-pages");
    await cloud.feed(t.tenantId, "POST", "/subscriptions/start?contentType=Audit.General");
    const now = cloud.simulator.clock.now();
    const ids = Array.from({ length: 45 }, (_, n) => `record-${n}`);
    for (const Id of ids) {
      await cloud.admin("POST", `/admin/tenants/${t.tenantId}/records`, {
        ual: [{ Id, CreationTime: zoneless(now), Operation: "Test", Workload: "MicrosoftTeams" }],
      });
      await cloud.admin("POST", "/admin/clock", { advanceMs: 1000 });
    }
    let next: string | null =
      `https://manage.office.com/api/v1.0/${t.tenantId}/activity/feed/subscriptions/content?contentType=Audit.General&startTime=${zoneless(now - 1000)}&endTime=${zoneless(cloud.simulator.clock.now() + 1000)}`;
    const uris: string[] = [];
    let pages = 0;
    while (next) {
      const page: Answer = await get(t, next);
      uris.push(...(JSON.parse(page.text) as { contentUri: string }[]).map((b) => b.contentUri));
      next = page.headers.get("nextpageuri");
      pages += 1;
    }
    const seen: string[] = [];
    for (const uri of uris) seen.push(...(JSON.parse((await get(t, uri)).text) as { Id: string }[]).map((r) => r.Id));
    expect(pages).toBeGreaterThan(2);
    expect(seen.filter((id) => id.startsWith("record-")).sort()).toEqual(ids.sort());
  });

  it("refuses windows over a day or older than a week, and times with a zone", async () => {
    const t = await quiet("feed-window");
    await cloud.feed(t.tenantId, "POST", "/subscriptions/start?contentType=Audit.General");
    const now = cloud.simulator.clock.now();
    const code = async (from: string, to: string): Promise<unknown> =>
      (
        await cloud.feed(
          t.tenantId,
          "GET",
          `/subscriptions/content?contentType=Audit.General&startTime=${from}&endTime=${to}`,
        )
      ).json.error?.code;
    expect(await code(zoneless(now - 2 * 86_400_000), zoneless(now))).toBe("AF20055");
    expect(await code(zoneless(now - 9 * 86_400_000), zoneless(now - 8.5 * 86_400_000))).toBe("AF20055");
    expect(await code(new Date(now - 1000).toISOString(), new Date(now).toISOString())).toBe("AF20002");
  });

  it("throttles as 403 AF429, loses subscriptions and blobs by switch", async () => {
    const t = await quiet("feed-faults");
    await cloud.fault(t.tenantId, { kind: "feed-throttle", count: 1 });
    const throttled = await cloud.feed(t.tenantId, "GET", "/subscriptions/list");
    expect([throttled.status, throttled.json.error?.code]).toEqual([403, "AF429"]);
    await cloud.feed(t.tenantId, "POST", "/subscriptions/start?contentType=Audit.General");
    await cloud.fault(t.tenantId, { kind: "subscription-lost", count: 1 });
    expect(
      (await cloud.feed(t.tenantId, "GET", "/subscriptions/content?contentType=Audit.General")).json.error?.code,
    ).toBe("AF20022");
    await cloud.fault(t.tenantId, { kind: "blob-gone", count: 1 });
    expect((await cloud.feed(t.tenantId, "GET", "/audit/x")).json.error?.code).toBe("AF20050");
  });
});

describe("audit log search", () => {
  const search = (t: TenantSummary, days: number, more = {}, version = "v1.0"): Promise<Answer> => {
    const now = cloud.simulator.clock.now();
    const body = {
      displayName: "s",
      filterStartDateTime: new Date(now - days * 86_400_000).toISOString(),
      filterEndDateTime: new Date(now).toISOString(),
      ...more,
    };
    return cloud.call(t.tenantId, "POST", `/${version}/security/auditLog/queries`, { body });
  };
  const status = async (t: TenantSummary, id: unknown): Promise<unknown> =>
    (await get(t, `/v1.0/security/auditLog/queries/${id}`)).json.status;

  it("finds half a year of records, all of them once, filtered by operation", async () => {
    const t = await cloud.tenant({ story: "spray-forward-connector", seed: 51 });
    const { json } = await search(t, 180);
    expect(await status(t, json.id)).toBe("succeeded");
    const rows = await cloud.all(t.tenantId, `/v1.0/security/auditLog/queries/${json.id}/records?$top=999`);
    expect(rows.length).toBeGreaterThan(1500);
    expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
    const one = (await search(t, 180, { operationFilters: ["New-InboundConnector"] })).json;
    const found = await cloud.all(t.tenantId, `/v1.0/security/auditLog/queries/${one.id}/records`);
    expect(found.map((r) => r.id)).toContain(t.attack.connectorRecordId);
  });

  it("runs for a virtual hour, fails or sticks by switch", async () => {
    const t = await quiet("search-states");
    await cloud.fault(t.tenantId, { kind: "audit-query", delayMs: 3_600_000, count: 1 });
    const slow = (await search(t, 1)).json.id;
    expect(await status(t, slow)).toBe("notStarted");
    expect((await get(t, `/v1.0/security/auditLog/queries/${slow}/records`)).status).toBe(400);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 1_800_000 });
    expect(await status(t, slow)).toBe("running");
    await cloud.fault(t.tenantId, { kind: "audit-query", outcome: "failed", count: 1 });
    const failed = (await search(t, 1)).json.id;
    await cloud.fault(t.tenantId, { kind: "audit-query", outcome: "stuck", count: 1 });
    const stuck = (await search(t, 1)).json.id;
    await cloud.admin("POST", "/admin/clock", { advanceMs: 1_799_000 + 2000 });
    await cloud.token(t.tenantId, "https://graph.microsoft.com", true);
    expect([await status(t, slow), await status(t, failed), await status(t, stuck)]).toEqual([
      "succeeded",
      "failed",
      "running",
    ]);
  });

  it("refuses the eleventh open search, v1.0 by switch, and a tenant whose auditing is off", async () => {
    const t = await quiet("search-cap");
    await cloud.fault(t.tenantId, { kind: "audit-query-v1-missing", count: 1 });
    expect((await search(t, 1)).status).toBe(404);
    expect((await search(t, 1, {}, "beta")).status).toBe(201);
    await cloud.fault(t.tenantId, { kind: "audit-query", outcome: "stuck" });
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await search(t, 1)).status);
    expect(statuses.slice(-2)).toEqual([201, 429]);
    const off = await quiet("search-off");
    await cloud.admin("POST", `/admin/tenants/${off.tenantId}/settings`, { auditEnabled: false });
    expect((await search(off, 1)).json.error?.message).toContain("AuditingDisabledTenant");
  });

  it("sees nothing from before auditing was switched on", async () => {
    const t = await quiet("search-since");
    const since = new Date(cloud.simulator.clock.now() - 20 * 86_400_000).toISOString();
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/settings`, { auditSince: since });
    const { json } = await search(t, 180);
    const rows = await cloud.all(t.tenantId, `/v1.0/security/auditLog/queries/${json.id}/records?$top=999`);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every((r) => String(r.createdDateTime) >= since.slice(0, 19))).toBe(true);
  });
});
