import { folderNamed } from "../../scenarios/mailbox.ts";
import type { Json, Mailbox, MailRule, SimUser } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { type Cmdlet, CmdletError, isTrue, mailboxByIdentity, objectNotFound, type Parameters } from "./cmdlet.ts";

const RULE_PARAMETERS = [
  "Mailbox",
  "Identity",
  "Name",
  "From",
  "SubjectOrBodyContainsWords",
  "SubjectContainsWords",
  "BodyContainsWords",
  "MoveToFolder",
  "DeleteMessage",
  "MarkAsRead",
  "StopProcessingRules",
  "ForwardTo",
  "RedirectTo",
  "ForwardAsAttachmentTo",
  "Enabled",
  "Priority",
  "Force",
  "AlwaysDeleteOutlookRulesBlob",
];

export const INBOX_RULE_CMDLETS: Record<string, Cmdlet> = {
  "Get-InboxRule": {
    writes: false,
    parameters: ["Mailbox", "Identity", "IncludeHidden"],
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Mailbox ?? String(p.Identity ?? "").split("\\")[0]);
      const rules = mailbox.rules.filter((r) => isTrue(p.IncludeHidden) || !r.hidden);
      return (p.Identity ? rules.filter((r) => named(r, p.Identity)) : rules).map((r) => ruleJson(user, mailbox, r));
    },
  },
  "New-InboxRule": {
    writes: true,
    parameters: RULE_PARAMETERS,
    run: (call, p) => {
      const { user, mailbox } = mailboxByIdentity(call, p.Mailbox);
      const rule: MailRule = {
        id: Buffer.from(`AQAA${call.world.rng.hex(10)}`).toString("base64"),
        exchangeId: String(call.world.rng.int(1_000_000_000, 2_000_000_000)),
        name: String(p.Name ?? "Rule"),
        sequence: mailbox.rules.length,
        enabled: true,
        readOnly: false,
        hidden: false,
        conditions: {},
        actions: {},
      };
      applyParameters(call, mailbox, rule, p);
      mailbox.rules.push(rule);
      call.effect({
        effect: "New-InboxRule",
        target: `${user.id}/${rule.name}`,
        before: null,
        after: ruleJson(user, mailbox, rule),
      });
      return [ruleJson(user, mailbox, rule)];
    },
  },
  "Set-InboxRule": {
    writes: true,
    parameters: RULE_PARAMETERS,
    run: (call, p) => {
      const { user, mailbox, rule } = ruleOf(call, p);
      const before = ruleJson(user, mailbox, rule);
      applyParameters(call, mailbox, rule, p);
      call.effect({
        effect: "Set-InboxRule",
        target: `${user.id}/${rule.name}`,
        before,
        after: ruleJson(user, mailbox, rule),
      });
      return [];
    },
  },
  "Enable-InboxRule": {
    writes: true,
    parameters: ["Identity", "Mailbox", "Force"],
    run: (call, p) => setEnabled(call, p, true),
  },
  "Disable-InboxRule": {
    writes: true,
    parameters: ["Identity", "Mailbox", "Force"],
    run: (call, p) => setEnabled(call, p, false),
  },
  "Remove-InboxRule": {
    writes: true,
    parameters: ["Identity", "Mailbox", "Force"],
    run: (call, p) => {
      const { user, mailbox, rule } = ruleOf(call, p);
      mailbox.rules = mailbox.rules.filter((r) => r !== rule);
      call.effect({
        effect: "Remove-InboxRule",
        target: `${user.id}/${rule.name}`,
        before: ruleJson(user, mailbox, rule),
        after: null,
      });
      return [];
    },
  },
};

const named = (rule: MailRule, identity: unknown): boolean => {
  const wanted = String(identity).split("\\").pop() ?? "";
  return rule.exchangeId === wanted || rule.name === wanted || rule.id === wanted;
};

