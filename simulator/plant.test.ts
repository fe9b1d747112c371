import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TenantSummary, TestCloud } from "./testing/client.ts";

let cloud: TestCloud;
let t: TenantSummary;
beforeAll(async () => {
  cloud = await TestCloud.start();
  t = await cloud.tenant({ story: "quiet", seed: 1, traps: true });
});
afterAll(() => cloud.close());

const plant = (body: Record<string, unknown>) => cloud.admin("POST", `/admin/tenants/${t.tenantId}/plant`, body);
const rulesOf = (userId: string | undefined) =>
  cloud.all(t.tenantId, `/v1.0/users/${userId}/mailFolders/inbox/messageRules`);

describe("planted artifacts", () => {
  it("shows a hidden rule in Exchange only and removes it there", async () => {
    const userId = t.accounts[3]?.objectId;
    const rule = await plant({ kind: "inbox-rule", userId, name: "ghost", forwardTo: "x@example.com", hidden: true });
    expect((await rulesOf(userId)).map((r) => r.displayName)).not.toContain("ghost");
    const listed =
      (await cloud.cmdlet(t.tenantId, "Get-InboxRule", { Mailbox: userId, IncludeHidden: true })).json.value ?? [];
    const ghost = listed.find((r) => r.Name === "ghost");
    expect(ghost?.RuleIdentity).toBe(rule.exchangeId);
    expect(
      (
        await cloud.cmdlet(t.tenantId, "Remove-InboxRule", {
          Identity: ghost?.Identity,
          Mailbox: userId,
          Confirm: false,
        })
      ).status,
    ).toBe(200);
    expect(
      (
        (await cloud.cmdlet(t.tenantId, "Get-InboxRule", { Mailbox: userId, IncludeHidden: true })).json.value ?? []
      ).map((r) => r.Name),
    ).not.toContain("ghost");
  });

  it("refuses to change a read-only rule through Graph", async () => {
    const userId = t.accounts[4]?.objectId;
    const rule = await plant({ kind: "inbox-rule", userId, name: "fixed", readOnly: true });
    const url = `/v1.0/users/${userId}/mailFolders/inbox/messageRules/${rule.id}`;
    expect((await cloud.call(t.tenantId, "DELETE", url)).json.error?.code).toBe("ErrorAccessDenied");
    expect(
      (await cloud.cmdlet(t.tenantId, "Remove-InboxRule", { Identity: rule.exchangeId, Mailbox: userId })).status,
    ).toBe(200);
  });

  it("disables transport rules and connectors, removes delegations, phone methods and secrets", async () => {
    const userId = t.accounts[5]?.objectId;
    const rule = await plant({ kind: "transport-rule", blindCopyTo: ["x@example.com"] });
    await cloud.cmdlet(t.tenantId, "Disable-TransportRule", { Identity: rule.identity, Confirm: false });
    expect((await cloud.cmdlet(t.tenantId, "Get-TransportRule")).json.value).toMatchObject([{ State: "Disabled" }]);
    const connector = await plant({ kind: "connector", direction: "outbound" });
    await cloud.cmdlet(t.tenantId, "Set-OutboundConnector", { Identity: connector.identity, Enabled: false });
    expect((await cloud.cmdlet(t.tenantId, "Get-OutboundConnector")).json.value).toMatchObject([{ Enabled: false }]);
    await plant({ kind: "delegation", userId, trustee: "evil@example.com" });
    await cloud.cmdlet(t.tenantId, "Remove-MailboxPermission", {
      Identity: userId,
      User: "evil@example.com",
      AccessRights: ["FullAccess"],
      Confirm: false,
    });
    expect((await cloud.cmdlet(t.tenantId, "Get-MailboxPermission", { Identity: userId })).json.value).toHaveLength(1);
    const method = await plant({ kind: "phone-method", userId, phoneNumber: "+1 5550100" });
    expect(
      (await cloud.call(t.tenantId, "DELETE", `/v1.0/users/${userId}/authentication/phoneMethods/${method.id}`)).status,
    ).toBe(204);
    const app = await plant({ kind: "application", name: "helper", secrets: 2 });
    const [keyId] = app.keyIds as string[];
    expect(
      (await cloud.call(t.tenantId, "POST", `/v1.0/applications/${app.id}/removePassword`, { body: { keyId } })).status,
    ).toBe(204);
    expect(
      (await cloud.call(t.tenantId, "POST", `/v1.0/applications/${app.id}/removePassword`, { body: { keyId } })).status,
    ).toBe(400);
  });
});

describe("planted mail", () => {
  it("is found by its internet message id and in the message trace", async () => {
    const userId = t.accounts[6]?.objectId;
    const { internetMessageId } = await plant({
      kind: "message",
      userId,
      subject: "Invoice overdue",
      from: "billing@evil.example",
    });
    const found = await cloud.all(
      t.tenantId,
      `/v1.0/users/${userId}/messages?$filter=internetMessageId eq '${encodeURIComponent(String(internetMessageId))}'`,
    );
    expect(found).toHaveLength(1);
    const traced =
      (await cloud.cmdlet(t.tenantId, "Get-MessageTraceV2", { SenderAddress: "billing@evil.example" })).json.value ??
      [];
    expect(traced.map((r) => r.MessageId)).toEqual([internetMessageId]);
  });

  it("lives in a company whose name and domain no other has", async () => {
    const names: string[] = [];
    for (let seed = 100; seed < 118; seed++) names.push((await cloud.tenant({ story: "quiet", seed })).domain);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("trap accounts", () => {
  it("has somebody else under the name that is left when # cuts a guest's name off", async () => {
    const guest = t.accounts.find((a) => a.upn.includes("#EXT#"));
    const cut = (guest?.upn ?? "").split("#")[0];
    const answer = await cloud.call(t.tenantId, "GET", `/v1.0/users/${cut}`);
    expect(answer.status).toBe(200);
    expect(answer.json.id).not.toBe(guest?.objectId);
    expect((await cloud.call(t.tenantId, "GET", `/v1.0/users/${encodeURIComponent(guest?.upn ?? "")}`)).json.id).toBe(
      guest?.objectId,
    );
  });
});

describe("ordinary work goes on", () => {
  it("writes one more day of records that were not there before", async () => {
    const before = t.records.ual;
    const { records } = await cloud.admin("POST", `/admin/tenants/${t.tenantId}/work`);
    expect(records).toBeGreaterThan(10);
    const { counts } = await cloud.truth<{ counts: { ual: number } }>(`/truth/tenants/${t.tenantId}`);
    expect(counts.ual).toBe(before + Number(records));
  });

  it("serves the consent page without TLS as well", async () => {
    const url = `${cloud.simulator.adminUrl}/login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=11111111-aaaa-4bbb-8ccc-222222222222&redirect_uri=http://127.0.0.1:9/`;
    expect(await (await fetch(url)).text()).toContain("Simulated Microsoft sign-in");
    expect(
      (
        await fetch(`${cloud.simulator.adminUrl}/login.microsoftonline.com/common/oauth2/v2.0/token`, {
          method: "POST",
        })
      ).status,
    ).toBe(404);
  });
});
