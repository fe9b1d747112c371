import { MINUTE } from "../../clock.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { computer } from "../own-sessions.ts";
import type { Session } from "../pen.ts";
import { securityInfo } from "../registrations.ts";
import { dayOf, type Staff } from "../staff.ts";
import { by, risk } from "../wording.ts";
import { someFile, subject } from "../working-day.ts";
import { tokenUse } from "./entries.ts";
import type { Intruder } from "./intruder.ts";

export const FREE_MAIL = ["proton.example", "mailfence.example", "tuta.example", "gmx.example", "outlook-mail.example"];
const FRAUD = [
  "Re: updated bank details for invoice {n}",
  "FW: Outstanding balance",
  "Re: Payment of invoice {n}",
  "New remittance account",
];
const LURES = [
  '{name} shared "Q3 Statement" with you',
  "Secure message from {firm}",
  "FW: Proposal document",
  "You have a new voicemail",
];

export function readMail(i: Intruder, hands: Session, visits: number, victim: Staff = i.victim): Session {
  let session = hands;
  for (let n = 0; n < visits; n++) {
    session = i.moved(session);
    if (n > 0) tokenUse(i, victim, session);
    for (let k = i.rng.int(1, 4); k > 0; k--)
      i.pen.readMail(i.at + k * i.rng.int(4_000, 40_000), victim.user, session, i.rng.int(1, 9));
    i.wait(4, 18);
  }
  return session;
}

/** Fraudulent mail inside a business conversation. */
export function sendFraud(i: Intruder, hands: Session, victim: Staff = i.victim): void {
  i.pen.send(i.at, victim.user, hands, i.rng.pick(FRAUD).replace("{n}", String(i.rng.int(1000, 9999))));
  if (i.rng.chance(0.4)) removeTraces(i, hands, victim);
}

export function removeTraces(i: Intruder, hands: Session, victim: Staff = i.victim): void {
  const message = { internetMessageId: i.pen.messageId(), subject: subject(i.rng) };
  const operation = i.rng.pick(["MoveToDeletedItems", "SoftDelete", "HardDelete"] as const);
  i.pen.delete(i.at + i.rng.int(20_000, 200_000), victim.user, hands, operation, [message], "\\Sent Items");
}

/** One lure to many colleagues; each who opens it leaves his own ordinary record of the same message. */
export function sendLure(i: Intruder, hands: Session, victim: Staff, readers: Staff[], messages: number): string {
  const title = i.rng
    .pick(LURES)
    .replace("{name}", victim.user.displayName)
    .replace("{firm}", i.company.tenant.displayName);
  let id = "";
  for (let n = 0; n < messages; n++) id = i.pen.send(i.at + n * i.rng.int(1_500, 9_000), victim.user, hands, title);
  i.at += messages * 4_000;
  for (const reader of readers) {
    const at = i.at + i.rng.int(2, 90) * MINUTE;
    i.bystanders.readMessages(at, reader.user, computer(i.company, reader, dayOf(i.company, at), i.rng), [id]);
  }
  return id;
}

export function forwardMailbox(i: Intruder, hands: Session): void {
  const { rng, pen, company } = i;
  const { user } = i.victim;
  const address = `${user.surname.toLowerCase().replace(/[^a-z]/g, "")}${rng.int(10, 99)}@${rng.pick(FREE_MAIL)}`;
  const path = `EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${company.tenant.initialDomain}/${user.id}`;
  pen.cmdlet(
    i.at,
    user,
    hands,
    "Set-Mailbox",
    {
      Identity: user.id,
      ForwardingSmtpAddress: `smtp:${address}`,
      DeliverToMailboxAndForward: rng.chance(0.8) ? "True" : "False",
    },
    path,
  );
}

/** A second factor of the attacker's own. */
export function registerMethod(i: Intruder, hands: Session): void {
  const { rng, pen } = i;
  pen.signIn(i.at - 40_000, i.victim.user, hands, {
    app: CLIENT.securityInfo,
    resource: TARGET.graph,
    mfa: "claim",
    graph: risk(i.company, "low", "unfamiliarFeatures"),
  });
  securityInfo(pen, i.victim, hands, i.at, rng.pick(["Authenticator App", "Phone", "Software OATH token"]));
}

export function download(i: Intruder, hands: Session, files: number): void {
  i.variation.files = files;
  const gap = i.style.pace === "slow" || i.style.pace === "weeks" ? 20 * MINUTE : 9_000;
  for (let n = 0; n < files; n++) {
    const { name, ...where } = someFile(i.rng);
    i.pen.file(i.at, i.victim.user, hands, "FileDownloaded", { ...where, name: name.replace(".", ` ${n}.`) });
    i.at += i.rng.int(gap / 5, gap);
  }
  if (i.rng.chance(0.3)) i.pen.file(i.at, i.victim.user, hands, "AnonymousLinkCreated", someFile(i.rng));
}

/** Entra changes an intruder makes with the account he holds. */
export function entraChange(
  i: Intruder,
  hands: Session,
  operation: string,
  category: string,
  target: Parameters<Intruder["pen"]["directory"]>[0]["target"],
  changes: [string, string, string][],
): void {
  i.pen.directory({
    at: i.at,
    operation,
    category,
    by: by(i.victim, hands),
    target,
    changes: changes.map(([name, from, to]) => ({ name, from, to })),
  });
}

/** He looks in again a few times after the goal. */
export function linger(i: Intruder, hands: Session): void {
  for (let n = i.rng.int(0, 3); n > 0; n--) {
    i.wait(20, 120);
    tokenUse(i, i.victim, i.moved(hands));
  }
}
