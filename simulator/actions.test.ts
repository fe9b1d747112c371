import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Effect } from "./state/world.ts";
import { type TenantSummary, TestCloud, type TruthUser } from "./testing/client.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

const truthUser = (t: TenantSummary, id?: string): Promise<TruthUser> => cloud.truthUser(t, id);
const effects = async (t: TenantSummary): Promise<Effect[]> =>
  (await cloud.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${t.tenantId}`)).effects;
const userUrl = (t: TenantSummary, id = t.victim.objectId): string => `/v1.0/users/${id}`;
const enabled = async (t: TenantSummary): Promise<unknown> =>
  (await cloud.call(t.tenantId, "GET", `${userUrl(t)}?$select=accountEnabled`)).json.accountEnabled;
const attackerTries = async (t: TenantSummary, what?: string[]): Promise<Record<string, boolean>> => {
  const { tries } = (await cloud.admin(
    "POST",
    `/admin/tenants/${t.tenantId}/attacker/act`,
    what ? { what } : {},
  )) as unknown as { tries: { what: string; succeeded: boolean }[] };
  return Object.fromEntries(tries.map((x) => [x.what, x.succeeded]));
};
const story = (id: string, seed: string | number, more = {}): Promise<TenantSummary> =>
  cloud.tenant({ story: id, seed, ...more });
const GOOD = { passwordProfile: { password: "Zebra-42-lantern!", forceChangePasswordNextSignIn: true } };

describe("locking an account", () => {
  it("disables, revokes and writes each effect to the truth log with before and after", async () => {
    const t = await story("aitm-mail-rule", 1);
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } })).status).toBe(204);
    expect((await cloud.call(t.tenantId, "POST", `${userUrl(t)}/revokeSignInSessions`)).json.value).toBe(true);
    expect((await truthUser(t)).accountEnabled).toBe(false);
    const log = await effects(t);
    expect(log.map((e) => [e.effect, e.changed, e.before, e.target])).toEqual([
      ["disable account", true, true, t.victim.objectId],
      ["revoke sessions", true, expect.any(String), t.victim.objectId],
    ]);
  });

  it("marks a repeated disable as unchanged", async () => {
    const t = await story("aitm-mail-rule", 2);
    for (let n = 0; n < 2; n++) await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
    expect((await effects(t)).map((e) => e.changed)).toEqual([true, false]);
  });

  it("refuses accountEnabled and passwordProfile in one PATCH and applies nothing", async () => {
    const t = await story("aitm-mail-rule", 3);
    expect(
      (await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false, ...GOOD } })).status,
    ).toBe(403);
    expect(await truthUser(t)).toMatchObject({ accountEnabled: true, passwordGeneration: 1 });
  });

  it("refuses an admin target without the higher directory role", async () => {
    const t = await story("spray-forward-connector", 1);
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/consent`, {
      directoryRoles: ["fe930be7-5e62-47db-91af-98c3a49a38b1"],
    });
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } })).status).toBe(403);
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/consent`, {});
    await cloud.token(t.tenantId, "https://graph.microsoft.com", true);
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } })).status).toBe(204);
  });

  it("shows the old value to readers for as long as the replicas lag", async () => {
    const t = await story("aitm-mail-rule", 4);
    await cloud.fault(t.tenantId, { kind: "replica-lag", ms: 30_000 });
    await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
    expect(await enabled(t)).toBe(true);
    expect((await truthUser(t)).accountEnabled).toBe(false);
    await cloud.admin("POST", "/admin/clock", { advanceMs: 31_000 });
    expect(await enabled(t)).toBe(false);
  });

  it.each([200, 202, 204])("answers revoke with %i by switch, done all the same", async (status) => {
    const t = await story("aitm-mail-rule", `revoke-${status}`);
    await cloud.fault(t.tenantId, { kind: "revoke-status", status });
    expect((await cloud.call(t.tenantId, "POST", `${userUrl(t)}/revokeSignInSessions`)).status).toBe(status);
    expect((await effects(t)).map((e) => e.effect)).toEqual(["revoke sessions"]);
  });

  it("answers 204 and changes nothing when a PATCH is ignored", async () => {
    const t = await story("aitm-mail-rule", 5);
    await cloud.fault(t.tenantId, { kind: "patch-ignored", count: 1 });
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } })).status).toBe(204);
    expect((await truthUser(t)).accountEnabled).toBe(true);
    expect((await effects(t)).map((e) => e.changed)).toEqual([false]);
  });

  it("does the work although the answer is lost, as 504 or as a broken connection", async () => {
    const t = await story("aitm-mail-rule", 6);
    await cloud.fault(t.tenantId, { kind: "lost-answer", answer: "504", count: 1, match: { method: "PATCH" } });
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } })).status).toBe(504);
    await cloud.fault(t.tenantId, { kind: "lost-answer", answer: "reset", count: 1 });
    await expect(cloud.call(t.tenantId, "POST", `${userUrl(t)}/revokeSignInSessions`)).rejects.toThrow();
    expect((await effects(t)).map((e) => e.effect)).toEqual(["disable account", "revoke sessions"]);
  });

  it("remembers a write to a tenant nobody may write to", async () => {
    const t = await story("aitm-mail-rule", 7);
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/authority`, { writesAllowed: false });
    await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
    const { violations } = await cloud.truth<{ violations: { type: string }[] }>(
      `/truth/violations?tenantId=${t.tenantId}`,
    );
    expect(violations.map((v) => v.type)).toEqual(["write-without-authority"]);
  });
});

