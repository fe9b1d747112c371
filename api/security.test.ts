import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readApiEnv } from "./env.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let admin: Person;
let analyst: Person;

beforeAll(async () => {
  rig = await createRig();
  admin = await rig.signIn(await rig.make.member((await rig.make.org()).id));
  analyst = await rig.signIn(await rig.make.member(null));
});
afterAll(() => rig.close());

const body = { name: "New", responseEnabled: true, isScanOnly: false };

describe("requests from another site", () => {
  test.each([
    ["a form of a foreign page", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["a page of a sister host", { "sec-fetch-site": "same-site", origin: "http://other.petra.test" }],
    ["an address typed by hand", { "sec-fetch-site": "none" }],
    ["an old browser at a foreign page", { "sec-fetch-site": "", origin: "https://evil.example" }],
  ])("change nothing: %s [S16]", async (_name, headers) => {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
    const request = new Request("http://petra.test/api/tenants", {
      method: "POST",
      headers: { cookie: admin.cookie, "content-type": "application/json", ...sent },
      body: JSON.stringify(body),
    });
    const answer = await rig.api.request(request);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(await (await admin.get("/api/tenants")).json()).toEqual([]);
  });
});

test("an old browser at our own page is let through by its Origin [S16]", async () => {
  const request = new Request("http://petra.test/api/settings/notifications", {
    method: "POST",
    headers: { cookie: admin.cookie, "content-type": "application/json", origin: "http://petra.test" },
    body: JSON.stringify({ address: "soc@msp.example" }),
  });
  expect((await rig.api.request(request)).status).toBe(200);
});

test("every answer carries the strict headers: data, refusals, unknown paths, bad input, redirects [S17]", async () => {
  const answers = [
    await admin.get("/api/me"),
    await rig.send("/api/me"),
    await rig.send("/api/nothing-here"),
    await admin.get("/api/tenants/not-an-id"),
    await rig.send("/api/consent/callback?error=access_denied&state=x"),
    await admin.post("/api/tenants", { name: "x".repeat(2_000_000) }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([200, 401, 404, 400, 303, 400]);
  for (const answer of answers) {
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("a fault of ours answers a constant sentence, with nothing of the inside [S30]", async () => {
  const broken = {
    ...rig.deps.clock,
    now: () => {
      throw new Error("secret path /srv/petra SELECT * FROM members");
    },
  };
  const { createApp } = await import("./app.ts");
  const app = createApp({ ...rig.deps, clock: broken });
  const answer = await app.request("http://petra.test/api/tenants", { headers: { cookie: admin.cookie } });
  expect(answer.status).toBe(500);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(await answer.json()).toEqual({
    type: "/problems/internal",
    title: "Something went wrong on our side",
    status: 500,
    code: "internal",
    detail: "Try again. If it happens again, give us the request id of this answer.",
  });
});

describe("opening values of executions", () => {
  const json = { payloads: [{ metadata: { encoding: "anNvbi9wbGFpbg==" }, data: "IngiIA==" }] };

  test("is allowed to the Temporal UI's pages with an analyst's own session, and to no other origin", async () => {
    const ui = { origin: "http://temporal.petra.test", "sec-fetch-site": "same-site" };
    const answer = await analyst.post("/api/codec/decode", json, { headers: ui });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(json);
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://temporal.petra.test");
    const preflight = await rig.send("/api/codec/decode", { method: "OPTIONS", headers: ui });
    expect([preflight.status, preflight.headers.get("access-control-allow-credentials")]).toEqual([204, "true"]);
    const evil = await analyst.post("/api/codec/decode", json, { headers: { origin: "https://evil.example" } });
    expect([evil.status, evil.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect((await admin.post("/api/codec/decode", json, { headers: ui })).status).toBe(403);
  });
});

describe("the settings of the process", () => {
  const good = {
    PETRA_MODE: "demo",
    PETRA_PORT: "4100",
    PETRA_PUBLIC_URL: "http://localhost:4100",
    PETRA_DB_URL_APP: "postgres://petra_app:x@127.0.0.1/petra",
    PETRA_DB_URL_AUTH: "postgres://petra_auth:x@127.0.0.1/petra",
    PETRA_DB_URL_OPERATOR: "postgres://petra_operator:x@127.0.0.1/petra",
    TEMPORAL_ADDRESS: "127.0.0.1:7233",
    PETRA_MASTER_KEY: Buffer.alloc(32).toString("base64"),
    PETRA_SESSION_SECRET: "x".repeat(40),
    PETRA_SMTP_URL: "smtp://127.0.0.1:2525",
    PETRA_MAIL_FROM: "Petra <petra@demo.example>",
    M365_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
  };

  test("are read, with a sentence for every missing or wrong one and no value in it", () => {
    expect(readApiEnv(good).PETRA_PORT).toBe(4100);
    const { PETRA_MASTER_KEY: _, ...missing } = good;
    expect(() => readApiEnv(missing)).toThrow("PETRA_MASTER_KEY is missing: 32 random bytes");
    expect(() => readApiEnv({ ...good, PETRA_DB_URL_APP: "mysql://hunter2@x" })).toThrow(
      /^(?!.*hunter2)[\s\S]*PETRA_DB_URL_APP is wrong/,
    );
  });

  test("of production take no swapped wire, no certificate of their own and no plain http [S55]", () => {
    const production = { ...good, PETRA_MODE: "production", PETRA_PUBLIC_URL: "https://petra.example.com" };
    expect(readApiEnv(production).PETRA_MODE).toBe("production");
    expect(() => readApiEnv({ ...production, M365_ORIGIN_MAP: "{}" })).toThrow("M365_ORIGIN_MAP");
    expect(() => readApiEnv({ ...production, PETRA_CLOCK_FILE: "/x" })).toThrow("PETRA_CLOCK_FILE");
    expect(() => readApiEnv({ ...production, NODE_EXTRA_CA_CERTS: "/x.pem" })).toThrow("NODE_EXTRA_CA_CERTS");
    expect(() => readApiEnv({ ...good, PETRA_MODE: "production" })).toThrow("PETRA_PUBLIC_URL");
  });
});
