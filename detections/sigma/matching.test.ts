import { describe, expect, it } from "vitest";
import { holds, ruleOf } from "./testing/rules.ts";

const rule = (detection: string): string => ruleOf(detection);
const one = (line: string): string => rule(`sel:\n  ${line}\ncondition: sel`);

describe("values", () => {
  it("a value is compared without regard to case, numbers and words as text", () => {
    expect(holds(one("Operation: new-inboxrule"), { Operation: "New-InboxRule" })).toBe(true);
    expect(holds(one("ErrorNumber: 50053"), { ErrorNumber: "50053" })).toBe(true);
    expect(holds(one("ErrorNumber: '50053'"), { ErrorNumber: 50053 })).toBe(true);
    expect(holds(one("IsManagedDevice: 'false'"), { IsManagedDevice: false })).toBe(true);
    expect(holds(one("Operation: New-Inbox"), { Operation: "New-InboxRule" })).toBe(false);
  });

  it("stars and question marks are wildcards unless a backslash stands before them", () => {
    expect(holds(one("Operation: 'New-*Rule'"), { Operation: "new-inboxrule" })).toBe(true);
    expect(holds(one("Operation: 'New-*Rule'"), { Operation: "new-inboxrules" })).toBe(false);
    expect(holds(one("Operation: 'Ne?-Inbox*'"), { Operation: "New-InboxRule" })).toBe(true);
    expect(holds(one("Name: 'a\\*b'"), { Name: "a*b" })).toBe(true);
    expect(holds(one("Name: 'a\\*b'"), { Name: "axb" })).toBe(false);
    expect(holds(one("Name: 'C:\\\\*'"), { Name: "C:*" })).toBe(false);
    expect(holds(one("Name: 'a\\b'"), { Name: "a\\b" })).toBe(true);
  });

  it("null holds where the field is missing or null, and an empty text only where it is empty", () => {
    expect(holds(one("Subject: null"), { Operation: "x" })).toBe(true);
    expect(holds(one("Subject: null"), { Subject: null })).toBe(true);
    expect(holds(one("Subject: null"), { Subject: "" })).toBe(false);
    expect(holds(one("Subject: ''"), { Subject: "" })).toBe(true);
    expect(holds(one("Subject: ''"), { Operation: "x" })).toBe(false);
  });

  it("a list of values holds when one does, with all when every one does", () => {
    expect(holds(one("Operation: [a, b, c, d, e]"), { Operation: "E" })).toBe(true);
    expect(holds(one("Parameters|contains: [ForwardTo, RedirectTo]"), { Parameters: [{ Name: "RedirectTo" }] })).toBe(
      true,
    );
    expect(holds(one("Subject|contains|all: [pay, urgent]"), { Subject: "urgent: payment" })).toBe(true);
    expect(holds(one("Subject|contains|all: [pay, urgent]"), { Subject: "payment" })).toBe(false);
  });

  it("starts, ends, contains; and cased looks at the case", () => {
    expect(holds(one("Operation|startswith: new-"), { Operation: "New-InboxRule" })).toBe(true);
    expect(holds(one("Operation|endswith: rule"), { Operation: "New-InboxRule" })).toBe(true);
    expect(holds(one("Operation|endswith: new"), { Operation: "New-InboxRule" })).toBe(false);
    expect(holds(one("Operation|cased: new-inboxrule"), { Operation: "New-InboxRule" })).toBe(false);
    expect(holds(one("Operation|contains|cased: Inbox"), { Operation: "New-InboxRule" })).toBe(true);
  });

  it("networks, numbers, existence and other fields are compared", () => {
    expect(holds(one("ClientIP|cidr: 10.1.0.0/16"), { ClientIP: "10.1.200.7:4431" })).toBe(true);
    expect(holds(one("ClientIP|cidr: 10.1.0.0/16"), { ClientIP: "10.2.0.1" })).toBe(false);
    expect(holds(one("ClientIP|cidr: '2001:db8::/32'"), { ClientIPAddress: "[2001:db8::5]:443" })).toBe(true);
    expect(holds(one("ClientIP|cidr: 0.0.0.0/0"), { ClientIP: "2001:db8::1" })).toBe(false);
    expect(holds(one("OperationCount|gte: 10"), { OperationCount: 10 })).toBe(true);
    expect(holds(one("OperationCount|lt: 10"), { OperationCount: "many" })).toBe(false);
    expect(holds(one("Subject|exists: true"), { Subject: "" })).toBe(true);
    expect(holds(one("Subject|exists: false"), { Subject: "x" })).toBe(false);
    expect(holds(one("UserId|fieldref: MailboxOwnerUPN"), { UserId: "A@b.c", MailboxOwnerUPN: "a@B.c" })).toBe(true);
    expect(holds(one("UserId|fieldref: MailboxOwnerUPN"), { UserId: "a@b.c" })).toBe(false);
  });

  it("encoded values are found at each place they can stand, and dashes in each way they are written", () => {
    for (const before of ["", "x", "xy"])
      expect(holds(one("Subject|base64offset|contains: invoice"), { Subject: btoa(`${before}invoice due`) })).toBe(
        true,
      );
    expect(holds(one("Subject|base64: invoice"), { Subject: "aW52b2ljZQ==" })).toBe(true);
    expect(holds(one("Subject|wide|base64offset|contains: whoami"), { Subject: "dwBoAG8AYQBtAGkA" })).toBe(true);
    expect(holds(one("Subject|windash|contains: ' -enc'"), { Subject: "run /enc now" })).toBe(true);
  });

  it("an expression is held against the value with its case, or without", () => {
    expect(holds(one("Operation|re: '^New-(Inbox|Transport)Rule$'"), { Operation: "New-TransportRule" })).toBe(true);
    expect(holds(one("Operation|re: '^new-'"), { Operation: "New-TransportRule" })).toBe(false);
    expect(holds(one("Operation|re|i: '^new-'"), { Operation: "New-TransportRule" })).toBe(true);
  });
});

