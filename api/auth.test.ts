import { eq } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { members } from "#db/schema/organization.ts";
import { createFactories } from "#db/test/factories.ts";
import { addPerson } from "./auth.ts";
import { createRig, PASSWORD, type Rig } from "./test/rig.ts";

let rig: Rig;
let orgId: string;

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
});
afterAll(() => rig.close());

async function newMember() {
  const member = await rig.make.member(orgId);
  await addPerson(rig.deps.auth, { email: member.email, name: member.name, password: PASSWORD });
  return member;
}
const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");

async function askLink(email: string): Promise<string | undefined> {
  const before = rig.mails.length;
  expect((await rig.send("/api/auth/sign-in/magic-link", { json: { email } })).status).toBe(200);
  await expect
    .poll(() => rig.mails.length, { timeout: 2_000 })
    .toBeGreaterThan(before)
    .catch(() => {});
  const link = rig.mails.slice(before).find((mail) => mail.to === email)?.link;
  return link && new URL(link).hash.replace("#token=", "");
}
const useLink = (token: string) => rig.send("/api/auth/magic-link/verify", { json: { token } });

describe("signing in by password", () => {
  test("gives a cookie that scripts cannot read, and links the member to the proven address", async () => {
    const member = await newMember();
    const answer = await rig.send("/api/auth/sign-in/email", { json: { email: member.email, password: PASSWORD } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"ok":true,"owes":null}');
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^petra_session=.*HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    const me = await rig.send("/api/me", { cookie: cookieOf(answer) });
    expect(await me.json()).toMatchObject({ email: member.email, org: { id: orgId }, may: { remediate: true } });
  });

  test("answers the same for a wrong password and an unknown address", async () => {
    const member = await newMember();
    const wrong = await rig.send("/api/auth/sign-in/email", {
      json: { email: member.email, password: "not this one" },
    });
    const unknown = await rig.send("/api/auth/sign-in/email", {
      json: { email: "no@body.example", password: "not this one" },
    });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await unknown.text());
  });

  test("stops guessing: after ten tries a minute the address answers 429 with Retry-After [S30]", async () => {
    const tries = [];
    for (let n = 0; n < 12; n++)
      tries.push(await rig.send("/api/auth/sign-in/email", { json: { email: "guessed@msp.example", password: "x" } }));
    expect(tries.map((answer) => answer.status)).toEqual([...Array(10).fill(401), 429, 429]);
    expect(tries.at(-1)?.headers.get("retry-after")).toBe("60");
  });

  test("of somebody who is no member any more opens nothing", async () => {
    const member = await newMember();
    const person = await rig.signIn(member);
    expect((await person.get("/api/me")).status).toBe(200);
    await rig.make.orm.update(members).set({ isActive: false }).where(eq(members.id, member.id));
    expect((await person.get("/api/me")).status).toBe(401);
  });

  test("a right taken away is gone at the next request [S5]", async () => {
    const member = await newMember();
    const person = await rig.signIn(member);
    expect((await person.get("/api/settings/notifications")).status).toBe(200);
    await rig.make.orm.update(members).set({ role: "billing" }).where(eq(members.id, member.id));
    expect((await person.get("/api/settings/notifications")).status).toBe(403);
  });
});

describe("signing in by link", () => {
  test("works once; the token stands in the fragment, stored hashed [S10]", async () => {
    const member = await newMember();
    const token = await askLink(member.email);
    expect(token).toMatch(/^[A-Za-z]{32}$/);
    const sql = postgres(rig.database.superUrl, { max: 1 });
    const dump = JSON.stringify(await sql`select * from auth.verification`);
    await sql.end();
    expect(dump).not.toContain(token);
    const answer = await useLink(token ?? "");
    expect(answer.status).toBe(200);
    expect((await rig.send("/api/me", { cookie: cookieOf(answer) })).status).toBe(200);
    const again = await useLink(token ?? "");
    expect(again.status).toBe(401);
    expect(((await again.json()) as { detail: string }).detail).toMatch(/used already/);
  });

  test("opening it with GET signs nobody in and leaves it good [S10]", async () => {
    const member = await newMember();
    const token = (await askLink(member.email)) ?? "";
    for (let n = 0; n < 20; n++) {
      const answer = await rig.send(`/api/auth/magic-link/verify?token=${token}`);
      expect(answer.status).toBe(404);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect((await useLink(token)).status).toBe(200);
  });

  test("is dead after ten minutes [S10]", async () => {
    const member = await newMember();
    const token = (await askLink(member.email)) ?? "";
    const sql = postgres(rig.database.superUrl, { max: 1 });
    await sql`update auth.verification set expires_at = expires_at - interval '10 minutes'`;
    await sql.end();
    expect((await useLink(token)).status).toBe(401);
  });

  test("is not sent to an address that belongs to nobody, with the same answer, and nobody can sign up [S10]", async () => {
    const before = rig.mails.length;
    const answer = await rig.send("/api/auth/sign-in/magic-link", { json: { email: "stranger@evil.example" } });
    expect(await answer.text()).toBe('{"ok":true}');
    expect(rig.mails).toHaveLength(before);
    const up = await rig.send("/api/auth/sign-up/email", {
      json: { email: "a@b.example", password: PASSWORD, name: "A" },
    });
    expect(up.status).toBe(404);
  });
});

test("signing out ends the session itself, not only the cookie [S13]", async () => {
  const person = await rig.signIn(await newMember());
  const answer = await person.post("/api/auth/sign-out", {});
  expect(answer.headers.get("clear-site-data")).toContain("cache");
  expect((await person.get("/api/me")).status).toBe(401);
});

test("a member's proven address does not open the membership of another address", async () => {
  const factories = createFactories(rig.database.superUrl);
  const member = await newMember();
  const other = await factories.member(orgId, { email: `other-${member.email}` });
  const person = await rig.signIn(member);
  expect(await (await person.get("/api/me")).json()).toMatchObject({ memberId: member.id });
  expect(member.id).not.toBe(other.id);
  await factories.close();
});
