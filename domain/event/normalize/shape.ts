import { fromEcs } from "./ecs.ts";
import { fromText, isRaw, list, object, type Raw, text } from "./raw.ts";
import { huntingSignIn, isHuntingSignIn, rowToGraph, rowToUal } from "./table-row.ts";

/** A record recognised by its members, brought to one of the three native forms. */
export type Shaped =
  | { kind: "ual"; raw: Raw; id?: string; time?: string }
  | { kind: "sign-in"; raw: Raw; id?: string; time?: string }
  | { kind: "directory-audit"; raw: Raw; id?: string; time?: string }
  | { kind: "not-relevant" }
  | { kind: "unknown" };

const UAL_OPERATION = ["Operation"];

/** Which kind of record this is, whatever wrapped it. Never throws. */
export function shapeOf(raw: Raw, depth = 0): Shaped {
  const inner = depth < 3 ? unwrapped(raw) : undefined;
  if (inner) return shapeOf(inner, depth + 1);
  if (isUal(raw)) return shaped("ual", raw, ["Id", "OfficeId", "SourceRecordId"], ["CreationTime", "TimeGenerated"]);
  if (isSignIn(raw)) return shaped("sign-in", raw, ["id", "originalRequestId"], ["createdDateTime", "time"]);
  if (isDirectoryAudit(raw)) {
    return shaped("directory-audit", raw, ["id"], ["activityDateTime", "timeGenerated", "createdDateTime", "time"]);
  }
  if (isDiagnostic(raw)) return diagnostic(raw);
  if (isTableRow(raw)) return tableRow(raw);
  if (isGraphAlert(raw)) return graphAlert(raw);
  return isKnownOther(raw) ? { kind: "not-relevant" } : { kind: "unknown" };
}

function shaped(kind: "ual" | "sign-in" | "directory-audit", raw: Raw, ids: string[], times: string[]): Shaped {
  const id = text(raw, ...ids);
  const time = text(raw, ...times);
  return { kind, raw, ...(id ? { id } : {}), ...(time ? { time } : {}) };
}

/** AuditData of an export row or auditData of an auditLogQuery record; Splunk's and Elastic's outer coats. */
function unwrapped(raw: Raw): Raw | undefined {
  const document = fromEcs(raw);
  if (document) return document;
  for (const name of ["AuditData", "auditData", "_source", "_raw", "result", "RawEventData"]) {
    if (!Object.hasOwn(raw, name)) continue;
    const inner = fromText(raw[name]);
    if (isRaw(inner) && (Object.keys(inner).length > 2 || Object.hasOwn(inner, "@timestamp"))) return inner;
  }
  return undefined;
}

function isUal(raw: Raw): boolean {
  return (
    text(raw, ...UAL_OPERATION) !== undefined &&
    text(raw, "CreationTime") !== undefined &&
    (Object.hasOwn(raw, "RecordType") || Object.hasOwn(raw, "Workload") || Object.hasOwn(raw, "UserId"))
  );
}

function isSignIn(raw: Raw): boolean {
  return (
    text(raw, "createdDateTime") !== undefined &&
    (Object.hasOwn(raw, "userPrincipalName") ||
      Object.hasOwn(raw, "servicePrincipalId") ||
      Object.hasOwn(raw, "userId")) &&
    (object(raw, "status") !== undefined || Object.hasOwn(raw, "ipAddress") || Object.hasOwn(raw, "clientAppUsed")) &&
    (Object.hasOwn(raw, "appId") || Object.hasOwn(raw, "appDisplayName") || Object.hasOwn(raw, "clientAppUsed"))
  );
}

function isDirectoryAudit(raw: Raw): boolean {
  return (
    text(raw, "activityDisplayName") !== undefined &&
    (Object.hasOwn(raw, "initiatedBy") || Object.hasOwn(raw, "targetResources")) &&
    text(raw, "activityDateTime", "time", "timeGenerated", "createdDateTime") !== undefined
  );
}

function isDiagnostic(raw: Raw): boolean {
  return object(raw, "properties") !== undefined && (Object.hasOwn(raw, "time") || Object.hasOwn(raw, "operationName"));
}

/** Azure Monitor: the Graph object sits under `properties`; time and address may stand outside. */
function diagnostic(raw: Raw): Shaped {
  const properties = object(raw, "properties") ?? {};
  const category = text(raw, "category") ?? "";
  const merged: Raw = {
    callerIpAddress: raw.callerIpAddress,
    correlationId: raw.correlationId,
    tenantId: raw.tenantId,
    time: raw.time,
    operationName: raw.operationName,
    ...properties,
  };
  if (/signin/i.test(category) || /^sign-in activity$/i.test(text(raw, "operationName") ?? "")) {
    const created = text(properties, "createdDateTime") ?? text(raw, "time");
    return shaped(
      "sign-in",
      { ...merged, createdDateTime: created, ...resultOf(raw, properties) },
      ["id"],
      ["createdDateTime"],
    );
  }
  if (/^auditlogs$/i.test(category) || Object.hasOwn(properties, "activityDisplayName")) {
    const name = text(properties, "activityDisplayName") ?? text(raw, "operationName");
    if (!name) return { kind: "unknown" };
    return shaped("directory-audit", { ...merged, activityDisplayName: name }, ["id"], ["activityDateTime", "time"]);
  }
  return { kind: "not-relevant" };
}

