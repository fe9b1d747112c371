import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TenantSummary, TestCloud } from "./testing/client.ts";
import { SchemaCheck } from "./testing/schema.ts";

const folder = join(process.env.PETRA_SHARED ?? join(import.meta.dirname, "../../shared"), "reference");
const present = existsSync(join(folder, "msgraph-subset.openapi.json"));
if (!present)
  console.warn(
    `SKIPPED: the Graph schema is not at ${folder}; answers of the simulated Graph are not compared with it.`,
  );
const load = (name: string): SchemaCheck => new SchemaCheck(JSON.parse(readFileSync(join(folder, name), "utf8")));

describe.skipIf(!present)("answers of the simulated Graph pass the official schema", () => {
  let cloud: TestCloud;
  let aitm: TenantSummary;
  let old: TenantSummary;
  let partnerId: string;
  let v1: SchemaCheck;
  let beta: SchemaCheck;
  beforeAll(async () => {
    v1 = load("msgraph-subset.openapi.json");
    beta = load("msgraph-beta-signins.openapi.json");
    cloud = await TestCloud.start();
    aitm = await cloud.tenant({ story: "aitm-mail-rule", seed: 1 });
    old = await cloud.tenant({ story: "forgotten-persistence", seed: 1 });
    partnerId = String((await cloud.admin("POST", "/admin/partner", { tenants: [aitm.tenantId] })).tenantId);
  });
  afterAll(() => cloud.close());

  const COLLECTIONS: [string, string][] = [
    ["/organization", "/organization"],
    ["/domains", "/domains"],
    ["/subscribedSkus", "/subscribedSkus"],
    [
      "/users",
      "/users?$select=id,userPrincipalName,displayName,mail,proxyAddresses,accountEnabled,userType,assignedLicenses,onPremisesSyncEnabled,onPremisesImmutableId,createdDateTime,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,externalUserState&$top=999",
    ],
    ["/users", "/users?$select=id,signInActivity"],
    ["/users/{user-id}", "/users/{user}"],
    ["/users/{user-id}/licenseDetails", "/users/{user}/licenseDetails"],
    ["/users/{user-id}/mailboxSettings", "/users/{user}/mailboxSettings"],
    ["/users/{user-id}/transitiveMemberOf", "/users/{admin}/transitiveMemberOf"],
    ["/users/{user-id}/messages", "/users/{user}/messages?$top=50"],
    ["/users/{user-id}/mailFolders", "/users/{user}/mailFolders"],
    ["/users/{user-id}/mailFolders/{mailFolder-id}/messages", "/users/{user}/mailFolders/inbox/messages"],
    ["/users/{user-id}/mailFolders/{mailFolder-id}/messageRules", "/users/{user}/mailFolders/inbox/messageRules"],
    ["/users/{user-id}/authentication/methods", "/users/{user}/authentication/methods"],
    ["/users/{user-id}/registeredDevices", "/users/{user}/registeredDevices"],
    ["/users/{user-id}/oauth2PermissionGrants", "/users/{user}/oauth2PermissionGrants"],
    ["/users/{user-id}/appRoleAssignments", "/users/{user}/appRoleAssignments"],
    ["/devices", "/devices"],
    ["/servicePrincipals", "/servicePrincipals"],
    ["/applications", "/applications"],
    ["/oauth2PermissionGrants", "/oauth2PermissionGrants"],
    ["/groups", "/groups"],
    ["/directoryRoles", "/directoryRoles"],
    [
      "/directoryRoles/{directoryRole-id}/members",
      "/directoryRoles/roleTemplateId=62e90394-69f5-4237-9190-012177145e10/members",
    ],
    ["/roleManagement/directory/roleAssignments", "/roleManagement/directory/roleAssignments"],
    ["/auditLogs/signIns", "/auditLogs/signIns"],
    ["/auditLogs/directoryAudits", "/auditLogs/directoryAudits"],
    ["/identity/conditionalAccess/policies", "/identity/conditionalAccess/policies"],
    ["/security/auditLog/queries", "/security/auditLog/queries"],
    ["/admin/exchange/tracing/messageTraces", "/admin/exchange/tracing/messageTraces"],
  ];

  it.each(COLLECTIONS)("GET %s", async (template, path) => {
    for (const t of [aitm, old]) {
      if (t === old && /signIns|signInActivity/.test(path)) continue;
      const admin = t.accounts.find((a) => a.role === "admin")?.objectId ?? "";
      const answer = await cloud.call(
        t.tenantId,
        "GET",
        `/v1.0${path.replace("{user}", t.victim.objectId).replace("{admin}", admin)}`,
      );
      expect(answer.status, answer.text.slice(0, 300)).toBe(200);
      expect(v1.problems("GET", template, 200, answer.json).slice(0, 5)).toEqual([]);
    }
  });

  it("GET beta /auditLogs/signIns, both streams", async () => {
    for (const stream of ["interactiveUser", "nonInteractiveUser"]) {
      const answer = await cloud.call(
        aitm.tenantId,
        "GET",
        `/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq '${stream}')`,
      );
      expect(beta.problems("GET", "/auditLogs/signIns", 200, answer.json).slice(0, 5)).toEqual([]);
    }
  });

  it("POST /security/auditLog/queries and its records", async () => {
    const body = {
      displayName: "s",
      filterStartDateTime: "2026-01-01T00:00:00Z",
      filterEndDateTime: new Date(cloud.simulator.clock.now()).toISOString(),
    };
    const created = await cloud.call(aitm.tenantId, "POST", "/v1.0/security/auditLog/queries", { body });
    expect(v1.problems("POST", "/security/auditLog/queries", 201, created.json)).toEqual([]);
    const records = await cloud.call(
      aitm.tenantId,
      "GET",
      `/v1.0/security/auditLog/queries/${created.json.id}/records?$top=999`,
    );
    expect(
      v1.problems("GET", "/security/auditLog/queries/{auditLogQuery-id}/records", 200, records.json).slice(0, 5),
    ).toEqual([]);
  });

  it("move, rule change, revoke and the partner's customers", async () => {
    const user = `/v1.0/users/${aitm.victim.objectId}`;
    const [message] = (await cloud.call(aitm.tenantId, "GET", `${user}/messages?$top=1`)).json.value ?? [];
    const moved = await cloud.call(aitm.tenantId, "POST", `${user}/messages/${message?.id}/move`, {
      body: { destinationId: "deleteditems" },
    });
    expect(v1.problems("POST", "/users/{user-id}/messages/{message-id}/move", 201, moved.json)).toEqual([]);
    const rule = await cloud.call(
      aitm.tenantId,
      "PATCH",
      `${user}/mailFolders/inbox/messageRules/${aitm.attack.ruleId}`,
      { body: { isEnabled: false } },
    );
    expect(
      v1.problems(
        "PATCH",
        "/users/{user-id}/mailFolders/{mailFolder-id}/messageRules/{messageRule-id}",
        200,
        rule.json,
      ),
    ).toEqual([]);
    const revoked = await cloud.call(aitm.tenantId, "POST", `${user}/revokeSignInSessions`);
    expect(v1.problems("POST", "/users/{user-id}/revokeSignInSessions", 200, revoked.json)).toEqual([]);
    for (const collection of ["delegatedAdminCustomers", "delegatedAdminRelationships"]) {
      const answer = await cloud.call(partnerId, "GET", `/v1.0/tenantRelationships/${collection}`);
      expect(v1.problems("GET", `/tenantRelationships/${collection}`, 200, answer.json)).toEqual([]);
    }
  });

  it("notices a member the schema does not know", async () => {
    const answer = await cloud.call(aitm.tenantId, "GET", "/v1.0/organization");
    const [first] = answer.json.value ?? [];
    expect(
      v1.problems("GET", "/organization", 200, { ...answer.json, value: [{ ...first, displayname: "x" }] }),
    ).toHaveLength(1);
  });
});