describe("synced accounts", () => {
  it("accepts the disable and undoes it at the next sync cycle, with a record of the sync account", async () => {
    const t = await story("spray-forward-connector", 2);
    await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
    await cloud.admin("POST", "/admin/clock", { advanceMs: 31 * 60_000 });
    await cloud.token(t.tenantId, "https://graph.microsoft.com", true);
    expect(await enabled(t)).toBe(true);
    const audits = await cloud.all(
      t.tenantId,
      "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Enable account'",
    );
    expect(JSON.stringify(audits[0]?.initiatedBy)).toContain("on-premises directory sync");
  });

  it("keeps the disable where sync leaves it alone, and where the account is disabled on-premises too", async () => {
    const stays = await story("spray-forward-connector", 3);
    await cloud.admin("POST", `/admin/tenants/${stays.tenantId}/settings`, { syncMode: "stays" });
    const fixed = await story("spray-forward-connector", 4);
    await cloud.admin("POST", `/admin/tenants/${fixed.tenantId}/on-premises`, {
      userId: fixed.victim.objectId,
      accountEnabled: false,
    });
    for (const t of [stays, fixed]) {
      await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
      await cloud.admin("POST", `/admin/tenants/${t.tenantId}/sync`);
      expect(await enabled(t)).toBe(false);
    }
  });

  it("refuses a password, and takes over one reset on-premises", async () => {
    const t = await story("spray-forward-connector", 5);
    const refused = await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: GOOD });
    expect(refused.status).toBe(400);
    expect(refused.json.error?.message).toContain("on-premises mastered");
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/on-premises`, {
      userId: t.victim.objectId,
      resetPassword: true,
    });
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/sync`);
    expect((await truthUser(t)).passwordGeneration).toBe(2);
  });
});

