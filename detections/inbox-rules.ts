import type { NormalizedEvent } from "#domain/event/event.ts";
import { isNameless } from "./lookalike.ts";
import type { WeightKey } from "./weights.ts";

type Rule = NonNullable<NormalizedEvent["rule"]>;

/** Folders people never open: where hiding rules put mail. English names and what Outlook calls them elsewhere. */
const HIDING_FOLDERS =
  /rss|conversation history|aufgezeichnete unterhaltungen|historique des conversations|archive?|archiv|junk|spam|courrier ind|deleted|trash|gelöscht|supprim|eliminad|verwijderde|sync issues|synchronisierungs|clutter|notes?$|outbox|recoverable|unwanted/i;
/** What a victim would be warned by, and what a payment fraud watches for. */
const TELLING_WORDS =
  /invoice|payment|paid|bank|wire|transfer|remit|payroll|salary|iban|swift|purchase order|docusign|password|phish|hack|scam|spam|fraud|virus|malware|suspicious|security|do not open|helpdesk|it support|mailer-daemon|undeliver|delivery (status|failure)|rechnung|zahlung|überweisung|facture|virement|paiement|factura|fattura|pago|betaling|factuur|faktura/i;

/** Warnings about the account itself. Gateways mark spam and viruses, and people junk what is so marked. */
const WARNINGS =
  /do(n't| not) open|phish|\bhack(ed|er)?\b|\bscam|did you send|compromised account|account compromised/i;

function words(rule: Rule): string {
  return Object.entries(rule.conditions)
    .filter(([name]) => !/^(MyName|SentTo|SentOnlyToMe)/i.test(name))
    .map(([, value]) => value)
    .join(" ");
}

/** The rule puts mail where its owner does not look. */
export function hides(rule: Rule): boolean {
  return rule.deletes === true || (rule.movesTo !== undefined && HIDING_FOLDERS.test(rule.movesTo));
}

/** How damning a hiding rule is; undefined when it hides nothing. */
export function hidingWeight(rule: Rule): WeightKey | undefined {
  if (!hides(rule)) return undefined;
  const text = words(rule);
  if (WARNINGS.test(text)) return "rule-hides-warnings";
  if (isNameless(rule.name)) return "rule-hides-nameless";
  if (TELLING_WORDS.test(`${text} ${rule.name ?? ""}`)) return "rule-hides";
  const everything = Object.keys(rule.conditions).length === 0;
  if (everything && rule.deletes) return "rule-hides-all";
  if (rule.deletes && Object.keys(rule.conditions).every((name) => /^From/i.test(name))) return "rule-hides-sender";
  return "rule-plain";
}

/** Names of conditions as Exchange's cmdlets, Graph and Outlook spell them, and how people say them. */
const SAID: readonly [RegExp, string][] = [
  [/^(subjectOrBody|bodyOrSubject)Contains/i, "subject or body has"],
  [/^subjectContains/i, "subject has"],
  [/^bodyContains/i, "body has"],
  [/^headers?Contains/i, "header has"],
  [/^(fromAddress|sender)Contains/i, "sender's address has"],
  [/^from(Addresses)?$/i, "sender is"],
  [/^recipient(Address)?Contains/i, "recipient's address has"],
  [/^sentTo(Addresses)?$/i, "recipient is"],
];

/** The words of a condition, which Exchange gives with semicolons between them and Graph as JSON. */
function wordsOf(value: string): string[] {
  try {
    const read: unknown = JSON.parse(value);
    if (Array.isArray(read) && read.every((one) => typeof one === "string")) return read;
  } catch {
    // Not JSON: Exchange's own way.
  }
  return value.split(";");
}

function sayCondition([name, value]: [string, string]): string {
  const said = SAID.find(([pattern]) => pattern.test(name))?.[1];
  if (!said) return `${name} is ${value}`;
  const all = wordsOf(value).flatMap((word) => word.trim() || []);
  const last = all.pop() ?? "nothing";
  return `${said} ${all.length > 0 ? `${all.join(", ")} or ${last}` : last}`;
}

/** What the rule does, as the rest of a sentence: "moves to RSS Feeds, marks as read on mail whose subject has invoice". */
export function describeRule(rule: Rule): string {
  const acts: string[] = [];
  if (rule.deletes) acts.push("deletes");
  else if (rule.movesTo) acts.push(`moves to ${rule.movesTo}`);
  if (rule.marksRead) acts.push("marks as read");
  if (rule.forwardsTo?.length) acts.push(`sends to ${rule.forwardsTo.slice(0, 3).join(", ")}`);
  const conditions = Object.entries(rule.conditions).slice(0, 3).map(sayCondition);
  return `${acts.join(", ") || "acts"} on ${conditions.length > 0 ? `mail whose ${conditions.join(", and ")}` : "all mail"}`;
}

export function ruleDetail(rule: Rule): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(rule.conditions).slice(0, 20)),
    ...(rule.movesTo ? { movesTo: rule.movesTo } : {}),
    ...(rule.deletes ? { deletes: "true" } : {}),
    ...(rule.forwardsTo?.length ? { forwardsTo: rule.forwardsTo.join("; ") } : {}),
    ...(rule.madeBy ? { madeBy: rule.madeBy } : {}),
  };
}