describe("selections and conditions", () => {
  const record = { Operation: "Set-Mailbox", UserId: "ann@fabrikam.example" };

  it("the lines of a map must all hold, of a list of maps one map", () => {
    expect(holds(rule("sel:\n  Operation: Set-Mailbox\n  UserId|startswith: bob\ncondition: sel"), record)).toBe(false);
    expect(holds(rule("sel:\n  - UserId|startswith: bob\n  - Operation: Set-Mailbox\ncondition: sel"), record)).toBe(
      true,
    );
  });

  it("keywords are looked for anywhere in the record", () => {
    expect(holds(rule("words:\n  - nothing\n  - 'fabrikam.ex*'\ncondition: words"), record)).toBe(true);
    expect(holds(rule("words:\n  - contoso\ncondition: words"), record)).toBe(false);
    expect(holds(rule("words:\n  '|all':\n    - ann\n    - set-mailbox\ncondition: words"), record)).toBe(true);
  });

  const three =
    "a:\n  Operation: Set-Mailbox\nb_1:\n  UserId|startswith: ann\nb_2:\n  UserId|startswith: bob\n_c:\n  Operation: no\n";
  it.each([
    ["a and b_1", true],
    ["a and not b_2", true],
    ["not a or b_2", false],
    ["not (a and b_1)", false],
    ["a AND (b_2 OR b_1)", true],
    ["1 of b_*", true],
    ["all of b_*", false],
    ["1 of them", true],
    ["all of them", false],
    ["not 1 of b_* or a", true],
    ["any of b_*", true],
  ])("%s", (condition, wanted) => {
    expect(holds(rule(`${three}condition: ${condition}`), record)).toBe(wanted);
  });

  it("one of several conditions is enough", () => {
    expect(holds(rule(`${three}condition:\n  - b_2\n  - a`), record)).toBe(true);
  });
});

