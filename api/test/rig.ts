import { randomUUID } from "node:crypto";
import { createFactorStore } from "#db/auth-factors.ts";
import { createDb } from "#db/client.ts";
import { createTestDatabase } from "#db/test/database.ts";
import { createFactories, FACTORY_NOW } from "#db/test/factories.ts";
import { createApp } from "../app.ts";
import { addPerson, createAuth } from "../auth.ts";
import { createChanges } from "../changes.ts";
import type { ApiDeps } from "../context.ts";
import { silentLog } from "../log.ts";
import { codeAt, newSeed } from "../second-factor.ts";

const PUBLIC_URL = "http://petra.test";
export const PASSWORD = "correct horse battery";

/** The API on a database of its own, with people who sign in for real; only Temporal, Microsoft and the mail server are stood in for. */
export async function createRig() {
  const database = await createTestDatabase();
  const make = createFactories(database.superUrl);
  const app = createDb(database.urls.app, { max: 8 });
  const operator = createDb(database.urls.operator, { max: 3 });
  const authDb = createDb(database.urls.auth, { max: 3 });
  const rung: { tenantId: string; incidentId?: string; phishId?: string; commandId?: string }[] = [];
  const mails: { to: string; link: string }[] = [];
  const clock = { at: new Date(FACTORY_NOW), now: () => clock.at };
  const temporal = { isDown: false };
  const ring = async (entry: (typeof rung)[number]) => {
    if (temporal.isDown) throw new Error("Temporal does not answer");
    rung.push(entry);
  };
  /** What Microsoft gives for a code, once. */
  const signIns = new Map<string, Awaited<ReturnType<ApiDeps["partner"]["redeem"]>>>();
  const customers: Awaited<ReturnType<ApiDeps["partner"]["listCustomers"]>> = [];
  const auth = createAuth({
    db: authDb,
    publicUrl: PUBLIC_URL,
    secret: "a secret for tests, long enough for all",
    sendLink: async ({ email, link }) => {
      mails.push({ to: email, link });
    },
  });
  const masterKey = new Uint8Array(32).fill(7);
  const factors = createFactorStore(authDb, masterKey);
  const changes = createChanges(app);
  const deps: ApiDeps = {
    app,
    operator,
    auth,
    factors,
    clock,
    changes,
    bell: {
      startOnboarding: (tenantId) => ring({ tenantId }),
      ringIncident: (tenantId, incidentId, commandId) => ring({ tenantId, incidentId, commandId }),
      ringPhish: (tenantId, phishId, commandId) => ring({ tenantId, phishId, commandId }),
      ringTenant: (tenantId, commandId) => ring({ tenantId, commandId }),
    },
    drillCloud: {
      stories: async () => [{ id: "quiet", title: "Nothing happens" }],
      makeTenant: async () => ({ microsoftTenantId: crypto.randomUUID(), name: "Made Up Ltd" }),
      consent: async () => {},
      attack: async () => {},
      remove: async () => {},
    },
    partner: {
      listCustomers: async () => customers,
      async redeem({ code }) {
        const signIn = signIns.get(code);
        if (!signIn) throw new Error("Microsoft does not know this code");
        signIns.delete(code);
        return signIn;
      },
    },
    decoder: { decode: async (payloads) => payloads },
    mailer: { sendSignInLink: async () => {} },
    masterKey,
    log: silentLog,
    config: {
      mode: "demo",
      publicUrl: PUBLIC_URL,
      temporalUiUrl: "http://temporal.petra.test",
      loginOrigin: "https://login.microsoftonline.com",
      clientId: "11111111-1111-4111-8111-111111111111",
    },
  };
  const api = createApp(deps);

  async function send(path: string, init: RequestInit & { cookie?: string; json?: unknown } = {}): Promise<Response> {
    const { cookie, json, ...rest } = init;
    const headers = new Headers({ "sec-fetch-site": "same-origin", ...(rest.headers as Record<string, string>) });
    if (cookie) headers.set("cookie", cookie);
    if (json !== undefined) headers.set("content-type", "application/json");
    const body = json === undefined ? {} : { body: JSON.stringify(json), method: rest.method ?? "POST" };
    return api.request(new URL(path, PUBLIC_URL).toString(), { ...rest, ...body, headers });
  }

  /** Signs in by password and, unless told otherwise, as somebody who has just shown a second factor too. */
  async function signIn(member: { email: string; name: string }, { factor = true } = {}) {
    await addPerson(auth, { email: member.email, name: member.name, password: PASSWORD });
    const answer = await send("/api/auth/sign-in/email", { json: { email: member.email, password: PASSWORD } });
    if (answer.status !== 200) throw new Error(`Sign-in answered ${answer.status}`);
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const seed = newSeed();
    if (factor) {
      const signedIn = await auth.api.getSession({ headers: new Headers({ cookie }) });
      if (!signedIn) throw new Error("The session did not begin.");
      await factors.begin({ id: randomUUID(), userId: signedIn.user.id, name: "Test", seed, at: clock.now() });
      await factors.useCode(signedIn.user.id, "unfinished", async () => 0, clock.now());
      await factors.provedFactor(signedIn.session.id, clock.now());
    }
    return {
      /** The code his authenticator shows now. */
      code: () => codeAt(seed, clock.now()),
      cookie,
      get: (path: string, init: RequestInit = {}) => send(path, { ...init, cookie }),
      post: (path: string, json: unknown, init: RequestInit = {}) => send(path, { ...init, cookie, json }),
    };
  }

  return {
    database,
    make,
    deps,
    api,
    send,
    signIn,
    rung,
    mails,
    clock,
    temporal,
    customers,
    signIns,
    close: async () => {
      await changes.close();
      await Promise.all([app.close(), operator.close(), authDb.close(), make.close()]);
      await database.close();
    },
  };
}

export type Rig = Awaited<ReturnType<typeof createRig>>;
export type Person = Awaited<ReturnType<Rig["signIn"]>>;
