import { ualTime } from "../clock.ts";
import type { Rng } from "../random.ts";
import type { Json, SimUser, Tenant } from "../state/types.ts";

export interface Change {
  name: string;
  from: string;
  to: string;
}

export interface DirectoryChange {
  at: number;
  /** As the unified audit log names it, with the full stop: "Consent to application." */
  operation: string;
  category: string;
  by: { user: SimUser; ip: string; userAgent?: string } | { app: { id: string; name: string; appId: string } };
  target: {
    id: string;
    type: "User" | "ServicePrincipal" | "Device" | "Role" | "Application";
    name: string;
    upn?: string;
    puid?: string;
    names?: string;
  };
  changes: Change[];
}

/** Both forms of one Entra change: they share the correlation id, each log has its own record id. */
export function directoryChange(tenant: Tenant, rng: Rng, change: DirectoryChange): { graph: Json; ual: Json } {
  const correlationId = rng.uuid();
  return { graph: graphForm(rng, correlationId, change), ual: ualForm(tenant, rng, correlationId, change) };
}

function graphForm(rng: Rng, correlationId: string, change: DirectoryChange): Json {
  const { by, target } = change;
  const [verb = "Update"] = change.operation.split(" ");
  return {
    id: `Directory_${correlationId}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`,
    category: change.category,
    correlationId,
    result: "success",
    resultReason: "",
    activityDisplayName: change.operation.replace(/\.$/, ""),
    activityDateTime: new Date(change.at).toISOString(),
    loggedByService: "Core Directory",
    operationType: { Consent: "Assign", Reset: "Update", Disable: "Update", Enable: "Update" }[verb] ?? verb,
    initiatedBy:
      "user" in by
        ? { user: { id: by.user.id, displayName: null, userPrincipalName: by.user.upn, ipAddress: by.ip }, app: null }
        : {
            user: null,
            app: {
              appId: by.app.appId,
              displayName: by.app.name,
              servicePrincipalId: by.app.id,
              servicePrincipalName: null,
            },
          },
    targetResources: [
      {
        id: target.id,
        displayName: target.type === "User" ? null : target.name,
        type: target.type,
        userPrincipalName: target.upn ?? null,
        modifiedProperties: change.changes.map((c) => ({
          displayName: c.name,
          oldValue: c.from === "" ? null : c.from,
          newValue: quoted(c.to),
        })),
      },
    ],
    additionalDetails: "user" in by && by.userAgent ? [{ key: "User-Agent", value: by.userAgent }] : [],
  };
}

/** Values are JSON inside strings. */
function quoted(value: string): string {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

function ualForm(tenant: Tenant, rng: Rng, correlationId: string, change: DirectoryChange): Json {
  const { by, target } = change;
  const person = "user" in by ? by : null;
  const app = "app" in by ? by.app : null;
  return {
    CreationTime: ualTime(change.at),
    Id: rng.uuid(),
    Operation: change.operation,
    OrganizationId: tenant.id,
    RecordType: 8,
    ResultStatus: "Success",
    UserKey: person ? `${person.user.puid}@${tenant.initialDomain}` : "Not Available",
    UserType: person ? 0 : 4,
    Version: 1,
    Workload: "AzureActiveDirectory",
    ...(person ? { ClientIP: person.ip } : {}),
    ObjectId: target.upn ?? target.names ?? target.id,
    UserId: person ? person.user.upn : `ServicePrincipal_${app?.id}`,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      {
        Name: "additionalDetails",
        Value: person?.userAgent ? JSON.stringify({ "User-Agent": person.userAgent }) : "{}",
      },
      { Name: "extendedAuditEventCategory", Value: target.type },
    ],
    ModifiedProperties: change.changes.map((c) => ({ Name: c.name, NewValue: c.to, OldValue: c.from })),
    Actor: person
      ? [
          { ID: person.user.upn, Type: 5 },
          { ID: person.user.puid, Type: 3 },
          { ID: `User_${person.user.id}`, Type: 2 },
          { ID: person.user.id, Type: 2 },
          { ID: "User", Type: 2 },
        ]
      : [
          { ID: app?.name ?? "", Type: 1 },
          { ID: app?.appId ?? "", Type: 2 },
          { ID: `ServicePrincipal_${app?.id}`, Type: 2 },
          { ID: app?.id ?? "", Type: 2 },
          { ID: "ServicePrincipal", Type: 2 },
        ],
    ActorContextId: tenant.id,
    ...(person ? { ActorIpAddress: person.ip } : {}),
    InterSystemsId: correlationId,
    IntraSystemId: rng.uuid(),
    SupportTicketId: "",
    Target: [
      { ID: `${target.type}_${target.id}`, Type: 2 },
      { ID: target.id, Type: 2 },
      { ID: target.type, Type: 2 },
      ...(target.upn ? [{ ID: target.upn, Type: 5 }] : [{ ID: target.name, Type: 1 }]),
      ...(target.puid ? [{ ID: target.puid, Type: 3 }] : []),
      ...(target.names ? [{ ID: target.names, Type: 4 }] : []),
    ],
    TargetContextId: tenant.id,
  };
}
