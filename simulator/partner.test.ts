import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_ID, CLIENT_SECRET, type TenantSummary, TestCloud } from "./testing/client.ts";

let cloud: TestCloud;
let customer: TenantSummary;
let partner: { tenantId: string; users: { upn: string }[] };
beforeAll(async () => {
  cloud = await TestCloud.start();
  customer = (await cloud.admin("POST", "/admin/tenants", { story: "quiet", seed: 1 })) as unknown as TenantSummary;
  partner = (await cloud.admin("POST", "/admin/partner", {
    tenants: [customer.tenantId],
  })) as unknown as typeof partner;
});
afterAll(() => cloud.close());

describe("partner", () => {
  it("lists its customers to its own token and to no other", async () => {
    const rows = await cloud.all(partner.tenantId, "/v1.0/tenantRelationships/delegatedAdminCustomers");
    expect(rows.map((r) => r.tenantId)).toEqual([customer.tenantId]);
    const relationships = await cloud.all(partner.tenantId, "/v1.0/tenantRelationships/delegatedAdminRelationships");
    expect(relationships[0]).toMatchObject({ status: "active", customer: { tenantId: customer.tenantId } });
    await cloud.admin("POST", `/admin/tenants/${customer.tenantId}/consent`, {});
    expect(
      (await cloud.call(customer.tenantId, "GET", "/v1.0/tenantRelationships/delegatedAdminCustomers")).status,
    ).toBe(403);
    await cloud.admin("POST", `/admin/tenants/${customer.tenantId}/consent`, { state: "never" });
  });

  it("signs in by code, rotates the refresh token, consents for a customer", async () => {
    const login = `${cloud.simulator.cloudUrl}/login.microsoftonline.com/organizations/oauth2/v2.0`;
    const redirect = "http://127.0.0.1:9/partner";
    const form = new URLSearchParams({
      decision: "accept",
      upn: partner.users[0]?.upn ?? "",
      redirect_uri: redirect,
      state: "x",
    });
    const back = await fetch(`${login}/authorize?client_id=${CLIENT_ID}&redirect_uri=${encodeURIComponent(redirect)}`, {
      method: "POST",
      body: form,
      redirect: "manual",
    });
    const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const post = async (fields: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> => {
      const response = await fetch(`${login}/token`, {
        method: "POST",
        body: new URLSearchParams({
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          scope: "https://api.partnercenter.microsoft.com/.default",
          ...fields,
        }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const first = await post({ grant_type: "authorization_code", code, redirect_uri: redirect });
    const second = await post({ grant_type: "refresh_token", refresh_token: first.body.refresh_token ?? "" });
    expect(second.status).toBe(200);
    expect(
      (await post({ grant_type: "refresh_token", refresh_token: first.body.refresh_token ?? "" })).body.error,
    ).toBe("invalid_grant");
    const consent = await cloud.call(
      partner.tenantId,
      "POST",
      `https://api.partnercenter.microsoft.com/v1/customers/${customer.tenantId}/applicationconsents`,
      {
        token: second.body.access_token ?? "",
        body: { applicationId: CLIENT_ID, applicationGrants: [] },
      },
    );
    expect(consent.status).toBe(201);
    expect((await cloud.tokenAnswer(customer.tenantId)).status).toBe(200);
  });
});

describe("restart", () => {
  it("keeps tenants, effects, clock and the validity of tokens in the state file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-state-"));
    const options = { stateFile: join(folder, "state.json"), certDir: folder };
    const before = await TestCloud.start(options);
    const t = await before.tenant({ story: "aitm-mail-rule", seed: 1 });
    const token = await before.token(t.tenantId);
    await before.call(t.tenantId, "PATCH", `/v1.0/users/${t.victim.objectId}`, { body: { accountEnabled: false } });
    await before.admin("POST", "/admin/clock", { advanceMs: 600_000 });
    await before.close();
    const after = await TestCloud.start(options);
    try {
      const user = await after.call(t.tenantId, "GET", `/v1.0/users/${t.victim.objectId}?$select=accountEnabled`, {
        token,
      });
      expect(user.json.accountEnabled).toBe(false);
      expect(after.simulator.clock.offsetMs).toBe(600_000);
      expect((await after.truth<{ effects: unknown[] }>("/truth/effects")).effects).toHaveLength(1);
    } finally {
      await after.close();
    }
  });
});
