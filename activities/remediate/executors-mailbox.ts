import type { M365Tenant, WriteOutcome } from "#activities/clients/m365/m365.ts";
import { SHUT_PROTOCOLS } from "#activities/clients/m365/mailbox-settings.ts";
import type { Executor, Image, Target } from "./executors.ts";

type MailboxKind =
  | "move-message"
  | "restore-message"
  | "delete-inbox-rule"
  | "disable-inbox-rule"
  | "recreate-inbox-rule"
  | "clear-forwarding"
  | "restore-forwarding"
  | "remove-mailbox-permission"
  | "add-mailbox-permission"
  | "disable-transport-rule"
  | "enable-transport-rule"
  | "disable-connector"
  | "enable-connector"
  | "remove-connector"
  | "disable-mailbox-protocols"
  | "restore-mailbox-protocols";

const readRule: Executor["read"] = (tenant, { head, rest }) => tenant.readInboxRule(head, rest);

/** The rule as it is or was: the same id, else the same name. */
async function readRuleLike(tenant: M365Tenant, { head, rest, image }: Target): Promise<Image | null> {
  const rules = await tenant.listInboxRules(head);
  return (
    rules.find((rule) => rule.id === rest) ?? rules.find((rule) => rule.displayName === image?.displayName) ?? null
  );
}

/** `rest` is the message's id; the image names the mail, so that it is found after a move gave it a new id. */
async function readMessage(tenant: M365Tenant, { head, rest, image }: Target): Promise<Image | null> {
  const copies = await tenant.findMessages(head, { internetMessageId: String(image?.internetMessageId) });
  const deletedItems = await tenant.readFolderId(head, "deleteditems");
  const ids = [rest, image?.newId].filter((id) => id !== undefined);
  const copy =
    copies.find((m) => ids.includes(m.id)) ??
    copies.find((m) => m.folderId === deletedItems) ??
    copies.find((m) => m.folderId === image?.folderId);
  if (!copy) return null;
  return {
    messageId: copy.id,
    folderId: copy.folderId,
    isInDeletedItems: copy.folderId === deletedItems,
    internetMessageId: copy.internetMessageId,
  };
}

type ConnectorKind = "inbound-connector" | "outbound-connector";
const readConnector: Executor["read"] = async (tenant, { head, rest }) => {
  const connector = await tenant.readConnector(head as ConnectorKind, rest);
  return connector ? { enabled: connector.enabled, detail: connector.detail } : null;
};
const turnConnector = (enabled: boolean): Executor => ({
  read: readConnector,
  isDone: (now) => (now === null ? !enabled : now.enabled === enabled),
  send: (tenant, { head, rest }) => tenant.setConnectorEnabled(head as ConnectorKind, rest, enabled),
});
const turnTransportRule = (enabled: boolean): Executor => ({
  read: (tenant, target) => tenant.readTransportRule(target.id),
  isDone: (now) => (now === null ? !enabled : now.enabled === enabled),
  send: (tenant, target) => tenant.setTransportRuleEnabled(target.id, enabled),
});

const areProtocols = (now: Image, wanted: Readonly<Record<string, boolean | null>>): boolean =>
  Object.entries(wanted).every(([name, value]) => now[name] === value);
/** Of a before-image only the protocols: it holds more. */
const protocolsOf = (image: Image | null): Record<string, boolean | null> =>
  Object.fromEntries(
    Object.keys(SHUT_PROTOCOLS).map((name) => [name, typeof image?.[name] === "boolean" ? image[name] : null]),
  );

const rightsOf = (image: Image | null): string[] =>
  Array.isArray(image?.rights) ? image.rights.map(String) : ["FullAccess"];
const gone: WriteOutcome = { kind: "gone", requestId: undefined };

