import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commands } from "#db/schema/incident.ts";
import { notificationMethods, outbox } from "#db/schema/platform.ts";
import { killSwitches, policies } from "#db/schema/policy.ts";
import { FACTORY_NOW } from "#db/test/factories.ts";
import { ROUTE_CLASSES } from "./classes.ts";
import { ROUTES } from "./route.ts";
import { createRig, PASSWORD, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
beforeEach(() => {
  rig.clock.at = new Date(FACTORY_NOW);
});
afterAll(() => rig.close());

const passMinutes = (minutes: number) => {
  rig.clock.at = new Date(rig.clock.at.getTime() + minutes * 60_000);
};
type Body = Record<string, unknown>;
const bodyOf = async (answer: Response) => (await answer.json()) as Body;
const order = (input: object) => ({ commandId: crypto.randomUUID(), planVersion: 1, input });
const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");

async function newOrg(options: { factor?: boolean; requiresFactor?: boolean } = {}) {
  const org = await rig.make.org({ requiresFactor: options.requiresFactor ?? false });
  const tenant = await rig.make.tenant(org.id, { responseEnabled: true });
  const account = await rig.make.account(tenant);
  const incident = await rig.make.incident(account);
  const boss = await rig.make.member(org.id, { role: "admin" });
  const admin = await rig.signIn(boss, { factor: options.factor ?? true });
  const act = (input: object, who: Person = admin) => who.post(`/api/incidents/${incident.id}/commands`, order(input));
  const onTenant = (input: object) => admin.post(`/api/tenants/${tenant.id}/commands`, order(input));
  return { org, tenant, account, incident, boss, admin, act, onTenant };
}
const lock = { kind: "run-step", step: "revoke-and-lock" };
const persistence = { kind: "run-step", step: "disable-persistence" };
const dismiss = { kind: "dismiss", reason: "It was a test." };

describe("the table of classes", () => {
  test("knows every route that can change something, and none that is not there [S14]", () => {
    const changing = ROUTES.filter((one) => one.method !== "get").map((one) => `${one.method} ${one.path}`);
    expect(Object.keys(ROUTE_CLASSES).sort()).toEqual([...new Set(changing)].sort());
  });
});

describe("a stolen session whose person has a second factor", () => {
  test("is refused by every route of both classes after ten minutes, and changes nothing [S14]", async () => {
    const it = await newOrg();
    passMinutes(11);
    const account = it.account.upn;
    const at = (days: number) => new Date(rig.clock.at.getTime() + days * 86_400_000).toISOString();
    const looser = { steps: { "revoke-and-lock": { confidenceFloor: 0.1 } } };
    const tries: [string, object][] = [
      [`/api/incidents/${it.incident.id}/password/reveal`, { secretId: crypto.randomUUID() }],
      ["/api/policy", { basedOn: 0, document: looser, reason: "Because." }],
      ["/api/policy", { basedOn: 0, document: {}, reason: "Because." }],
      ["/api/policy/kill-switch", { isOn: false, reason: "Because." }],
      [
        "/api/policy/exceptions",
        { tenantId: it.tenant.id, kind: "other", account, startsAt: at(0), endsAt: at(1), reason: "Because." },
      ],
      ["/api/settings/notifications", { address: "mine@evil.example" }],
      ["/api/settings/notifications", { address: "soc@msp.example", isEnabled: false, reason: "Because." }],
      ["/api/settings/security", { requiresFactor: false, reason: "Because." }],
      ["/api/auth/recovery-codes", {}],
      ["/api/auth/factors", { name: "Mine" }],
      [`/api/auth/factors/${crypto.randomUUID()}/remove`, { reason: "Because." }],
    ];
    const ofIncident = [
      lock,
      persistence,
      dismiss,
      { kind: "publish" },
      { kind: "skip-step", step: "retract-phish", reason: "None." },
      { kind: "refuse", step: "revoke-and-lock", reason: "No." },
      { kind: "undo", actionId: crypto.randomUUID(), reason: "No." },
      { kind: "attest-password", reason: "Done." },
      { kind: "mark-remediated", reasons: { a: "kept" } },
    ];
    for (const input of ofIncident) tries.push([`/api/incidents/${it.incident.id}/commands`, order(input)]);
    const ofTenant = [
      { kind: "pause", reason: "No." },
      { kind: "resume" },
      { kind: "remove", reason: "No." },
      { kind: "set-response", enabled: false, reason: "No." },
      { kind: "set-response", enabled: true },
      { kind: "act-on-open-incidents" },
    ];
    for (const input of ofTenant) tries.push([`/api/tenants/${it.tenant.id}/commands`, order(input)]);
    const rung = rig.rung.length;
    for (const [path, body] of tries) {
      // Deciding for an analyst is no right of a member at all.
      if ((body as { input?: { kind: string } }).input?.kind === "refuse") continue;
      const answer = await it.admin.post(path, body);
      const told = await bodyOf(answer);
      const what = `${path} ${JSON.stringify(body)}`;
      expect(`${what} ${answer.status} ${told.code}`).toBe(`${what} 403 second_factor_required`);
      expect(told).toMatchObject({ needs: "factor", how: "/api/auth/prove", type: "/problems/second_factor_required" });
    }
    expect(rig.rung).toHaveLength(rung);
    const { orm } = rig.make;
    expect(await orm.select().from(commands).where(eq(commands.orgId, it.org.id))).toEqual([]);
    expect(await orm.select().from(policies).where(eq(policies.orgId, it.org.id))).toEqual([]);
    expect(await orm.select().from(notificationMethods).where(eq(notificationMethods.orgId, it.org.id))).toEqual([]);
  });

  test("may still stop everything automatic with one click [S46]", async () => {
    const it = await newOrg();
    passMinutes(60);
    expect((await it.admin.post("/api/policy/kill-switch", { isOn: true })).status).toBe(200);
    const [row] = await rig.make.orm.select().from(killSwitches).where(eq(killSwitches.orgId, it.org.id));
    expect(row?.isOn).toBe(true);
  });

  test("goes on with the same command id after the code, and the order exists once [S14] [D15]", async () => {
    const it = await newOrg();
    passMinutes(11);
    const same = order(persistence);
    const path = `/api/incidents/${it.incident.id}/commands`;
    expect((await it.admin.post(path, same)).status).toBe(403);
    expect((await it.admin.post("/api/auth/prove", { code: await it.admin.code() })).status).toBe(200);
    const first = await it.admin.post(path, same);
    expect([202, 409]).toContain(first.status);
    await it.admin.post(path, same);
    const rows = await rig.make.orm.select().from(commands).where(eq(commands.orgId, it.org.id));
    expect(rows.map((row) => row.id)).toEqual([same.commandId]);
  });
});

describe("the code of an authenticator", () => {
  test("counts once: the same one again inside its window is refused [S11]", async () => {
    const { admin } = await newOrg();
    passMinutes(1);
    const code = await admin.code();
    expect((await admin.post("/api/auth/prove", { code })).status).toBe(200);
    expect((await admin.post("/api/auth/prove", { code })).status).toBe(400);
    passMinutes(1);
    expect((await admin.post("/api/auth/prove", { code: await admin.code() })).status).toBe(200);
  });

  test("taken by twenty requests at once proves one of them [S11]", async () => {
    const { admin, boss } = await newOrg();
    passMinutes(1);
    const code = await admin.code();
    const sessions = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await rig.send("/api/auth/sign-in/email", { json: { email: boss.email, password: PASSWORD } });
        return cookieOf(answer);
      }).slice(0, 8),
    );
    const answers = await Promise.all(
      sessions.map((cookie) => rig.send("/api/auth/prove", { cookie, json: { code } })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  test("is asked for after every way of signing in; before it the session opens nothing [S9]", async () => {
    const { boss, admin } = await newOrg();
    passMinutes(1);
    const byPassword = await rig.send("/api/auth/sign-in/email", { json: { email: boss.email, password: PASSWORD } });
    expect(await bodyOf(byPassword)).toEqual({ ok: true, owes: "factor" });
    await rig.send("/api/auth/sign-in/magic-link", { json: { email: boss.email } });
    await expect.poll(() => rig.mails.some((mail) => mail.to === boss.email)).toBe(true);
    const token = new URL(rig.mails.findLast((mail) => mail.to === boss.email)?.link ?? "").hash.replace("#token=", "");
    const byLink = await rig.send("/api/auth/magic-link/verify", { json: { token } });
    expect(await bodyOf(byLink)).toEqual({ ok: true, owes: "factor" });
    for (const answer of [byPassword, byLink]) {
      const cookie = cookieOf(answer);
      for (const path of ["/api/me", "/api/home", "/api/stream", "/api/settings/notifications"]) {
        const closed = await rig.send(path, { cookie });
        expect(closed.status).toBe(401);
        expect(await bodyOf(closed)).toMatchObject({ code: "unauthenticated", needs: "factor" });
      }
      expect((await rig.send("/api/auth/prove", { cookie, json: { password: PASSWORD } })).status).toBe(400);
      expect((await rig.send("/api/me", { cookie })).status).toBe(401);
    }
    const cookie = cookieOf(byPassword);
    expect((await rig.send("/api/auth/prove", { cookie, json: { code: await admin.code() } })).status).toBe(200);
    expect((await rig.send("/api/me", { cookie })).status).toBe(200);
  });

  test("cannot be guessed: after five wrong ones a half-open session ends, an open one waits [S15] [S30]", async () => {
    const { boss, admin } = await newOrg();
    const half = cookieOf(
      await rig.send("/api/auth/sign-in/email", { json: { email: boss.email, password: PASSWORD } }),
    );
    const guess = async (cookie: string) =>
      (await rig.send("/api/auth/prove", { cookie, json: { code: "000000" } })).status;
    const wrong = [];
    for (let n = 0; n < 7; n++) wrong.push(await guess(half));
    expect(wrong).toEqual([400, 400, 400, 400, 400, 401, 401]);
    const open = [];
    for (let n = 0; n < 6; n++) open.push(await guess(admin.cookie));
    expect(open).toEqual([400, 400, 400, 400, 400, 429]);
    // The stranger who holds the password kept nobody out: a session of the owner goes on.
    expect((await admin.get("/api/me")).status).toBe(200);
  });
});

describe("a member without a second factor", () => {
  test("locks an account at three in the morning with his password, whatever the organization requires [S14]", async () => {
    for (const requiresFactor of [false, true]) {
      const it = await newOrg({ factor: false, requiresFactor });
      passMinutes(180);
      const refused = await it.act(lock);
      expect(refused.status).toBe(403);
      expect(await bodyOf(refused)).toMatchObject({
        code: "second_factor_required",
        needs: "password",
        deed: "contain",
      });
      expect((await it.admin.post("/api/auth/prove", { password: "not this one" })).status).toBe(400);
      expect((await it.act(lock)).status).toBe(403);
      expect((await it.admin.post("/api/auth/prove", { password: PASSWORD })).status).toBe(200);
      expect((await it.act(lock)).status).toBe(202);
    }
  });

  test("acts by his password only where the organization does not require a factor, and never loosens [S14]", async () => {
    const free = await newOrg({ factor: false });
    expect([202, 409]).toContain((await free.act(persistence)).status);
    const bound = await newOrg({ factor: false, requiresFactor: true });
    for (const answer of [await bound.act(persistence), await bound.act(dismiss), await free.act(dismiss)]) {
      expect(answer.status).toBe(403);
      expect(await bodyOf(answer)).toMatchObject({ needs: "enrolment", how: "/settings/security" });
    }
  });

  test("sets one up with his password, gets ten codes once, is told by mail, and his other sessions end [S11]", async () => {
    const { admin, boss, org } = await newOrg({ factor: false });
    const elsewhere = cookieOf(
      await rig.send("/api/auth/sign-in/email", { json: { email: boss.email, password: PASSWORD } }),
    );
    passMinutes(11);
    expect((await admin.post("/api/auth/factors", { name: "Phone" })).status).toBe(403);
    await admin.post("/api/auth/prove", { password: PASSWORD });
    const { uri, key } = await bodyOf(await admin.post("/api/auth/factors", { name: "Phone" }));
    expect(String(uri)).toMatch(/^otpauth:\/\/totp\/Petra:/);
    expect((await admin.post("/api/auth/factors/confirm", { code: "000000" })).status).toBe(400);
    const code = await authenticator(String(key), rig.clock.at);
    const made = await admin.post("/api/auth/factors/confirm", { code });
    expect(made.status).toBe(200);
    const { recoveryCodes } = (await made.json()) as { recoveryCodes: string[] };
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await rig.send("/api/me", { cookie: elsewhere })).status).toBe(401);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.orgId, org.id));
    expect(mails.map((mail) => mail.recipient)).toEqual([boss.email.toLowerCase()]);
    expect(mails[0]?.text).toContain("second factor");
    const again = cookieOf(
      await rig.send("/api/auth/sign-in/email", { json: { email: boss.email, password: PASSWORD } }),
    );
    const use = (recovery: string) => rig.send("/api/auth/prove", { cookie: again, json: { code: recovery } });
    expect((await use(recoveryCodes[0] ?? "")).status).toBe(200);
    expect((await use(recoveryCodes[0] ?? "")).status).toBe(400);
    expect(await bodyOf(await rig.send("/api/auth/security", { cookie: again }))).toMatchObject({
      recoveryCodesLeft: 9,
    });
  });

  test("keeps neither seed nor recovery code in the clear [S37]", async () => {
    const { admin } = await newOrg({ factor: false });
    const { key } = await bodyOf(await admin.post("/api/auth/factors", { name: "Phone" }));
    const code = await authenticator(String(key), rig.clock.at);
    const made = await admin.post("/api/auth/factors/confirm", { code });
    const { recoveryCodes } = (await made.json()) as { recoveryCodes: string[] };
    const dump = JSON.stringify([
      await rig.make.orm.execute(sql`select * from auth.second_factor`),
      await rig.make.orm.execute(sql`select * from auth.recovery_code`),
      await rig.make.orm.select().from(outbox),
    ]);
    expect(dump).not.toContain(base32(String(key)).toString());
    expect(dump).not.toContain(String(key));
    for (const recovery of recoveryCodes) expect(dump).not.toContain(recovery.replaceAll("-", ""));
  });
});

