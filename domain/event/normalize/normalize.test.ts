import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../event.ts";
import { normalizeRecord } from "./index.ts";

const UAL = {
  Id: "u1",
  CreationTime: "2026-06-01T10:00:00",
  RecordType: 1,
  UserType: 0,
  UserId: "Ann@Fabrikam.example",
  Workload: "Exchange",
  OrganizationId: "11111111-2222-4333-8444-555555555555",
};

function read(raw: unknown): NormalizedEvent {
  const done = normalizeRecord(raw);
  if (done.kind !== "event") throw new Error(JSON.stringify(done));
  return done.event;
}

it("a zone-less time is UTC wherever the machine stands", () => {
  expect(read({ ...UAL, Operation: "Send" }).occurredAt).toBe("2026-06-01T10:00:00.000Z");
});

it("addresses lose their port and brackets", () => {
  const ips = ["203.0.113.7:52310", "[2001:DB8:0:0::1]:52310", "203.0.113.7", ""].map(
    (ClientIP) => read({ ...UAL, Operation: "Send", ClientIP }).client,
  );
  expect(ips).toEqual([
    { ip: "203.0.113.7", port: 52310 },
    { ip: "2001:db8::1", port: 52310 },
    { ip: "203.0.113.7" },
    {},
  ]);
});

it("every spelling of a result is understood", () => {
  const outcome = (ResultStatus: string) => read({ ...UAL, Operation: "Send", ResultStatus }).outcome;
  for (const good of ["Succeeded", "Success", "True", "PartiallySucceeded", "TRUE", "success"])
    expect(outcome(good)).toBe("success");
  for (const bad of ["Failed", "False", "Failure", "failure"]) expect(outcome(bad)).toBe("failure");
});

it("parameters are read as a list, as JSON text and as PowerShell text", () => {
  const list = [
    { Name: "Name", Value: "." },
    { Name: "ForwardTo", Value: "x@evil.example" },
  ];
  for (const Parameters of [list, JSON.stringify(list), '-Name "." -ForwardTo "x@evil.example"']) {
    expect(read({ ...UAL, Operation: "New-InboxRule", Parameters }).rule).toMatchObject({
      name: ".",
      forwardsTo: ["x@evil.example"],
    });
  }
});

it("a rule made in Outlook is a rule like one made by a cmdlet", () => {
  const OperationProperties = [
    { Name: "RuleOperation", Value: "AddMailboxRule" },
    { Name: "RuleId", Value: "-5" },
    { Name: "RuleState", Value: "Enabled, ExitAfterExecution" },
    {
      Name: "RuleActions",
      Value: '[{"ActionType":"Forward","Recipients":["x@evil.example"]},{"ActionType":"Delete"}]',
    },
  ];
  const event = read({ ...UAL, RecordType: 2, Operation: "UpdateInboxRules", OperationProperties });
  expect(event.action).toBe("inbox-rule.create");
  expect(event.rule).toMatchObject({
    id: "-5",
    forwardsTo: ["x@evil.example"],
    deletes: true,
    stopsProcessing: true,
    madeBy: "outlook",
  });
});

it("forwarding is judged by what it does, and its removal is told apart", () => {
  const set = (Value: string) =>
    read({ ...UAL, Operation: "Set-Mailbox", Parameters: [{ Name: "ForwardingSmtpAddress", Value }] });
  expect(set("smtp:x@evil.example")).toMatchObject({
    action: "mailbox.forwarding.set",
    params: { forwardsTo: "x@evil.example" },
  });
  expect(set("").action).toBe("mailbox.forwarding.remove");
});

describe("sign-ins", () => {
  const failed = { ...UAL, RecordType: 15, Operation: "UserLoginFailed", Workload: "AzureActiveDirectory" };
  it("a right password stopped at the second factor is a challenge, not a failure", () => {
    expect(read({ ...failed, ErrorNumber: "50074" }).outcome).toBe("challenge");
    expect(read({ ...failed, LogonError: "UserStrongAuthEnrollmentRequiredInterrupt" }).outcome).toBe("challenge");
    expect(read({ ...failed, ErrorNumber: "50126" })).toMatchObject({ outcome: "failure", resultCode: "50126" });
  });
  it("session, system and agent come from the device and extended properties", () => {
    const event = read({
      ...failed,
      Operation: "UserLoggedIn",
      ErrorNumber: "0",
      DeviceProperties: '[{"Name":"SessionId","Value":"s1"},{"Name":"OS","Value":"Windows 10"}]',
      ExtendedProperties: [{ Name: "UserAgent", Value: "Mozilla/5.0" }],
    });
    expect(event).toMatchObject({
      action: "sign-in",
      outcome: "success",
      handles: { sessionId: "s1" },
      client: { os: "Windows 10", userAgent: "Mozilla/5.0" },
    });
  });
  it("a Graph sign-in, a table row and a diagnostic record of one sign-in say the same", () => {
    const graph = {
      id: "g1",
      createdDateTime: "2026-06-01T10:00:00Z",
      userPrincipalName: "ann@fabrikam.example",
      userId: "u",
      appId: "a",
      ipAddress: "203.0.113.7",
      status: { errorCode: 50126 },
    };
    const row = {
      Id: "g1",
      "CreatedDateTime [UTC]": "6/1/2026, 10:00:00.000 AM",
      UserPrincipalName: "ann@fabrikam.example",
      UserId: "u",
      AppId: "a",
      IPAddress: "203.0.113.7",
      Status: '{"errorCode":50126}',
      Type: "SigninLogs",
    };
    const diagnostic = {
      time: "2026-06-01T10:00:00Z",
      category: "SignInLogs",
      operationName: "Sign-in activity",
      properties: graph,
    };
    for (const raw of [graph, row, diagnostic]) {
      expect(read(raw)).toMatchObject({
        recordId: "g1",
        source: "sign-in",
        occurredAt: "2026-06-01T10:00:00.000Z",
        outcome: "failure",
        resultCode: "50126",
        client: { ip: "203.0.113.7" },
        actor: { kind: "person", upn: "ann@fabrikam.example" },
      });
    }
  });
});

