import type { NormalizedEvent } from "../event.ts";
import { asFlag, defined, fromText, isRaw, list, type Pairs, pairs, type Raw, text } from "./raw.ts";

type Rule = NonNullable<NormalizedEvent["rule"]>;

const ADDRESS = /[A-Za-z0-9._%+'~$!#&*/=?^`{|}-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}/g;

const FORWARDS = [
  "ForwardTo",
  "ForwardAsAttachmentTo",
  "RedirectTo",
  "RedirectMessageTo",
  "BlindCopyTo",
  "CopyTo",
  "AddToRecipients",
  "GenerateNotification",
  "RouteMessageOutboundConnector",
];
const ACTIONS = new Set(
  [
    ...FORWARDS,
    "DeleteMessage",
    "SoftDeleteMessage",
    "PermanentlyDelete",
    "MoveToFolder",
    "CopyToFolder",
    "MarkAsRead",
    "MarkImportance",
    "StopProcessingRules",
    "StopRuleProcessing",
    "ApplyCategory",
    "SetSCL",
    "Quarantine",
    "SetAuditSeverity",
    "RuleErrorAction",
    "SenderAddressLocation",
    "Mode",
    "Comments",
    "Enabled",
    "Priority",
    "Name",
    "Identity",
    "Mailbox",
    "Force",
    "AlwaysDeleteOutlookRulesBlob",
    "Confirm",
    "DomainController",
  ].map((name) => name.toLowerCase()),
);

/** Mail addresses inside a parameter, whatever is around them (`smtp:`, `"Name" [SMTP:a@b]`, lists). */
export function addressesIn(value: string | undefined): string[] {
  return [...new Set((value?.replace(/\bsmtp:/gi, " ").match(ADDRESS) ?? []).map((a) => a.toLowerCase()))];
}

/** Destinations a parameter names: the addresses in it, or its words when it names a local recipient. */
function destinations(value: string | undefined): string[] {
  if (!value) return [];
  const found = addressesIn(value);
  return found.length > 0
    ? found
    : value
        .split(/[;,]/)
        .map((v) => v.trim().toLowerCase())
        .filter(Boolean)
        .slice(0, 20);
}

function conditionsOf(parameters: Pairs): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { name, value } of parameters.entries()) {
    if (name === "__proto__" || value === "" || /^false$/i.test(value) || ACTIONS.has(name.toLowerCase())) continue;
    out[name] = value;
  }
  return out;
}

/** New-/Set-/Enable-/Disable-/Remove-InboxRule and the transport rule cmdlets. */
export function cmdletRule(raw: Raw, parameters: Pairs): Rule {
  const forwards = FORWARDS.flatMap((name) => destinations(parameters.get(name)));
  const identity = parameters.get("Identity") ?? text(raw, "ObjectId");
  const fromIdentity = identity?.split(/[\\/]/).pop();
  return defined<Rule>({
    name: parameters.get("Name") ?? fromIdentity,
    id: parameters.get("RuleIdentity") ?? (fromIdentity && /^\d+$/.test(fromIdentity) ? fromIdentity : undefined),
    enabled: parameters.flag("Enabled"),
    conditions: conditionsOf(parameters),
    forwardsTo: forwards.length > 0 ? [...new Set(forwards)] : undefined,
    deletes: parameters.flag("DeleteMessage", "SoftDeleteMessage", "PermanentlyDelete"),
    movesTo: parameters.get("MoveToFolder") ?? parameters.get("CopyToFolder"),
    marksRead: parameters.flag("MarkAsRead"),
    stopsProcessing: parameters.flag("StopProcessingRules", "StopRuleProcessing"),
    madeBy: "cmdlet",
  });
}

const RULE_VERBS: [RegExp, string][] = [
  [/^(add|create)/i, "inbox-rule.create"],
  [/^(remove|delete)/i, "inbox-rule.remove"],
  [/^(modify|update|set)/i, "inbox-rule.update"],
];

/** `UpdateInboxRules`: the rule as Outlook made it, in OperationProperties, often without a name. */
export function outlookRule(raw: Raw): { action: string; rule: Rule } {
  const props = pairs(raw.OperationProperties);
  const operation = props.get("RuleOperation") ?? "";
  const rule: Rule = defined<Rule>({
    name: props.get("RuleName"),
    id: props.get("RuleId"),
    enabled: props.has("RuleState") ? !/disabled/i.test(props.get("RuleState") ?? "") : undefined,
    conditions: props.get("RuleCondition") ? { RuleCondition: props.get("RuleCondition") ?? "" } : {},
    madeBy: "outlook",
  } as { [K in keyof Rule]: Rule[K] | undefined });
  if (/ExitAfterExecution/i.test(props.get("RuleState") ?? "")) rule.stopsProcessing = true;
  for (const item of ruleActions(props.get("RuleActions"))) applyAction(rule, item);
  return { action: RULE_VERBS.find(([p]) => p.test(operation))?.[1] ?? "inbox-rule.update", rule };
}

function ruleActions(value: string | undefined): Raw[] {
  const opened = fromText(value);
  if (Array.isArray(opened)) return opened.filter(isRaw);
  return isRaw(opened) ? [opened] : [];
}

function applyAction(rule: Rule, item: Raw): void {
  const type = text(item, "ActionType", "Type") ?? "";
  if (/forward|redirect|delegate/i.test(type)) {
    const to = list(item, "Recipients", "To").flatMap((r) =>
      destinations(typeof r === "string" ? r : JSON.stringify(r)),
    );
    rule.forwardsTo = [...new Set([...(rule.forwardsTo ?? []), ...to])];
  } else if (/delete/i.test(type)) rule.deletes = true;
  else if (/move|copy/i.test(type)) {
    rule.movesTo = text(item, "DestinationFolder", "Folder", "FolderName", "DestinationFolderName") ?? "another folder";
    if (/delete/i.test(rule.movesTo)) rule.deletes = true;
  } else if (/markasread|readflag/i.test(type)) rule.marksRead = true;
}

/** How `Set-Mailbox` changes where mail goes; undefined when it changes something else. */
export function forwardingChange(parameters: Pairs): { action: string; to: string[] } | undefined {
  const smtp = parameters.get("ForwardingSmtpAddress");
  const local = parameters.get("ForwardingAddress");
  if (smtp || local) return { action: "mailbox.forwarding.set", to: [...destinations(smtp), ...destinations(local)] };
  if (parameters.has("ForwardingSmtpAddress") || parameters.has("ForwardingAddress")) {
    return { action: "mailbox.forwarding.remove", to: [] };
  }
  return undefined;
}

/** True when a cmdlet switches auditing off for a mailbox, an actor or the tenant. */
export function switchesAuditOff(action: string, parameters: Pairs): boolean {
  if (action === "audit.config.set") return asFlag(parameters.get("UnifiedAuditLogIngestionEnabled")) === false;
  if (action === "audit.bypass.set") return parameters.flag("AuditBypassEnabled") === true;
  if (action === "organization.config.set") return parameters.flag("AuditDisabled") === true;
  return action === "mailbox.settings.set" && parameters.flag("AuditEnabled") === false;
}
