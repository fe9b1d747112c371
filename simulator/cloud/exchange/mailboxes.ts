import { HOUR } from "../../clock.ts";
import type { Mailbox, SimUser } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { type Cmdlet, CmdletError, isTrue, mailboxByIdentity, objectNotFound } from "./cmdlet.ts";

export const MAILBOX_CMDLETS: Record<string, Cmdlet> = {
  "Get-Mailbox": {
    writes: false,
    parameters: ["Identity", "RecipientTypeDetails", "Filter"],
    run: (call, p) => {
      const found = p.Identity
        ? [mailboxByIdentity(call, p.Identity)]
        : call.tenant.users.flatMap((user) => (user.mailbox ? [{ user, mailbox: user.mailbox }] : []));
      return found
        .filter(({ mailbox }) => !p.RecipientTypeDetails || mailbox.recipientType === p.RecipientTypeDetails)
        .map(({ user, mailbox }) => mailboxJson(user, mailbox));
    },
  },
  "Set-Mailbox": {
    writes: true,
    parameters: [
      "Identity",
      "ForwardingSmtpAddress",
      "ForwardingAddress",
      "DeliverToMailboxAndForward",
      "AuditEnabled",
      "GrantSendOnBehalfTo",
    ],
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Identity);
      if ("GrantSendOnBehalfTo" in p) return changeSendOnBehalf(call, user, mailbox, p.GrantSendOnBehalfTo);
      const before = forwardingOf(mailbox);
      if ("ForwardingSmtpAddress" in p) mailbox.forwardingSmtpAddress = smtp(p.ForwardingSmtpAddress);
      if ("ForwardingAddress" in p)
        mailbox.forwardingAddress = p.ForwardingAddress ? String(p.ForwardingAddress) : null;
      if ("DeliverToMailboxAndForward" in p) mailbox.deliverToMailboxAndForward = isTrue(p.DeliverToMailboxAndForward);
      call.effect({ effect: "Set-Mailbox", target: user.id, before, after: forwardingOf(mailbox) });
      return [];
    },
  },
  "Get-CASMailbox": {
    writes: false,
    parameters: ["Identity"],
    run: (call, p) => {
      const found = p.Identity
        ? [mailboxByIdentity(call, p.Identity)]
        : call.tenant.users.flatMap((user) => (user.mailbox ? [{ user, mailbox: user.mailbox }] : []));
      return found.map(({ user, mailbox }) => ({
        Identity: user.displayName,
        ExternalDirectoryObjectId: user.id,
        Guid: mailbox.guid,
        ...mailbox.protocols,
      }));
    },
  },
  "Set-CASMailbox": {
    writes: true,
    parameters: [
      "Identity",
      "OWAEnabled",
      "EwsEnabled",
      "MAPIEnabled",
      "ActiveSyncEnabled",
      "ImapEnabled",
      "PopEnabled",
      "SmtpClientAuthenticationDisabled",
    ],
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Identity);
      const before = { ...mailbox.protocols };
      for (const name of Object.keys(mailbox.protocols)) if (name in p) mailbox.protocols[name] = isTrue(p[name]);
      call.effect({ effect: "Set-CASMailbox", target: user.id, before, after: mailbox.protocols });
      return [];
    },
  },
  "Get-MailboxPermission": {
    writes: false,
    parameters: ["Identity", "User"],
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Identity);
      const self = {
        Identity: user.displayName,
        User: "NT AUTHORITY\\SELF",
        AccessRights: ["FullAccess", "ReadPermission"],
        IsInherited: false,
        Deny: false,
      };
      return [
        self,
        ...withRights(mailbox, isAccess).map((m) => ({
          Identity: user.displayName,
          User: m.user,
          AccessRights: m.rights,
          IsInherited: false,
          Deny: false,
        })),
      ];
    },
  },
  "Remove-MailboxPermission": {
    writes: true,
    parameters: ["Identity", "User", "AccessRights", "InheritanceType"],
    run: (call, p) => {
      const named = accessNamed(p.AccessRights);
      return named.length === 0
        ? []
        : takeRights(call, "Remove-MailboxPermission", p.Identity, p.User, (right) => named.includes(right));
    },
  },
  "Add-MailboxPermission": {
    writes: true,
    parameters: ["Identity", "User", "AccessRights", "InheritanceType", "AutoMapping"],
    run: (call, p) => {
      const named = accessNamed(p.AccessRights);
      return named.length === 0 ? [] : giveRights(call, "Add-MailboxPermission", p.Identity, p.User, named);
    },
  },
  "Get-RecipientPermission": {
    writes: false,
    parameters: ["Identity", "Trustee"],
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Identity);
      return withRights(mailbox, isSendAs).map((m) => ({
        Identity: user.displayName,
        Trustee: m.user,
        AccessControlType: "Allow",
        AccessRights: m.rights,
        IsInherited: false,
      }));
    },
  },
  "Remove-RecipientPermission": {
    writes: true,
    parameters: ["Identity", "Trustee", "AccessRights"],
    run: (call, p) => takeRights(call, "Remove-RecipientPermission", p.Identity, p.Trustee, isSendAs),
  },
  "Add-RecipientPermission": {
    writes: true,
    parameters: ["Identity", "Trustee", "AccessRights"],
    run: (call, p) => giveRights(call, "Add-RecipientPermission", p.Identity, p.Trustee, ["SendAs"]),
  },
  "Get-MessageTraceV2": {
    writes: false,
    parameters: [
      "StartDate",
      "EndDate",
      "SenderAddress",
      "RecipientAddress",
      "MessageId",
      "Status",
      "Subject",
      "StartingRecipientAddress",
    ],
    run: (call, p) => {
      const to = p.EndDate ? Date.parse(String(p.EndDate)) : call.now;
      const from = p.StartDate ? Date.parse(String(p.StartDate)) : to - 48 * HOUR;
      if (to - from > 10 * 24 * HOUR)
        throw new CmdletError("BadRequest", "The date range cannot exceed 10 days.", "InvalidExpressionException");
      const wanted = (name: string, value: string): boolean =>
        !p[name] || [p[name]].flat().some((x) => String(x).toLowerCase() === value.toLowerCase());
      return call.tenant.traces
        .filter(
          (t) =>
            t.receivedAt >= from &&
            t.receivedAt <= to &&
            wanted("SenderAddress", t.sender) &&
            wanted("RecipientAddress", t.recipient) &&
            wanted("MessageId", t.messageId),
        )
        .map((t) => ({
          MessageTraceId: t.id,
          Received: new Date(t.receivedAt).toISOString().slice(0, 19),
          SenderAddress: t.sender,
          RecipientAddress: t.recipient,
          MessageId: t.messageId,
          Subject: t.subject,
          Status: "Delivered",
          FromIP: t.fromIp,
          ToIP: null,
          Size: 24_310,
        }));
    },
  },
};

