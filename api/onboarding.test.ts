import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consentLinks, organizations, tenants } from "#db/schema/organization.ts";
import { audit, outbox } from "#db/schema/platform.ts";
import type { AddTenantResult, PartnerCustomer } from "#domain/view/portal.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

let rig: Rig;
let admin: Person;
let orgId: string;

beforeAll(async () => {
  rig = await createRig();
  orgId = (await rig.make.org()).id;
  admin = await rig.signIn(await rig.make.member(orgId));
});
afterAll(() => rig.close());

const rowOf = async (id: string) => (await rig.make.orm.select().from(tenants).where(eq(tenants.id, id)))[0];

async function add(more: object = {}): Promise<AddTenantResult & { state: string }> {
  const answer = await admin.post("/api/tenants", {
    name: "Harlow Ltd",
    responseEnabled: true,
    isScanOnly: false,
    ...more,
  });
  expect(answer.status).toBe(201);
  const result = (await answer.json()) as AddTenantResult;
  return { ...result, state: new URL(result.consentUrl).searchParams.get("state") ?? "" };
}
const comeBack = async (query: Record<string, string>) => {
  const answer = await rig.send(`/api/consent/callback?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(303);
  return answer.headers.get("location");
};

describe("adding a tenant", () => {
  test("makes a row that waits for consent, starts onboarding, and asks Microsoft for admin consent", async () => {
    const { tenantId, consentUrl, shortId } = await add();
    expect(await rowOf(tenantId)).toMatchObject({
      phase: "consent",
      responseEnabled: true,
      orgId,
      shortId,
      onboardedBy: "individual",
    });
    expect(rig.rung.at(-1)).toEqual({ tenantId });
    const url = new URL(consentUrl);
    expect(url.origin + url.pathname).toBe("https://login.microsoftonline.com/organizations/v2.0/adminconsent");
    expect(url.searchParams.get("redirect_uri")).toBe("http://petra.test/api/consent/callback");
    const written = await rig.make.orm.select().from(audit).where(eq(audit.tenantId, tenantId));
    expect(written.map((row) => row.action)).toEqual(["tenant.add"]);
  });

  test("keeps the state as a hash only, and mails the link when asked to", async () => {
    const { tenantId, state } = await add({ adminEmail: "global.admin@harlow.example" });
    const [link] = await rig.make.orm.select().from(consentLinks).where(eq(consentLinks.tenantId, tenantId));
    expect(state).toHaveLength(43);
    expect(JSON.stringify(link)).not.toContain(state);
    const mails = await rig.make.orm.select().from(outbox).where(eq(outbox.tenantId, tenantId));
    expect(mails).toMatchObject([{ recipient: "global.admin@harlow.example", state: "waiting" }]);
  });

  test("works while Temporal is down", async () => {
    rig.temporal.isDown = true;
    const { tenantId } = await add();
    rig.temporal.isDown = false;
    expect((await rowOf(tenantId))?.phase).toBe("consent");
  });
});

describe("the answer of Microsoft's consent page", () => {
  const given = (state: string, tenant: string) => ({ admin_consent: "True", tenant, state });

  test("binds the Microsoft tenant once and wakes onboarding; the same answer again changes nothing", async () => {
    const { tenantId, state } = await add();
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    expect(await comeBack(given(state, first))).toBe("/consent/result?outcome=approved");
    expect((await rowOf(tenantId))?.microsoftTenantId).toBe(first);
    expect(rig.rung.at(-1)).toEqual({ tenantId });
    expect(await comeBack(given(state, second))).toBe("/consent/result?outcome=used");
    expect((await rowOf(tenantId))?.microsoftTenantId).toBe(first);
  });

  test("with an error is a refusal, whatever else it says, and leaves the link good", async () => {
    const { tenantId, state } = await add();
    const tenant = crypto.randomUUID();
    const refused = { ...given(state, tenant), error: "access_denied", error_description: "<script>alert(1)</script>" };
    expect(await comeBack(refused)).toBe("/consent/result?outcome=refused");
    expect((await rowOf(tenantId))?.microsoftTenantId).toBeNull();
    expect(await comeBack(given(state, tenant))).toBe("/consent/result?outcome=approved");
  });

  test("with an unknown state, an old link or a tenant the organization already has binds nothing", async () => {
    expect(await comeBack(given("x".repeat(43), crypto.randomUUID()))).toBe("/consent/result?outcome=unknown");
    expect(await comeBack({})).toBe("/consent/result?outcome=unknown");
    const old = await add();
    await rig.make.orm
      .update(consentLinks)
      .set({ expiresAt: "2026-11-20T11:59:59Z" })
      .where(eq(consentLinks.tenantId, old.tenantId));
    expect(await comeBack(given(old.state, crypto.randomUUID()))).toBe("/consent/result?outcome=expired");
    const taken = await rig.make.tenant(orgId);
    const again = await add();
    expect(await comeBack(given(again.state, taken.microsoftTenantId ?? ""))).toBe("/consent/result?outcome=taken");
    expect((await rowOf(again.tenantId))?.microsoftTenantId).toBeNull();
  });
});

describe("the Partner Center", () => {
  test("lists customers with their state and onboards those with GDAP, each with its own outcome", async () => {
    expect(await (await admin.get("/api/partner/customers")).json()).toEqual([]);
    await rig.make.orm
      .update(organizations)
      .set({ partnerTenantId: crypto.randomUUID() })
      .where(eq(organizations.id, orgId));
    const [ready, missing, stranger] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    const known = await rig.make.tenant(orgId, { phase: "paused" });
    const customer = (microsoftTenantId: string, gdapActive: boolean) => ({
      microsoftTenantId,
      name: "C",
      gdapUntil: null,
      gdapActive,
    });
    rig.customers.push(customer(ready, true), customer(missing, false), customer(known.microsoftTenantId ?? "", true));
    const list = (await (await admin.get("/api/partner/customers")).json()) as PartnerCustomer[];
    expect(list.map((row) => [row.gdap, row.petraStatus])).toEqual([
      ["ready", "Not Protected"],
      ["missing", "Not Protected"],
      ["ready", "Paused"],
    ]);
    const answer = await admin.post("/api/partner/onboard", {
      microsoftTenantIds: [ready, missing, stranger, known.microsoftTenantId],
      responseEnabled: true,
      isScanOnly: true,
    });
    const results = (await answer.json()) as { state: string; tenantId: string | null }[];
    expect(results.map((row) => row.state)).toEqual(["started", "refused", "refused", "already-there"]);
    expect(await rowOf(results[0]?.tenantId ?? "")).toMatchObject({
      microsoftTenantId: ready,
      product: "scan-only",
      onboardedBy: "gdap",
    });
  });
});
