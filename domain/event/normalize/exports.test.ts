import { expect, it } from "vitest";
import { camel } from "./case.ts";
import { normalizeRecord } from "./index.ts";

const RULE = {
  CreationTime: "2026-05-01T10:00:00",
  Id: "a1",
  Operation: "New-InboxRule",
  OrganizationId: "6f1b0c7e-1111-4222-8333-444455556666",
  RecordType: 1,
  ResultStatus: "True",
  UserType: 2,
  Workload: "Exchange",
  ClientIP: "203.0.113.5:1234",
  UserId: "ann@fabrikam.example",
  Parameters: [
    { Name: "Name", Value: "." },
    { Name: "DeleteMessage", Value: "True" },
  ],
};
const SIGN_IN = {
  id: "b1",
  createdDateTime: "2026-05-01T10:00:00Z",
  userPrincipalName: "ann@fabrikam.example",
  userDisplayName: "Ann",
  userId: "11111111-1111-4222-8333-444455556666",
  appId: "00000002-0000-0ff1-ce00-000000000000",
  appDisplayName: "Office 365 Exchange Online",
  ipAddress: "203.0.113.5",
  clientAppUsed: "Browser",
  correlationId: "33333333-1111-4222-8333-444455556666",
  isInteractive: true,
  riskLevelDuringSignIn: "medium",
  status: { errorCode: 50126 },
  deviceDetail: { deviceId: "", operatingSystem: "Windows 10", browser: "Edge" },
  location: { city: "Amsterdam", countryOrRegion: "NL", geoCoordinates: { latitude: 52, longitude: 4 } },
};
const CONSENT = {
  id: "c1",
  activityDateTime: "2026-05-01T10:00:00Z",
  activityDisplayName: "Consent to application",
  category: "ApplicationManagement",
  result: "success",
  initiatedBy: {
    user: {
      id: "11111111-1111-4222-8333-444455556666",
      userPrincipalName: "ann@fabrikam.example",
      ipAddress: "203.0.113.5",
    },
  },
  targetResources: [
    {
      id: "2",
      displayName: "Mail Sync",
      type: "ServicePrincipal",
      modifiedProperties: [{ displayName: "ConsentContext.IsAdminConsent", oldValue: null, newValue: '"True"' }],
    },
  ],
};

/** The event without what differs by the form alone: the hash of the record. */
function eventOf(raw: unknown) {
  const read = normalizeRecord(raw);
  if (read.kind !== "event") return read;
  const { contentHash: _, ...event } = read.event;
  return event;
}