it("operations end with or without a full stop, and unknown ones keep their name", () => {
  const op = (Operation: string) => read({ ...UAL, RecordType: 8, Workload: "AzureActiveDirectory", Operation }).action;
  expect(op("Consent to application.")).toBe("app.consent");
  expect(op("Consent to application")).toBe("app.consent");
  expect(op("Update application – Certificates and secrets management ")).toBe("app.credential.add");
  expect(op("Frobnicate tenant.")).toBe("Frobnicate tenant.");
});

it("services are told from people", () => {
  const kind = (UserId: string, UserType: number | string) =>
    read({ ...UAL, Operation: "Set-Mailbox", UserId, UserType }).actor.kind;
  expect(kind("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)", 3)).toBe("microsoft-service");
  expect(kind("ServicePrincipal_0df31120-5486-4bda-ab7b-656f09dca3be", 4)).toBe("service-principal");
  expect(kind("ann_partner.example#EXT#@fabrikam.example", 0)).toBe("guest");
  expect(kind("ann@fabrikam.example", "Regular")).toBe("person");
});

it("records that carry nothing for us are not relevant, others are unreadable with a reason", () => {
  expect(normalizeRecord({ MessageTraceId: "m", SenderAddress: "a@b.c", RecipientAddress: "d@e.f" })).toEqual({
    kind: "not-relevant",
  });
  expect(normalizeRecord({ AuditData: "" })).toEqual({ kind: "unreadable", reason: "AuditData is empty" });
  expect(normalizeRecord({ hello: 1 })).toMatchObject({ kind: "unreadable" });
  for (const odd of [null, 3, "x", [], { Operation: "Send", CreationTime: "soon", UserId: "x" }])
    expect(normalizeRecord(odd).kind).toBe("unreadable");
});

describe("hostile shapes", () => {
  it("nesting, keys and length are bounded before anything recurses [S50]", () => {
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    expect(normalizeRecord(deep)).toMatchObject({ kind: "unreadable", reason: expect.stringContaining("nested") });
    expect(normalizeRecord(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, 1])))).toMatchObject({
      kind: "unreadable",
    });
    expect(normalizeRecord({ ...UAL, Operation: "Send", x: "x".repeat(2_000_000) })).toMatchObject({
      kind: "unreadable",
    });
  });
  it("NUL and lone surrogates are replaced, and __proto__ is no key [S50] [L4]", () => {
    const raw: unknown = JSON.parse(
      '{"Id":"u1","CreationTime":"2026-06-01T10:00:00","RecordType":1,"UserType":0,"Workload":"Exchange","UserId":"ann@fabrikam.example","Operation":"New-InboxRule","Parameters":[{"Name":"Name","Value":"a\\u0000b\\ud800"},{"Name":"__proto__","Value":"x"}]}',
    );
    const event = read(raw);
    expect(event.rule?.name).toBe("a\uFFFDb\uFFFD");
    expect(Object.keys(event.params)).not.toContain("__proto__");
  });
});

it("the same record has the same content hash whatever the order of its keys", () => {
  const a = read({ ...UAL, Operation: "Send", x: { b: 1, a: 2 } });
  const b = read({ x: { a: 2, b: 1 }, Operation: "Send", ...UAL });
  expect(a.contentHash).toBe(b.contentHash);
  expect(a.contentHash).toMatch(/^[0-9a-f]{32}$/);
  expect(read({ ...UAL, Operation: "Send", x: { b: 1, a: 3 } }).contentHash).not.toBe(a.contentHash);
});

it("an alert of Microsoft Graph tells of the person in it, a resolved one of nobody", () => {
  const alert = {
    id: "a1",
    title: "Password Spray",
    severity: "high",
    status: "new",
    serviceSource: "azureAdIdentityProtection",
    createdDateTime: "2026-06-01T10:00:00Z",
    evidence: [{ ipAddress: "203.0.113.7" }, { userAccount: { userPrincipalName: "Ann@fabrikam.example" } }],
  };
  expect(read(alert)).toMatchObject({
    recordId: "a1",
    action: "provider.alert",
    target: { kind: "User", upn: "ann@fabrikam.example" },
    params: { alertName: "Password Spray", alertSeverity: "high" },
  });
  for (const quiet of [{ status: "resolved" }, { severity: "informational" }])
    expect(normalizeRecord({ ...alert, ...quiet }).kind).toBe("not-relevant");
});
