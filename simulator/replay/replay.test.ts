import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCloud } from "../testing/client.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
});
afterAll(() => cloud.close());

interface Replayed {
  tenantId: string;
  built: Record<string, number>;
  notBuilt: { recordId: string; why: string }[];
  unreadable: unknown[];
}
const replay = async (name: string, lines: string[]): Promise<Replayed> => {
  const response = await fetch(`${cloud.simulator.adminUrl}/admin/replay?name=${name}`, {
    method: "POST",
    body: lines.join("\n"),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Replayed;
};

const TENANT = "0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e";
const at = (minute: number): string => new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString().slice(0, 19);
const exchange = (
  Id: string,
  minute: number,
  Operation: string,
  Parameters: Record<string, string>,
  more = {},
): string =>
  JSON.stringify({
    Id,
    CreationTime: at(minute),
    Operation,
    OrganizationId: TENANT,
    OrganizationName: "acme.onmicrosoft.com",
    RecordType: 1,
    ResultStatus: "True",
    UserId: "ann@acme.onmicrosoft.com",
    UserKey: "1003200126677019",
    UserType: 0,
    Workload: "Exchange",
    Parameters: Object.entries(Parameters).map(([Name, Value]) => ({ Name, Value })),
    ...more,
  });
const SIGN_IN = JSON.stringify({
  Id: "r1",
  CreationTime: at(0),
  Operation: "UserLoggedIn",
  OrganizationId: TENANT,
  RecordType: 15,
  UserId: "Ann@acme.onmicrosoft.com",
  UserKey: "9d8001cb-a159-4252-a3a1-c2dc689f322a",
  UserType: 0,
  Workload: "AzureActiveDirectory",
});

describe("replay", () => {
  it("builds what the records say and serves the records as they are", async () => {
    const built = await replay("Acme", [
      SIGN_IN,
      exchange(
        "r2",
        1,
        "New-InboxRule",
        { Name: ".", DeleteMessage: "True", From: "bank@example.com" },
        { ObjectId: "x/acme.onmicrosoft.com/ann\\." },
      ),
      exchange("r3", 2, "Set-Mailbox", { Identity: "ann", ForwardingSmtpAddress: "smtp:out@example.com" }),
      exchange("r4", 3, "New-TransportRule", { Name: "copy", BlindCopyTo: "out@example.com" }),
      exchange(
        "r5",
        4,
        "Set-InboxRule",
        { Identity: "ann\\.", MoveToFolder: "RSS Feeds" },
        { ObjectId: "x/acme.onmicrosoft.com/ann\\." },
      ),
      exchange("r6", 5, "Add-MailboxPermission", { Identity: "nobody", User: "ann", AccessRights: "FullAccess" }),
      "{ not json",
    ]);
    expect(built).toMatchObject({
      tenantId: TENANT,
      built: { records: 6, users: 1, inboxRules: 1, forwardings: 1, transportRules: 1 },
    });
    expect(built.notBuilt.map((n) => n.recordId)).toEqual(["r6"]);
    expect(built.unreadable).toHaveLength(1);
    await cloud.admin("POST", `/admin/tenants/${TENANT}/consent`, {});
    const id = "9d8001cb-a159-4252-a3a1-c2dc689f322a";
    const rules = await cloud.all(TENANT, `/v1.0/users/${id}/mailFolders/inbox/messageRules`);
    expect(rules).toMatchObject([{ displayName: ".", actions: { delete: true, moveToFolder: expect.any(String) } }]);
    const search = {
      displayName: "s",
      filterStartDateTime: new Date(Date.now() - 86_400_000).toISOString(),
      filterEndDateTime: new Date().toISOString(),
    };
    const query = await cloud.call(TENANT, "POST", "/v1.0/security/auditLog/queries", { body: search });
    const records = await cloud.all(TENANT, `/v1.0/security/auditLog/queries/${query.json.id}/records`);
    expect(records.map((r) => r.id)).toEqual(["r1", "r2", "r3", "r4", "r5", "r6"]);
  });

  it("refuses the same tenant twice", async () => {
    const again = await fetch(`${cloud.simulator.adminUrl}/admin/replay`, { method: "POST", body: SIGN_IN });
    expect(again.status).toBe(400);
  });
});

const folder = join(
  process.env.PETRA_SHARED ?? join(import.meta.dirname, "../../../shared"),
  "datasets/public/invictus_o365_dataset",
);
if (!existsSync(folder))
  console.warn(`SKIPPED: the public log set is not at ${folder}; replay is tested on made-up records only.`);

describe.skipIf(!existsSync(folder))("replay of a public log set", () => {
  it("rebuilds its users, rules, delegations, applications and consents", async () => {
    const file = readdirSync(folder).find((f) => f.endsWith(".csv.gz")) ?? "";
    const lines = new Map<string, string>();
    for (const record of auditData(gunzipSync(readFileSync(join(folder, file))).toString("utf8")))
      lines.set(String((JSON.parse(record) as { Id: string }).Id), record);
    const { built, notBuilt, tenantId } = await replay("Public", [...lines.values()]);
    expect(built).toMatchObject({ records: 3325, inboxRules: 2, delegations: 4, transportRules: 1, grants: 4 });
    expect(built.users).toBeGreaterThan(10);
    expect(notBuilt.every((n) => n.recordId && n.why)).toBe(true);
    const { servicePrincipals } = await cloud.truth<{ servicePrincipals: { displayName: string }[] }>(
      `/truth/tenants/${tenantId}`,
    );
    expect(servicePrincipals.map((s) => s.displayName)).toContain("rnicrosoft_office");
  });
});

/** The AuditData column, the first of each row, of an export where it is quoted. */
function* auditData(csv: string): Generator<string> {
  for (const match of csv.matchAll(/^"(\{(?:[^"]|"")*\})",/gm)) yield (match[1] ?? "").replaceAll('""', '"');
}