type Rename = (name: string) => string;
function renamed(value: unknown, rename: Rename, lists: (list: unknown[]) => unknown = (list) => list): unknown {
  if (Array.isArray(value)) return lists(value.map((item) => renamed(item, rename, lists)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [rename(name), renamed(inner, rename, lists)]),
  );
}
const pascal: Rename = (name) => (name === "ipAddress" ? "IPAddress" : `${name[0]?.toUpperCase()}${name.slice(1)}`);
const snake: Rename = (name) =>
  ({
    createdDateTime: "created_at",
    activityDateTime: "activity_datetime",
    riskLevelDuringSignIn: "risk_level_during_signin",
  })[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const numbered = (list: unknown[]): unknown => Object.fromEntries(list.entries());

it("reads what PowerShell's Graph module exports as what Graph itself answers", () => {
  expect(eventOf(renamed(SIGN_IN, pascal))).toEqual(eventOf(SIGN_IN));
  expect(eventOf(renamed(CONSENT, pascal))).toEqual(eventOf(CONSENT));
});

it("reads Windows PowerShell's objects for times", () => {
  const time = { value: "/Date(1777629600000)/", DisplayHint: 2, DateTime: "Friday, May 1, 2026 10:00:00 AM" };
  expect(eventOf({ ...(renamed(SIGN_IN, pascal) as object), CreatedDateTime: time })).toEqual(eventOf(SIGN_IN));
});

it("takes the original out of a document of Elastic's agents", () => {
  for (const [dataset, original] of [
    ["o365.audit", RULE],
    ["azure.signinlogs", { time: SIGN_IN.createdDateTime, category: "SignInLogs", properties: SIGN_IN }],
  ] as const) {
    const document = {
      "@timestamp": "2026-05-01T10:00:00.000Z",
      event: { dataset, original: JSON.stringify(original) },
      user: { id: "somebody else" },
    };
    expect(eventOf(document)).toEqual(eventOf(original));
    expect(eventOf({ _index: "logs", _source: document })).toEqual(eventOf(original));
  }
});

it("puts an audit record of Elastic's agents together again when the original was not kept", () => {
  const { Operation, Workload, Id, OrganizationId, ClientIP: _ip, CreationTime: _time, ...kept } = RULE;
  const document = {
    "@timestamp": "2026-05-01T10:00:00.000Z",
    event: { action: Operation, provider: Workload, id: Id, outcome: "success" },
    client: { ip: "203.0.113.5", address: "203.0.113.5" },
    organization: { id: OrganizationId },
    o365: { audit: { ...kept, Parameters: { Name: ".", DeleteMessage: "True" } } },
  };
  const { port: _, ...client } = (eventOf(RULE) as { client: Record<string, unknown> }).client;
  expect(eventOf(document)).toEqual({ ...eventOf(RULE), client });
});

it("reads the changed properties of such a record, whose names have lost their dots", () => {
  const role = {
    "@timestamp": "2026-05-01T10:00:00.000Z",
    event: { action: "Add member to role.", id: "d1", outcome: "success", provider: "AzureActiveDirectory" },
    o365: {
      audit: {
        UserId: "ann@fabrikam.example",
        ModifiedProperties: { Role_DisplayName: { NewValue: "Global Administrator", OldValue: "" } },
      },
    },
  };
  expect(eventOf(role)).toMatchObject({ action: "role.add", params: { roleName: "Global Administrator" } });
});

it("reads sign-ins and directory audits of Elastic's agents, in nested and in dotted names", () => {
  const signIn = renamed(SIGN_IN, snake) as Record<string, unknown>;
  const { ip_address: ip, location: _place, ...properties } = signIn;
  const document = {
    "@timestamp": "2026-05-01T10:00:00.000Z",
    source: { ip },
    geo: { city_name: "Amsterdam", country_iso_code: "NL", location: { lat: 52, lon: 4 } },
    azure: { signinlogs: { category: "SignInLogs", operation_name: "Sign-in activity", properties } },
  };
  expect(eventOf(document)).toEqual({ ...eventOf(SIGN_IN) });
  const audit = renamed(CONSENT, snake, numbered);
  const dotted: Record<string, unknown> = { "@timestamp": "2026-05-01T10:00:00.000Z" };
  const flatten = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) dotted[path] = value;
    else for (const [name, inner] of Object.entries(value)) flatten(inner, `${path}.${name}`);
  };
  flatten({ operation_name: "Consent to application", properties: audit }, "azure.auditlogs");
  expect(eventOf(dotted)).toEqual(eventOf(CONSENT));
});

it("reads the sign-ins of advanced hunting", () => {
  const row = {
    Timestamp: SIGN_IN.createdDateTime,
    Application: SIGN_IN.appDisplayName,
    ApplicationId: SIGN_IN.appId,
    LogonType: '["interactiveUser"]',
    ErrorCode: 50126,
    CorrelationId: SIGN_IN.correlationId,
    AccountDisplayName: "Ann",
    AccountObjectId: SIGN_IN.userId,
    AccountUpn: SIGN_IN.userPrincipalName,
    OSPlatform: "Windows 10",
    Browser: "Edge",
    ClientAppUsed: "Browser",
    RiskLevelDuringSignIn: 50,
    IPAddress: "203.0.113.5",
    Country: "NL",
    City: "Amsterdam",
    Latitude: "52",
    Longitude: "4",
    RequestId: "b1",
    ReportId: "e1",
  };
  expect(eventOf(row)).toEqual(eventOf(SIGN_IN));
  expect(eventOf({ ...row, LogonType: '["nonInteractiveUser"]' })).toMatchObject({ signIn: { isInteractive: false } });
});

it("a document of Elastic's agents about something else is not taken for a record of ours", () => {
  for (const document of [
    { "@timestamp": "2026-05-01T10:00:00.000Z", event: { dataset: "system.syslog" }, message: "hello" },
    { "@timestamp": "2026-05-01T10:00:00.000Z", azure: { activitylogs: { category: "Administrative" } } },
    { "@timestamp": "2026-05-01T10:00:00.000Z", event: { original: "plain text" } },
  ])
    expect(normalizeRecord(document).kind).not.toBe("event");
});

it.each([
  ["IPAddress", "ipAddress"],
  ["UserPrincipalName", "userPrincipalName"],
  ["AADTenantId", "aadTenantId"],
  ["Id", "id"],
  ["ID", "id"],
  ["device_detail", "deviceDetail"],
  ["createdDateTime", "createdDateTime"],
  ["MfaDetail", "mfaDetail"],
])("calls %s %s", (name, expected) => {
  expect(camel(name)).toBe(expected);
});
