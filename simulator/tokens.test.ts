import { createHash, X509Certificate } from "node:crypto";
import { decodeJwt, importPKCS8, SignJWT } from "jose";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, CLIENT_ID, CLIENT_SECRET, type TenantSummary, TestCloud } from "./testing/client.ts";

let cloud: TestCloud;
let first: TenantSummary;
let second: TenantSummary;

beforeAll(async () => {
  cloud = await TestCloud.start();
  first = await cloud.tenant({ story: "quiet", seed: 1 });
  second = await cloud.tenant({ story: "quiet", seed: 2 });
});
afterAll(() => cloud.close());

const USERS = "/v1.0/users?$top=1";
const violations = async (): Promise<string[]> =>
  (await cloud.truth<{ violations: { type: string }[] }>("/truth/violations")).violations.map((v) => v.type);

describe("tokens", () => {
  it("carries tenant, audience, app roles and directory roles", async () => {
    const claims = decodeJwt(await cloud.token(first.tenantId));
    expect(claims).toMatchObject({ tid: first.tenantId, aud: "https://graph.microsoft.com", idtyp: "app" });
    expect(claims.roles).toContain("AuditLog.Read.All");
    expect(claims.wids).toHaveLength(3);
  });

  it("refuses a call without a token and remembers it", async () => {
    const response = await fetch(`${cloud.simulator.cloudUrl}/graph.microsoft.com${USERS}`);
    expect(response.status).toBe(401);
    expect(await violations()).toContain("missing-token");
  });

  it("refuses a token of another audience", async () => {
    const token = await cloud.token(first.tenantId, "https://manage.office.com");
    expect((await cloud.call(first.tenantId, "GET", USERS, { token })).status).toBe(401);
    expect(await violations()).toContain("wrong-audience");
  });

  it("refuses the token of one tenant for another and remembers it", async () => {
    const token = await cloud.token(first.tenantId, "https://manage.office.com");
    const answer = await cloud.call(
      second.tenantId,
      "GET",
      `https://manage.office.com/api/v1.0/${second.tenantId}/activity/feed/subscriptions/list`,
      { token },
    );
    expect(answer.status).toBe(401);
    const foreign = await cloud.call(first.tenantId, "GET", `/v1.0/users/${second.accounts[0]?.objectId}`);
    expect(foreign.status).toBe(404);
    expect((await violations()).filter((v) => v === "cross-tenant-token")).toHaveLength(2);
  });

  it("refuses a token once the virtual clock has passed its expiry", async () => {
    const token = await cloud.token(first.tenantId, "https://graph.microsoft.com", true);
    expect((await cloud.call(first.tenantId, "GET", USERS, { token })).status).toBe(200);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 3_700_000 });
    const late = await cloud.call(first.tenantId, "GET", USERS, { token });
    expect(late.status).toBe(401);
    expect(late.json.error?.message).toContain("expired");
    await cloud.token(first.tenantId, "https://graph.microsoft.com", true);
    await cloud.token(first.tenantId, "https://manage.office.com", true);
  });

  it("refuses a forged token", async () => {
    const token = await cloud.token(first.tenantId);
    const [header, payload, signature] = token.split(".");
    const forged = `${header}.${Buffer.from(JSON.stringify({ ...decodeJwt(token), tid: second.tenantId })).toString("base64url")}.${signature}`;
    expect(payload).toBeDefined();
    expect((await cloud.call(second.tenantId, "GET", USERS, { token: forged })).status).toBe(401);
  });

  it("grants a new role only in a token issued afterwards", async () => {
    const tenant = await cloud.tenant({ story: "quiet", seed: 3 });
    await cloud.admin("POST", `/admin/tenants/${tenant.tenantId}/consent`, {
      roles: { "https://graph.microsoft.com": ["Organization.Read.All"] },
      directoryRoles: false,
    });
    const old = await cloud.token(tenant.tenantId, "https://graph.microsoft.com", true);
    expect((await cloud.call(tenant.tenantId, "GET", USERS)).status).toBe(403);
    await cloud.admin("POST", `/admin/tenants/${tenant.tenantId}/consent`, {});
    expect((await cloud.call(tenant.tenantId, "GET", USERS, { token: old })).status).toBe(403);
    await cloud.token(tenant.tenantId, "https://graph.microsoft.com", true);
    expect((await cloud.call(tenant.tenantId, "GET", USERS)).status).toBe(200);
  });

  it.each([
    ["never", 700016],
    ["removed", 7000229],
    ["disabled", 7000112],
  ])("answers AADSTS when consent is %s", async (state, code) => {
    const tenant = await cloud.tenant({ story: "quiet", seed: `consent-${state}` });
    await cloud.admin("POST", `/admin/tenants/${tenant.tenantId}/consent`, { state });
    const answer = await cloud.tokenAnswer(tenant.tenantId);
    expect(answer.json.error_codes).toEqual([code]);
    expect(answer.json.error_description).toContain(`AADSTS${code}`);
  });

  it("answers AADSTS for wrong secret, unknown tenant, wrong scope, shared endpoint, deleted tenant", async () => {
    const code = async (tenant: string, form: Record<string, string> = {}): Promise<unknown> =>
      (await cloud.tokenAnswer(tenant, undefined, form)).json.error_codes;
    expect(await code(first.tenantId, { client_secret: `${CLIENT_SECRET}x` })).toEqual([7000215]);
    expect(await code("99999999-9999-4999-8999-999999999999")).toEqual([90002]);
    expect(await code(first.tenantId, { scope: "User.Read" })).toEqual([1002012]);
    expect(await code("organizations")).toEqual([9001023]);
    const gone = await cloud.tenant({ story: "quiet", seed: "gone" });
    await cloud.admin("DELETE", `/admin/tenants/${gone.tenantId}`);
    expect(await code(gone.tenantId)).toEqual([5000224]);
  });

  it("forces any AADSTS error and a short lifetime by switch", async () => {
    const tenant = await cloud.tenant({ story: "quiet", seed: "forced" });
    await cloud.fault(tenant.tenantId, { kind: "token-error", aadsts: 90033, count: 1 });
    expect((await cloud.tokenAnswer(tenant.tenantId)).status).toBe(503);
    await cloud.fault(tenant.tenantId, { kind: "token-lifetime", seconds: 60 });
    expect((await cloud.tokenAnswer(tenant.tenantId)).json.expires_in).toBe(60);
  });

  it("breaks a loop of equal token requests (AADSTS50196)", async () => {
    const tenant = await cloud.tenant({ story: "quiet", seed: "loop" });
    let last = await cloud.tokenAnswer(tenant.tenantId);
    for (let n = 0; n < 60; n++) last = await cloud.tokenAnswer(tenant.tenantId);
    expect(last.json.error_codes).toEqual([50196]);
  });

  it("takes a certificate assertion once the certificate is known, and no assertion of a stranger", async () => {
    const tenant = await cloud.tenant({ story: "quiet", seed: "certificate" });
    const make = () => generate([{ name: "commonName", value: "client" }], { keySize: 2048, algorithm: "sha256" });
    const assertion = async (certificate: { private: string; cert: string }): Promise<Record<string, string>> => {
      const thumbprint = createHash("sha256").update(new X509Certificate(certificate.cert).raw).digest("base64url");
      const jwt = await new SignJWT({})
        .setProtectedHeader({ alg: "PS256", "x5t#S256": thumbprint })
        .setIssuer(CLIENT_ID)
        .setSubject(CLIENT_ID)
        .setAudience("https://login.microsoftonline.com/token")
        .setJti("1")
        .setExpirationTime("10m")
        .sign(await importPKCS8(certificate.private, "PS256"));
      return { client_assertion: jwt, client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" };
    };
    const [ours, strange] = [await make(), await make()];
    await cloud.admin("POST", "/admin/certificates", { pem: ours.cert, acceptedInMs: 30_000 });
    const attempt = async (certificate: typeof ours): Promise<Answer> => {
      const form = new URLSearchParams({
        client_id: CLIENT_ID,
        scope: "https://graph.microsoft.com/.default",
        grant_type: "client_credentials",
        ...(await assertion(certificate)),
      });
      return cloud.post(`/login.microsoftonline.com/${tenant.tenantId}/oauth2/v2.0/token`, form);
    };
    expect((await attempt(ours)).json.error_codes).toEqual([700027]);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 31_000 });
    expect((await attempt(ours)).status).toBe(200);
    expect((await attempt(strange)).json.error_codes).toEqual([700027]);
  });

  it("challenges once for claims and serves the same token afterwards", async () => {
    const tenant = await cloud.tenant({ story: "quiet", seed: "cae" });
    await cloud.fault(tenant.tenantId, { kind: "cae-challenge" });
    const challenged = await cloud.call(tenant.tenantId, "GET", USERS);
    expect(challenged.status).toBe(401);
    const claims = /claims="([^"]+)"/.exec(challenged.headers.get("www-authenticate") ?? "")?.[1] ?? "";
    expect(JSON.parse(Buffer.from(claims, "base64").toString())).toHaveProperty("access_token.nbf");
    expect((await cloud.call(tenant.tenantId, "GET", USERS)).status).toBe(200);
  });
});

