import { random } from "./measure.ts";

type Page = { text: string; source: "sign-in" | "ual"; records: number };
type Pick = <T>(list: readonly T[]) => T;

const hex = (n: number, digits: number): string => (n >>> 0).toString(16).padStart(digits, "0").slice(-digits);
const guid = (a: number, b = 0): string =>
  `${hex(Math.imul(a + 1, 0x9e3779b1), 8)}-${hex(a, 4)}-4${hex(b, 3)}-8${hex(b >> 8, 3)}-${hex(Math.imul(b + 7, 0x85ebca6b), 12)}`;
const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
];
const APPS = ["Office 365 Exchange Online", "Microsoft Teams", "SharePoint Online", "OfficeHome", "Azure Portal"];
const OPERATIONS = [
  "MailItemsAccessed",
  "FileAccessed",
  "Send",
  "FilePreviewed",
  "UserLoggedIn",
  "HardDelete",
  "Set-Mailbox",
  "Update user.",
];

/**
 * Pages as Microsoft sends them, the same for the same seed: two records in five are sign-ins of Graph with devices,
 * locations, authentication steps and conditional-access policies, three are records of the Management Activity API; one
 * page holds one kind. With `odd` there are escapes, other alphabets, equal names at other depths and members in any order.
 */
export function drawPages(count: number, perPage: number, seed: number, { odd = false, people = 5000 } = {}): Page[] {
  const next = random(seed);
  const pick: Pick = (list) => list[Math.floor(next() * list.length)]!;
  const out: Page[] = [];
  let drawn = 0;
  while (drawn < count) {
    const records = Math.min(perPage, count - drawn);
    const source = out.length % 5 < 2 ? ("sign-in" as const) : ("ual" as const);
    const list = Array.from({ length: records }, () => {
      const record =
        source === "sign-in"
          ? signIn(drawn++, Math.floor(next() * people), pick, next)
          : audit(drawn++, Math.floor(next() * people), pick);
      return odd ? distorted(record, next) : record;
    });
    const page =
      source === "sign-in"
        ? { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", value: list }
        : list;
    out.push({ text: JSON.stringify(page), source, records });
  }
  return out;
}

function distorted(record: Record<string, unknown>, next: () => number): Record<string, unknown> {
  const more = {
    ...record,
    note: 'a "quoted" \\ back\u0000slash\n\ud800 é 漢字 ,"Operation":"Send"',
    nested: { Id: "x", id: "y", ipAddress: "203.0.113.1", Operation: "New-InboxRule" },
  };
  return Object.fromEntries(
    Object.entries(more)
      .map((entry) => [next(), entry] as const)
      .sort(([a], [b]) => a - b)
      .map(([, entry]) => entry),
  );
}

const timeOf = (n: number): string => new Date(Date.UTC(2026, 5, 1) + n * 431).toISOString();

function signIn(n: number, who: number, pick: Pick, next: () => number): Record<string, unknown> {
  const failed = next() < 0.05;
  const app = pick(APPS);
  return {
    id: guid(n, 1),
    createdDateTime: timeOf(n).replace(/\.\d+Z/, "Z"),
    userDisplayName: `User ${who}`,
    userPrincipalName: `user${who}@fabrikam${who % 20}.example`,
    userId: guid(who, 2),
    appId: guid(APPS.indexOf(app), 3),
    appDisplayName: app,
    ipAddress: `203.0.${who % 250}.${(who >> 8) + 1}`,
    clientAppUsed: "Browser",
    userAgent: AGENTS[who % 3]!,
    correlationId: guid(n, 4),
    conditionalAccessStatus: failed ? "notApplied" : "success",
    originalRequestId: "",
    isInteractive: next() < 0.5,
    tokenIssuerName: "",
    tokenIssuerType: "AzureAD",
    processingTimeInMilliseconds: 60 + (n % 300),
    riskDetail: "none",
    riskLevelAggregated: "none",
    riskLevelDuringSignIn: "none",
    riskState: "none",
    riskEventTypes: [],
    riskEventTypes_v2: [],
    resourceDisplayName: "Microsoft Graph",
    resourceId: "00000003-0000-0000-c000-000000000000",
    resourceTenantId: guid(who % 20, 5),
    homeTenantId: guid(who % 20, 5),
    authenticationMethodsUsed: [],
    alternateSignInName: "",
    servicePrincipalName: null,
    servicePrincipalId: "",
    mfaDetail: null,
    authenticationRequirement: "multiFactorAuthentication",
    signInEventTypes: ["interactiveUser"],
    uniqueTokenIdentifier: hex(n, 8) + hex(who, 8),
    sessionId: guid(who, 6),
    status: failed
      ? {
          errorCode: 50126,
          failureReason: "Error validating credentials due to invalid username or password.",
          additionalDetails: "The user didn't enter the right credentials.",
        }
      : { errorCode: 0, failureReason: "Other.", additionalDetails: "MFA requirement satisfied by claim in the token" },
    deviceDetail: {
      deviceId: who % 3 ? guid(who, 7) : "",
      displayName: `PC-${who}`,
      operatingSystem: "Windows10",
      browser: "Chrome 142.0.0",
      isCompliant: true,
      isManaged: true,
      trustType: "Azure AD joined",
    },
    location: {
      city: "Leeds",
      state: "West Yorkshire",
      countryOrRegion: "GB",
      geoCoordinates: { altitude: null, latitude: 53.8, longitude: -1.5491 },
    },
    appliedConditionalAccessPolicies: Array.from({ length: 8 }, (_, i) => ({
      id: guid(i, 8),
      displayName: `CA${100 + i}: Require multifactor authentication for group ${i}`,
      enforcedGrantControls: i % 2 ? ["Mfa"] : ["RequireCompliantDevice"],
      enforcedSessionControls: [],
      result: i % 3 ? "notApplied" : "success",
      conditionsSatisfied: "application,users",
      conditionsNotSatisfied: "none",
    })),
    authenticationDetails: [
      {
        authenticationStepDateTime: timeOf(n),
        authenticationMethod: "Previously satisfied",
        authenticationMethodDetail: null,
        succeeded: !failed,
        authenticationStepResultDetail: "MFA requirement satisfied by claim in the token",
        authenticationStepRequirement: "Multifactor authentication",
      },
    ],
    authenticationProcessingDetails: [
      { key: "Login Hint Present", value: "True" },
      { key: "Is CAE Token", value: "False" },
      { key: "Oauth Scope Info", value: '["email","openid","profile","User.Read"]' },
    ],
    networkLocationDetails: [{ networkType: "namedNetwork", networkNames: ["Head office"] }],
    privateLinkDetails: null,
    autonomousSystemNumber: 64500 + (who % 100),
    crossTenantAccessType: "none",
    authenticationProtocol: "none",
    incomingTokenType: "none",
    sessionLifetimePolicies: [],
  };
}

function audit(n: number, who: number, pick: Pick): Record<string, unknown> {
  const operation = pick(OPERATIONS);
  const base = {
    CreationTime: timeOf(n).slice(0, 19),
    Id: guid(n, 9),
    Operation: operation,
    OrganizationId: guid(who % 20, 5),
    RecordType: 2,
    ResultStatus: "Succeeded",
    UserKey: `1003${hex(who, 12)}`,
    UserType: 0,
    Version: 1,
    Workload: "Exchange",
    ClientIP: `203.0.${who % 250}.${(who >> 8) + 1}`,
    UserId: `user${who}@fabrikam${who % 20}.example`,
  };
  if (operation.startsWith("File"))
    return {
      ...base,
      RecordType: 6,
      Workload: "OneDrive",
      ObjectId: `https://fabrikam.sharepoint.example/sites/s${who}/Documents/File ${n % 400}.docx`,
      ItemType: "File",
      ListId: guid(who, 10),
      ListItemUniqueId: guid(n, 11),
      Site: guid(who, 12),
      UserAgent: AGENTS[who % 3]!,
      WebId: guid(who, 13),
      SourceFileExtension: "docx",
      SiteUrl: `https://fabrikam.sharepoint.example/sites/s${who}/`,
      SourceFileName: `File ${n % 400}.docx`,
      SourceRelativeUrl: "Documents",
      EventSource: "SharePoint",
      CorrelationId: guid(n, 14),
      ApplicationId: guid(1, 3),
      ApplicationDisplayName: "SharePoint Online Web Client Extensibility",
      AppAccessContext: { AADSessionId: guid(who, 6), CorrelationId: guid(n, 14), UniqueTokenId: hex(n, 8) },
    };
  if (operation === "UserLoggedIn")
    return {
      ...base,
      RecordType: 15,
      Workload: "AzureActiveDirectory",
      ObjectId: "00000003-0000-0000-c000-000000000000",
      ExtendedProperties: [
        { Name: "ResultStatusDetail", Value: "Success" },
        { Name: "UserAgent", Value: AGENTS[who % 3]! },
        { Name: "RequestType", Value: "OAuth2:Authorize" },
      ],
      ModifiedProperties: [],
      Actor: [
        { ID: guid(who, 2), Type: 0 },
        { ID: base.UserId, Type: 5 },
      ],
      ActorContextId: guid(who % 20, 5),
      ActorIpAddress: base.ClientIP,
      InterSystemsId: guid(n, 15),
      IntraSystemId: guid(n, 16),
      SupportTicketId: "",
      Target: [{ ID: "00000003-0000-0000-c000-000000000000", Type: 0 }],
      TargetContextId: guid(who % 20, 5),
      ApplicationId: guid(1, 3),
      DeviceProperties: [
        { Name: "Id", Value: guid(who, 7) },
        { Name: "OS", Value: "Windows10" },
        { Name: "BrowserType", Value: "Chrome" },
        { Name: "IsCompliantAndManaged", Value: "True" },
        { Name: "SessionId", Value: guid(who, 6) },
      ],
      ErrorNumber: "0",
    };
  if (operation === "Update user.")
    return {
      ...base,
      RecordType: 8,
      Workload: "AzureActiveDirectory",
      ObjectId: base.UserId,
      ExtendedProperties: [{ Name: "additionalDetails", Value: '{"UserType":"Member"}' }],
      ModifiedProperties: [
        { Name: "Department", NewValue: '["Sales"]', OldValue: '["Service"]' },
        { Name: "Included Updated Properties", NewValue: "Department", OldValue: "" },
      ],
      Actor: [
        { ID: "fim_password_service@support.onmicrosoft.com", Type: 5 },
        { ID: guid(4, 2), Type: 2 },
      ],
      Target: [
        { ID: `User_${guid(who, 2)}`, Type: 2 },
        { ID: guid(who, 2), Type: 2 },
        { ID: "User", Type: 2 },
        { ID: base.UserId, Type: 5 },
      ],
      TargetContextId: guid(who % 20, 5),
    };
  if (operation === "Set-Mailbox")
    return {
      ...base,
      RecordType: 1,
      ObjectId: `user${who}`,
      Parameters: [
        { Name: "Identity", Value: `user${who}` },
        { Name: "LitigationHoldEnabled", Value: "True" },
      ],
      OriginatingServer: "LO2P265MB0001 (15.20.4200.000)",
      SessionId: guid(who, 6),
      AppId: "",
      ClientAppId: "",
    };
  return {
    ...base,
    ClientIPAddress: base.ClientIP,
    ClientInfoString: "Client=OWA;Action=ViaProxy",
    ClientVersion: "15.20.8900.012",
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: 0,
    LogonUserSid: `S-1-5-21-1234567-7654321-1122334-${who}`,
    MailboxGuid: guid(who, 17),
    MailboxOwnerSid: `S-1-5-21-1234567-7654321-1122334-${who}`,
    MailboxOwnerUPN: base.UserId,
    OrganizationName: "fabrikam.onmicrosoft.example",
    OriginatingServer: "LO2P265MB0001 (15.20.4200.000)",
    SessionId: guid(who, 6),
    OperationProperties: [
      { Name: "MailAccessType", Value: "Bind" },
      { Name: "IsThrottled", Value: "False" },
    ],
    OperationCount: 2,
    AppAccessContext: { AADSessionId: guid(who, 6), UniqueTokenId: hex(n, 8) },
    Folders: [
      {
        FolderItems: [
          { InternetMessageId: `<${hex(n, 8)}@mail.example>`, SizeInBytes: 34211 },
          { InternetMessageId: `<${hex(n + 1, 8)}@mail.example>`, SizeInBytes: 12034 },
        ],
        Id: `LgAAAAB${hex(who, 12)}AQC`,
        Path: "\\Inbox",
      },
    ],
  };
}
