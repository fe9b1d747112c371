import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDb } from "#db/client.ts";
import type { CommandView, IncidentView } from "#domain/view/portal.ts";
import { createBell } from "#temporal/client.ts";
import { createCodec, createDataConverter, parseMasterKey } from "#temporal/codec.ts";
import { createKeyStore } from "#temporal/key-store.ts";
import { readHistories } from "#temporal/testing/histories.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { type Effect, stepOf, type Truth } from "./truth.ts";

const CANARY = "canary-7f3b1d90-quetzal";

let house: House;
let admin: Person;
let cloud: CloudTenant;
let tenantId: string;
let incidentId: string;

const see = (): Promise<IncidentView> => house.incident(admin, incidentId);
const order = async (input: Parameters<House["order"]>[2]) => (await house.order(admin, incidentId, input)).command;
const writes = async (of: CloudTenant): Promise<Effect[]> =>
  (await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${of.tenantId}`)).effects.filter((e) => e.changed);
const victim = async (of: CloudTenant) => {
  const { users } = await house.truth<Truth>(`/truth/tenants/${of.tenantId}`);
  const user = users.find((u) => u.objectId === of.victim?.objectId);
  if (!user) throw new Error("The victim is not in the truth.");
  return user;
};
const firstIncident = async (id: string) => {
  const list = await until("the incident", async () => {
    const found = await house.incidents(admin, id);
    return found.length > 0 && found;
  });
  return list[0]?.id ?? "";
};
const carriedOut = (id: string) =>
  until("the order ends", async () => {
    const { body } = await house.ask<CommandView>(`/api/commands/${id}`, { as: admin });
    return !["sent", "accepted", "running"].includes(body.state) && body;
  });

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  cloud = await house.cloudTenant("aitm-mail-rule", 41);
  tenantId = await house.onboard(admin, cloud, { responseEnabled: false });
}, 240_000);
afterAll(() => house?.close());

describe("Rules that hold from now on, Response off", () => {
  it("without Response nothing runs by itself and the notification still goes out [R78] [R80]", async () => {
    const before = (await writes(cloud)).length;
    await house.attack(cloud.tenantId);
    incidentId = await firstIncident(tenantId);
    await until("the mail", async () => house.mail.messages.length > 0);
    await new Promise((done) => setTimeout(done, 2_000));
    expect((await writes(cloud)).length).toBe(before);
    expect((await see()).isPublished).toBe(false);
  });

  it("an expired command is refused", async () => {
    await house.stopWorker();
    const commandId = crypto.randomUUID();
    const { planVersion } = await see();
    const sent = await house.ask<CommandView>(`/api/incidents/${incidentId}/commands`, {
      as: admin,
      method: "POST",
      body: { commandId, planVersion, input: { kind: "dismiss", reason: CANARY } },
    });
    expect(sent.status).toBe(202);
    await house.agreeFor(admin);
    await house.moveClocks(16 * 60_000, []);
    await house.startWorker();
    expect(await carriedOut(commandId)).toMatchObject({ state: "expired" });
    expect((await see()).status).toBe("open");
  });

  it("Mark as Phish moves no mail [R89]", async () => {
    expect(await order({ kind: "publish" })).toMatchObject({ state: "done" });
    const before = await victim(cloud);
    const changes = (await writes(cloud)).length;
    const mail = before.mailbox?.folders.find((f) => f.displayName === "Inbox")?.messages[0];
    const input = { kind: "tag-phish", internetMessageId: mail?.internetMessageId ?? "" } as const;
    expect(await order(input)).toMatchObject({ state: "done" });
    expect((await see()).phish.some((p) => p.internetMessageId === mail?.internetMessageId)).toBe(true);
    expect((await victim(cloud)).mailbox?.folders).toEqual(before.mailbox?.folders);
    expect((await writes(cloud)).length).toBe(changes);
  });

  it("two triggers for one account make one incident and one remediation", async () => {
    const heard = async () =>
      (await see()).timeline.reduce((sum, row) => sum + (row.category === "petra" ? 0 : row.count), 0);
    const known = await heard();
    await house.admin(`/admin/tenants/${cloud.tenantId}/attacker/act`, {
      what: ["read-mail", "send-mail", "add-rule"],
    });
    await house.moveClocks(40 * 60_000, []);
    await until("the second trigger is heard", async () => (await heard()) > known);
    expect(await house.incidents(admin, tenantId)).toHaveLength(1);
    const twice = await Promise.all([1, 2].map(() => order({ kind: "run-step", step: "revoke-and-lock" })));
    expect(twice.filter((c) => c.state === "done")).not.toEqual([]);
    await until("the lock", async () => stepOf(await see(), "revoke-and-lock").state === "verified");
    const locks = (await writes(cloud)).filter(
      (e) => e.method === "PATCH" && e.path.includes(cloud.victim?.objectId ?? "-"),
    );
    expect(locks).toHaveLength(1);
  });

  it("a disabled inbox rule is still leftover persistence, a deleted one is not [R66]", async () => {
    if (stepOf(await see(), "retract-phish").allowed) await order({ kind: "run-step", step: "retract-phish" });
    const rule = (await see()).artifacts.find((a) => a.kind === "inbox-rule" && a.byAttacker && a.state === "active");
    const artifactIds = [rule?.id ?? ""];
    const step = { kind: "run-step", step: "disable-persistence", artifactIds } as const;
    const isOpen = async () => (await see()).openThings?.some((thing) => thing.key === rule?.id);
    await order({ ...step, artifactAction: "disable" });
    expect((await see()).artifacts.find((a) => a.id === rule?.id)?.state).toBe("disabled");
    expect(await isOpen()).toBe(true);
    await order({ ...step, artifactAction: "delete" });
    expect((await see()).artifacts.find((a) => a.id === rule?.id)?.state).toBe("deleted");
    expect(await isOpen()).toBe(false);
  });

  it("the new password is in no history, log, mail, clear column, answer, error or exported evidence; a planted word is found in each of them [S40]", async () => {
    await order({ kind: "run-step", step: "disable-persistence" });
    await until("step 3", async () => stepOf(await see(), "reset-password").allowed);
    expect(await order({ kind: "run-step", step: "reset-password" })).toMatchObject({ state: "done" });
    const secret = await until("the sealed password", async () => (await see()).password ?? undefined);
    const { body } = await house.ask<{ password: string }>(`/api/incidents/${incidentId}/password/reveal`, {
      as: admin,
      method: "POST",
      body: { secretId: secret.secretId },
    });
    expect(body.password.length).toBeGreaterThanOrEqual(16);

    const places = await openPlaces(secret.secretId);
    await places.plant();
    const found = await places.search();
    for (const [place, text] of Object.entries(found)) {
      expect(text, `the word planted in ${place}`).toContain(CANARY);
      for (const spelling of [
        body.password,
        Buffer.from(body.password).toString("base64"),
        Buffer.from(body.password).toString("hex"),
      ])
        expect(text.includes(spelling), `the password in ${place}`).toBe(false);
    }
    await places.close();
  });

  it("commands after closing still work, and remediated incidents remain listed [R68] [R104]", async () => {
    await order({ kind: "run-step", step: "reenable-account", handedOver: true });
    const reasons = Object.fromEntries(((await see()).openThings ?? []).map((thing) => [thing.key, "Seen."]));
    expect(await order({ kind: "mark-remediated", reasons })).toMatchObject({ state: "done" });
    expect(await order({ kind: "tag-phish", internetMessageId: "<late@client.example>" })).toMatchObject({
      state: "done",
    });
    expect(await house.incidents(admin, tenantId)).toMatchObject([{ id: incidentId, status: "remediated" }]);
  });
});

describe("Rules that hold from now on, Response on", () => {
  it("Response switched off stops what has not begun [D6]", async () => {
    const other = await house.cloudTenant("aitm-mail-rule", 43);
    const id = await house.onboard(admin, other, { responseEnabled: true });
    // The first step takes long enough for the switch to come before the second.
    await house.admin(`/admin/tenants/${other.tenantId}/faults`, {
      kind: "latency",
      ms: 5_000,
      match: { pathPattern: "revokeSignInSessions" },
    });
    await house.admin(`/admin/tenants/${other.tenantId}/faults`, {
      kind: "latency",
      ms: 5_000,
      match: { method: "PATCH", pathPattern: "/users/" },
    });
    await house.attack(other.tenantId);
    const incident = await firstIncident(id);
    const begun = async () => stepOf(await house.incident(admin, incident), "revoke-and-lock").actions.length > 0;
    await until("the first step begins", begun);
    const commandId = crypto.randomUUID();
    await house.ask(`/api/tenants/${id}/commands`, {
      as: admin,
      method: "POST",
      body: { commandId, input: { kind: "set-response", enabled: false, reason: "Asked for." } },
    });
    await house.agreeFor(admin);
    expect(await carriedOut(commandId)).toMatchObject({ state: "done" });
    await new Promise((done) => setTimeout(done, 12_000));
    const seen = await house.incident(admin, incident);
    expect(seen.responseEnabled).toBe(false);
    for (const step of ["retract-phish", "disable-persistence"] as const)
      expect(stepOf(seen, step).actions, step).toEqual([]);
    expect(seen.artifacts.some((a) => a.kind === "inbox-rule" && a.byAttacker && a.state === "active")).toBe(true);
  });
});

/** Where a secret could come to lie: histories (opened), logs, mail, columns; `plant` puts the known word into each. */
async function openPlaces(secretId: string) {
  const db = createDb(house.database.urls.worker);
  const keys = {
    store: createKeyStore(db, { now: () => new Date() }),
    masterKey: parseMasterKey(house.secrets.masterKey),
  };
  const bell = createBell({ ...house.temporal, dataConverter: createDataConverter(keys) });
  const columns = async () => {
    const tables = await house.sql`
      select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
    let text = "";
    for (const { schemaname, tablename } of tables) {
      const rows = await house.sql`select t::text as row from ${house.sql(schemaname)}.${house.sql(tablename)} t`;
      text += rows.map(({ row }) => String(row)).join("\n");
    }
    return text;
  };
  const read = async (path: string, body?: object): Promise<string> => {
    const answer = await house.ask<unknown>(path, { as: admin, ...(body ? { method: "POST", body } : {}) });
    return `${answer.status} ${JSON.stringify(answer.body)}`;
  };
  const at = `/api/incidents/${incidentId}`;
  const exported = async (): Promise<string> => {
    const headers = { cookie: admin.cookie, origin: house.base, "sec-fetch-site": "same-origin" };
    const answer = await fetch(`${house.base}${at}/evidence`, { method: "POST", headers });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  /** What the API says of the incident, what it exports, and how it refuses: the word stands in each, the password in none. */
  const answers = async () => {
    const refused = await read(`${at}/password/reveal`, { secretId });
    expect(refused).toMatch(/^404 /);
    const again = {
      commandId: crypto.randomUUID(),
      planVersion: 0,
      input: { kind: "run-step", step: "reset-password" },
    };
    // Two faces of an error: a request turned down, and one that quotes what it was given in its pointers.
    const wrong = await read(`${at}/commands`, { ...again, [CANARY]: 1 });
    expect(wrong).toMatch(/^400 /);
    return {
      answers: [await read(at), await read(`${at}/events`), await read(`${at}/impact`)].join("\n"),
      evidence: await exported(),
      errors: [refused, wrong, await read(`${at}/commands`, again)].join("\n"),
    };
  };
  return {
    plant: async () => {
      await bell.wakeIncident(tenantId, incidentId, CANARY);
      const subject = { internetMessageId: "<planted@client.example>", subject: CANARY, sender: "a@b.example" };
      expect(await order({ kind: "tag-phish", ...subject })).toMatchObject({ state: "done" });
      appendFileSync(join(house.folder, "worker.log"), `${CANARY}\n`);
      const mail = createTransport({ host: "127.0.0.1", port: house.ports.mailSmtp, secure: false, ignoreTLS: true });
      await mail.sendMail({ from: "a@b.example", to: "c@d.example", subject: "x", text: CANARY });
      mail.close();
      await until("the mail with the word", async () => house.mail.messages.some((m) => m.text?.includes(CANARY)));
    },
    search: async () => ({
      histories: await readHistories(house.temporal, createCodec(keys)),
      logs: house.logs().api + house.logs().worker,
      mail: JSON.stringify(house.mail.messages),
      columns: await columns(),
      ...(await answers()),
    }),
    close: async () => {
      await bell.close();
      await db.close();
    },
  };
}