function ruleOf(call: Call, p: Parameters): { user: SimUser; mailbox: Mailbox; rule: MailRule } {
  const { user, mailbox } = mailboxByIdentity(call, p.Mailbox ?? String(p.Identity ?? "").split("\\")[0]);
  const rule = mailbox.rules.find((r) => named(r, p.Identity));
  if (!rule) throw objectNotFound(p.Identity);
  if (rule.name.startsWith("Junk E-mail Rule"))
    throw new CmdletError("BadRequest", "The rule is a system rule and can't be changed.", "InvalidOperationException");
  return { user, mailbox, rule };
}

function setEnabled(call: Call, p: Parameters, enabled: boolean): object[] {
  const { user, rule } = ruleOf(call, p);
  const before = rule.enabled;
  rule.enabled = enabled;
  call.effect({
    effect: enabled ? "Enable-InboxRule" : "Disable-InboxRule",
    target: `${user.id}/${rule.name}`,
    before,
    after: enabled,
  });
  return [];
}

const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value.map(String) : String(value).split(/[;,]/)).map((v) => v.trim()).filter((v) => v !== "");
const recipients = (value: unknown): Json[] =>
  list(value).map((address) => ({ emailAddress: { name: address, address } }));

function applyParameters(call: Call, mailbox: Mailbox, rule: MailRule, p: Parameters): void {
  const { conditions, actions } = rule;
  if (p.Name) rule.name = String(p.Name);
  if (p.From) conditions.fromAddresses = recipients(p.From);
  if (p.SubjectOrBodyContainsWords) conditions.bodyOrSubjectContains = list(p.SubjectOrBodyContainsWords);
  if (p.SubjectContainsWords) conditions.subjectContains = list(p.SubjectContainsWords);
  if (p.BodyContainsWords) conditions.bodyContains = list(p.BodyContainsWords);
  if (p.MoveToFolder)
    actions.moveToFolder = folderNamed(mailbox, String(p.MoveToFolder).split(":").pop() ?? "", call.world.rng).id;
  if (isTrue(p.DeleteMessage)) actions.delete = true;
  if (isTrue(p.MarkAsRead)) actions.markAsRead = true;
  if ("StopProcessingRules" in p) actions.stopProcessingRules = isTrue(p.StopProcessingRules);
  if (p.ForwardTo) actions.forwardTo = recipients(p.ForwardTo);
  if (p.RedirectTo) actions.redirectTo = recipients(p.RedirectTo);
  if (p.ForwardAsAttachmentTo) actions.forwardAsAttachmentTo = recipients(p.ForwardAsAttachmentTo);
}

const addresses = (value: unknown): string[] | null => {
  if (!Array.isArray(value)) return null;
  return value.map(
    (r: { emailAddress?: { name?: string; address?: string } }) =>
      `"${r.emailAddress?.name ?? ""}" [SMTP:${r.emailAddress?.address ?? ""}]`,
  );
};

function ruleJson(user: SimUser, mailbox: Mailbox, rule: MailRule): Json {
  const { conditions, actions } = rule;
  return {
    Identity: `${mailbox.guid}\\${rule.exchangeId}`,
    RuleIdentity: rule.exchangeId,
    "RuleIdentity@data.type": "System.UInt64",
    Name: rule.name,
    Enabled: rule.enabled,
    Priority: rule.sequence,
    MailboxOwnerId: user.id,
    From: addresses(conditions.fromAddresses),
    SubjectOrBodyContainsWords: conditions.bodyOrSubjectContains ?? null,
    SubjectContainsWords: conditions.subjectContains ?? null,
    BodyContainsWords: conditions.bodyContains ?? null,
    MoveToFolder: mailbox.folders.find((f) => f.id === actions.moveToFolder)?.displayName ?? null,
    DeleteMessage: actions.delete === true,
    MarkAsRead: actions.markAsRead === true,
    StopProcessingRules: actions.stopProcessingRules === true,
    ForwardTo: addresses(actions.forwardTo),
    ForwardAsAttachmentTo: addresses(actions.forwardAsAttachmentTo),
    RedirectTo: addresses(actions.redirectTo),
    Description: `If the message meets the conditions of '${rule.name}'`,
    SupportedByTask: true,
    InError: false,
  };
}