/** Writes on mailboxes and mail flow. Target: mailbox/thing, kind/connector, or the rule's id. */
export const mailboxExecutors = {
  "move-message": {
    read: readMessage,
    isDone: (now) => now?.isInDeletedItems === true,
    send: async (tenant, { head }, before) =>
      before ? tenant.moveMessage(head, String(before.messageId), "deleteditems") : gone,
  },
  "restore-message": {
    read: readMessage,
    isDone: (now, _before, { image }) => now !== null && now.folderId === image?.folderId,
    // Its id changed when it was moved, and may have again: the one found now counts.
    async send(tenant, target) {
      const now = await readMessage(tenant, target);
      return now ? tenant.moveMessage(target.head, String(now.messageId), String(target.image?.folderId)) : gone;
    },
  },
  "delete-inbox-rule": {
    read: readRule,
    isDone: (now) => now === null,
    send: (tenant, { head, rest }) => tenant.deleteInboxRule(head, rest),
  },
  "disable-inbox-rule": {
    read: readRule,
    isDone: (now) => now === null || now.isEnabled === false,
    send: (tenant, { head, rest }) => tenant.setInboxRuleEnabled(head, rest, false),
  },
  "recreate-inbox-rule": {
    read: readRuleLike,
    isDone: (now, _before, { image }) => now !== null && now.isEnabled === image?.isEnabled,
    async send(tenant, target) {
      const rule = await readRuleLike(tenant, target);
      if (rule) return tenant.setInboxRuleEnabled(target.head, String(rule.id), target.image?.isEnabled === true);
      return tenant.createInboxRule(target.head, target.image ?? {});
    },
  },
  "clear-forwarding": {
    read: (tenant, target) => tenant.readForwarding(target.id),
    isDone: (now) => now === null || (now.smtpAddress === null && now.internalAddress === null),
    send: (tenant, target) => tenant.setForwarding(target.id, null, false, null),
  },
  "restore-forwarding": {
    read: (tenant, target) => tenant.readForwarding(target.id),
    isDone: (now, _before, { image }) =>
      now !== null &&
      now.smtpAddress === image?.smtpAddress &&
      now.internalAddress === image?.internalAddress &&
      now.keepsCopy === image?.keepsCopy,
    send: (tenant, { id, image }) =>
      tenant.setForwarding(
        id,
        textOrNull(image?.smtpAddress),
        image?.keepsCopy === true,
        textOrNull(image?.internalAddress),
      ),
  },
  "remove-mailbox-permission": {
    read: (tenant, { head, rest }) => tenant.readMailboxPermission(head, rest),
    isDone: (now) => now === null,
    send: (tenant, { head, rest }, before) => tenant.removeMailboxPermission(head, rest, rightsOf(before)),
  },
  "add-mailbox-permission": {
    read: (tenant, { head, rest }) => tenant.readMailboxPermission(head, rest),
    isDone: (now) => now !== null,
    send: (tenant, { head, rest, image }) => tenant.addMailboxPermission(head, rest, rightsOf(image)),
  },
  "disable-transport-rule": turnTransportRule(false),
  "enable-transport-rule": turnTransportRule(true),
  "disable-connector": turnConnector(false),
  "enable-connector": turnConnector(true),
  "remove-connector": {
    read: readConnector,
    isDone: (now) => now === null,
    send: (tenant, { head, rest }) => tenant.removeConnector(head as ConnectorKind, rest),
  },
  "disable-mailbox-protocols": {
    read: (tenant, target) => tenant.readMailboxProtocols(target.id),
    isDone: (now) => now === null || areProtocols(now, SHUT_PROTOCOLS),
    send: (tenant, target) => tenant.setMailboxProtocols(target.id, SHUT_PROTOCOLS),
  },
  "restore-mailbox-protocols": {
    read: (tenant, target) => tenant.readMailboxProtocols(target.id),
    isDone: (now, _before, { image }) => now === null || areProtocols(now, protocolsOf(image)),
    send: (tenant, { id, image }) => tenant.setMailboxProtocols(id, protocolsOf(image)),
  },
} satisfies Record<MailboxKind, Executor>;

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
