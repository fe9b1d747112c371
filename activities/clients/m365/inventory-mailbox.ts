import type { AccountRef, InventoryItem } from "#domain/incident/analysis.ts";
import type { Exchange } from "./exchange.ts";
import { asList, asObject, asRows, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import { HIDDEN_RULE } from "./inbox-rules.ts";
import type { M365User } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import { readDelegates, toForwarding } from "./mailbox-settings.ts";

/** Made by Outlook or Exchange themselves, or not to be switched off. */
const SYSTEM_RULE = /^(Junk E-mail Rule$|Microsoft\.Exchange\.OOF\.|Delegate Rule -)/;

const owner = (user: M365User): AccountRef => ({ objectId: user.objectId, upn: user.upn });

/** Inbox rules (with those Graph does not show) and delegates of one mailbox; a user without mailbox has none. */
export async function inventoryMailbox(
  deps: { graph: Graph; exchange: Exchange },
  user: M365User,
): Promise<InventoryItem[]> {
  try {
    const rules = await inventoryRules(deps, user);
    return [...rules, ...(await inventoryDelegates(deps.exchange, user))];
  } catch (error) {
    if (error instanceof M365Fault && error.code === "MailboxNotEnabledForRESTAPI") return [];
    throw error;
  }
}

async function inventoryRules(deps: { graph: Graph; exchange: Exchange }, user: M365User): Promise<InventoryItem[]> {
  const lane = { mailbox: user.objectId };
  const root = `/users/${segment(user.objectId)}/mailFolders`;
  const shown = await deps.graph.all({ path: `${root}/inbox/messageRules`, lane });
  const numbers = await readExchangeRules(deps.exchange, user.objectId);
  const folders = shown.some((rule) => asObject(rule.actions)?.moveToFolder)
    ? await deps.graph.all({ path: root, query: { $top: "200", includeHiddenFolders: "true" }, lane })
    : [];
  const nameOf = new Map(folders.map((folder) => [String(folder.id), asText(folder.displayName) ?? ""]));

  const listed = shown.map((rule) => {
    const number = numbers.find((row) => row.Name === rule.displayName);
    return {
      kind: "inbox-rule" as const,
      objectId: String(rule.id),
      name: asText(rule.displayName) ?? "",
      mailbox: owner(user),
      enabled: rule.isEnabled === true,
      detail: {
        ...describeRule(rule, nameOf),
        ...(number ? { exchangeId: String(number.RuleIdentity) } : {}),
      },
    };
  });
  const hidden = numbers
    .filter((row) => !shown.some((rule) => rule.displayName === row.Name))
    .map((row) => ({
      kind: "inbox-rule" as const,
      objectId: `${HIDDEN_RULE}${String(row.RuleIdentity)}`,
      name: asText(row.Name) ?? "",
      mailbox: owner(user),
      enabled: row.Enabled === true,
      detail: { isHidden: "true", exchangeId: String(row.RuleIdentity), ...describeExchangeRule(row) },
    }));
  return [...listed, ...hidden].filter((rule) => !SYSTEM_RULE.test(rule.name));
}

/** Without the Exchange role hidden rules stay unseen, the others do not: the rules Graph shows are still worth having. */
async function readExchangeRules(exchange: Exchange, mailbox: string): Promise<Record<string, unknown>[]> {
  try {
    return await exchange.read({ name: "Get-InboxRule", parameters: { Mailbox: mailbox, IncludeHidden: true } });
  } catch (error) {
    if (error instanceof M365Fault && ["refused", "not-found", "not-licensed"].includes(error.faultClass)) return [];
    throw error;
  }
}

function describeRule(rule: Record<string, unknown>, folders: Map<string, string>): Record<string, string> {
  const actions = asObject(rule.actions) ?? {};
  const detail: Record<string, string> = {};
  const folder = asText(actions.moveToFolder);
  if (folder) detail.moveToFolder = folders.get(folder) ?? folder;
  for (const key of ["forwardTo", "forwardAsAttachmentTo", "redirectTo"]) {
    const addresses = asRows(actions[key]).flatMap((to) => asText(asObject(to.emailAddress)?.address) ?? []);
    if (addresses.length > 0) detail[key] = addresses.join(", ");
  }
  for (const key of ["delete", "permanentDelete", "markAsRead", "stopProcessingRules"])
    if (actions[key] === true) detail[key] = "true";
  const conditions = asObject(rule.conditions);
  if (conditions && Object.keys(conditions).length > 0) detail.conditions = JSON.stringify(conditions);
  return detail;
}

function describeExchangeRule(row: Record<string, unknown>): Record<string, string> {
  const detail: Record<string, string> = {};
  const names = { ForwardTo: "forwardTo", RedirectTo: "redirectTo", MoveToFolder: "moveToFolder" } as const;
  for (const [from, to] of Object.entries(names)) {
    const value = Array.isArray(row[from]) ? asList(row[from]).join(", ") : asText(row[from]);
    if (value) detail[to] = value;
  }
  if (row.DeleteMessage === true) detail.delete = "true";
  return detail;
}

async function inventoryDelegates(exchange: Exchange, user: M365User): Promise<InventoryItem[]> {
  const delegates = await readDelegates(exchange, user.objectId).catch((error: unknown) => {
    if (error instanceof M365Fault && error.faultClass === "not-found") return undefined;
    throw error;
  });
  return [...(delegates?.values() ?? [])].map(({ name, rights }) => ({
    kind: "mailbox-delegate" as const,
    objectId: `${user.objectId}/${name}`,
    name,
    mailbox: owner(user),
    enabled: true,
    detail: { trustee: name, rights: rights.join(",") },
  }));
}

/** Mailbox-wide forwarding; one call for a whole tenant. */
export async function inventoryForwarding(
  exchange: Exchange,
  users: M365User[],
  isOne: boolean,
): Promise<InventoryItem[]> {
  const asked = isOne
    ? users.map((user) => ({ Identity: user.objectId }))
    : [{ ResultSize: "Unlimited" } as Record<string, unknown>];
  const items: InventoryItem[] = [];
  for (const parameters of asked) {
    const rows = await exchange.read({ name: "Get-Mailbox", parameters }).catch((error: unknown) => {
      if (error instanceof M365Fault && error.faultClass === "not-found") return [];
      throw error;
    });
    for (const row of rows) {
      const forwarding = toForwarding(row);
      const user = users.find((candidate) => candidate.objectId === row.ExternalDirectoryObjectId);
      const target = forwarding.smtpAddress ?? forwarding.internalAddress;
      if (!target || !user) continue;
      items.push({
        kind: "mailbox-forwarding",
        objectId: user.objectId,
        name: target.replace(/^smtp:/i, ""),
        mailbox: owner(user),
        enabled: true,
        detail: {
          forwardTo: target.replace(/^smtp:/i, ""),
          keepsCopy: String(forwarding.keepsCopy),
          scope: forwarding.smtpAddress ? "outside" : "inside",
        },
      });
    }
  }
  return items;
}
