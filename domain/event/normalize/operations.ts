import type { EventCategory } from "../event.ts";

export type Operation = { action: string; category: EventCategory };

/** Operation names, lower case, without trailing stop, with every dash as "-". Kept as [pattern-free name, action]. */
const DIRECTORY: Record<string, string> = {
  "consent to application": "app.consent",
  "add oauth2permissiongrant": "app.grant.delegated",
  "add delegated permission grant": "app.grant.delegated",
  "remove delegated permission grant": "app.grant.remove",
  "remove oauth2permissiongrant": "app.grant.remove",
  "add app role assignment to service principal": "app.grant.role",
  "remove app role assignment from service principal": "app.grant.role.remove",
  "add app role assignment grant to user": "app.user-assignment",
  "add application": "app.create",
  "update application": "app.update",
  "delete application": "app.delete",
  "update application - certificates and secrets management": "app.credential.add",
  "create application - certificates and secrets management": "app.credential.add",
  "add service principal credentials": "app.credential.add",
  "update service principal credentials": "app.credential.add",
  "remove service principal credentials": "app.credential.remove",
  "add owner to application": "app.owner.add",
  "add owner to service principal": "app.owner.add",
  "add service principal": "service-principal.create",
  "update service principal": "service-principal.update",
  "remove service principal": "service-principal.delete",
  "delete service principal": "service-principal.delete",
  "disable service principal": "service-principal.disable",
  "add member to role": "role.add",
  "add member to role outside of pim (permanent)": "role.add",
  "add member to role completed (pim activation)": "role.activate",
  "add member to role requested (pim activation)": "role.activate.request",
  "add eligible member to role": "role.eligible.add",
  "add eligible member to role in pim completed (permanent)": "role.eligible.add",
  "add eligible member to role in pim completed (timebound)": "role.eligible.add",
  "add member to role in pim completed (permanent)": "role.add",
  "add member to role in pim completed (timebound)": "role.add",
  "add scoped member to role": "role.add",
  "remove member from role": "role.remove",
  "remove eligible member from role": "role.remove",
  "user has elevated their access to user access administrator for their azure resources": "role.elevate",
  "add user": "user.create",
  "delete user": "user.delete",
  "hard delete user": "user.delete",
  "restore user": "user.restore",
  "update user": "user.update",
  "invite external user": "user.invite",
  "redeem external user invite": "user.invite.redeem",
  "disable account": "user.disable",
  "enable account": "user.enable",
  "reset user password": "user.password.reset",
  "reset password (by admin)": "user.password.reset",
  "reset password (self-service)": "user.password.self-reset",
  "self-service password reset flow activity progress": "user.password.self-reset.step",
  "change user password": "user.password.change",
  "change password (self-service)": "user.password.change",
  "set force change user password": "user.password.force-change",
  "update stsrefreshtokenvalidfrom timestamp": "user.sessions.revoke",
  "revoke sign-in sessions": "user.sessions.revoke",
  "user registered security info": "auth-method.add",
  "user registered all required security info": "auth-method.complete",
  "user changed default security info": "auth-method.default",
  "user deleted security info": "auth-method.remove",
  "user updated security info": "auth-method.update",
  "user started security info registration": "auth-method.started",
  "user reviewed security info": "auth-method.review",
  "admin registered security info": "auth-method.add",
  "admin updated security info": "auth-method.update",
  "admin deleted security info": "auth-method.remove",
  "admin created temporary access pass": "auth-method.temporary-pass",
  "create temporary access pass": "auth-method.temporary-pass",
  "register security info": "auth-method.add",
  "enable strong authentication": "mfa.enable",
  "disable strong authentication": "mfa.disable",
  "fraud reported - no action taken": "mfa.fraud-reported",
  "fraud reported - user is blocked for mfa": "mfa.fraud-reported",
  "suspicious activity reported": "mfa.fraud-reported",
  "register device": "device.register",
  "add device": "device.register",
  "add registered owner to device": "device.owner.add",
  "add registered users to device": "device.user.add",
  "update device": "device.update",
  "delete device": "device.delete",
  "add group": "group.create",
  "update group": "group.update",
  "delete group": "group.delete",
  "add member to group": "group.member.add",
  "remove member from group": "group.member.remove",
  "add owner to group": "group.owner.add",
  "add conditional access policy": "policy.access.create",
  "update conditional access policy": "policy.access.update",
  "delete conditional access policy": "policy.access.delete",
  "add named location": "policy.location.create",
  "update named location": "policy.location.update",
  "add policy": "policy.create",
  "update policy": "policy.update",
  "update authorization policy": "policy.authorization.update",
  "authentication methods policy update": "policy.methods.update",
  "set domain authentication": "domain.federation.set",
  "set federation settings on domain": "domain.federation.set",
  "add unverified domain": "domain.add",
  "add verified domain": "domain.add",
  "verify domain": "domain.verify",
  "add partner to company": "partner.add",
  "add delegated admin": "partner.add",
  "set company information": "tenant.update",
  "add a partner to cross-tenant access setting": "policy.cross-tenant.add",
  "update a partner cross-tenant access setting": "policy.cross-tenant.update",
  "change user license": "user.license",
  "update authentication methods policy": "policy.methods.update",
  "delete named location": "policy.location.update",
  "update the company default cross-tenant access setting": "policy.cross-tenant.update",
  "update company default cross-tenant access setting": "policy.cross-tenant.update",
  "add certificate authority": "tenant.root-ca",
  "add a certificate authority to a public key infrastructure": "tenant.root-ca",
  "create certificateauthority": "tenant.root-ca",
  "create publickeyinfrastructure": "tenant.root-ca",
  "update organization": "tenant.update",
  "delete policy": "policy.delete",
  "added policy": "policy.create",
  "read bitlocker key": "secret.bitlocker-key.read",
  "recover device local administrator password": "secret.local-admin-password.read",
  "download users": "directory.bulk-download",
  "bulk download users - started (bulk)": "directory.bulk-download",
  "download users - started (bulk)": "directory.bulk-download",
  "bulk download group members - started (bulk)": "directory.bulk-download",
  "add member to role in pim requested (permanent)": "role.activate.request",
  "add member to role in pim requested (timebound)": "role.activate.request",
  "add eligible member to role in pim requested (permanent)": "role.activate.request",
  "add eligible member to role in pim requested (timebound)": "role.activate.request",
  "remove role assignment": "role.remove",
  "remove owner from application": "app.owner.remove",
  "remove owner from service principal": "app.owner.remove",
};

