import type { Reading, Schema } from "./compile.ts";
import { DIRECTORY_AUDIT, type Fields, readerOf, SIGN_IN, UAL, UAL_DIRECTORY, UAL_SIGN_IN } from "./fields.ts";
import { alongPath } from "./record.ts";
import { quoted, refuse } from "./refused.ts";

/** Kinds of native records, as normalization tells them apart. */
type Kind = "ual" | "sign-in" | "directory-audit";

function reading(kind: Kind, what: string, fields: Fields, guard?: { field: string; values: string[] }): Reading {
  return {
    kind,
    what,
    ...(guard
      ? {
          guard: {
            field: { key: `member ${guard.field.toLowerCase()}`, read: alongPath([guard.field]) },
            values: guard.values,
          },
        }
      : {}),
    field: (name) => {
      const read = readerOf(fields, name);
      return read && { key: `${what}: ${name.toLowerCase().replace(/^properties\./, "")}`, read };
    },
  };
}

const signIns = reading("sign-in", "the sign-in records that Petra reads", SIGN_IN);
const directoryAudits = reading("directory-audit", "the directory audit records that Petra reads", DIRECTORY_AUDIT);
const auditLog = (workloads?: string[]): Reading =>
  reading("ual", "the audit log records that Petra reads", UAL, workloads && { field: "Workload", values: workloads });
const loginsInAuditLog = reading("ual", "the audit log's sign-ins", UAL_SIGN_IN, {
  field: "Operation",
  values: ["UserLoggedIn", "UserLoginFailed"],
});
const directoryInAuditLog = reading("ual", "the audit log's directory changes", UAL_DIRECTORY, {
  field: "Workload",
  values: ["AzureActiveDirectory"],
});

const AZURE: Record<string, () => Reading[]> = {
  signinlogs: () => [signIns, loginsInAuditLog],
  auditlogs: () => [directoryAudits, directoryInAuditLog],
  riskdetection: () => [signIns],
  activitylogs: () =>
    refuse(
      "Azure's activity log (resources of subscriptions) is not read: Petra reads sign-ins, directory and Microsoft 365 audit records.",
    ),
  azureactivity: () => AZURE.activitylogs!(),
  pim: () => refuse("Alerts of Privileged Identity Management are not read, only its changes in the directory audit."),
};
const M365: Record<string, () => Reading[]> = {
  "": () => [auditLog()],
  audit: () => [auditLog()],
  exchange: () => [auditLog(["Exchange"])],
  sharepoint: () => [auditLog(["SharePoint", "OneDrive"])],
  onedrive: () => [auditLog(["OneDrive"])],
  teams: () => [auditLog(["MicrosoftTeams"])],
  azureactivedirectory: () => [auditLog(["AzureActiveDirectory"])],
  threat_management: () => [auditLog(["SecurityComplianceCenter"])],
  threat_detection: () => [auditLog(["SecurityComplianceCenter"])],
};
const PRODUCTS: Record<string, Record<string, () => Reading[]>> = {
  azure: AZURE,
  m365: M365,
  microsoft365: M365,
  office365: M365,
};

/** Risks that Microsoft writes on a user and never on a sign-in: nothing that is read shows them. */
const USER_RISKS = new Set([
  "leakedcredentials",
  "anomaloususeractivity",
  "attemptedprtaccess",
  "investigationsthreatintelligence",
  "suspicioussendingpatterns",
  "suspiciousapitraffic",
  "userreportedsuspiciousactivity",
]);

/** What a rule's logsource means in what Petra reads; refuses with a sentence what it does not. */
export const PETRA_SCHEMA: Schema = ({ product, service, category }, asked): Reading[] => {
  if (category) refuse(`The log category ${quoted(category)} is not read: Petra reads Microsoft 365 and Entra only.`);
  const services = Object.hasOwn(PRODUCTS, product) ? PRODUCTS[product] : undefined;
  if (!services)
    refuse(`Logs of ${quoted(product || "no product")} are not read: Petra reads Microsoft 365 and Entra only.`);
  const name = service.replace(/^(?:microsoft)?365_/, "");
  const found = Object.hasOwn(services, name) ? services[name] : undefined;
  if (!found) refuse(`The log ${quoted(service || "no service")} of ${product} is not read.`);
  const risks = name === "riskdetection" ? asked("riskeventtype") : [];
  if (risks.length > 0 && risks.every((risk) => USER_RISKS.has(String(risk).toLowerCase())))
    refuse("Microsoft reports this risk on the user, not on a sign-in; Petra reads risks from sign-in records only.");
  return found();
};
