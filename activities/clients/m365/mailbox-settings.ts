import type { Cmdlet, Exchange } from "./exchange.ts";
import { asList, asText } from "./faults.ts";
import type { M365Tenant, WriteOutcome } from "./m365.ts";
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
      const rights = (await readDelegates(exchange, mailbox)).get(trustee.toLowerCase())?.rights;
      return rights ? { rights } : null;
    },
    removeMailboxPermission: (mailbox, trustee, rights = ["FullAccess"]) =>
      inTurn(cmdletsFor("Remove", mailbox, trustee, rights), (cmdlet) => exchange.write(cmdlet)),
    addMailboxPermission: (mailbox, trustee, rights) =>
      inTurn(cmdletsFor("Add", mailbox, trustee, rights), (cmdlet) => exchange.write(cmdlet)),
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

/**
 * Who may act in a mailbox besides its owner, by lower-case name: Exchange keeps access to it, sending as it and sending on
 * its behalf in three places. Throws M365Fault.
 */
export async function readDelegates(
  exchange: Exchange,
  mailbox: string,
): Promise<Map<string, { name: string; rights: string[] }>> {
  const parameters = { Identity: mailbox };
  const [permissions, recipients, mailboxes] = await Promise.all([
    exchange.read({ name: "Get-MailboxPermission", parameters }),
    exchange.read({ name: "Get-RecipientPermission", parameters }),
    exchange.read({ name: "Get-Mailbox", parameters }),
  ]);
  const delegates = new Map<string, { name: string; rights: string[] }>();
  const add = (name: string, rights: string[]) => {
    if (name.toUpperCase().startsWith("NT AUTHORITY\\") || rights.length === 0) return;
    const known = delegates.get(name.toLowerCase());
    delegates.set(name.toLowerCase(), { name: known?.name ?? name, rights: [...(known?.rights ?? []), ...rights] });
  };
  for (const row of permissions)
    if (row.IsInherited !== true && row.Deny !== true) add(String(row.User), readRights(row.AccessRights));
  for (const row of recipients)
    if (row.AccessControlType !== "Deny") add(String(row.Trustee), readRights(row.AccessRights));
  for (const name of asList(mailboxes[0]?.GrantSendOnBehalfTo)) add(String(name), [SEND_ON_BEHALF]);
  return delegates;
}

const SEND_AS = "SendAs";
const SEND_ON_BEHALF = "SendOnBehalf";

/** The rights' own cmdlets: one for access, one for sending as, one for sending on behalf. */
function cmdletsFor(verb: "Add" | "Remove", mailbox: string, trustee: string, rights: string[]): Cmdlet[] {
  const access = rights.filter((right) => right !== SEND_AS && right !== SEND_ON_BEHALF);
  const cmdlets: Cmdlet[] = [];
  const base = { Identity: mailbox, Confirm: false };
  if (access.length > 0)
    cmdlets.push({ name: `${verb}-MailboxPermission`, parameters: { ...base, User: trustee, AccessRights: access } });
  if (rights.includes(SEND_AS))
    cmdlets.push({
      name: `${verb}-RecipientPermission`,
      parameters: { ...base, Trustee: trustee, AccessRights: [SEND_AS] },
    });
  if (rights.includes(SEND_ON_BEHALF))
    cmdlets.push({
      name: "Set-Mailbox",
      parameters: {
        Identity: mailbox,
        GrantSendOnBehalfTo: { "@odata.type": "#Exchange.GenericHashTable", [verb]: [trustee] },
      },
    });
  return cmdlets;
}

/** The first that is not accepted ends it; what is not there any more counts as done while another was. */
async function inTurn(cmdlets: Cmdlet[], write: (cmdlet: Cmdlet) => Promise<WriteOutcome>): Promise<WriteOutcome> {
  let outcome: WriteOutcome = { kind: "gone", requestId: undefined };
  for (const cmdlet of cmdlets) {
    const next = await write(cmdlet);
    if (next.kind !== "accepted" && next.kind !== "gone") return next;
    if (next.kind === "accepted") outcome = next;
  }
  return outcome;
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
