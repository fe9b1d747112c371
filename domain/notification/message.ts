import { show } from "#domain/event/show.ts";

/** A message as it goes out: both bodies say the same. */
export type Message = { subject: string; text: string; html: string };

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text from anywhere as HTML text; also safe inside a quoted attribute. */
export const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

const MAX_SUBJECT = 180;

/** One line without controls: a newline in a header would add recipients (S22). */
export function subjectLine(value: string): string {
  const line = show(value)
    .replace(/[\r\n\t]+/g, " ")
    .trim();
  return line.length > MAX_SUBJECT ? `${line.slice(0, MAX_SUBJECT - 1)}…` : line;
}

type Part = { label: string; value: string };

/**
 * Both bodies from the same parts. Values may come from an attacker: they are shown, escaped, and never made into links
 * (S19); the one link is ours.
 */
export function compose(subject: string, lead: string, parts: Part[], link: { label: string; url: string }): Message {
  const shown = parts.map((p) => ({ label: p.label, value: show(p.value) }));
  const text = [lead, "", ...shown.map((p) => `${p.label}: ${p.value}`), "", `${link.label}: ${link.url}`, ""].join(
    "\n",
  );
  const rows = shown
    .map((p) => `<tr><th align="left">${escapeHtml(p.label)}</th><td>${escapeHtml(p.value)}</td></tr>`)
    .join("");
  const html = [
    `<p>${escapeHtml(lead)}</p>`,
    `<table cellpadding="4">${rows}</table>`,
    `<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>`,
  ].join("\n");
  return { subject: subjectLine(subject), text, html };
}

/** Says that an account is compromised, whether or not Response may act (R76, R80). */
export function incidentMessage(input: {
  account: string;
  tenant: string;
  number: number;
  headline: string;
  severity: string;
  responseEnabled: boolean;
  detectedAt: string;
  url: string;
  /** Head of the audit, `position:hash`: in a mailbox it lies where nobody of ours can change it (S48). */
  auditHead?: string;
}): Message {
  const lead = input.responseEnabled
    ? "Petra found an account compromise and is acting on it now."
    : "Petra found an account compromise. Petra Response is off for this tenant: nothing happens until your team acts. Publish the incident, then lock the account.";
  return compose(
    `Petra: account compromise — ${input.account}`,
    lead,
    [
      { label: "Account", value: input.account },
      { label: "Tenant", value: input.tenant },
      { label: "What happened", value: input.headline },
      { label: "Severity", value: input.severity },
      { label: "Incident", value: `#${input.number}` },
      { label: "Detected", value: input.detectedAt },
      ...(input.auditHead ? [{ label: "Audit head", value: input.auditHead }] : []),
    ],
    { label: "Open the incident", url: input.url },
  );
}

/** An analyst, or Petra itself, needs the MSP's own word about an incident. */
export function questionMessage(input: {
  account: string;
  tenant: string;
  number: number;
  question: string;
  url: string;
}): Message {
  return compose(
    `Petra asks about incident #${input.number}`,
    "Petra needs an answer from your team about an account compromise.",
    [
      { label: "Question", value: input.question },
      { label: "Account", value: input.account },
      { label: "Tenant", value: input.tenant },
      { label: "Incident", value: `#${input.number}` },
    ],
    { label: "Open the incident and answer", url: input.url },
  );
}

/** Protection was loosened: every Admin is told, by a way other than the portal (S14). */
export function loosenedMessage(input: { what: string; by: string; reason: string; at: string; url: string }): Message {
  return compose(
    `Petra: ${input.what}`,
    "Somebody changed what Petra may do by itself. If that was not agreed, look at it now.",
    [
      { label: "What", value: input.what },
      { label: "Who", value: input.by },
      { label: "Why", value: input.reason },
      { label: "When", value: input.at },
    ],
    { label: "Open the policy", url: input.url },
  );
}

/** More accounts need a lock than Petra may lock by itself in an hour: people decide on the rest now (S45). */
export function restMessage(input: { tenant: string; reason: string; at: string; url: string }): Message {
  return compose(
    "Petra: accounts wait for you to lock them",
    "More accounts are under attack than Petra locks by itself in an hour. The others are not locked until a person says so.",
    [
      { label: "Why", value: input.reason },
      { label: "First seen in", value: input.tenant },
      { label: "When", value: input.at },
    ],
    { label: "Open what waits", url: input.url },
  );
}

/** The look-back is complete; what it could not see is said in the same breath (R25). */
export function scanMessage(input: {
  tenant: string;
  incidents: number;
  records: number;
  from: string;
  to: string;
  blindSpots: string[];
  targeted: string[];
  url: string;
}): Message {
  const found =
    input.incidents === 0
      ? "No compromise was found"
      : `${input.incidents} ${input.incidents === 1 ? "incident was" : "incidents were"} found`;
  return compose(
    "Petra Scan Complete",
    `The Petra Scan of ${show(input.tenant)} is complete. ${found}.`,
    [
      { label: "Tenant", value: input.tenant },
      { label: "Looked back", value: `${input.from.slice(0, 10)} to ${input.to.slice(0, 10)}` },
      { label: "Records read", value: String(input.records) },
      ...(input.targeted.length > 0 ? [{ label: "Frequently targeted", value: input.targeted.join(", ") }] : []),
      ...input.blindSpots.map((value) => ({ label: "Not visible", value })),
    ],
    { label: "Open the scan", url: input.url },
  );
}

/** Somebody without a second person retracts mail in 15 minutes: whoever should know can still stop it (S45). */
export function waitingRetractionMessage(input: {
  name: string;
  act: "retract" | "restore";
  subject: string;
  mailboxes: number;
  tenants: number;
  notBefore: string;
  url: string;
}): Message {
  const words = input.act === "retract" ? "moves a phish to Deleted Items" : "brings retracted mail back";
  return compose(
    `Petra: ${input.name} ${words} in ${input.tenants} tenants`,
    `${input.name} asked for it alone, so Petra waits 15 minutes before it begins. Withdraw the order if this is not wanted.`,
    [
      { label: "Subject of the mail", value: input.subject },
      { label: "Mailboxes", value: String(input.mailboxes) },
      { label: "Tenants", value: String(input.tenants) },
      { label: "Begins at", value: input.notBefore },
    ],
    { label: "Open the phish", url: input.url },
  );
}
