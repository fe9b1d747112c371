import { MINUTE } from "../../clock.ts";
import { CLIENT, KNOWN_APPS, TARGET } from "../apps.ts";
import { consent } from "../consent.ts";
import { inOutlook } from "../own-sessions.ts";
import type { Scene } from "./scene.ts";

/** Rules as people make them: newsletters away, the boss to the top, invoices into their folder, out of office. */
export function inboxRule(s: Scene): boolean {
  const found = s.worker();
  if (!found) return false;
  const { staff, at, own } = found;
  const { rng, pen, company } = s;
  const partner = rng.pick(company.partners);
  const [name, effect] = rng.pick<[string, Record<string, string>]>([
    ["Newsletters", { From: `news@${partner}`, MoveToFolder: "Newsletters" }],
    ["Invoices", { SubjectContainsWords: "invoice", MoveToFolder: "Invoices" }],
    [
      partner.split(".")[0] ?? "Supplier",
      { FromAddressContainsWords: `@${partner}`, MoveToFolder: partner.split("-")[0] ?? "Supplier" },
    ],
    ["Junk notifications", { SubjectContainsWords: "Planner;Viva", DeleteMessage: "True" }],
    ["Teams noise", { From: "noreply@email.teams.microsoft.com", DeleteMessage: "True", MarkAsRead: "True" }],
    ["Boss", { From: rng.pick(company.staff).user.upn, MarkImportance: "High" }],
    ["Scans", { From: `scanner@${company.domain}`, MoveToFolder: "Scans", MarkAsRead: "True" }],
    ["Project X", { SubjectOrBodyContainsWords: "tender;drawing", CopyToFolder: "Project X" }],
    ["cc", { MyNameInCcBox: "True", MoveToFolder: "CC", StopProcessingRules: "True" }],
  ]);
  if (staff.usesOutlook && rng.chance(0.6)) {
    const actions = effect.DeleteMessage
      ? [{ ActionType: "Delete" }]
      : [{ ActionType: "Move", FolderName: effect.MoveToFolder ?? name }];
    pen.outlookRule(at, staff.user, own, name, actions, `{(SubString IgnoreCase(SenderProperty)=${partner})}`);
    return true;
  }
  pen.cmdlet(
    at,
    staff.user,
    own,
    "New-InboxRule",
    { AlwaysDeleteOutlookRulesBlob: "False", Force: "False", Mailbox: staff.user.id, Name: name, ...effect },
    `${company.tenant.initialDomain}\\${staff.user.id}\\${name}`,
  );
  if (rng.chance(0.3))
    pen.cmdlet(
      at + 5 * MINUTE,
      staff.user,
      own,
      "Set-InboxRule",
      { Identity: `${staff.user.id}\\${name}`, ...effect },
      `${company.tenant.initialDomain}\\${staff.user.id}\\${name}`,
    );
  return true;
}

/** Mail that rightly goes outside: a ticket system, an assistant abroad, an accountant. */
export function honestForwarding(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "admin" || p.role === "executive" || p.role === "finance");
  if (!found) return false;
  const { staff, d, at, own } = found;
  const admin = s.admin(d);
  if (!admin) return false;
  const shared = s.company.staff.find((p) => p.kind === "shared-mailbox");
  if (s.rng.chance(0.5) && shared) {
    s.cast.push(shared);
    s.pen.cmdlet(
      at,
      admin.staff.user,
      { ...admin.own, app: CLIENT.exchangePowerShell },
      "Set-Mailbox",
      {
        Identity: shared.user.id,
        ForwardingSmtpAddress: `smtp:support@${s.company.domain.split(".")[0]}.helpdesk-tickets.example`,
        DeliverToMailboxAndForward: "True",
      },
      shared.user.id,
    );
    return true;
  }
  const assistant = s.rng.chance(0.5)
    ? `assistant@${s.rng.pick(s.company.partners)}`
    : (s.company.staff.find((p) => p.role === "assistant")?.user.upn ?? `pa@${s.company.partners[0]}`);
  s.pen.cmdlet(
    at,
    staff.user,
    own,
    "New-InboxRule",
    { Mailbox: staff.user.id, Name: "To my assistant", SubjectContainsWords: "meeting;travel", ForwardTo: assistant },
    `${s.company.tenant.initialDomain}\\${staff.user.id}\\To my assistant`,
  );
  return true;
}

/** A mail merge: hundreds of the same letter from the person's own Outlook. */
export function mailMerge(s: Scene): boolean {
  const found = s.worker((p) => p.role === "sales" || p.role === "finance" || p.role === "hr");
  if (!found) return false;
  const session = inOutlook(found.own);
  const title = s.rng.pick(["Our summer opening hours", "Statement of account June", "Invitation to our customer day"]);
  let { at } = found;
  for (let n = s.rng.int(60, 260); n > 0; n--) {
    s.pen.send(at, found.staff.user, session, title);
    at += s.rng.int(700, 6_000);
  }
  return true;
}

/** An application many companies use; an administrator sometimes agrees for everybody. */
export function appConsent(s: Scene): boolean {
  const app = s.rng.pick(KNOWN_APPS);
  const forAll = s.rng.chance(0.2);
  const found = forAll ? s.worker((p) => p.kind === "admin") : s.worker();
  if (!found) return false;
  const { staff, at, own } = found;
  if (s.rng.chance(0.5))
    s.pen.signIn(at - 30_000, staff.user, own, {
      app: { id: app.appId, name: app.name },
      resource: TARGET.graph,
      errorCode: 65001,
      mfa: "claim",
    });
  const isNew = !known(s).has(app.appId);
  known(s).add(app.appId);
  consent(s.pen, at, staff, own, app, { isNew, allUsers: forAll });
  s.pen.signIn(at + 20_000, staff.user, own, {
    app: { id: app.appId, name: app.name },
    resource: TARGET.graph,
    mfa: "claim",
  });
  return true;
}

const appsByCompany = new WeakMap<Scene["company"], Set<string>>();
function known(s: Scene): Set<string> {
  const found = appsByCompany.get(s.company) ?? new Set<string>();
  appsByCompany.set(s.company, found);
  return found;
}

/** Preparing an audit or a tender: a day of downloads from the usual desk. */
export function honestDownload(s: Scene): boolean {
  const found = s.worker((p) => p.role === "finance" || p.role === "developer" || p.role === "office");
  if (!found) return false;
  let { at } = found;
  for (let n = s.rng.int(40, 160); n > 0; n--) {
    s.pen.file(at, found.staff.user, found.own, "FileDownloaded", {
      name: `Invoice ${n}.pdf`,
      site: "Finance",
      folder: "Shared Documents/2025",
    });
    at += s.rng.int(1_000, 30_000);
  }
  return true;
}
