import { camel, camelDeep } from "./case.ts";
import { fromText, isRaw, type Raw, text } from "./raw.ts";

/** `CreatedDateTime [UTC]` → `CreatedDateTime`, `DeviceDetail_dynamic` → `DeviceDetail`. */
export function columnName(header: string): string {
  return header
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(/\s*\[[^\]]*\]$/, "")
    .replace(/_(dynamic|string|s|d|g|b|t)$/, "");
}

/** A Log Analytics export has each column once, sometimes as `_dynamic` and `_string`; the filled one wins. */
function columns(raw: Raw): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const name = columnName(key)
      .replace(/^Start_Time$/, "StartTime")
      .replace(/_$/, "");
    if (name === "__proto__" || value === "" || value === null || value === undefined) continue;
    if (!Object.hasOwn(out, name)) out[name] = isRaw(value) && isTime(value.value) ? value.value : value;
  }
  return out;
}

/** Windows PowerShell writes a time as an object around `/Date(…)/`. */
const isTime = (value: unknown): boolean => typeof value === "string" && value.startsWith("/Date(");

const NESTED = new Set([
  "deviceDetail",
  "location",
  "status",
  "mfaDetail",
  "authenticationDetails",
  "initiatedBy",
  "targetResources",
  "additionalDetails",
  "networkLocationDetails",
  "signInEventTypes",
]);

const RENAMED: Record<string, string> = {
  LocationDetails: "location",
  AADTenantId: "tenantId",
  AADOperationType: "operationType",
};

/** SigninLogs, AADNonInteractiveUserSignInLogs, AuditLogs and PowerShell's Graph objects: Graph's names with a capital. */
export function rowToGraph(raw: Raw): Raw {
  const row = columns(raw);
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (name === "Location" && Object.hasOwn(row, "LocationDetails")) continue;
    const key = RENAMED[name] ?? camel(name);
    out[key] = NESTED.has(key) ? camelDeep(fromText(value)) : value;
  }
  out.createdDateTime ??= out.timeGenerated ?? stepTime(out.authenticationDetails);
  out.activityDateTime ??= out.timeGenerated ?? out.createdDateTime;
  if (Object.hasOwn(out, "targetResources") || Object.hasOwn(out, "initiatedBy"))
    out.activityDisplayName ??= out.operationName;
  const status = out.status;
  if (typeof status !== "object" || status === null || !Object.hasOwn(status, "errorCode")) {
    const code = text(raw, "ResultType");
    if (code !== undefined && /^\d+$/.test(code))
      out.status = { errorCode: code, failureReason: text(raw, "ResultDescription") ?? "" };
  }
  return out;
}

/** A row of Defender's AADSignInEventsBeta or EntraIdSignInEvents. */
export const isHuntingSignIn = (raw: Raw): boolean =>
  [
    ["AccountUpn", "ErrorCode", "IPAddress"],
    ["AccountObjectId", "ErrorCode", "LogonType"],
  ].some((names) => names.every((name) => Object.hasOwn(raw, name)));

/** Defender's numbers for what Graph says in words. */
const RISK: Record<string, string> = { "10": "low", "50": "medium", "100": "high" };
const ACCESS: Record<string, string> = { "0": "success", "1": "failure", "2": "notApplied" };

/** A sign-in as advanced hunting tells it, with Graph's names. Source: Microsoft's reference of the table. */
export function huntingSignIn(raw: Raw): Raw {
  const row = columns(raw);
  const kinds = text(row, "LogonType") ?? "";
  return {
    id: row.RequestId ?? row.ReportId,
    createdDateTime: row.Timestamp ?? row.TimeGenerated,
    userPrincipalName: row.AccountUpn,
    userDisplayName: row.AccountDisplayName,
    userId: row.AccountObjectId,
    appDisplayName: row.Application,
    appId: row.ApplicationId,
    ipAddress: row.IPAddress,
    clientAppUsed: row.ClientAppUsed,
    userAgent: row.UserAgent,
    correlationId: row.CorrelationId,
    sessionId: row.SessionId,
    uniqueTokenIdentifier: row.UniqueTokenId,
    resourceDisplayName: row.ResourceDisplayName,
    resourceId: row.ResourceId,
    authenticationRequirement: row.AuthenticationRequirement,
    isInteractive: kinds === "" ? undefined : !/noninteractive/i.test(kinds),
    riskLevelDuringSignIn: RISK[text(row, "RiskLevelDuringSignIn") ?? ""],
    riskLevelAggregated: RISK[text(row, "RiskLevelAggregated") ?? ""],
    conditionalAccessStatus: ACCESS[text(row, "ConditionalAccessStatus") ?? ""],
    status: { errorCode: row.ErrorCode },
    location: {
      city: row.City,
      state: row.State,
      countryOrRegion: row.Country,
      geoCoordinates: { latitude: row.Latitude, longitude: row.Longitude },
    },
    deviceDetail: {
      deviceId: row.EntraIdDeviceId ?? row.AadDeviceId,
      displayName: row.DeviceName,
      operatingSystem: row.OSPlatform,
      browser: row.Browser,
      isCompliant: row.IsCompliant,
      isManaged: row.IsManaged,
      trustType: row.DeviceTrustType,
    },
  };
}

/** A query's result may have lost its time column; the first step of the sign-in still has one. */
function stepTime(details: unknown): unknown {
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  return isRaw(first) ? first.authenticationStepDateTime : undefined;
}

const UAL_NAMES: Record<string, string> = {
  OfficeWorkload: "Workload",
  OfficeObjectId: "ObjectId",
  Client_IPAddress: "ClientIPAddress",
  Logon_Type: "LogonType",
  OfficeId: "Id",
  Site_Url: "SiteUrl",
  Event_Data: "EventData",
  AADTarget: "Target",
};

/** OfficeActivity: the unified audit log record flattened, with names in place of numbers. */
export function rowToUal(raw: Raw): Raw {
  const row = columns(raw);
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) out[UAL_NAMES[name] ?? name] = fromText(value);
  out.CreationTime ??= row.TimeGenerated ?? row.StartTime;
  out.Id ??= row.SourceRecordId;
  return out;
}
