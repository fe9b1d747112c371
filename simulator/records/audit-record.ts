import { graphTime } from "../clock.ts";
import type { Json, StoredRecord } from "../state/types.ts";

/** Record type numbers and the names Graph uses (Office 365 Management Activity API schema, AuditLogRecordType). */
const RECORD_TYPES: Record<number, string> = {
  1: "ExchangeAdmin",
  2: "ExchangeItem",
  3: "ExchangeItemGroup",
  4: "SharePoint",
  6: "SharePointFileOperation",
  8: "AzureActiveDirectory",
  9: "AzureActiveDirectoryAccountLogon",
  14: "SharePointSharingOperation",
  15: "AzureActiveDirectoryStsLogon",
  18: "SecurityComplianceCenterEOPCmdlet",
  20: "PowerBIAudit",
  23: "SkypeForBusinessCmdlets",
  25: "MicrosoftTeams",
  28: "ThreatIntelligence",
  36: "SharePointListOperation",
  40: "SecurityComplianceAlerts",
  50: "ExchangeItemAggregated",
  52: "DataInsightsRestApiAudit",
  56: "SharePointFieldOperation",
  64: "AirInvestigation",
};

const USER_TYPES = [
  "Regular",
  "Reserved",
  "Admin",
  "DcAdmin",
  "System",
  "Application",
  "ServicePrincipal",
  "CustomPolicy",
  "SystemPolicy",
];

const recordTypeName = (record: Json): string =>
  RECORD_TYPES[Number(record.RecordType)] ?? `Unknown${record.RecordType}`;

/** A unified audit log record as an auditLogQuery returns it. */
export function auditRecordJson({ at, record }: StoredRecord): Json {
  return {
    id: record.Id,
    createdDateTime: graphTime(at),
    auditLogRecordType: recordTypeName(record),
    operation: record.Operation,
    organizationId: record.OrganizationId,
    userType: USER_TYPES[Number(record.UserType)] ?? "Regular",
    userId: record.UserId ?? null,
    userPrincipalName: record.UserId ?? null,
    service: record.Workload ?? null,
    objectId: record.ObjectId ?? null,
    clientIp: record.ClientIP ?? record.ClientIPAddress ?? null,
    administrativeUnits: [""],
    auditData: { "@odata.type": "#microsoft.graph.security.defaultAuditData", ...record },
  };
}

/** Whether a record answers a search: all filters that were given, values within one filter as alternatives. */
export function matchesQuery({ at, record }: StoredRecord, body: Json): boolean {
  if (at < Date.parse(String(body.filterStartDateTime)) || at >= Date.parse(String(body.filterEndDateTime)))
    return false;
  const oneOf = (name: string, actual: unknown): boolean => {
    const wanted = body[name];
    if (!Array.isArray(wanted) || wanted.length === 0) return true;
    return wanted.some((value) => String(value).toLowerCase() === String(actual ?? "").toLowerCase());
  };
  const keyword =
    typeof body.keywordFilter === "string" && body.keywordFilter !== "" ? body.keywordFilter.toLowerCase() : null;
  return (
    oneOf("recordTypeFilters", recordTypeName(record)) &&
    oneOf("operationFilters", record.Operation) &&
    oneOf("userPrincipalNameFilters", record.UserId) &&
    oneOf("ipAddressFilters", String(record.ClientIP ?? "").replace(/:\d+$/, "")) &&
    oneOf("objectIdFilters", record.ObjectId) &&
    (keyword === null || JSON.stringify(record).toLowerCase().includes(keyword))
  );
}

/** The activity feed's content type of a record. */
export function contentTypeOf(record: Json): string {
  switch (record.Workload) {
    case "AzureActiveDirectory":
      return "Audit.AzureActiveDirectory";
    case "Exchange":
      return "Audit.Exchange";
    case "SharePoint":
    case "OneDrive":
      return "Audit.SharePoint";
    default:
      return "Audit.General";
  }
}
