import { strike } from "../../state/faults.ts";
import type { Json, MailRule } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, CloudError, notFound } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { mailboxOf, noContent } from "./find.ts";
import { type GraphRoutes, READ_MAIL_SETTINGS, WRITE_MAIL_SETTINGS } from "./route.ts";

const PATH = "/users/:user/mailFolders/:folder/messageRules";

export function messageRuleRoutes(routes: GraphRoutes): void {
  routes.on("get", PATH, READ_MAIL_SETTINGS, (call) => {
    const { mailbox } = mailboxOf(call);
    inboxOnly(call);
    return page(
      call,
      mailbox.rules.filter((r) => !r.hidden).map(ruleJson),
      { defaultSize: 1000, maxSize: 1000 },
      "users('me')/mailFolders('inbox')/messageRules",
    );
  });
  routes.on("get", `${PATH}/:rule`, READ_MAIL_SETTINGS, (call) => entity(call, ruleJson(ruleOf(call)), "messageRules"));
  routes.on("post", PATH, WRITE_MAIL_SETTINGS, create);
  routes.on("patch", `${PATH}/:rule`, WRITE_MAIL_SETTINGS, change);
  routes.on("delete", `${PATH}/:rule`, WRITE_MAIL_SETTINGS, (call) => {
    const { user, mailbox } = mailboxOf(call);
    const rule = writable(ruleOf(call));
    mailbox.rules = mailbox.rules.filter((r) => r !== rule);
    call.effect({
      effect: "delete inbox rule",
      target: `${user.id}/${rule.name}`,
      before: ruleJson(rule),
      after: null,
    });
    return noContent();
  });
}

/** Rules live on the inbox; other folders have none. */
function inboxOnly(call: Call): void {
  if ((call.c.req.param("folder") ?? "").toLowerCase() !== "inbox")
    throw badRequest("Rules are only supported on the inbox.", "ErrorInvalidRequest");
}

function create(call: Call): Response {
  const { user, mailbox } = mailboxOf(call);
  inboxOnly(call);
  const body = call.body();
  if (typeof body.displayName !== "string" || typeof body.actions !== "object")
    throw badRequest("displayName and actions are required.", "ErrorInvalidRequest");
  const rule: MailRule = {
    ...newRuleIds(call),
    name: body.displayName,
    sequence: Number(body.sequence ?? mailbox.rules.length + 1),
    enabled: body.isEnabled !== false,
    readOnly: false,
    hidden: false,
    conditions: (body.conditions ?? {}) as Json,
    actions: (body.actions ?? {}) as Json,
  };
  mailbox.rules.push(rule);
  call.effect({ effect: "create inbox rule", target: `${user.id}/${rule.name}`, before: null, after: ruleJson(rule) });
  return entity(call, ruleJson(rule), "messageRules", undefined, 201);
}

function change(call: Call): Response {
  const { user } = mailboxOf(call);
  const rule = writable(ruleOf(call));
  const body = call.body();
  const before = ruleJson(rule);
  const ignored = strike(
    call.tenant,
    "patch-ignored",
    { method: "PATCH", path: call.c.env.virtualPath },
    call.world.rng,
  );
  if (!ignored) {
    if (typeof body.isEnabled === "boolean") rule.enabled = body.isEnabled;
    if (typeof body.displayName === "string") rule.name = body.displayName;
    if (typeof body.sequence === "number") rule.sequence = body.sequence;
    if (body.conditions) rule.conditions = body.conditions as Json;
    if (body.actions) rule.actions = body.actions as Json;
  }
  call.effect({
    effect: rule.enabled ? "change inbox rule" : "disable inbox rule",
    target: `${user.id}/${rule.name}`,
    before,
    after: ruleJson(rule),
  });
  return entity(call, ruleJson(rule), "messageRules");
}

function ruleOf(call: Call): MailRule {
  const { mailbox } = mailboxOf(call);
  inboxOnly(call);
  const id = decodeURIComponent(call.c.req.param("rule") ?? "");
  const rule = mailbox.rules.find((r) => r.id === id && !r.hidden);
  if (!rule) throw notFound(id);
  return rule;
}

function writable(rule: MailRule): MailRule {
  if (rule.readOnly) throw new CloudError(403, "ErrorAccessDenied", "The rule is read-only and cannot be changed.");
  return rule;
}

function newRuleIds(call: Call): { id: string; exchangeId: string } {
  const number = String(10n ** 18n + BigInt(call.world.rng.int(0, 2 ** 31)) * 4_294_967n);
  return { id: Buffer.from(`AQAA${number}`).toString("base64"), exchangeId: number };
}

export function ruleJson(rule: MailRule): Json {
  return {
    id: rule.id,
    displayName: rule.name,
    sequence: rule.sequence,
    isEnabled: rule.enabled,
    hasError: false,
    isReadOnly: rule.readOnly,
    conditions: rule.conditions,
    actions: rule.actions,
  };
}
