import { createRng } from "../random.ts";
import { firstPartyApps } from "../scenarios/company.ts";
import { fileMessage } from "../scenarios/mailbox.ts";
import { emptyTenant } from "../state/empty-tenant.ts";
import type { Json, SimUser, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { fromGraph, fromUal } from "./directory.ts";
import { applyEntraChange } from "./entra.ts";
import { applyCmdlet, applyInboxRulesUpdate } from "./exchange.ts";
import { People } from "./people.ts";

interface NotBuilt {
  recordId: string;
  why: string;
}

export interface Building {
  tenant: Tenant;
  rng: ReturnType<typeof createRng>;
  notBuilt: NotBuilt[];
  findUser(identity: unknown): SimUser | null;
}

interface Dated {
  at: number;
  record: Json;
  kind: "ual" | "signIn" | "directoryAudit";
}

/** Makes a tenant from raw records: they are served again as they are, and what they say was changed exists. */
export function buildTenant(
  world: World,
  name: string,
  records: Json[],
): { tenantId: string; domain: string; built: Record<string, number>; notBuilt: NotBuilt[] } {
  const notBuilt: NotBuilt[] = [];
  const dated = sortOut(records, notBuilt);
  const id = tenantIdOf(dated) ?? world.rng.uuid();
  const present = world.tenants.get(id);
  if (present && !present.gone) throw new RangeError(`tenant ${id} is already in the simulated cloud`);
  const rng = createRng(`replay/${id}`);
  const people = new People();
  for (const { at, record, kind } of dated) {
    if (kind === "ual") people.readUal(record, at);
    if (kind === "signIn") people.readSignIn(record, at);
  }
  const organization = dated.find((d) => typeof d.record.OrganizationName === "string")?.record.OrganizationName;
  const domain = String(organization ?? people.initialDomain() ?? `${id.slice(0, 8)}.onmicrosoft.com`).toLowerCase();
  const main = people.initialDomain() ?? domain;
  const tenant: Tenant = {
    ...emptyTenant(id),
    displayName: name,
    domain: main,
    initialDomain: domain,
    story: "replay",
    seed: id,
    p1: dated.some((d) => d.kind === "signIn"),
    installation: { state: "never", servicePrincipalId: rng.uuid(), roles: {}, directoryRoles: [] },
    servicePrincipals: firstPartyApps(rng, world.clock.now()),
    users: people.build(rng, new Set([domain, main])),
  };
  tenant.sync.nextAt = world.clock.now() + tenant.sync.everyMs;
  const building: Building = { tenant, rng, notBuilt, findUser: userFinder(tenant) };
  for (const entry of dated) file(building, entry);
  for (const entry of dated) replay(building, entry);
  const admin = tenant.users.find((u) => u.roles.length > 0) ?? tenant.users[0];
  if (admin) tenant.accountRoles[admin.id] = "admin";
  world.tenants.set(id, tenant);
  world.touched();
  return { tenantId: id, domain: tenant.domain, built: countsOf(tenant), notBuilt };
}

function sortOut(records: Json[], notBuilt: NotBuilt[]): Dated[] {
  const dated: Dated[] = [];
  for (const record of records) {
    const kind =
      record.CreationTime && record.Operation
        ? "ual"
        : record.activityDateTime
          ? "directoryAudit"
          : record.createdDateTime && (record.userPrincipalName || record.appId)
            ? "signIn"
            : null;
    const time = record.CreationTime
      ? `${String(record.CreationTime).replace(/Z$/, "")}Z`
      : String(record.activityDateTime ?? record.createdDateTime);
    const at = Date.parse(time);
    if (!kind || Number.isNaN(at))
      notBuilt.push({
        recordId: String(record.Id ?? record.id ?? "?"),
        why: "neither an audit log record, a sign-in nor a directory audit",
      });
    else dated.push({ at, record, kind });
  }
  return dated.sort((a, b) => a.at - b.at);
}

function tenantIdOf(dated: Dated[]): string | null {
  const counts = new Map<string, number>();
  for (const { record } of dated) {
    const id = record.OrganizationId ?? record.resourceTenantId ?? record.homeTenantId;
    if (typeof id === "string" && /^[0-9a-f-]{36}$/i.test(id))
      counts.set(id.toLowerCase(), (counts.get(id.toLowerCase()) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

function userFinder(tenant: Tenant): (identity: unknown) => SimUser | null {
  return (identity) => {
    const wanted = String(identity ?? "").toLowerCase();
    if (wanted === "") return null;
    const last = wanted.split("/").pop() ?? wanted;
    const matches = (u: SimUser): boolean => {
      const upn = u.upn.toLowerCase();
      return [wanted, last].some(
        (w) =>
          w === u.id ||
          w === upn ||
          w === upn.split("@")[0] ||
          w === u.mailbox?.guid.toLowerCase() ||
          w === u.puid.toLowerCase() ||
          w === u.displayName.toLowerCase(),
      );
    };
    return tenant.users.find(matches) ?? null;
  };
}

/** Into the logs, visible from the moment it happened. */
function file({ tenant }: Building, { at, record, kind }: Dated): void {
  if (kind === "ual") tenant.ual.push({ at, availableAt: at, record });
  if (kind === "directoryAudit") tenant.directoryAudits.push({ at, availableAt: at, record });
  if (kind === "signIn") {
    const types = record.signInEventTypes as string[] | undefined;
    const stream =
      types?.includes("nonInteractiveUser") || record.isInteractive === false
        ? "nonInteractiveUser"
        : "interactiveUser";
    tenant.signIns.push({ at, availableAt: at, stream, record });
  }
}

function replay(building: Building, { at, record, kind }: Dated): void {
  if (kind === "directoryAudit") applyEntraChange(building, fromGraph(record, at));
  if (kind !== "ual") return;
  const type = Number(record.RecordType);
  if (type === 8) applyEntraChange(building, fromUal(record, at));
  else if (type === 1) applyCmdlet(building, record, at);
  else if (record.Operation === "UpdateInboxRules") applyInboxRulesUpdate(building, record);
  else if (record.Operation === "Send") fileSentMessage(building, record, at);
}

function fileSentMessage({ findUser, rng }: Building, record: Json, at: number): void {
  const sender = findUser(record.MailboxOwnerUPN ?? record.UserId);
  const item = record.Item as { InternetMessageId?: string; Subject?: string } | undefined;
  if (!sender?.mailbox || !item?.InternetMessageId) return;
  const from = { name: sender.displayName, address: sender.upn };
  fileMessage(sender.mailbox, rng, "Sent Items", {
    internetMessageId: item.InternetMessageId,
    subject: item.Subject ?? "",
    body: "",
    from,
    to: [],
    at,
    isRead: true,
  });
}

function countsOf(tenant: Tenant): Record<string, number> {
  const mailboxes = tenant.users.flatMap((u) => u.mailbox ?? []);
  return {
    records: tenant.ual.length + tenant.signIns.length + tenant.directoryAudits.length,
    users: tenant.users.length,
    mailboxes: mailboxes.length,
    inboxRules: mailboxes.reduce((n, m) => n + m.rules.filter((r) => !r.hidden).length, 0),
    forwardings: mailboxes.filter((m) => m.forwardingSmtpAddress || m.forwardingAddress).length,
    delegations: mailboxes.reduce((n, m) => n + m.permissions.length, 0),
    transportRules: tenant.transportRules.length,
    connectors: tenant.connectors.length,
    servicePrincipals: tenant.servicePrincipals.filter((s) => s.publisher !== null || s.tags.length > 0).length,
    applications: tenant.applications.length,
    grants: tenant.grants.length,
    appRoleAssignments: tenant.appRoleAssignments.length,
    devices: tenant.devices.length,
    roleMembers: tenant.users.filter((u) => u.roles.length > 0).length,
  };
}
