import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TenantSummary, TestCloud, type TruthUser } from "./testing/client.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

const truthUser = (t: TenantSummary, id?: string): Promise<TruthUser> => cloud.truthUser(t, id);
const userUrl = (t: TenantSummary, id = t.victim.objectId): string => `/v1.0/users/${id}`;
const story = (id: string, seed: string | number): Promise<TenantSummary> => cloud.tenant({ story: id, seed });

describe("rules, mail, applications, devices", () => {
  it("moves a message to a new id and answers 404 for the old one", async () => {
    const t = await story("aitm-mail-rule", 12);
    const { sent, recipients } = t.attack.phish as { sent: string; recipients: string[] };
    const inbox = `/v1.0/users/${recipients[0]}/messages`;
    const [found] = await cloud.all(t.tenantId, `${inbox}?$filter=internetMessageId eq '${encodeURIComponent(sent)}'`);
    const moved = await cloud.call(t.tenantId, "POST", `${inbox}/${found?.id}/move`, {
      body: { destinationId: "deleteditems" },
    });
    expect(moved.status).toBe(201);
    expect(moved.json.id).not.toBe(found?.id);
    const again = await cloud.call(t.tenantId, "POST", `${inbox}/${found?.id}/move`, {
      body: { destinationId: "deleteditems" },
    });
    expect(again.json.error?.code).toBe("ErrorItemNotFound");
    const { mailbox } = await truthUser(t, recipients[0]);
    expect(
      mailbox.folders.find((f) => f.displayName === "Deleted Items")?.messages.map((m) => m.internetMessageId),
    ).toContain(sent);
  });

  it("keeps the id of a moved message for readers of immutable ids", async () => {
    const t = await story("aitm-mail-rule", 13);
    const headers = { prefer: 'IdType="ImmutableId"' };
    const inbox = `${userUrl(t)}/messages`;
    const [first] = (await cloud.call(t.tenantId, "GET", `${inbox}?$top=1`, { headers })).json.value ?? [];
    for (const destinationId of ["deleteditems", "inbox"]) {
      const moved = await cloud.call(t.tenantId, "POST", `${inbox}/${first?.id}/move`, {
        body: { destinationId },
        headers,
      });
      expect(moved.json.id).toBe(first?.id);
    }
  });

  it("finds mail by subject search, and refuses $search with $filter", async () => {
    const t = await story("aitm-mail-rule", 14);
    const { subject, recipients } = t.attack.phish as { subject: string; recipients: string[] };
    const url = `/v1.0/users/${recipients[1]}/messages?$search=${encodeURIComponent(`"subject:\\"${subject.replaceAll('"', "")}\\""`)}`;
    expect((await cloud.call(t.tenantId, "GET", url)).status).toBe(200);
    expect((await cloud.call(t.tenantId, "GET", `${url}&$filter=isRead eq true`)).status).toBe(400);
  });

  it("disables and deletes an inbox rule; Exchange shows hidden ones and the same rule", async () => {
    const t = await story("aitm-mail-rule", 15);
    const url = `${userUrl(t)}/mailFolders/inbox/messageRules/${t.attack.ruleId}`;
    const patched = await cloud.call(t.tenantId, "PATCH", url, { body: { isEnabled: false } });
    expect(patched.json.isEnabled).toBe(false);
    const listed =
      (await cloud.cmdlet(t.tenantId, "Get-InboxRule", { Mailbox: t.victim.objectId, IncludeHidden: true })).json
        .value ?? [];
    expect(listed.map((r) => r.Name)).toContain("Junk E-mail Rule");
    expect(listed.find((r) => r.Name === t.attack.ruleName)?.Enabled).toBe(false);
    expect((await cloud.call(t.tenantId, "DELETE", url)).status).toBe(204);
    expect((await cloud.call(t.tenantId, "DELETE", url)).status).toBe(404);
    expect((await truthUser(t)).mailbox.rules.filter((r) => !r.hidden).map((r) => r.displayName)).not.toContain(
      t.attack.ruleName,
    );
  });

  it("reports an object that is not there in the nested Exchange error, and obeys the role matrix", async () => {
    const t = await story("aitm-mail-rule", 16);
    const missing = await cloud.cmdlet(t.tenantId, "Remove-InboxRule", {
      Identity: `${t.victim.objectId}\\1`,
      Mailbox: t.victim.objectId,
      Confirm: false,
    });
    expect(missing.status).toBe(404);
    expect(JSON.stringify(missing.json.error)).toContain("couldn't be found");
    expect((await cloud.cmdlet(t.tenantId, "Set-Mailbox", { Identity: t.victim.objectId, Nonsense: 1 })).status).toBe(
      400,
    );
    await cloud.admin("POST", `/admin/tenants/${t.tenantId}/consent`, { directoryRoles: false });
    await cloud.token(t.tenantId, "https://outlook.office365.com", true);
    const refused = await cloud.cmdlet(t.tenantId, "Get-Mailbox");
    expect([refused.status, refused.text]).toEqual([403, "\0\0\0"]);
  });

  it("answers a cmdlet 200 with nothing done when told to", async () => {
    const t = await story("spray-forward-connector", 8);
    await cloud.fault(t.tenantId, { kind: "exchange-noop", count: 1 });
    const answer = await cloud.cmdlet(t.tenantId, "Set-Mailbox", {
      Identity: t.victim.objectId,
      ForwardingSmtpAddress: null,
    });
    expect([answer.status, answer.json.value]).toEqual([200, []]);
    expect(answer.json["@adminapi.warnings"]).toEqual([expect.stringContaining("no settings")]);
    expect((await truthUser(t)).mailbox.forwardingSmtpAddress).toBe(`smtp:${t.attack.forwardingAddress}`);
  });

  it("takes a right by its beginning, takes no other with it, and says 200 to one it does not know", async () => {
    const t = await story("spray-forward-connector", 9);
    const userId = t.victim.objectId;
    const change = (verb: string, rights: string[]) =>
      cloud.cmdlet(t.tenantId, `${verb}-MailboxPermission`, {
        Identity: userId,
        User: "helper@attacker.example",
        AccessRights: rights,
      });
    const rights = async () => (await truthUser(t)).mailbox.permissions.flatMap((one) => one.rights);
    await change("Add", ["FullAccess", "ReadPerm"]);
    expect(await rights()).toEqual(["FullAccess", "ReadPermission"]);
    expect((await change("Remove", ["Everything"])).status).toBe(200);
    await change("Remove", ["Full"]);
    expect(await rights()).toEqual(["ReadPermission"]);
  });

  it("deletes a grant, and refuses Microsoft's own applications as a violation", async () => {
    const t = await story("forgotten-persistence", 2);
    expect((await cloud.call(t.tenantId, "DELETE", `/v1.0/oauth2PermissionGrants/${t.attack.grantId}`)).status).toBe(
      204,
    );
    const graph = (
      await cloud.call(
        t.tenantId,
        "GET",
        "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles",
      )
    ).json;
    expect(
      (
        await cloud.call(t.tenantId, "PATCH", `/v1.0/servicePrincipals/${graph.id}`, {
          body: { accountEnabled: false },
        })
      ).status,
    ).toBe(403);
    const { violations } = await cloud.truth<{ violations: { type: string }[] }>(
      `/truth/violations?tenantId=${t.tenantId}`,
    );
    expect(violations.map((v) => v.type)).toEqual(["first-party-target"]);
  });

  it("knows a device by its object id, not by its deviceId", async () => {
    const t = await story("aitm-mail-rule", 17);
    const [device] = await cloud.all(t.tenantId, `${userUrl(t)}/registeredDevices`);
    expect(device?.id).not.toBe(device?.deviceId);
    expect(
      (await cloud.call(t.tenantId, "PATCH", `/v1.0/devices/${device?.deviceId}`, { body: { accountEnabled: false } }))
        .status,
    ).toBe(404);
    expect(
      (await cloud.call(t.tenantId, "PATCH", `/v1.0/devices/${device?.id}`, { body: { accountEnabled: false } }))
        .status,
    ).toBe(204);
  });

  it("deletes a second factor, the default one last", async () => {
    const t = await story("aitm-mail-rule", 18);
    const methods = await cloud.all(t.tenantId, `${userUrl(t)}/authentication/methods`);
    const authenticator = methods.find(
      (m) => m["@odata.type"] === "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
    );
    expect(
      (
        await cloud.call(
          t.tenantId,
          "DELETE",
          `${userUrl(t)}/authentication/microsoftAuthenticatorMethods/${authenticator?.id}`,
        )
      ).status,
    ).toBe(204);
    expect(
      (
        await cloud.call(
          t.tenantId,
          "POST",
          `${userUrl(t)}/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword`,
          { body: {} },
        )
      ).status,
    ).toBe(403);
  });
});
