import { MockActivityEnvironment } from "@temporalio/testing";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { WorkflowBell } from "#activities/bell.ts";
import { createDb, type Db } from "#db/client.ts";
import { commands } from "#db/schema/incident.ts";
import { outbox } from "#db/schema/platform.ts";
import { createSigner } from "#db/signing.ts";
import { createTestDatabase, type TestDatabase } from "#db/test/database.ts";
import { createFactories } from "#db/test/factories.ts";
import { createRelayActivities } from "./index.ts";
import type { Mail } from "./send-mail.ts";

let database: TestDatabase;
let db: Db;
let make: ReturnType<typeof createFactories>;
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

let offsetMs: number;
let isMailDown: boolean;
let sent: Mail[];
let rung: string[];
let environment: MockActivityEnvironment;
let running: Promise<void> | undefined;
beforeEach(() => {
  offsetMs = 0;
  isMailDown = false;
  sent = [];
  rung = [];
});
afterEach(async () => {
  environment.cancel();
  await running;
});

const signer = createSigner(new Uint8Array(32).fill(3));
const clock = { now: () => new Date(Date.now() + offsetMs) };
const iso = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
const bell = {
  ringIncident: async (_: string, incidentId: string, id: string) => void rung.push(`incident ${incidentId} ${id}`),
  ringTenant: async (_: string, id: string) => void rung.push(`tenant ${id}`),
  ensureIncident: async (_: string, id: string) => void rung.push(`ensure ${id}`),
  startMonitor: async (id: string) => void rung.push(`monitor ${id}`),
  startOnboarding: async (id: string) => void rung.push(`onboard ${id}`),
} as unknown as WorkflowBell;
const mail = {
  async send(message: Mail) {
    if (isMailDown) throw Object.assign(new Error("to vera@client.example: no"), { responseCode: 451 });
    sent.push(message);
  },
  close: () => {},
};

function start() {
  environment = new MockActivityEnvironment();
  const { relayLoop } = createRelayActivities({ db, clock, bell, mail, signer, everyMs: 30, lengthMs: 60_000 });
  running = environment.run(relayLoop);
}
async function incident() {
  const org = await make.org();
  const tenant = await make.tenant(org.id);
  return make.incident(await make.account(tenant));
}
async function message(at: { orgId: string; tenantId: string; id: string }) {
  const [row] = await make.orm
    .insert(outbox)
    .values({
      orgId: at.orgId,
      tenantId: at.tenantId,
      incidentId: at.id,
      key: crypto.randomUUID(),
      channel: "email",
      recipient: "oncall@msp.example",
      subject: "Petra: account compromise",
      text: "t",
      html: "<p>t</p>",
      nextAt: iso(-1000),
      createdAt: iso(-1000),
    })
    .returning();
  return row?.id ?? "";
}
const rowOf = async (id: string) => (await make.orm.select().from(outbox).where(eq(outbox.id, id)))[0];
const until = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 20 });

describe("the relay", () => {
  it("sends a message once it is due, again after a failure, under one Message-ID [L8]", async () => {
    const id = await message(await incident());
    isMailDown = true;
    start();
    await until(async () => (await rowOf(id))?.attempts).toBe(1);
    const waiting = await rowOf(id);
    expect(waiting).toMatchObject({ state: "waiting", error: "mail was not taken 451" });
    isMailDown = false;
    offsetMs = 10_000;
    await until(async () => (await rowOf(id))?.state).toBe("sent");
    expect(sent.map((m) => m.messageId)).toEqual([`${id}@petra`]);
  });

  it("rings again for an order nobody heard, and not for one that was taken up [L7]", async () => {
    const at = await incident();
    const order = async (incidentId: string | null, values: object) => {
      const id = crypto.randomUUID();
      await make.orm.insert(commands).values({
        id,
        orgId: at.orgId,
        tenantId: at.tenantId,
        incidentId,
        kind: "publish",
        input: { kind: "publish" },
        actor: { kind: "system", room: "test" },
        state: "sent",
        issuedAt: iso(-60_000),
        ...values,
      });
      return id;
    };
    const unheard = await order(at.id, {});
    const old = await order(null, { kind: "pause", input: { kind: "pause" }, signalledAt: iso(-20_000) });
    await order(at.id, { state: "done" });
    await order(at.id, { signalledAt: iso(-1_000) });
    start();
    await until(() => rung.filter((r) => r.includes(unheard) || r.includes(old)).sort()).toEqual(
      [`incident ${at.id} ${unheard}`, `tenant ${old}`].sort(),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(rung.filter((r) => r.startsWith("incident") || r.startsWith("tenant"))).toHaveLength(2);
  });

  it("gives every open incident and every tenant its workflow back after Temporal's store was lost [L14]", async () => {
    const at = await incident();
    start();
    await until(() => rung).toContain(`ensure ${at.id}`);
    await until(() => rung).toContain(`monitor ${at.tenantId}`);
  });
});