/** The result stands outside as resultType when the inner status is missing. */
function resultOf(raw: Raw, properties: Raw): Raw {
  if (object(properties, "status")) return {};
  const code = text(raw, "resultType");
  return code === undefined ? {} : { status: { errorCode: code, failureReason: text(raw, "resultDescription") ?? "" } };
}

const TABLES =
  /^(SigninLogs|AADNonInteractiveUserSignInLogs|AADServicePrincipalSignInLogs|AADManagedIdentitySignInLogs|AuditLogs|OfficeActivity)$/i;

/** Members that say which table a row came from, each set enough by itself: queries often leave columns out. */
const ROWS: readonly (readonly string[])[] = [
  ["OfficeWorkload", "Operation"],
  ["OfficeObjectId", "Operation"],
  ["TimeGenerated", "Operation", "UserId"],
  ["TimeGenerated [UTC]", "Operation", "UserId"],
  ["UserPrincipalName", "IPAddress"],
  ["UserPrincipalName", "ResultType"],
  ["UserPrincipalName", "CreatedDateTime", "Status"],
  ["ServicePrincipalId", "CreatedDateTime", "Status"],
  ["ServicePrincipalId", "IPAddress"],
  ["ServicePrincipalId", "ResultType"],
  ["UserId", "IPAddress", "AppDisplayName"],
  ["InitiatedBy", "TargetResources"],
  ["OperationName", "TargetResources"],
  ["OperationName", "InitiatedBy"],
  ["ActivityDisplayName", "InitiatedBy"],
];

function isTableRow(raw: Raw): boolean {
  if (TABLES.test(text(raw, "Type") ?? "")) return true;
  return isHuntingSignIn(raw) || ROWS.some((names) => names.every((name) => Object.hasOwn(raw, name)));
}

function isOfficeRow(raw: Raw): boolean {
  return (
    Object.hasOwn(raw, "OfficeWorkload") ||
    /^OfficeActivity$/i.test(text(raw, "Type") ?? "") ||
    (Object.hasOwn(raw, "Operation") && !Object.hasOwn(raw, "OperationName"))
  );
}

function tableRow(raw: Raw): Shaped {
  if (isOfficeRow(raw)) {
    return shaped("ual", rowToUal(raw), ["Id"], ["CreationTime"]);
  }
  const graph = isHuntingSignIn(raw) ? huntingSignIn(raw) : rowToGraph(raw);
  if (
    (Object.hasOwn(graph, "targetResources") || Object.hasOwn(graph, "initiatedBy")) &&
    text(graph, "activityDisplayName")
  ) {
    return shaped("directory-audit", graph, ["id"], ["activityDateTime"]);
  }
  if (
    text(graph, "createdDateTime") &&
    (text(graph, "userPrincipalName") || text(graph, "servicePrincipalId") || text(graph, "userId"))
  ) {
    return shaped("sign-in", graph, ["id", "originalRequestId"], ["createdDateTime"]);
  }
  return { kind: "not-relevant" };
}

function isGraphAlert(raw: Raw): boolean {
  return (
    ["id", "title", "severity", "status", "createdDateTime", "serviceSource"].every((name) =>
      Object.hasOwn(raw, name),
    ) && !Object.hasOwn(raw, "Operation")
  );
}

/**
 * An alert of Microsoft Graph (security alert v2) as the audit log would tell it, about the first person in its evidence.
 * What is resolved or mere information says nothing of a takeover that still needs telling.
 */
function graphAlert(raw: Raw): Shaped {
  if (/^resolved$/i.test(text(raw, "status") ?? "") || /^informational$/i.test(text(raw, "severity") ?? ""))
    return { kind: "not-relevant" };
  const named = list(raw, "evidence")
    .map((one) => (isRaw(one) ? object(one, "userAccount") : undefined))
    .map((account) => (account ? text(account, "userPrincipalName") : undefined))
    .find((upn) => upn !== undefined);
  const audit: Raw = {
    Operation: "AlertTriggered",
    Workload: "SecurityComplianceCenter",
    UserId: "SecurityComplianceAlerts",
    UserType: 4,
    Name: raw.title,
    Severity: raw.severity,
    Data: named ? { f3u: named } : {},
  };
  const time = text(raw, "firstActivityDateTime", "createdDateTime");
  return { kind: "ual", raw: audit, ...(time ? { time } : {}), ...(text(raw, "id") ? { id: text(raw, "id")! } : {}) };
}

/** Records of our world that carry nothing an account's story is told from: message traces, alerts, API activity. */
function isKnownOther(raw: Raw): boolean {
  const has = (...names: string[]): boolean => names.every((name) => Object.hasOwn(raw, name));
  return (
    has("MessageTraceId") ||
    has("messageId", "senderAddress", "recipientAddress") ||
    has("SenderAddress", "RecipientAddress") ||
    has("alertWebUrl") ||
    has("riskEventType") ||
    has("riskLevel", "riskState", "userPrincipalName") ||
    (has("id", "severity", "title") && list(raw, "evidence").length >= 0) ||
    (has("time", "category") && has("operationName")) ||
    has("IPAddress", "Type")
  );
}