const isSendAs = (right: string): boolean => right === "SendAs";
const isOnBehalf = (right: string): boolean => right === "SendOnBehalf";
const isAccess = (right: string): boolean => !isSendAs(right) && !isOnBehalf(right);

const ACCESS = ["FullAccess", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"];

/** Exchange takes a value by its beginning, and says 200 to one it does not know, having done nothing. */
const accessNamed = (value: unknown): string[] =>
  [value]
    .flat()
    .flatMap((one) => ACCESS.find((name) => name.toLowerCase().startsWith(String(one).toLowerCase())) ?? []);

const withRights = (mailbox: Mailbox, wanted: (right: string) => boolean): Mailbox["permissions"] =>
  mailbox.permissions
    .map(({ user, rights }) => ({ user, rights: rights.filter(wanted) }))
    .filter(({ rights }) => rights.length > 0);

/** A trustee by the name of the entry, or by the person's address or id. */
function namesOf(call: Call, trustee: unknown): string[] {
  const name = String(trustee).toLowerCase();
  const person = call.tenant.users.find((u) => u.id === name || u.upn.toLowerCase() === name);
  return [name, person?.upn.toLowerCase(), person?.id].filter((n) => n !== undefined);
}

function takeRights(
  call: Call,
  effect: string,
  identity: unknown,
  trustee: unknown,
  taken: (right: string) => boolean,
): object[] {
  const { user, mailbox } = mailboxByIdentity(call, identity);
  const before = structuredClone(mailbox.permissions);
  const names = namesOf(call, trustee);
  if (!withRights(mailbox, taken).some((m) => names.includes(m.user.toLowerCase()))) throw objectNotFound(trustee);
  mailbox.permissions = mailbox.permissions
    .map((m) => (names.includes(m.user.toLowerCase()) ? { ...m, rights: m.rights.filter((r) => !taken(r)) } : m))
    .filter((m) => m.rights.length > 0);
  call.effect({ effect, target: `${user.id}/${trustee}`, before, after: mailbox.permissions });
  return [];
}

function giveRights(call: Call, effect: string, identity: unknown, trustee: unknown, rights: string[]): object[] {
  const { user, mailbox } = mailboxByIdentity(call, identity);
  const before = structuredClone(mailbox.permissions);
  const names = namesOf(call, trustee);
  const known = mailbox.permissions.find((m) => names.includes(m.user.toLowerCase()));
  if (known) known.rights = [...new Set([...known.rights, ...rights])];
  else mailbox.permissions.push({ user: String(trustee), rights });
  call.effect({ effect, target: `${user.id}/${trustee}`, before, after: mailbox.permissions });
  return [];
}

/** `@{Add=...}` or `@{Remove=...}`. */
function changeSendOnBehalf(call: Call, user: SimUser, mailbox: Mailbox, change: unknown): object[] {
  const { Add, Remove } = change as { Add?: unknown[]; Remove?: unknown[] };
  for (const trustee of Remove ?? []) takeRights(call, "Set-Mailbox", user.id, trustee, isOnBehalf);
  for (const trustee of Add ?? []) giveRights(call, "Set-Mailbox", mailbox.guid, trustee, ["SendOnBehalf"]);
  return [];
}

const smtp = (value: unknown): string | null => (value ? `smtp:${String(value).replace(/^smtp:/i, "")}` : null);

const forwardingOf = (mailbox: Mailbox) => ({
  forwardingSmtpAddress: mailbox.forwardingSmtpAddress,
  forwardingAddress: mailbox.forwardingAddress,
  deliverToMailboxAndForward: mailbox.deliverToMailboxAndForward,
});

function mailboxJson(user: SimUser, mailbox: Mailbox) {
  return {
    Identity: user.displayName,
    Guid: mailbox.guid,
    ExchangeGuid: mailbox.guid,
    ExternalDirectoryObjectId: user.id,
    UserPrincipalName: user.upn,
    PrimarySmtpAddress: user.mail,
    DisplayName: user.displayName,
    RecipientTypeDetails: mailbox.recipientType,
    ForwardingSmtpAddress: mailbox.forwardingSmtpAddress,
    ForwardingAddress: mailbox.forwardingAddress,
    DeliverToMailboxAndForward: mailbox.deliverToMailboxAndForward,
    "DeliverToMailboxAndForward@data.type": "System.Boolean",
    GrantSendOnBehalfTo: withRights(mailbox, isOnBehalf).map((m) => m.user),
    AuditEnabled: true,
    LitigationHoldEnabled: false,
    WhenChanged: "2026-01-01T00:00:00",
  };
}
