import type { Exchange } from "./exchange.ts";
import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";

/** Rules Graph does not list carry this before their Exchange number, and are acted on through Exchange. */
export const HIDDEN_RULE = "exchange:";

type RuleDoor = Pick<
  M365Tenant,
  "readInboxRule" | "listInboxRules" | "deleteInboxRule" | "setInboxRuleEnabled" | "createInboxRule"
>;

/** Inbox rules: Graph where it shows them, Exchange for hidden ones and for those Graph may not change (isReadOnly). */
export function inboxRuleDoor(graph: Graph, exchange: Exchange): RuleDoor {
  const folder = (mailbox: string) => `/users/${segment(mailbox)}/mailFolders/inbox/messageRules`;
  const lane = (mailbox: string) => ({ mailbox });

  const readHidden = async (mailbox: string, ruleId: string): Promise<Record<string, unknown> | null> => {
    const number = ruleId.slice(HIDDEN_RULE.length);
    const rows = await exchange.read({
      name: "Get-InboxRule",
      parameters: { Mailbox: mailbox, IncludeHidden: true },
    });
    const row = rows.find((rule) => String(rule.RuleIdentity) === number);
    return row ? { ...row, id: ruleId, isEnabled: row.Enabled === true, displayName: row.Name } : null;
  };
  const cmdlet = (name: string, mailbox: string, ruleNumber: string) =>
    exchange.write({
      name,
      parameters: { Identity: `${mailbox}\\${ruleNumber}`, Mailbox: mailbox, Confirm: false },
    });
  /** Graph refuses read-only rules; Exchange takes them under the number of the rule with the same name. */
  const throughExchange = async (name: string, mailbox: string, ruleId: string) => {
    const rule = await graph.find({ path: `${folder(mailbox)}/${segment(ruleId)}`, lane: lane(mailbox) });
    const rows = await exchange.read({ name: "Get-InboxRule", parameters: { Mailbox: mailbox, IncludeHidden: true } });
    const row = rows.find((candidate) => candidate.Name === rule?.displayName);
    return row ? cmdlet(name, mailbox, String(row.RuleIdentity)) : undefined;
  };

  return {
    async readInboxRule(mailbox, ruleId) {
      if (ruleId.startsWith(HIDDEN_RULE)) return readHidden(mailbox, ruleId);
      return graph.find({ path: `${folder(mailbox)}/${segment(ruleId)}`, lane: lane(mailbox) });
    },
    listInboxRules: (mailbox) => graph.all({ path: folder(mailbox), lane: lane(mailbox) }),
    async deleteInboxRule(mailbox, ruleId) {
      if (ruleId.startsWith(HIDDEN_RULE)) return cmdlet("Remove-InboxRule", mailbox, ruleId.slice(HIDDEN_RULE.length));
      const path = `${folder(mailbox)}/${segment(ruleId)}`;
      const outcome = await graph.write({ method: "DELETE", path, lane: lane(mailbox) });
      if (outcome.kind !== "refused") return outcome;
      return (await throughExchange("Remove-InboxRule", mailbox, ruleId)) ?? outcome;
    },
    async setInboxRuleEnabled(mailbox, ruleId, enabled) {
      const verb = enabled ? "Enable-InboxRule" : "Disable-InboxRule";
      if (ruleId.startsWith(HIDDEN_RULE)) return cmdlet(verb, mailbox, ruleId.slice(HIDDEN_RULE.length));
      const path = `${folder(mailbox)}/${segment(ruleId)}`;
      const body = { isEnabled: enabled };
      const outcome = await graph.write({ method: "PATCH", path, body, lane: lane(mailbox) });
      if (outcome.kind !== "refused") return outcome;
      return (await throughExchange(verb, mailbox, ruleId)) ?? outcome;
    },
    createInboxRule: (mailbox, rule) =>
      graph.write({ method: "POST", path: folder(mailbox), body: creatable(rule), lane: lane(mailbox) }),
  };
}

/** What "Create messageRule" takes of a rule read earlier; empty parts are left out. */
function creatable(rule: Record<string, unknown>): Record<string, unknown> {
  const parts = ["conditions", "exceptions", "actions"].filter((key) => rule[key]);
  return {
    displayName: asText(rule.displayName) ?? "Rule",
    sequence: typeof rule.sequence === "number" ? rule.sequence : 1,
    isEnabled: rule.isEnabled === true,
    ...Object.fromEntries(parts.map((key) => [key, rule[key]])),
  };
}
