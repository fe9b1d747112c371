import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audit } from "#db/schema/platform.ts";
import { EMERGENCY_CONFIRM_DAYS } from "#domain/tenant/emergency.ts";
import type { EmergencyView } from "#domain/view/emergency.ts";
import { createRig, type Rig } from "./test/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

async function newTenant() {
  const org = await rig.make.org();
  const tenant = await rig.make.tenant(org.id);
  const admin = await rig.signIn(await rig.make.member(org.id, { role: "admin" }));
  const account = await rig.make.account(tenant, { upn: "Key@client.example" });
  const path = `/api/tenants/${tenant.id}/emergency-accounts`;
  const list = async (): Promise<EmergencyView> => (await admin.get(path)).json() as Promise<EmergencyView>;
  return { org, tenant, admin, account, path, list };
}

describe("the emergency accounts of a tenant", () => {
  test("are asked for until somebody has named or confirmed them, an empty list too, and again after 90 days [S44]", async () => {
    const { tenant, admin, path, list } = await newTenant();
    expect(await list()).toMatchObject({ accounts: [], confirmed: null, isDue: true });
    expect((await admin.post(`${path}/confirm`, {})).status).toBe(200);
    expect(await list()).toMatchObject({ accounts: [], isDue: false });
    const { at } = (await list()).confirmed!;
    const long = new Date(Date.parse(at) - EMERGENCY_CONFIRM_DAYS * 86_400_000).toISOString();
    await rig.make.orm
      .$client`update tenants set emergency_confirmed = jsonb_set(emergency_confirmed, '{at}', to_jsonb(${long}::text))
      where id = ${tenant.id}`;
    expect((await list()).isDue).toBe(true);
  });

  test("are known accounts of the tenant, each once, with the reason in the audit [S44]", async () => {
    const { org, admin, account, path, list } = await newTenant();
    const unknown = await admin.post(path, { account: "nobody@client.example", reason: "The key." });
    expect(unknown.status).toBe(409);
    expect(((await unknown.json()) as { detail: string }).detail).toMatch(/knows no account/);
    for (const name of ["key@client.example", "KEY@client.example"])
      expect((await admin.post(path, { account: name, reason: "The key in the safe." })).status).toBe(200);
    expect((await list()).accounts).toMatchObject([
      { objectId: account.objectId, name: "Key@client.example", reason: "The key in the safe." },
    ]);
    const gone = { objectId: account.objectId, reason: "Deleted." };
    for (let n = 0; n < 2; n++) expect((await admin.post(`${path}/drop`, gone)).status).toBe(200);
    expect((await list()).accounts).toEqual([]);
    const rows = await rig.make.orm.select().from(audit).where(eq(audit.orgId, org.id));
    expect(
      rows.filter((row) => row.action.startsWith("emergency.")).map((row) => [row.action, row.object, row.detail]),
    ).toEqual([
      ["emergency.add", "Key@client.example", { reason: "The key in the safe." }],
      ["emergency.drop", "Key@client.example", { reason: "Deleted." }],
    ]);
  });

  test("named by a member who is no Admin are on the list, which an Admin still has to confirm", async () => {
    const { org, path, list } = await newTenant();
    const member = await rig.signIn(await rig.make.member(org.id, { role: "full-member" }));
    expect((await member.post(path, { account: "key@client.example", reason: "A key." })).status).toBe(200);
    expect(await list()).toMatchObject({ accounts: [{ name: "Key@client.example" }], confirmed: null, isDue: true });
    expect((await member.post(`${path}/confirm`, {})).status).toBe(403);
  });

  test("named by two people at once are both on the list", async () => {
    const { tenant, admin, path, list } = await newTenant();
    await rig.make.account(tenant, { upn: "second@client.example" });
    await Promise.all(
      ["key@client.example", "second@client.example"].map((account) => admin.post(path, { account, reason: "A key." })),
    );
    expect((await list()).accounts.map((one) => one.name).toSorted()).toEqual([
      "Key@client.example",
      "second@client.example",
    ]);
  });
});
