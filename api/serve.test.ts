import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#cli/servers/ports.ts";
import { createDb } from "#db/client.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories, type Factories } from "#db/test/factories.ts";
import { addPerson, createAuth } from "./auth.ts";
import { readApiEnv } from "./env.ts";
import { startServer } from "./serve.ts";
import { PASSWORD } from "./test/rig.ts";

let database: TestDatabase;
let make: Factories;
let server: Awaited<ReturnType<typeof startServer>>;
let origin: string;
const SECRET = "a secret for tests, long enough for all";

beforeAll(async () => {
  database = await createTestDatabase();
  make = createFactories(database.superUrl);
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  server = await startServer(
    readApiEnv({
      PETRA_MODE: "demo",
      PETRA_PORT: String(port),
      PETRA_PUBLIC_URL: origin,
      PETRA_DB_URL_APP: database.urls.app,
      PETRA_DB_URL_AUTH: database.urls.auth,
      PETRA_DB_URL_OPERATOR: database.urls.operator,
      TEMPORAL_ADDRESS: "127.0.0.1:1",
      PETRA_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      PETRA_SESSION_SECRET: SECRET,
      PETRA_SMTP_URL: "smtp://127.0.0.1:1",
      PETRA_MAIL_FROM: "Petra <petra@demo.example>",
      M365_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
      M365_CLIENT_SECRET: "not used here",
      LOG_LEVEL: "silent",
    }),
  );
});
afterAll(async () => {
  await server.stop();
  await make.close();
  await database.close();
});

async function signIn(email: string, name: string): Promise<string> {
  const db = createDb(database.urls.auth, { max: 1 });
  const auth = createAuth({ db, publicUrl: origin, secret: SECRET, sendLink: async () => {} });
  await addPerson(auth, { email, name, password: PASSWORD });
  await db.close();
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

test("one process serves health, the API and, while the portal is not built, a plain page", async () => {
  expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ status: "ok" });
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  expect((await fetch(`${origin}/api/me`)).status).toBe(401);
  const page = await fetch(`${origin}/`);
  expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
});

test("orders are taken over HTTP although no Temporal server answers: 202, and the row waits", async () => {
  const org = await make.org();
  const member = await make.member(org.id);
  const cookie = await signIn(member.email, member.name);
  const incident = await make.incident(await make.account(await make.tenant(org.id)));
  const answer = await fetch(`${origin}/api/incidents/${incident.id}/commands`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie, origin },
    body: JSON.stringify({
      commandId: crypto.randomUUID(),
      planVersion: 1,
      input: { kind: "run-step", step: "revoke-and-lock" },
    }),
  });
  expect(answer.status).toBe(202);
  expect(await answer.json()).toMatchObject({ state: "sent" });
});

/** Reads a stream of the API until it holds `until`, or for `patience` ms. */
async function listen(path: string, cookie: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}${path}`, { headers: { cookie } }, resolve).once("error", reject);
  });
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  response.on("error", () => {});
  return { response, text: () => text, close: () => response.destroy() };
}

test("a change is told to who may see it, with ids only, and to nobody else [S8]", async () => {
  const [org, other] = [await make.org(), await make.org()];
  const tenant = await make.tenant(org.id);
  const hidden = await make.tenant(org.id);
  const [admin, stranger] = [await make.member(org.id), await make.member(other.id)];
  const guest = await make.member(org.id, { role: "external-guest", tenantIds: [tenant.id] });
  const streams = await Promise.all(
    [admin, stranger, guest].map(async (person) => listen("/api/stream", await signIn(person.email, person.name))),
  );
  const [toAdmin, toStranger, toGuest] = streams as [(typeof streams)[0], (typeof streams)[0], (typeof streams)[0]];
  await expect.poll(() => streams.every((stream) => stream.text().includes(": open"))).toBe(true);
  await expect
    .poll(
      async () => {
        await make.incident(await make.account(tenant, { upn: "victim@client.example" }));
        return toGuest.text();
      },
      { timeout: 10_000, interval: 500 },
    )
    .toContain(tenant.id);
  const unseen = await make.incident(await make.account(hidden));
  const unpublished = await make.incident(await make.account(tenant), { publishedAt: null });
  await expect.poll(() => toAdmin.text(), { timeout: 10_000 }).toContain(unpublished.id);
  await expect.poll(() => toAdmin.text(), { timeout: 10_000 }).toContain(unseen.id);
  expect(toGuest.text()).not.toContain(unseen.id);
  expect(toGuest.text()).not.toContain(unpublished.id);
  expect(toStranger.text()).not.toContain("data:");
  expect(toAdmin.text()).not.toContain("victim");
  expect(toAdmin.response.headers["content-type"]).toContain("text/event-stream");
  expect(toAdmin.response.headers["cache-control"]).toBe("no-store");
  for (const stream of streams) stream.close();
}, 60_000);
