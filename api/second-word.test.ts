import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commands } from "#db/schema/incident.ts";
import { audit, outbox } from "#db/schema/platform.ts";
import { policies } from "#db/schema/policy.ts";
import { FACTORY_NOW } from "#db/test/factories.ts";
import type { SecondWordView } from "#domain/view/second-word.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

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
const order = (input: object) => ({ commandId: crypto.randomUUID(), planVersion: 1, input });
const dismiss = { kind: "dismiss", reason: "It was a test." };
const wordsOf = async (who: Person) => (await (await who.get("/api/second-words")).json()) as SecondWordView[];
const answer = (who: Person, id: string, agree = true) => who.post(`/api/second-words/${id}/answer`, { agree });
const stateOf = async (id: string) =>
  (await rig.make.orm.select({ state: commands.state }).from(commands).where(eq(commands.id, id)))[0]?.state;

/** An organization under attack, with two people who may decide, unless one is asked for. */
async function underAttack({ containedAt = null as string | null, alone = false } = {}) {
  const org = await rig.make.org();
  const tenant = await rig.make.tenant(org.id, { responseEnabled: true });
  const incident = await rig.make.incident(await rig.make.account(tenant), { containedAt });
  const first = await rig.signIn(await rig.make.member(org.id, { role: "admin", name: "Avery" }));
  const second = alone ? first : await rig.signIn(await rig.make.member(org.id, { role: "admin", name: "Blake" }));
  const rung = rig.rung.length;
  return {
    org,
    tenant,
    incident,
    first,
    second,
    rung: () => rig.rung.slice(rung),
    dismiss: async () => {
      const body = order(dismiss);
      const placed = await first.post(`/api/incidents/${incident.id}/commands`, body);
      return { id: body.commandId, placed };
    },
  };
}

describe("taking protection away while an account is not contained [S14] [S45]", () => {
  test("waits for another person: no bell rings, the requester cannot agree, the other one lets it go once", async () => {
    const it = await underAttack();
    const { id, placed } = await it.dismiss();
    expect(placed.status).toBe(202);
    expect(await placed.json()).toMatchObject({ state: "awaiting-second" });
    expect(it.rung()).toEqual([]);
    expect(await wordsOf(it.first)).toMatchObject([{ id, isMine: true, reason: dismiss.reason }]);
    expect((await answer(it.first, id)).status).toBe(403);
    const both = await Promise.all([answer(it.second, id), answer(it.second, id)]);
    expect(both.map((one) => one.status).toSorted()).toEqual([200, 409]);
    expect(await stateOf(id)).toBe("sent");
    expect(it.rung()).toEqual([{ tenantId: it.tenant.id, incidentId: it.incident.id, commandId: id }]);
    const rows = await rig.make.orm.select().from(audit).where(eq(audit.orgId, it.org.id));
    expect(rows.map((row) => row.action)).toEqual(["command.send", "second-word.ask", "second-word.agree"]);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.orgId, it.org.id));
    expect(new Set(mails.map((mail) => mail.recipient)).size).toBe(2);
  });

  test("does not wait once the account is contained", async () => {
    const it = await underAttack({ containedAt: FACTORY_NOW });
    const { id } = await it.dismiss();
    expect(await stateOf(id)).toBe("sent");
    expect(await wordsOf(it.first)).toEqual([]);
  });

  test("does nothing after no, after half an hour, or when it is taken back", async () => {
    const refused = await underAttack();
    const one = await refused.dismiss();
    expect((await answer(refused.second, one.id, false)).status).toBe(200);
    expect(await stateOf(one.id)).toBe("refused");
    const late = await underAttack();
    const two = await late.dismiss();
    passMinutes(31);
    await late.second.post("/api/auth/prove", { code: await late.second.code() });
    expect((await answer(late.second, two.id)).status).toBe(409);
    const back = await underAttack();
    const three = await back.dismiss();
    expect((await back.first.post(`/api/commands/${three.id}/withdraw`, {})).status).toBe(200);
    expect((await answer(back.second, three.id)).status).toBe(409);
    for (const it of [refused, late, back]) expect(it.rung()).toEqual([]);
  });

  test("asks the second person for a fresh proof too, and is not his who belongs to another organization", async () => {
    const it = await underAttack();
    const { id } = await it.dismiss();
    expect((await answer((await underAttack()).first, id)).status).toBe(404);
    passMinutes(11);
    const stale = await answer(it.second, id);
    expect(stale.status).toBe(403);
    expect(await stale.json()).toMatchObject({ code: "second_factor_required" });
    expect(await stateOf(id)).toBe("awaiting-second");
  });

  test("is left to one who is alone after a quarter of an hour in which everybody was told", async () => {
    const it = await underAttack({ alone: true });
    const { id } = await it.dismiss();
    expect((await answer(it.first, id)).status).toBe(403);
    passMinutes(16);
    await it.first.post("/api/auth/prove", { code: await it.first.code() });
    expect((await answer(it.first, id)).status).toBe(200);
    expect(await stateOf(id)).toBe("sent");
  });

  test("holds for pausing, removing, Response off, exceptions, looser policy and notification methods alike", async () => {
    const it = await underAttack();
    const { first, tenant } = it;
    for (const input of [
      { kind: "pause", reason: "x" },
      { kind: "remove", reason: "x" },
      { kind: "set-response", enabled: false, reason: "x" },
    ]) {
      const body = order(input);
      await first.post(`/api/tenants/${tenant.id}/commands`, body);
      expect(`${input.kind} ${await stateOf(body.commandId)}`).toBe(`${input.kind} awaiting-second`);
    }
    const looser = { steps: { "revoke-and-lock": { confidenceFloor: 0.1 } } };
    const kept = await first.post("/api/policy", { tenantId: null, basedOn: 0, document: looser, reason: "x" });
    const off = { address: "soc@msp.example", isEnabled: false, reason: "x" };
    expect([kept.status, (await first.post("/api/settings/notifications", off)).status]).toEqual([202, 202]);
    expect(it.rung()).toEqual([]);
    expect(await wordsOf(it.second)).toHaveLength(5);
  });
});

describe("what was seen is what happens", () => {
  test("a looser policy that was agreed is saved in the requester's name, and not over a newer version [S45]", async () => {
    const it = await underAttack();
    const looser = { steps: { "revoke-and-lock": { confidenceFloor: 0.1 } } };
    const save = (document: object) =>
      it.first.post("/api/policy", { tenantId: null, basedOn: 0, document, reason: "Agreed." });
    expect((await save(looser)).status).toBe(202);
    expect((await save({ steps: { "revoke-and-lock": { confidenceFloor: 0.2 } } })).status).toBe(202);
    const [one, two] = await wordsOf(it.second);
    expect((await answer(it.second, one?.id ?? "")).status).toBe(200);
    const stored = await rig.make.orm.select().from(policies).where(eq(policies.orgId, it.org.id));
    expect(stored).toMatchObject([{ document: looser, by: { name: "Avery" } }]);
    const second = await answer(it.second, two?.id ?? "");
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ reason: "plan-changed" });
    expect(await rig.make.orm.select().from(policies).where(eq(policies.orgId, it.org.id))).toHaveLength(1);
  });
});