const MAILBOX: Record<string, string> = {
  mailitemsaccessed: "mail.read",
  folderbind: "mail.folder-bind",
  messagebind: "mail.read",
  mailboxlogin: "mailbox.login",
  send: "mail.send",
  sendas: "mail.send-as",
  sendonbehalf: "mail.send-on-behalf",
  create: "mail.create",
  update: "mail.update",
  copy: "mail.copy",
  move: "mail.move",
  movetodeleteditems: "mail.delete",
  softdelete: "mail.delete.soft",
  harddelete: "mail.delete.hard",
  recorddelete: "mail.delete.hard",
  updateinboxrules: "inbox-rule.update",
  updatecalendardelegation: "mailbox.delegate.calendar",
  updatefolderpermissions: "mailbox.folder-permission.add",
  addfolderpermissions: "mailbox.folder-permission.add",
  modifyfolderpermissions: "mailbox.folder-permission.add",
  removefolderpermissions: "mailbox.folder-permission.remove",
  searchqueryinitiatedexchange: "search.mail",
  searchqueryinitiatedsharepoint: "search.files",
  applyrecordlabel: "mail.label",
};

const CMDLETS: Record<string, string> = {
  "new-inboxrule": "inbox-rule.create",
  "set-inboxrule": "inbox-rule.update",
  "enable-inboxrule": "inbox-rule.enable",
  "disable-inboxrule": "inbox-rule.disable",
  "remove-inboxrule": "inbox-rule.remove",
  "set-mailbox": "mailbox.settings.set",
  "set-mailboxjunkemailconfiguration": "mailbox.junk.set",
  "set-mailboxautoreplyconfiguration": "mailbox.auto-reply.set",
  "set-casmailbox": "mailbox.protocols.set",
  "add-mailboxpermission": "mailbox.delegate.add",
  "remove-mailboxpermission": "mailbox.delegate.remove",
  "add-recipientpermission": "mailbox.delegate.add",
  "remove-recipientpermission": "mailbox.delegate.remove",
  "add-mailboxfolderpermission": "mailbox.folder-permission.add",
  "set-mailboxfolderpermission": "mailbox.folder-permission.add",
  "remove-mailboxfolderpermission": "mailbox.folder-permission.remove",
  "new-transportrule": "transport-rule.create",
  "set-transportrule": "transport-rule.update",
  "enable-transportrule": "transport-rule.enable",
  "disable-transportrule": "transport-rule.disable",
  "remove-transportrule": "transport-rule.remove",
  "new-journalrule": "journal-rule.create",
  "set-journalrule": "journal-rule.update",
  "new-inboundconnector": "connector.inbound.create",
  "set-inboundconnector": "connector.inbound.update",
  "remove-inboundconnector": "connector.inbound.remove",
  "new-outboundconnector": "connector.outbound.create",
  "set-outboundconnector": "connector.outbound.update",
  "remove-outboundconnector": "connector.outbound.remove",
  "new-remotedomain": "remote-domain.create",
  "set-remotedomain": "remote-domain.update",
  "set-hostedoutboundspamfilterpolicy": "mail-protection.outbound.set",
  "set-hostedcontentfilterpolicy": "mail-protection.set",
  "set-hostedconnectionfilterpolicy": "mail-protection.set",
  "set-antiphishpolicy": "mail-protection.set",
  "disable-antiphishrule": "mail-protection.disable",
  "remove-antiphishrule": "mail-protection.disable",
  "disable-safelinksrule": "mail-protection.disable",
  "disable-safeattachmentrule": "mail-protection.disable",
  "remove-safelinkspolicy": "mail-protection.disable",
  "set-adminauditlogconfig": "audit.config.set",
  "set-mailboxauditbypassassociation": "audit.bypass.set",
  "set-organizationconfig": "organization.config.set",
  "new-managementroleassignment": "exchange-role.add",
  "add-rolegroupmember": "exchange-role.add",
  "new-mailboxexportrequest": "mailbox.export",
  "new-compliancesearch": "ediscovery.search",
  "new-compliancesearchaction": "ediscovery.export",
  "start-compliancesearch": "ediscovery.search",
  "remove-auditlogretentionpolicy": "audit.retention.remove",
  "new-mailbox": "mailbox.create",
  "new-rolegroup": "exchange-role.add",
  "update-rolegroupmember": "exchange-role.add",
  "set-safelinkspolicy": "mail-protection.set",
  "set-safeattachmentpolicy": "mail-protection.set",
  "set-atppolicyforo365": "mail-protection.set",
  "set-malwarefilterpolicy": "mail-protection.set",
  "set-teamsprotectionpolicy": "mail-protection.set",
  "remove-safeattachmentpolicy": "mail-protection.remove",
  "remove-safeattachmentrule": "mail-protection.remove",
  "remove-safelinksrule": "mail-protection.remove",
  "remove-antiphishpolicy": "mail-protection.remove",
  "remove-malwarefilterpolicy": "mail-protection.remove",
  "remove-malwarefilterrule": "mail-protection.remove",
  "disable-malwarefilterrule": "mail-protection.remove",
  "remove-hostedcontentfilterpolicy": "mail-protection.remove",
  "remove-hostedcontentfilterrule": "mail-protection.remove",
  "disable-hostedcontentfilterrule": "mail-protection.remove",
  "disable-eopprotectionpolicyrule": "mail-protection.remove",
  "disable-atpprotectionpolicyrule": "mail-protection.remove",
  "new-tenantallowblocklistitems": "mail-protection.allow",
  "set-dkimsigningconfig": "mail-protection.set",
  "set-externalinoutlook": "mail-protection.set",
  "new-mailcontact": "mail-contact.create",
  "set-mailcontact": "mail-contact.create",
  "new-mailuser": "mail-contact.create",
  "set-mailuser": "mail-contact.create",
  "add-distributiongroupmember": "mail-group.member.add",
  "new-distributiongroup": "mail-group.create",
  "new-mailboxsearch": "ediscovery.search",
  "start-mailboxsearch": "ediscovery.search",
  "new-compliancesecurityfilter": "ediscovery.search",
  searchcreated: "ediscovery.search",
  searchstarted: "ediscovery.search",
  searchexported: "ediscovery.export",
  searchexportdownloaded: "ediscovery.export",
  searchpermissionchanged: "ediscovery.search",
  "remove-dlpcompliancepolicy": "data-loss.policy.off",
  "remove-dlpcompliancerule": "data-loss.policy.off",
  "disable-dlpcompliancerule": "data-loss.policy.off",
  "remove-retentioncompliancepolicy": "data-loss.policy.off",
};