describe("passwords", () => {
  it("refuses weak ones, takes a strong one and keeps it nowhere", async () => {
    const t = await story("aitm-mail-rule", 8);
    expect(
      (await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { passwordProfile: { password: "Password123!" } } }))
        .status,
    ).toBe(400);
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: GOOD })).status).toBe(204);
    expect((await truthUser(t)).passwordGeneration).toBe(2);
    const seen = JSON.stringify([
      await cloud.truth("/truth/effects"),
      await cloud.truth("/truth/requests"),
      await cloud.truth(`/truth/tenants/${t.tenantId}/records`),
    ]);
    expect(seen).not.toContain("lantern");
  });

  it("needs the password permission and a directory role", async () => {
    const t = await story("aitm-mail-rule", 9);
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/consent`, { directoryRoles: false });
    expect((await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: GOOD })).status).toBe(403);
  });
});

describe("the attacker", () => {
  it("goes on with his access token after disable and revoke until it ends, and gets no new one", async () => {
    const t = await story("aitm-mail-rule", 10, { phase: "history" });
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/attack`);
    expect(await attackerTries(t, ["read-mail", "refresh-token", "password-sign-in"])).toEqual({
      "read-mail": true,
      "refresh-token": true,
      "password-sign-in": false,
    });
    await cloud.call(t.tenantId, "PATCH", userUrl(t), { body: { accountEnabled: false } });
    await cloud.call(t.tenantId, "POST", `${userUrl(t)}/revokeSignInSessions`);
    expect(await attackerTries(t, ["read-mail", "add-rule", "refresh-token"])).toEqual({
      "read-mail": true,
      "add-rule": true,
      "refresh-token": false,
    });
    await cloud.admin("POST", "/admin/clock", { advanceMs: 61 * 60_000 });
    expect(Object.values(await attackerTries(t))).not.toContain(true);
    const { lockedOutSince, tries } = await cloud.truth<{ lockedOutSince: string | null; tries: unknown[] }>(
      `/truth/attacker/${t.tenantId}`,
    );
    expect(lockedOutSince).not.toBeNull();
    expect(tries.length).toBeGreaterThan(8);
  });

  it("signs in with a guessed password until it is changed, and is refused by a block group", async () => {
    const t = await story("spray-forward-connector", 6);
    expect(await attackerTries(t, ["password-sign-in"])).toEqual({ "password-sign-in": true });
    const group = (
      await cloud.call(t.tenantId, "POST", "/v1.0/groups", {
        body: { displayName: "Blocked", mailEnabled: false, mailNickname: "blocked", securityEnabled: true },
      })
    ).json;
    const policy = {
      displayName: "Block",
      state: "enabled",
      conditions: {
        users: { includeGroups: [group.id] },
        applications: { includeApplications: ["All"] },
        clientAppTypes: ["all"],
      },
      grantControls: { operator: "OR", builtInControls: ["block"] },
    };
    expect(
      (await cloud.call(t.tenantId, "POST", "/v1.0/identity/conditionalAccess/policies", { body: policy })).status,
    ).toBe(201);
    const member = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${t.victim.objectId}` };
    expect(
      (await cloud.call(t.tenantId, "POST", `/v1.0/groups/${group.id}/members/$ref`, { body: member })).status,
    ).toBe(204);
    expect(await attackerTries(t, ["password-sign-in", "refresh-token"])).toEqual({
      "password-sign-in": false,
      "refresh-token": false,
    });
  });

  it("still gets mail by forwarding, connector and application until each is removed", async () => {
    const t = await story("spray-forward-connector", 7);
    expect(await attackerTries(t, ["forwarding"])).toEqual({ forwarding: true });
    await cloud.cmdlet(t.tenantId, "Set-Mailbox", {
      Identity: t.victim.objectId,
      ForwardingSmtpAddress: null,
      DeliverToMailboxAndForward: false,
    });
    expect(await attackerTries(t, ["forwarding"])).toEqual({ forwarding: true });
    await cloud.cmdlet(t.tenantId, "Set-InboundConnector", { Identity: t.attack.connectorIdentity, Enabled: false });
    expect(await attackerTries(t, ["forwarding"])).toEqual({ forwarding: false });

    const old = await story("forgotten-persistence", 1);
    expect(await attackerTries(old, ["use-app", "forwarding"])).toEqual({ "use-app": true, forwarding: true });
    await cloud.call(old.tenantId, "PATCH", `/v1.0/servicePrincipals/${old.attack.servicePrincipalId}`, {
      body: { accountEnabled: false },
    });
    await cloud.call(old.tenantId, "DELETE", `${userUrl(old)}/mailFolders/inbox/messageRules/${old.attack.ruleId}`);
    expect(await attackerTries(old, ["use-app", "forwarding"])).toEqual({ "use-app": false, forwarding: false });
  });

  it("acts by himself at the set pace while time passes", async () => {
    const t = await story("aitm-mail-rule", 11, { phase: "history" });
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/attack`);
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/attacker/routine`, {
      everyMs: 600_000,
      what: ["add-rule"],
    });
    const before = (await truthUser(t)).mailbox.rules.length;
    await cloud.admin("POST", "/admin/clock", { advanceMs: 601_000 });
    expect((await truthUser(t)).mailbox.rules.length).toBe(before + 1);
  });
});
