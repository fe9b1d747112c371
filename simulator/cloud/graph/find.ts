import { strike } from "../../state/faults.ts";
import { ROLE } from "../../state/identifiers.ts";
import { seen } from "../../state/lag.ts";
import type { Mailbox, SimUser } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { CloudError, denied, notFound } from "../errors.ts";

const ADMIN_ROLES = new Set<string>([ROLE.privilegedAuthenticationAdministrator, ROLE.globalAdministrator]);
const PASSWORD_ROLES = new Set<string>([...ADMIN_ROLES, ROLE.userAdministrator]);

/** The user of the path, by object id or UPN. An id of another tenant is a violation besides the 404. */
export function userOf(call: Call): SimUser {
  const key = decodeURIComponent(call.c.req.param("user") ?? "");
  const found = call.tenant.users.find((u) => u.id === key || u.upn.toLowerCase() === key.toLowerCase());
  if (!found) {
    for (const other of call.world.tenants.values()) {
      if (other !== call.tenant && other.users.some((u) => u.id === key)) {
        call.violation("cross-tenant-token", `user ${key} belongs to ${other.id}, the token to ${call.tenant.id}`);
      }
    }
    throw notFound(key);
  }
  return found;
}

export function seenUser(call: Call, user: SimUser): SimUser {
  return seen(call.tenant, `user/${user.id}`, user, call.now) ?? user;
}

/** The mailbox of the path's user; the refusals of users without one or outside the app's access policy. */
export function mailboxOf(call: Call): { user: SimUser; mailbox: Mailbox } {
  const user = userOf(call);
  const at = { method: call.c.req.method, path: call.c.env.virtualPath };
  const forUser = (settings: Record<string, unknown>): boolean =>
    settings.userId === undefined || settings.userId === user.id;
  if (strike(call.tenant, "mailbox-denied", at, call.world.rng, forUser)) {
    throw new CloudError(
      403,
      "ErrorAccessDenied",
      "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
    );
  }
  if (!user.mailbox || strike(call.tenant, "mailbox-not-enabled", at, call.world.rng, forUser)) {
    throw new CloudError(
      404,
      "MailboxNotEnabledForRESTAPI",
      "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
  }
  return { user, mailbox: user.mailbox };
}

/** Sensitive changes to people who hold an admin role need a higher directory role on our service principal. */
export function requireRoleForAdminTarget(call: Call, user: SimUser): void {
  if (user.roles.length > 0 && !call.claims.wids.some((role) => ADMIN_ROLES.has(role))) throw denied();
}

export function requirePasswordRole(call: Call): void {
  const allowed =
    call.claims.roles.includes("User-PasswordProfile.ReadWrite.All") &&
    call.claims.wids.some((r) => PASSWORD_ROLES.has(r));
  if (!allowed) throw denied();
}

export function json(text: unknown, status = 200): Response {
  return Response.json(text, { status });
}

export const noContent = (): Response => new Response(null, { status: 204 });