const FILES: Record<string, string> = {
  fileaccessed: "file.access",
  fileaccessedextended: "file.access",
  filepreviewed: "file.preview",
  filedownloaded: "file.download",
  filesyncdownloadedfull: "file.sync-download",
  filesyncdownloadedpartial: "file.sync-download",
  fileuploaded: "file.upload",
  filemodified: "file.modify",
  filemodifiedextended: "file.modify",
  filedeleted: "file.delete",
  filedeletedfirststagerecyclebin: "file.delete",
  filedeletedsecondstagerecyclebin: "file.delete",
  filerecycled: "file.delete",
  filerenamed: "file.rename",
  filecopied: "file.copy",
  filemoved: "file.move",
  filemalwaredetected: "file.malware",
  anonymouslinkcreated: "share.anonymous-link.create",
  anonymouslinkupdated: "share.anonymous-link.create",
  anonymouslinkused: "share.anonymous-link.use",
  anonymouslinkremoved: "share.anonymous-link.remove",
  companylinkcreated: "share.company-link.create",
  securelinkcreated: "share.secure-link.create",
  addedtosecurelink: "share.secure-link.add",
  sharinginvitationcreated: "share.invite",
  sharingset: "share.set",
  sitecollectionadminadded: "site.admin.add",
  pageviewed: "site.page-view",
  sharingpolicychanged: "share.policy.set",
  sharingcapabilitychanged: "share.policy.set",
  fileversionsalldeleted: "file.delete",
  folderdeleted: "file.delete",
  folderrecycled: "file.delete",
};

