import { folderNamed } from "../scenarios/mailbox.ts";
import type { Json, MailRule, SimUser } from "../state/types.ts";
import type { Building } from "./build.ts";

const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(/[;,]/)
    .map((v) => v.trim())
    .filter((v) => v !== "");
const recipients = (text: string): Json[] =>
  list(text).map((address) => ({ emailAddress: { name: address, address } }));
const truth = (text: string | undefined): boolean => text === "True" || text === "$true";

/** An Exchange cmdlet of the logs, done again. Only what leaves something behind. */
export function applyCmdlet(building: Building, record: Json, at: number): void {
  const parameters: Record<string, string> = {};
  for (const p of (record.Parameters ?? []) as Json[]) parameters[String(p.Name)] = String(p.Value ?? "");
  const run = CMDLETS[String(record.Operation).toLowerCase()];
  if (!run || record.ResultStatus === "False") return;
  const why = run(building, parameters, record, at);
  if (why) building.notBuilt.push({ recordId: String(record.Id), why: `${record.Operation}: ${why}` });
}

/** Recipient parameters are lists when read back. */
const asLists = (p: Record<string, string>, names: string[]): Json =>
  Object.fromEntries(names.filter((n) => p[n]).map((n) => [n, list(p[n])]));

type Apply = (building: Building, parameters: Record<string, string>, record: Json, at: number) => string | null;

const NO_MAILBOX = "the mailbox does not belong to an account in these records";

const CMDLETS: Record<string, Apply> = {
  "new-inboxrule": (building, p, record) => {
    const owner = ruleOwner(building, p, record);
    if (!owner?.mailbox) return NO_MAILBOX;
    owner.mailbox.rules.push(ruleFrom(building, owner, p, p.Name ?? ruleNameOf(record)));
    return null;
  },
  "set-inboxrule": (building, p, record) => {
    const owner = ruleOwner(building, p, record);
    if (!owner?.mailbox) return NO_MAILBOX;
    const rule = existingRule(owner, p, record);
    if (!rule) {
      owner.mailbox.rules.push(ruleFrom(building, owner, p, p.Name ?? ruleNameOf(record)));
      return null;
    }
    const changed = ruleFrom(building, owner, p, p.Name ?? rule.name);
    Object.assign(rule.conditions, changed.conditions);
    Object.assign(rule.actions, changed.actions);
    rule.name = changed.name;
    return null;
  },
  "remove-inboxrule": (building, p, record) => {
    const owner = ruleOwner(building, p, record);
    const rule = owner && existingRule(owner, p, record);
    if (!owner?.mailbox || !rule) return "the rule was made before these records begin";
    owner.mailbox.rules = owner.mailbox.rules.filter((r) => r !== rule);
    return null;
  },
  "disable-inboxrule": (building, p, record) => switchRule(building, p, record, false),
  "enable-inboxrule": (building, p, record) => switchRule(building, p, record, true),
  "set-mailbox": (building, p) => {
    const names = ["ForwardingSmtpAddress", "ForwardingAddress", "DeliverToMailboxAndForward"];
    if (!names.some((n) => n in p)) return null;
    const owner = building.findUser(p.Identity);
    if (!owner?.mailbox) return NO_MAILBOX;
    if ("ForwardingSmtpAddress" in p) owner.mailbox.forwardingSmtpAddress = p.ForwardingSmtpAddress || null;
    if ("ForwardingAddress" in p) owner.mailbox.forwardingAddress = p.ForwardingAddress || null;
    if ("DeliverToMailboxAndForward" in p)
      owner.mailbox.deliverToMailboxAndForward = truth(p.DeliverToMailboxAndForward);
    return null;
  },
  "add-mailboxpermission": (building, p) => {
    const owner = building.findUser(p.Identity);
    if (!owner?.mailbox) return NO_MAILBOX;
    const trustee = building.findUser(p.User)?.upn ?? p.User ?? "";
    owner.mailbox.permissions.push({ user: trustee, rights: list(p.AccessRights) });
    return null;
  },
  "remove-mailboxpermission": (building, p) => {
    const owner = building.findUser(p.Identity);
    if (!owner?.mailbox) return NO_MAILBOX;
    const trustee = (building.findUser(p.User)?.upn ?? p.User ?? "").toLowerCase();
    owner.mailbox.permissions = owner.mailbox.permissions.filter((m) => m.user.toLowerCase() !== trustee);
    return null;
  },
  "new-transportrule": (building, p, _record, at) => {
    const { Name, ...rest } = p;
    const rules = building.tenant.transportRules;
    rules.push({
      identity: building.rng.uuid(),
      name: Name ?? "Rule",
      enabled: p.Enabled !== "False",
      priority: rules.length,
      properties: { ...rest, ...asLists(rest, ["BlindCopyTo", "RedirectMessageTo", "CopyTo"]) },
      whenChanged: new Date(at).toISOString(),
    });
    return null;
  },
  "disable-transportrule": (building, p) => switchTransportRule(building, p, false),
  "enable-transportrule": (building, p) => switchTransportRule(building, p, true),
  "remove-transportrule": (building, p) => {
    building.tenant.transportRules = building.tenant.transportRules.filter((r) => r.name !== p.Identity);
    return null;
  },
  "new-inboundconnector": (building, p, _record, at) => connector(building, p, at, "inbound"),
  "new-outboundconnector": (building, p, _record, at) => connector(building, p, at, "outbound"),
  "remove-inboundconnector": (building, p) => {
    building.tenant.connectors = building.tenant.connectors.filter(
      (c) => c.direction !== "inbound" || c.name !== p.Identity,
    );
    return null;
  },
};