describe("what names mean in what Petra reads", () => {
  const azure = (service: string, line: string): string =>
    ruleOf(`sel:\n  ${line}\ncondition: sel`, "", `product: azure\nservice: ${service}`);
  const signIn = {
    createdDateTime: "2026-06-01T00:00:00Z",
    userPrincipalName: "ann@fabrikam.example",
    ipAddress: "203.0.113.5",
    status: {
      errorCode: 500121,
      failureReason: "Authentication failed during strong authentication request.",
      additionalDetails: "MFA denied; user declined",
    },
    authenticationProtocol: "deviceCode",
    networkLocationDetails: [],
    deviceDetail: { deviceId: "", isCompliant: false, trustType: null },
    riskEventTypes_v2: ["unfamiliarFeatures"],
    location: { countryOrRegion: "NL" },
  };

  it.each([
    "ResultType: 500121",
    "properties.status.errorCode: 500121",
    "ResultDescription|contains: strong authentication",
    "Status|contains: MFA Denied",
    "Status: Failure",
    "properties.message: Device Code",
    "NetworkLocationDetails: '[]'",
    "DeviceDetail.deviceId: ''",
    "DeviceDetail.isCompliant: 'false'",
    "DeviceDetail.trusttype: null",
    "location: NL",
    "Username|endswith: fabrikam.example",
  ])("a sign-in rule reads %s", (line) => {
    expect(holds(azure("signinlogs", line), signIn, "sign-in")).toBe(true);
  });

  it("a risk is read from the sign-in that carries it", () => {
    expect(holds(azure("riskdetection", "riskEventType: unfamiliarFeatures"), signIn, "sign-in")).toBe(true);
    expect(holds(azure("riskdetection", "riskEventType: passwordSpray"), signIn, "sign-in")).toBe(false);
  });

  const audit = {
    activityDisplayName: "Add member to role",
    category: "RoleManagement",
    result: "success",
    initiatedBy: { user: { userPrincipalName: "boss@fabrikam.example" } },
    targetResources: [
      { type: "User", modifiedProperties: [{ displayName: "Role.DisplayName", newValue: '"Global Administrator"' }] },
      { modifiedProperties: [{ displayName: "ConsentContext.IsAdminConsent", newValue: '"False"' }] },
    ],
    additionalDetails: [{ key: "additionalInfo", value: "Successfully recovered" }],
  };

  it.each([
    "properties.message: Add member to role",
    "OperationName: Add member to role",
    "Category: RoleManagement",
    "Status: Success",
    "targetResources.type: User",
    "properties.targetResources|contains: Administrator",
    "TargetResources.modifiedProperties.newValue|contains: Global",
    "ConsentContext.IsAdminConsent: 'false'",
    "additionalDetails.additionalInfo|contains: recovered",
    "InitiatedBy|contains: boss@",
  ])("a directory rule reads %s", (line) => {
    expect(holds(azure("auditlogs", line), audit, "directory-audit")).toBe(true);
  });

  it("a directory rule reads the same change in the unified audit log, where its fields are there", () => {
    const change = { Operation: "Add member to role.", Workload: "AzureActiveDirectory", ResultStatus: "Success" };
    expect(holds(azure("auditlogs", "OperationName: Add member to role"), change)).toBe(true);
    expect(holds(azure("auditlogs", "OperationName: Add member to role"), { ...change, Workload: "Exchange" })).toBe(
      false,
    );
    expect(holds(azure("auditlogs", "Category: RoleManagement"), change)).toBe(false);
  });

  it("a sign-in rule reads the unified audit log's sign-ins, and nothing else of it", () => {
    const login = {
      Operation: "UserLoginFailed",
      ErrorNumber: "50053",
      ExtendedProperties: [{ Name: "UserAgent", Value: "axios/1.7" }],
    };
    expect(holds(azure("signinlogs", "ResultType: 50053"), login)).toBe(true);
    expect(holds(azure("signinlogs", "userAgent|contains: axios"), login)).toBe(true);
    expect(holds(azure("signinlogs", "userAgent|contains: axios"), { ...login, Operation: "FileAccessed" })).toBe(
      false,
    );
  });

  it("an alert rule of the compliance centre reads the alert's name", () => {
    const alert = {
      Operation: "AlertTriggered",
      Workload: "SecurityComplianceCenter",
      Name: "Impossible travel activity",
    };
    const text = ruleOf(
      "sel:\n  eventSource: SecurityComplianceCenter\n  eventName: Impossible travel activity\n  status: success\ncondition: sel",
      "",
      "product: m365\nservice: threat_management",
    );
    expect(holds(text, alert)).toBe(true);
    expect(holds(text, { ...alert, ResultStatus: "Failed" })).toBe(false);
  });

  it("a service of Microsoft 365 looks at its own workload only", () => {
    const text = ruleOf(
      "sel:\n  eventName: Add-FederatedDomain\ncondition: sel",
      "",
      "product: m365\nservice: exchange",
    );
    expect(holds(text, { Operation: "Add-FederatedDomain", Workload: "Exchange" })).toBe(true);
    expect(holds(text, { Operation: "Add-FederatedDomain", Workload: "SharePoint" })).toBe(false);
  });
});
