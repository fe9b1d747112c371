import type { NormalizedEvent } from "#domain/event/event.ts";

const plural = (n: number, one: string, many = `${one}s`): string => (n === 1 ? `one ${one}` : `${n} ${many}`);
const quoted = (text: string | undefined): string => (text ? ` “${text}”` : "");

/** Mails a record stands for: a bound record of Exchange names several. */
export const mailCount = (event: NormalizedEvent): number =>
  Math.max(
    event.mail?.itemCount ?? 0,
    event.handles.messageIds?.length ?? 0,
    event.mail?.internetMessageIds?.length ?? 0,
    1,
  );

type Phrase = (event: NormalizedEvent, count: number, mails: number) => string;
const rule =
  (verb: string): Phrase =>
  (event) =>
    `${verb} the inbox rule${quoted(event.rule?.name)}`;
const app =
  (verb: string): Phrase =>
  (event) =>
    `${verb} the app${quoted(event.app?.name)}`;

const PHRASES: [prefix: string, phrase: Phrase][] = [
  ["sign-in", (event, count) => signIn(event, count)],
  ["mail.read", (_event, _count, mails) => `Read ${plural(mails, "mail")}`],
  ["mail.send", (event, _count, mails) => `Sent ${plural(mails, "mail")}${quoted(event.mail?.subject)}`],
  ["mail.send-as", (event) => `Sent a mail as somebody else${quoted(event.mail?.subject)}`],
  ["mail.send-on-behalf", (event) => `Sent a mail on behalf of somebody else${quoted(event.mail?.subject)}`],
  ["mail.folder-bind", () => "Opened a mail folder"],
  ["mail.delete", (_event, _count, mails) => `Deleted ${plural(mails, "mail")}`],
  ["mail.move", (_event, _count, mails) => `Moved ${plural(mails, "mail")}`],
  ["inbox-rule.create", rule("Made")],
  ["inbox-rule.update", rule("Changed")],
  ["inbox-rule.remove", rule("Removed")],
  ["inbox-rule.disable", rule("Disabled")],
  ["inbox-rule", rule("Touched")],
  ["mailbox.forwarding.remove", () => "Removed mail forwarding"],
  ["mailbox.forwarding", () => "Set mail forwarding"],
  ["connector.inbound", (event) => `Changed the inbound connector${quoted(event.target?.name)}`],
  ["connector.outbound", (event) => `Changed the outbound connector${quoted(event.target?.name)}`],
  ["mailbox.delegate.add", (event) => `Gave access to the mailbox${quoted(event.target?.upn ?? event.target?.name)}`],
  ["app.grant", app("Gave rights to")],
  ["app.consent", app("Consented to")],
  ["app.credential.add", app("Added a credential to")],
  ["service-principal.create", app("Added")],
  ["auth-method.add", () => "Added a way to sign in (MFA method)"],
  ["auth-method.remove", () => "Removed a way to sign in (MFA method)"],
  ["device.register", (event) => `Registered a device${quoted(event.target?.name ?? event.client.deviceName)}`],
  ["role.add", (event) => `Gave a role${quoted(event.target?.name)}`],
  ["user.password", () => "Changed or reset a password"],
  ["user.disable", (event) => `Disabled the account${quoted(event.target?.upn)}`],
  ["user.enable", (event) => `Enabled the account${quoted(event.target?.upn)}`],
  ["user.sessions.revoke", () => "Ended all sessions"],
  ["file.delete", (_event, count) => `Deleted ${plural(count, "file")}`],
  ["file", (_event, count) => `Opened, changed or downloaded ${plural(count, "file")}`],
  ["search", () => "Searched mail or files"],
];

function signIn(event: NormalizedEvent, count: number): string {
  const times = count > 1 ? ` (${count} times)` : "";
  const place = event.signIn?.location?.country ? ` from ${event.signIn.location.country}` : "";
  if (event.outcome === "success") return `Signed in${place}${times}`;
  return event.outcome === "failure" ? `Failed to sign in${place}${times}` : `Tried to sign in${place}${times}`;
}

/** One line of the timeline in words. Names from logs stand in it as recorded: the portal shows them through show(). */
export function phrase(event: NormalizedEvent, count: number, mails: number): string {
  const known = PHRASES.find(([prefix]) => event.action === prefix || event.action.startsWith(`${prefix}.`));
  if (known) return known[1](event, count, mails);
  return count > 1 ? `${event.operation} (${count} times)` : event.operation;
}
