import { HOUR, MINUTE } from "../../clock.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { securityInfo } from "../registrations.ts";
import { by, userTarget } from "../wording.ts";
import type { Scene } from "./scene.ts";

/** A new colleague: account, licence, first sign-in, second factor, device. */
export function joiner(s: Scene): boolean {
  const found = s.worker(
    (p) => p.kind === "employee" && p.joins === 0 && p.role !== "executive",
    5,
    s.company.dayCount - 10,
  );
  if (!found) return false;
  const { staff, d, at, own } = found;
  const admin = s.admin(d);
  if (!admin) return false;
  staff.joins = d;
  const change = { category: "UserManagement", by: by(admin.staff, admin.own), target: userTarget(staff.user) };
  const made = at - s.rng.int(60, 110) * MINUTE;
  s.pen.directory({
    at: made,
    operation: "Add user.",
    ...change,
    changes: [
      { name: "AccountEnabled", from: "[]", to: "[true]" },
      { name: "UserPrincipalName", from: "[]", to: JSON.stringify([staff.user.upn]) },
    ],
  });
  s.pen.directory({
    at: made + 90_000,
    operation: "Change user license.",
    ...change,
    changes: [{ name: "AssignedLicense", from: "[]", to: '["[SkuName=SPB, AccountId=x]"]' }],
  });
  s.pen.signIn(at, staff.user, own, { app: CLIENT.officeHome, errorCode: staff.mfa ? 50072 : 50055, mfa: "none" });
  if (staff.mfa) securityInfo(s.pen, staff, own, at + 3 * MINUTE, "Authenticator App");
  s.pen.signIn(at + 6 * MINUTE, staff.user, own, {
    app: CLIENT.officeHome,
    mfa: staff.mfa ? "completed" : "none",
    requestType: "Kmsi:kmsi",
  });
  return true;
}

/** A colleague leaves: account off, mailbox shared with the manager, mail forwarded inside. */
export function leaver(s: Scene): boolean {
  const found = s.worker(
    (p) => p.kind === "employee" && p.joins === 0 && p.leaves > s.company.dayCount,
    12,
    s.company.dayCount - 4,
  );
  if (!found) return false;
  const { staff, d, at } = found;
  const admin = s.admin(d);
  const manager = s.company.staff.find((p) => p.role === "executive" && p !== staff);
  if (!admin || !manager) return false;
  staff.leaves = d + 1;
  const leaving = at + 3 * HOUR;
  const exchange = { ...admin.own, app: CLIENT.exchangePowerShell };
  s.pen.directory({
    at: leaving,
    operation: "Disable account.",
    category: "UserManagement",
    by: by(admin.staff, admin.own),
    target: userTarget(staff.user),
    changes: [{ name: "AccountEnabled", from: "[true]", to: "[false]" }],
  });
  s.pen.cmdlet(
    leaving + 4 * MINUTE,
    admin.staff.user,
    exchange,
    "Set-Mailbox",
    { Identity: staff.user.id, Type: "Shared" },
    staff.user.id,
  );
  s.pen.cmdlet(
    leaving + 6 * MINUTE,
    admin.staff.user,
    exchange,
    "Add-MailboxPermission",
    { Identity: staff.user.id, User: manager.user.upn, AccessRights: "FullAccess", InheritanceType: "All" },
    staff.user.id,
  );
  if (s.rng.chance(0.6))
    s.pen.cmdlet(
      leaving + 8 * MINUTE,
      admin.staff.user,
      exchange,
      "Set-Mailbox",
      { Identity: staff.user.id, ForwardingAddress: manager.user.upn, DeliverToMailboxAndForward: "True" },
      staff.user.id,
    );
  return true;
}

export function guestInvited(s: Scene): boolean {
  const found = s.worker((p) => p.role === "sales" || p.role === "office");
  const guest = s.company.staff.find((p) => p.kind === "guest");
  if (!found || !guest) return false;
  s.pen.directory({
    at: found.at,
    operation: "Invite external user.",
    category: "UserManagement",
    by: by(found.staff, found.own),
    target: userTarget(guest.user),
    changes: [{ name: "InvitedEmailAddress", from: "", to: guest.user.mail ?? "" }],
  });
  return true;
}

/** A colleague is given a role because the work asks for it. */
export function roleGiven(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "employee" && p.role !== "shift");
  if (!found) return false;
  const admin = s.admin(found.d);
  if (!admin) return false;
  const role = s.rng.pick([
    "Helpdesk Administrator",
    "User Administrator",
    "Teams Administrator",
    "Billing Administrator",
  ]);
  s.pen.signIn(found.at - 4 * MINUTE, admin.staff.user, admin.own, {
    app: CLIENT.portal,
    resource: TARGET.arm,
    mfa: "completed",
  });
  s.pen.directory({
    at: found.at,
    operation: "Add member to role.",
    category: "RoleManagement",
    by: by(admin.staff, admin.own),
    target: userTarget(found.staff.user),
    changes: [
      { name: "Role.DisplayName", from: "", to: role },
      { name: "Role.TemplateId", from: "", to: s.rng.uuid() },
    ],
  });
  return true;
}