const ALERTS = new Set(["alerttriggered", "alertentitygenerated"]);

const TEAMS: Record<string, string> = {
  messagesent: "teams.message.send",
  messagecreatedhaslink: "teams.message.link",
  chatcreated: "teams.chat.create",
  memberadded: "teams.member.add",
};

/** `Consent to application. ` → `consent to application`; en and em dashes become "-". */
export function operationKey(operation: string): string {
  return operation
    .toLowerCase()
    .replace(/[‐-―−]/g, "-")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\.$/, "")
    .trim();
}

function lookup(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const EXCHANGE_TYPES = new Set(["1", "2", "3", "50", "29", "exchangeadmin", "exchangeitem", "exchangeitemgroup"]);

/**
 * The canonical verb and the tab of an operation. An operation nobody knows keeps its own name as its verb, so that
 * it is shown and counted rather than dropped.
 */
export function operationOf(
  operation: string,
  workload: string | undefined,
  recordType: string | undefined,
): Operation {
  const key = operationKey(operation);
  if (key === "userloggedin" || key === "userloginfailed" || key === "sign-in activity") {
    return { action: "sign-in", category: "login" };
  }
  const cmdlet = lookup(CMDLETS, key);
  if (cmdlet) return { action: cmdlet, category: "exchange" };
  const work = workload?.toLowerCase() ?? "";
  const exchange = work.includes("exchange") || EXCHANGE_TYPES.has(recordType?.toLowerCase() ?? "");
  if (ALERTS.has(key) || key.startsWith("mcas_alert_")) return { action: "provider.alert", category: "other" };
  const mailbox = lookup(MAILBOX, key);
  if (mailbox && (exchange || work === "")) return { action: mailbox, category: mailboxCategory(mailbox) };
  const directory = lookup(DIRECTORY, key);
  if (directory) return { action: directory, category: "directory" };
  const teams = lookup(TEAMS, key);
  if (teams) return { action: teams, category: "teams" };
  const file = lookup(FILES, key);
  if (file) return { action: file, category: "sharepoint" };
  return { action: operation, category: categoryOf(work, exchange) };
}

function mailboxCategory(action: string): EventCategory {
  return action.startsWith("mail.") ? "email" : "exchange";
}

function categoryOf(work: string, exchange: boolean): EventCategory {
  if (work.includes("teams") || work.includes("skype")) return "teams";
  if (work.includes("sharepoint") || work.includes("onedrive")) return "sharepoint";
  if (work.includes("activedirectory") || work.includes("directory")) return "directory";
  return exchange ? "exchange" : "other";
}

/** Success or failure from every spelling of a result ("True", "PartiallySucceeded", "failure", "Failed" …). */
export function resultOutcome(result: string | undefined): "success" | "failure" | "unknown" {
  if (!result) return "unknown";
  if (/^(true|0|ok|success|succeeded|partiallysucceeded|completed)$/i.test(result)) return "success";
  if (/^(false|fail|failed|failure|timeout|error|denied)/i.test(result)) return "failure";
  return "unknown";
}
