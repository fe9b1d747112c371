import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consentLinks, organizations, partnerSignIns, tenants } from "#db/schema/organization.ts";
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

describe("the sign-in of a partner's administrator", () => {
  const stateOf = async (who: Person) => {
    const { url } = (await (await who.post("/api/partner/sign-in", {})).json()) as { url: string };
    return { url: new URL(url), state: new URL(url).searchParams.get("state") ?? "" };
  };
  const return_ = async (who: Person, query: Record<string, string>) =>
    (await who.get(`/api/partner/callback?${new URLSearchParams(query)}`)).headers.get("location");
  const knownCode = () => {
    const code = crypto.randomUUID();
    const signIn = { refreshToken: `secret-${code}`, upn: "boss@msp.example", partnerTenantId: crypto.randomUUID() };
    rig.signIns.set(code, signIn);
    return { code, ...signIn };
  };

  test("goes to Microsoft and is kept sealed, in the audit, never shown again", async () => {
    const { url, state } = await stateOf(admin);
    expect(url.origin + url.pathname).toBe("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize");
    expect(url.searchParams.get("redirect_uri")).toBe("http://petra.test/api/partner/callback");
    const { code, refreshToken, partnerTenantId } = knownCode();
    expect(await return_(admin, { code, state })).toBe("/portal?sign-in=signed-in");
    const seen = await (await admin.get("/api/partner/sign-in")).text();
    expect(JSON.parse(seen)).toMatchObject({ upn: "boss@msp.example", lostAt: null });
    const [row] = await rig.make.orm.select().from(partnerSignIns).where(eq(partnerSignIns.orgId, orgId));
    for (const place of [seen, Buffer.from(row?.sealed ?? []).toString("latin1")])
      expect(place).not.toContain(refreshToken);
    const [organization] = await rig.make.orm.select().from(organizations).where(eq(organizations.id, orgId));
    expect(organization?.partnerTenantId).toBe(partnerTenantId);
    const written = await rig.make.orm.select().from(audit).where(eq(audit.action, "partner.sign-in"));
    expect(written).toMatchObject([{ orgId, detail: { upn: "boss@msp.example" } }]);
  });

  test("begun by another person, in another organization, or by nobody is not kept", async () => {
    const colleague = await rig.signIn(await rig.make.member(orgId));
    const stranger = await rig.signIn(await rig.make.member((await rig.make.org()).id));
    const { state } = await stateOf(admin);
    for (const who of [colleague, stranger])
      expect(await return_(who, { code: knownCode().code, state })).toBe("/portal?sign-in=unknown");
    expect(await return_(admin, { code: knownCode().code, state: "made-up" })).toBe("/portal?sign-in=unknown");
    expect(await (await stranger.get("/api/partner/sign-in")).json()).toBeNull();
    const nobody = await rig.send(`/api/partner/callback?${new URLSearchParams({ code: knownCode().code, state })}`);
    expect(nobody.status).toBe(401);
  });

  test("cancelled, late or unknown to Microsoft changes nothing", async () => {
    const other = await rig.signIn(await rig.make.member((await rig.make.org()).id));
    const { state } = await stateOf(other);
    expect(await return_(other, { error: "access_denied", state })).toBe("/portal?sign-in=refused");
    expect(await return_(other, { code: "never-issued", state })).toBe("/portal?sign-in=unavailable");
    rig.clock.at = new Date(rig.clock.now().getTime() + 16 * 60_000);
    expect(await return_(other, { code: knownCode().code, state })).toBe("/portal?sign-in=expired");
    expect(await (await other.get("/api/partner/sign-in")).json()).toBeNull();
  });
});