describe("loosening", () => {
  test("says why, and every Admin is told by mail [S14]", async () => {
    const it = await newOrg();
    const other = await rig.make.member(it.org.id, { role: "admin" });
    const off = { kind: "set-response", enabled: false };
    const silent = await it.onTenant(off);
    expect(silent.status).toBe(400);
    expect((await it.onTenant({ ...off, reason: "The client asked for it." })).status).toBe(202);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.orgId, it.org.id));
    expect(mails.map((mail) => mail.recipient).sort()).toEqual(
      [it.boss.email, other.email].map((one) => one.toLowerCase()).sort(),
    );
    expect(mails[0]?.text).toContain("The client asked for it.");
  });

  test("by a guest and by an analyst reaches the Admins too, whom they cannot see [S14]", async () => {
    const it = await newOrg();
    const guest = await rig.make
      .member(it.org.id, { role: "external-guest", tenantIds: [it.tenant.id] })
      .then((one) => rig.signIn(one));
    expect((await it.act(dismiss, guest)).status).toBe(202);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.orgId, it.org.id));
    expect(mails.map((mail) => mail.recipient)).toEqual([it.boss.email.toLowerCase()]);
  });

  test("the only notification method in an open incident reaches people first, on the way that ends [S14]", async () => {
    const it = await newOrg();
    await it.admin.post("/api/settings/notifications", { address: "oncall@msp.example" });
    const off = { address: "oncall@msp.example", isEnabled: false, reason: "He left." };
    expect((await it.admin.post("/api/settings/notifications", off)).status).toBe(202);
    expect(
      await rig.make.orm.select().from(notificationMethods).where(eq(notificationMethods.orgId, it.org.id)),
    ).toMatchObject([{ isEnabled: true }]);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.orgId, it.org.id)).orderBy(outbox.nextAt);
    expect(mails.map((mail) => mail.recipient)).toEqual(["oncall@msp.example", it.boss.email.toLowerCase()]);
    expect(Date.parse(mails[0]?.nextAt ?? "")).toBeLessThan(Date.parse(mails[1]?.nextAt ?? ""));
  });
});

/** An authenticator app of its own: RFC 6238 from the key a person would type. */
async function authenticator(key: string, now: Date): Promise<string> {
  const { createHmac } = await import("node:crypto");
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 30_000)));
  const mac = createHmac("sha1", base32(key)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}
function base32(key: string): Buffer {
  const bits = [...key.replaceAll("=", "")]
    .map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}