function connector(building: Building, p: Record<string, string>, at: number, direction: "inbound" | "outbound"): null {
  const when = new Date(at).toISOString();
  const { Name, Enabled, ...properties } = p;
  building.tenant.connectors.push({
    direction,
    identity: building.rng.uuid(),
    name: Name ?? "Connector",
    enabled: Enabled !== "False",
    properties,
    whenCreated: when,
    whenChanged: when,
  });
  return null;
}

function switchTransportRule(building: Building, p: Record<string, string>, enabled: boolean): string | null {
  const rule = building.tenant.transportRules.find((r) => r.name === p.Identity || r.identity === p.Identity);
  if (!rule) return "the rule was made before these records begin";
  rule.enabled = enabled;
  return null;
}

function switchRule(building: Building, p: Record<string, string>, record: Json, enabled: boolean): string | null {
  const owner = ruleOwner(building, p, record);
  const rule = owner && existingRule(owner, p, record);
  if (!rule) return "the rule was made before these records begin";
  rule.enabled = enabled;
  return null;
}

/** `…/tenant/Owner\Rule`: the owner before the last backslash; a Mailbox parameter says it better. */
function ruleOwner(building: Building, p: Record<string, string>, record: Json): SimUser | null {
  const fromObject = String(record.ObjectId ?? "")
    .split("\\")
    .slice(0, -1)
    .pop();
  return (
    building.findUser(p.Mailbox) ??
    building.findUser(fromObject) ??
    building.findUser(p.Identity?.split("\\")[0]) ??
    building.findUser(record.UserId)
  );
}

const ruleNameOf = (record: Json): string =>
  String(record.ObjectId ?? "")
    .split("\\")
    .pop() || "Rule";

function existingRule(owner: SimUser, p: Record<string, string>, record: Json): MailRule | undefined {
  const wanted = [p.Identity?.split("\\").pop(), ruleNameOf(record)];
  return owner.mailbox?.rules.find((r) => !r.hidden && (wanted.includes(r.exchangeId) || wanted.includes(r.name)));
}

function ruleFrom({ rng }: Building, owner: SimUser, p: Record<string, string>, name: string): MailRule {
  const actions: Json = {};
  const conditions: Json = {};
  if (p.MoveToFolder && owner.mailbox)
    actions.moveToFolder = folderNamed(owner.mailbox, p.MoveToFolder.split(/[\\:]/).pop() ?? "", rng).id;
  if (truth(p.DeleteMessage)) actions.delete = true;
  if (truth(p.MarkAsRead)) actions.markAsRead = true;
  if (truth(p.StopProcessingRules)) actions.stopProcessingRules = true;
  if (p.ForwardTo) actions.forwardTo = recipients(p.ForwardTo);
  if (p.RedirectTo) actions.redirectTo = recipients(p.RedirectTo);
  if (p.ForwardAsAttachmentTo) actions.forwardAsAttachmentTo = recipients(p.ForwardAsAttachmentTo);
  if (p.From) conditions.fromAddresses = recipients(p.From);
  if (p.SubjectOrBodyContainsWords) conditions.bodyOrSubjectContains = list(p.SubjectOrBodyContainsWords);
  if (p.SubjectContainsWords) conditions.subjectContains = list(p.SubjectContainsWords);
  if (p.BodyContainsWords) conditions.bodyContains = list(p.BodyContainsWords);
  return {
    id: Buffer.from(`AQAA${rng.hex(10)}`).toString("base64"),
    exchangeId: String(rng.int(1_000_000_000, 2_000_000_000)),
    name,
    sequence: owner.mailbox?.rules.length ?? 1,
    enabled: true,
    readOnly: false,
    hidden: false,
    conditions,
    actions,
  };
}

/** A rule made in Outlook: what the record tells in OperationProperties, which is not always much. */
export function applyInboxRulesUpdate(building: Building, record: Json): void {
  const values: Record<string, string> = {};
  for (const p of (record.OperationProperties ?? []) as Json[]) values[String(p.Name)] = String(p.Value ?? "");
  const owner = building.findUser(record.MailboxOwnerUPN ?? record.UserId);
  const leave = (text: string): void => {
    building.notBuilt.push({ recordId: String(record.Id), why: `UpdateInboxRules: ${text}` });
  };
  if (!owner?.mailbox) {
    leave(NO_MAILBOX);
    return;
  }
  const name = values.RuleName || values.Name || "";
  const operation = values.RuleOperation ?? "";
  if (operation.startsWith("Remove")) {
    owner.mailbox.rules = owner.mailbox.rules.filter((r) => r.hidden || r.name !== name);
    return;
  }
  if (!operation.startsWith("Add")) {
    leave(`rule operation '${operation}' says too little`);
    return;
  }
  const actions = (() => {
    try {
      return JSON.parse(values.RuleActions ?? "[]") as {
        ActionType?: string;
        Recipients?: string[];
        FolderName?: string;
      }[];
    } catch {
      return [];
    }
  })();
  const parameters: Record<string, string> = {};
  for (const action of [actions].flat()) {
    if (/forward|redirect/i.test(action.ActionType ?? "")) parameters.ForwardTo = (action.Recipients ?? []).join(";");
    if (/move/i.test(action.ActionType ?? "") && action.FolderName) parameters.MoveToFolder = action.FolderName;
    if (/delete/i.test(action.ActionType ?? "")) parameters.DeleteMessage = "True";
  }
  owner.mailbox.rules.push(ruleFrom(building, owner, parameters, name || "(no name)"));
}