describe("admin consent", () => {
  const consentUrl = (tenant: string): string =>
    `${cloud.simulator.cloudUrl}/login.microsoftonline.com/${tenant}/v2.0/adminconsent?client_id=11111111-aaaa-4bbb-8ccc-222222222222&scope=https://graph.microsoft.com/.default&redirect_uri=${encodeURIComponent("http://127.0.0.1:9/back")}&state=s1`;
  const decide = async (tenantId: string, decision: string): Promise<URL> => {
    const body = new URLSearchParams({
      tenant: tenantId,
      decision,
      state: "s1",
      redirect_uri: "http://127.0.0.1:9/back",
      directory_roles: "yes",
    });
    const response = await fetch(consentUrl("organizations"), { method: "POST", body, redirect: "manual" });
    return new URL(response.headers.get("location") ?? "");
  };

  it("shows a page that names the tenants, grants on Accept and says so on the way back", async () => {
    const tenant = (await cloud.admin("POST", "/admin/tenants", {
      story: "quiet",
      seed: "page",
    })) as unknown as TenantSummary;
    const page = await (await fetch(consentUrl("organizations"))).text();
    expect(page).toContain("Simulated Microsoft sign-in");
    expect(page).toContain(tenant.tenantId);
    const back = await decide(tenant.tenantId, "accept");
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      admin_consent: "True",
      tenant: tenant.tenantId,
      state: "s1",
    });
    expect((await cloud.tokenAnswer(tenant.tenantId)).status).toBe(200);
  });

  it("sends admin_consent=True together with the error when it is refused", async () => {
    const tenant = (await cloud.admin("POST", "/admin/tenants", {
      story: "quiet",
      seed: "cancel",
    })) as unknown as TenantSummary;
    const back = await decide(tenant.tenantId, "cancel");
    expect(back.searchParams.get("admin_consent")).toBe("True");
    expect(back.searchParams.get("error")).toBe("consent_required");
    expect((await cloud.tokenAnswer(tenant.tenantId)).json.error_codes).toEqual([700016]);
  });

  it("refuses 'common'", async () => {
    expect((await fetch(consentUrl("common"))).status).toBe(400);
  });
});
