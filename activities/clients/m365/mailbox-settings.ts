import type { Exchange } from "./exchange.ts";
import { asList, asText } from "./faults.ts";
import type { M365Tenant } from "./m365.ts";
import { M365Fault } from "./m365.ts";

type SettingsDoor = Pick<
  M365Tenant,
  | "readForwarding"
  | "setForwarding"
  | "readMailboxPermission"
  | "removeMailboxPermission"
  | "addMailboxPermission"
  | "readTransportRule"
  | "setTransportRuleEnabled"
  | "readConnector"
  | "setConnectorEnabled"
  | "removeConnector"
  | "readMailboxProtocols"
  | "setMailboxProtocols"
>;

/** The ways into a mailbox, and how each is when it is shut. */
export const SHUT_PROTOCOLS: Readonly<Record<string, boolean>> = {
  OWAEnabled: false,
  EwsEnabled: false,
  MAPIEnabled: false,
  ActiveSyncEnabled: false,
  ImapEnabled: false,
  PopEnabled: false,
  SmtpClientAuthenticationDisabled: true,
};

const NOUN = { "inbound-connector": "InboundConnector", "outbound-connector": "OutboundConnector" } as const;

/** Forwarding, delegates, transport rules and connectors: Exchange only. */
export function mailboxSettingsDoor(exchange: Exchange): SettingsDoor {
  const readOne = async (name: string, parameters: Record<string, unknown>) => {
    try {
      return (await exchange.read({ name, parameters }))[0] ?? null;
    } catch (error) {
      if (error instanceof M365Fault && error.faultClass === "not-found") return null;
      throw error;
    }
  };

  return {
    async readForwarding(mailbox) {
      const row = await readOne("Get-Mailbox", { Identity: mailbox });
      return row ? toForwarding(row) : null;
    },
    setForwarding: (mailbox, smtpAddress, keepsCopy, internalAddress = null) =>
      exchange.write({
        name: "Set-Mailbox",
        parameters: {
          Identity: mailbox,
          ForwardingSmtpAddress: smtpAddress,
          ForwardingAddress: internalAddress,
          DeliverToMailboxAndForward: keepsCopy,
        },
      }),
    async readMailboxPermission(mailbox, trustee) {
      const rows = await exchange.read({ name: "Get-MailboxPermission", parameters: { Identity: mailbox } });
      const row = rows.find((entry) => String(entry.User).toLowerCase() === trustee.toLowerCase());
      return row ? { rights: readRights(row.AccessRights) } : null;
    },
    removeMailboxPermission: (mailbox, trustee, rights = ["FullAccess"]) =>
      exchange.write({
        name: "Remove-MailboxPermission",
        parameters: { Identity: mailbox, User: trustee, AccessRights: rights, Confirm: false },
      }),
    addMailboxPermission: (mailbox, trustee, rights) =>
      exchange.write({
        name: "Add-MailboxPermission",
        parameters: { Identity: mailbox, User: trustee, AccessRights: rights, Confirm: false },
      }),
    async readMailboxProtocols(mailbox) {
      const row = await readOne("Get-CASMailbox", { Identity: mailbox });
      if (!row) return null;
      const names = Object.keys(SHUT_PROTOCOLS);
      return Object.fromEntries(names.map((name) => [name, typeof row[name] === "boolean" ? row[name] : null]));
    },
    setMailboxProtocols: (mailbox, protocols) =>
      exchange.write({ name: "Set-CASMailbox", parameters: { Identity: mailbox, ...protocols } }),
    async readTransportRule(id) {
      const row = await readOne("Get-TransportRule", { Identity: id });
      return row ? { enabled: row.State === "Enabled" } : null;
    },
    setTransportRuleEnabled: (id, enabled) =>
      exchange.write({
        name: enabled ? "Enable-TransportRule" : "Disable-TransportRule",
        parameters: { Identity: id, Confirm: false },
      }),
    async readConnector(kind, id) {
      const row = await readOne(`Get-${NOUN[kind]}`, { Identity: id });
      return row ? { enabled: row.Enabled === true, detail: textOnly(row) } : null;
    },
    setConnectorEnabled: (kind, id, enabled) =>
      exchange.write({ name: `Set-${NOUN[kind]}`, parameters: { Identity: id, Enabled: enabled } }),
    removeConnector: (kind, id) =>
      exchange.write({ name: `Remove-${NOUN[kind]}`, parameters: { Identity: id, Confirm: false } }),
  };
}

export const toForwarding = (row: Record<string, unknown>) => ({
  smtpAddress: asText(row.ForwardingSmtpAddress) ?? null,
  internalAddress: asText(row.ForwardingAddress) ?? null,
  keepsCopy: row.DeliverToMailboxAndForward === true,
});

/** A list, or one text with commas. */
export const readRights = (value: unknown): string[] =>
  typeof value === "string" ? value.split(/,\s*/) : asList(value).map(String);

/** A row's members as texts, for a before-image or a panel; empty ones are left out. */
export const textOnly = (row: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => {
      if (value === null || value === undefined || value === "") return [];
      return [[key, typeof value === "object" ? JSON.stringify(value) : String(value)]];
    }),
  );
