import { expect, it } from "vitest";
import type { NormalizedEvent } from "../event.ts";
import { normalizeRecord } from "../normalize/index.ts";
import { LogReader } from "./reader.ts";

function read(text: string): { events: NormalizedEvent[]; rest: string[] } {
  const reader = new LogReader();
  const events: NormalizedEvent[] = [];
  const rest: string[] = [];
  for (const one of [...reader.push(text), ...reader.end()]) {
    const done =
      "fault" in one
        ? ({ kind: "unreadable", reason: one.fault } as const)
        : normalizeRecord(one.raw, { fallbackId: "f" });
    if (done.kind === "event") events.push(done.event);
    else rest.push(done.kind === "unreadable" ? done.reason : done.kind);
  }
  return { events, rest };
}

const quote = (value: unknown) =>
  `"${(typeof value === "string" ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
const csv = (row: Record<string, unknown>) =>
  `${Object.keys(row).map(quote).join(",")}\r\n${Object.values(row).map(quote).join(",")}\r\n`;

const ANN = "ann@fabrikam.example";
const ID = "0f0f0f0f-0000-4000-8000-000000000001";
const graph = {
  id: "si-1",
  createdDateTime: "2026-06-01T10:00:00.123Z",
  userPrincipalName: ANN,
  userId: ID,
  appId: "00000002-0000-0ff1-ce00-000000000000",
  appDisplayName: "Office 365 Exchange Online",
  ipAddress: "81.130.14.20",
  clientAppUsed: "Browser",
  userAgent: "axios/1.7",
  correlationId: "c-1",
  isInteractive: false,
  status: { errorCode: 0 },
  deviceDetail: { deviceId: "d-1", operatingSystem: "Windows 10", browser: "Edge", isCompliant: true },
  location: {
    city: "Leeds",
    state: "Leeds",
    countryOrRegion: "GB",
    geoCoordinates: { latitude: 53.8, longitude: -1.5 },
  },
  uniqueTokenIdentifier: "tok-1",
  sessionId: "ses-1",
  authenticationRequirement: "multiFactorAuthentication",
  autonomousSystemNumber: 2856,
  originalTransferMethod: "deviceCodeFlow",
  riskLevelDuringSignIn: "none",
};

const says = (e: NormalizedEvent | undefined) => ({
  id: e?.recordId,
  at: e?.occurredAt,
  who: e?.actor.upn,
  whoId: e?.actor.objectId,
  ip: e?.client.ip,
  app: e?.client.appId,
  agent: e?.client.userAgent,
  device: e?.client.deviceId,
  outcome: e?.outcome,
  session: e?.handles.sessionId,
  token: e?.handles.tokenId,
  country: e?.signIn?.location?.country,
  factors: e?.signIn?.authRequirement,
  how: e?.params.originalTransferMethod,
  asn: e?.params.autonomousSystemNumber,
});

const SAID = {
  id: "si-1",
  at: "2026-06-01T10:00:00.123Z",
  who: ANN,
  whoId: ID,
  ip: "81.130.14.20",
  app: "00000002-0000-0ff1-ce00-000000000000",
  agent: "axios/1.7",
  device: "d-1",
  outcome: "success",
  session: "ses-1",
  token: "tok-1",
  country: "GB",
  factors: "multi",
  how: "deviceCodeFlow",
  asn: "2856",
};

const row = {
  TimeGenerated: "2026-06-01T10:00:00.123Z",
  Id: "si-1",
  UserPrincipalName: ANN,
  UserId: ID,
  AppId: graph.appId,
  AppDisplayName: graph.appDisplayName,
  IPAddress: "81.130.14.20",
  ClientAppUsed: "Browser",
  UserAgent: "axios/1.7",
  ResultType: "0",
  IsInteractive: "false",
  DeviceDetail: JSON.stringify(graph.deviceDetail),
  LocationDetails: JSON.stringify(graph.location),
  Location: "GB",
  Status: JSON.stringify(graph.status),
  UniqueTokenIdentifier: "tok-1",
  SessionId: "ses-1",
  AuthenticationRequirement: "multiFactorAuthentication",
  AutonomousSystemNumber: "2856",
  OriginalTransferMethod: "deviceCodeFlow",
  Type: "AADNonInteractiveUserSignInLogs",
};

const diagnostic = (category: string, properties: object, more: object = {}) => ({
  time: "2026-06-01T10:02:00Z",
  resourceId: "/tenants/t/providers/Microsoft.aadiam",
  operationName: "Sign-in activity",
  category,
  tenantId: "0f0f0f0f-0000-4000-8000-00000000000a",
  resultType: "0",
  callerIpAddress: "81.130.14.20",
  level: 4,
  properties,
  ...more,
});

it.each([
  ["a Graph page", JSON.stringify({ value: [graph] })],
  ["a diagnostic record on a line", JSON.stringify(diagnostic("NonInteractiveUserSignInLogs", graph))],
  ["a diagnostic batch of an event hub", JSON.stringify({ records: [diagnostic("SignInLogs", graph)] })],
  [
    "a diagnostic record whose properties are text",
    JSON.stringify(diagnostic("SignInLogs", JSON.stringify(graph) as never)),
  ],
  ["a table row as CSV", csv(row)],
  [
    "a table row as the portal exports it",
    csv({
      ...Object.fromEntries(Object.entries(row).filter(([k]) => k !== "TimeGenerated" && k !== "DeviceDetail")),
      "TimeGenerated [UTC]": "6/1/2026, 10:00:00.123 AM",
      DeviceDetail_dynamic: row.DeviceDetail,
      DeviceDetail_string: "",
    }),
  ],
  ["a table row as JSON", JSON.stringify([row])],
  [
    "the answer of a query",
    JSON.stringify({
      tables: [
        {
          name: "PrimaryResult",
          columns: Object.keys(row).map((name) => ({ name, type: "string" })),
          rows: [Object.values(row)],
        },
      ],
    }),
  ],
  [
    "the answer of a query in its older spelling",
    JSON.stringify({
      Tables: [
        {
          TableName: "Table_0",
          Columns: Object.keys(row).map((ColumnName) => ({ ColumnName })),
          Rows: [Object.values(row)],
        },
      ],
    }),
  ],
])("a sign-in says the same in %s", (_, text) => {
  const { events, rest } = read(text);
  expect(rest).toEqual([]);
  expect(says(events[0])).toEqual(SAID);
});

it("rows of a query that left columns out are understood by what is left", () => {
  const { Type: _, IPAddress: __, LocationDetails: ___, ...less } = row;
  expect(read(csv(less)).events[0]).toMatchObject({ action: "sign-in", source: "sign-in", outcome: "success" });
  const office = {
    TimeGenerated: row.TimeGenerated,
    Operation: "New-InboxRule",
    UserId: ANN,
    ClientIP: "[2001:db8::5]:51000",
  };
  expect(read(csv(office)).events[0]).toMatchObject({
    action: "inbox-rule.create",
    client: { ip: "2001:db8::5", port: 51000 },
  });
  const audit = {
    TimeGenerated: row.TimeGenerated,
    OperationName: "Reset user password",
    InitiatedBy: JSON.stringify({ user: { userPrincipalName: ANN, id: ID, ipAddress: "81.130.14.20" } }),
    Result: "success",
  };
  expect(read(csv(audit)).events[0]).toMatchObject({
    action: "user.password.reset",
    actor: { upn: ANN },
    client: { ip: "81.130.14.20" },
  });
});

it("a directory audit says the same as Graph object, diagnostic record and AuditLogs row", () => {
  const audit = {
    id: "au-1",
    activityDateTime: "2026-06-01T10:00:00Z",
    activityDisplayName: "Consent to application",
    category: "ApplicationManagement",
    result: "success",
    initiatedBy: { user: { id: ID, userPrincipalName: ANN, ipAddress: "81.130.14.20" } },
    targetResources: [
      {
        id: "sp-1",
        type: "ServicePrincipal",
        displayName: "Mail Sorter",
        modifiedProperties: [
          {
            displayName: "ConsentAction.Permissions",
            oldValue: "[]",
            newValue: '"[] => [[Id: x, ConsentType: Principal, Scope: Mail.Read offline_access]]"',
          },
        ],
      },
    ],
  };
  const table = {
    TimeGenerated: "2026-06-01T10:00:00Z",
    Id: "au-1",
    OperationName: "Consent to application",
    Category: "ApplicationManagement",
    Result: "success",
    InitiatedBy: JSON.stringify(audit.initiatedBy),
    TargetResources: JSON.stringify(audit.targetResources),
    Type: "AuditLogs",
  };
  const forms = [
    JSON.stringify([audit]),
    JSON.stringify(diagnostic("AuditLogs", audit, { operationName: "Consent to application" })),
    csv(table),
    JSON.stringify([table]),
  ];
  const all = forms.map((form) => read(form).events[0]);
  for (const event of all)
    expect(event).toMatchObject({
      recordId: "au-1",
      source: "directory-audit",
      action: "app.consent",
      outcome: "success",
      actor: { upn: ANN, objectId: ID },
      app: { name: "Mail Sorter", scopes: ["Mail.Read", "offline_access"] },
    });
});

it("an OfficeActivity row is the unified audit log record it came from", () => {
  const office = {
    TimeGenerated: "2026-06-01T10:00:00Z",
    RecordType: "ExchangeAdmin",
    OfficeId: "ual-1",
    Operation: "Set-Mailbox",
    OrganizationId: "0f0f0f0f-0000-4000-8000-00000000000a",
    UserType: "Regular",
    UserId: ANN,
    OfficeWorkload: "Exchange",
    ResultStatus: "True",
    ClientIP: "81.130.14.20:52310",
    OfficeObjectId: "ann",
    Parameters: JSON.stringify([
      { Name: "Identity", Value: "ann" },
      { Name: "ForwardingSmtpAddress", Value: "smtp:x@evil.example" },
    ]),
    Type: "OfficeActivity",
  };
  for (const form of [csv(office), JSON.stringify([office])])
    expect(read(form).events[0]).toMatchObject({
      recordId: "ual-1",
      source: "ual",
      action: "mailbox.forwarding.set",
      outcome: "success",
      client: { ip: "81.130.14.20", port: 52310 },
      params: { forwardsTo: "x@evil.example" },
    });
});

it("service principals' sign-ins are theirs, and categories that tell no account's story are put aside", () => {
  const service = {
    id: "sp-si",
    createdDateTime: row.TimeGenerated,
    servicePrincipalId: "sp-1",
    servicePrincipalName: "Backup",
    appId: "app-1",
    ipAddress: "45.76.10.9",
    status: { errorCode: 0 },
  };
  const { events, rest } = read(
    JSON.stringify({
      records: [
        diagnostic("ServicePrincipalSignInLogs", service),
        diagnostic("UserRiskEvents", { riskEventType: "unfamiliarFeatures" }, { operationName: "User Risk Detection" }),
        diagnostic("MicrosoftGraphActivityLogs", { requestUri: "/me" }, { operationName: "Microsoft Graph Activity" }),
      ],
    }),
  );
  expect(events[0]).toMatchObject({
    actor: { kind: "service-principal", displayName: "Backup" },
    client: { ip: "45.76.10.9" },
  });
  expect(rest).toEqual(["not-relevant", "not-relevant"]);
  const asRow = {
    TimeGenerated: row.TimeGenerated,
    ServicePrincipalId: "sp-1",
    ServicePrincipalName: "Backup",
    AppId: "app-1",
    IPAddress: "45.76.10.9",
    ResultType: "0",
  };
  expect(read(csv(asRow)).events[0]).toMatchObject({ actor: { kind: "service-principal" }, outcome: "success" });
});

it("records that Defender carries in RawEventData are read as what they are", () => {
  const raw = {
    Id: "r-1",
    CreationTime: "2026-06-01T10:00:00",
    Operation: "Send",
    RecordType: 2,
    UserId: ANN,
    Workload: "Exchange",
  };
  expect(read(csv({ Timestamp: "x", ActionType: "Send", RawEventData: raw })).events[0]).toMatchObject({
    recordId: "r-1",
    action: "mail.send",
  });
  expect(read(JSON.stringify([{ Timestamp: "x", RawEventData: JSON.stringify(raw) }])).events[0]?.recordId).toBe("r-1");
});

it("the portal's own downloads of both logs are read", () => {
  const audit = {
    "Date (UTC)": "2026-06-01T10:00:00Z",
    CorrelationId: "c-9",
    Activity: "Update user",
    Result: "success",
    ActorType: "User",
    ActorObjectId: ID,
    ActorUserPrincipalName: ANN,
    IPAddress: "81.130.14.20",
    Target1Type: "User",
    Target1ObjectId: "id-bob",
    Target1UserPrincipalName: "bob@fabrikam.example",
    Target1ModifiedProperty1Name: "UserType",
    Target1ModifiedProperty1OldValue: '["Guest"]',
    Target1ModifiedProperty1NewValue: '["Member"]',
  };
  expect(read(csv(audit)).events[0]).toMatchObject({
    source: "directory-audit",
    actor: { upn: ANN, objectId: ID },
    client: { ip: "81.130.14.20" },
    target: { upn: "bob@fabrikam.example" },
    params: { UserType: "Member", "UserType.old": "Guest" },
  });
  const signIn = {
    "Date (UTC)": "2026-06-01T10:00:00Z",
    "Request ID": "si-7",
    Username: ANN,
    "User ID": ID,
    Application: "Outlook",
    "IP address": "81.130.14.20",
    Status: "Success",
    Location: "Leeds, Leeds, GB",
  };
  expect(read(csv(signIn)).events[0]).toMatchObject({ recordId: "si-7", outcome: "success", actor: { upn: ANN } });
});

const flattened = (value: unknown, path = "", out: Record<string, unknown> = {}): Record<string, unknown> => {
  if (typeof value !== "object" || value === null) out[path] = value;
  else for (const [name, inner] of Object.entries(value)) flattened(inner, path ? `${path}.${name}` : name, out);
  return out;
};

it("reads a sign-in flattened to CSV with dotted names", () => {
  const [flat, whole] = [csv(flattened(graph)), JSON.stringify([graph])].map((text) => read(text).events[0]);
  expect({ ...flat, contentHash: "" }).toEqual({ ...whole, contentHash: "" });
});

it("reads the sign-ins of advanced hunting from CSV", () => {
  const row = {
    Timestamp: graph.createdDateTime,
    AccountUpn: ANN,
    ErrorCode: 50126,
    IPAddress: "81.130.14.20",
    LogonType: '["interactiveUser"]',
    RequestId: "r",
  };
  expect(read(csv(row)).events).toMatchObject([
    { recordId: "r", action: "sign-in", outcome: "failure", actor: { upn: ANN }, signIn: { isInteractive: true } },
  ]);
});

it("reads an answer of Elasticsearch, and documents line by line", () => {
  const document = (id: string) => ({
    _index: "x",
    _source: { "@timestamp": "2026-06-01T10:00:00Z", event: { original: JSON.stringify({ ...graph, id }) } },
  });
  const answer = JSON.stringify({ took: 1, hits: { total: 2, hits: [document("a"), document("b")] } });
  const lines = [document("a"), document("b")].map((one) => JSON.stringify(one)).join("\n");
  for (const text of [answer, lines]) expect(read(text).events.map((event) => event.recordId)).toEqual(["a", "b"]);
});

it("reads a table of Kibana's with the names of Elastic's agents", () => {
  const row = {
    "@timestamp": "2026-06-01T10:00:00Z",
    "o365.audit.UserId": ANN,
    "o365.audit.Operation": "New-InboxRule",
    "o365.audit.CreationTime": "2026-06-01T10:00:00",
    "o365.audit.Id": "k",
    "o365.audit.Workload": "Exchange",
  };
  expect(read(csv(row)).events).toMatchObject([{ recordId: "k", action: "inbox-rule.create", actor: { upn: ANN } }]);
});
