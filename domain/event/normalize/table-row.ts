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
    if (!Object.hasOwn(out, name)) out[name] = value;
  }
  return out;
}

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
  IPAddress: "ipAddress",
  LocationDetails: "location",
  AADTenantId: "tenantId",
  AADOperationType: "operationType",
};

/** SigninLogs, AADNonInteractiveUserSignInLogs and AuditLogs: the Graph field with a capital first letter. */
export function rowToGraph(raw: Raw): Raw {
  const row = columns(raw);
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (name === "Location" && Object.hasOwn(row, "LocationDetails")) continue;
    const key = RENAMED[name] ?? name[0]!.toLowerCase() + name.slice(1);
    out[key] = NESTED.has(key) ? fromText(value) : value;
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
