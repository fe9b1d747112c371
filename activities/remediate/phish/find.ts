import type { M365Mail, M365User, TracedMail } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { noteMatch, setPhish } from "#db/repos/phish.ts";
import { fingerprintOf, likeness, normalSubject } from "#domain/phish/fingerprint.ts";
import { pool } from "#domain/remediation/pool.ts";
import { inCase, nowOf, type RemediateDeps } from "../case.ts";
import { isNotOnline, type Mailbox, mailboxOf } from "../mailbox.ts";
import { isTenantFault, namesOf, type PhishEnding, type PhishWork, type Unreached } from "./work.ts";

const MAILBOXES_AT_ONCE = 8;
const DAY_MS = 86_400_000;
/** The message trace answers for ten days at once and reaches ninety back. */
const TRACE_DAYS = 10;
const TRACE_REACHES_DAYS = 90;
/** How long the other tenants wait for the phish's own tenant to read the mail. */
const WAIT_FOR_FINGERPRINT_MS = 60_000;
const LOOK_AGAIN_SECONDS = 2;
/** Rows of the trace that never lay in a mailbox. */
const NOT_DELIVERED = ["failed", "pending", "quarantined"];

type Sought = {
  mailboxes: Mailbox[];
  /** Ids to ask each mailbox for; the phish's own first. */
  messageIds: string[];
  /** Ask for all mails of the sender too: there was no trace to tell which. */
  isBlind: boolean;
  /** Recipients of the trace in whose name no mailbox was found. */
  unknown: string[];
};

/**
 * Looks for one phish in one tenant: in the mailboxes that the message trace names, or in every mailbox where there is no
 * trace. Reads only. The phish's own tenant goes first and reads what the same phish can be told by.
 */
export async function findPhish(deps: RemediateDeps, work: PhishWork): Promise<PhishEnding> {
  const { at, phish, order } = work;
  const isOwn = phish.tenantId === at.tenantId;
  if (!isOwn && phish.fingerprintState === "asked" && waitedMs(deps, order.issuedAt) < WAIT_FOR_FINGERPRINT_MS)
    return { state: "again", inSeconds: LOOK_AGAIN_SECONDS };
  try {
    return await look(deps, work, isOwn);
  } catch (error) {
    // The other tenants do not wait for a tenant that cannot be read.
    if (isOwn && isTenantFault(error)) await noteFingerprint(deps, work, undefined);
    throw error;
  }
}

const waitedMs = (deps: RemediateDeps, since: string): number => deps.clock.now().getTime() - Date.parse(since);

async function look(deps: RemediateDeps, work: PhishWork, isOwn: boolean): Promise<PhishEnding> {
  const users = await readUsers(work);
  const sought = await seek(deps, work, users);
  const known = { ...work.phish };
  if (isOwn && known.fingerprintState !== "read") {
    known.fingerprint = (await readFingerprint(deps, work, sought)) ?? null;
    if (known.fingerprint) Object.assign(sought, await seek(deps, { ...work, phish: known }, users));
  }
  // Copies of the same message in an incident's own tenant are its step 2's.
  const isStepTwo = isOwn && known.incidentId !== null;
  const unreached: Unreached[] = [];
  let copies = 0;
  await pool(sought.mailboxes, MAILBOXES_AT_ONCE, async (mailbox) => {
    try {
      const mails = await readAll(work, mailbox, sought, known.fingerprint?.sender ?? null);
      copies += await keepCopies(deps, work, known, mailbox, isStepTwo, mails);
    } catch (error) {
      if (!(error instanceof M365Fault) || isTenantFault(error)) throw error;
      // What the trace says was delivered lies somewhere, too.
      const isOutside = isNotOnline(error) && (mailbox.isOnPremises || !sought.isBlind);
      if (error.faultClass === "not-found" && !isOutside) return;
      unreached.push({
        mailbox: mailbox.upn,
        words: isOutside ? "its mailbox is in the on-premises Exchange, look there yourself" : error.message,
      });
    }
  });
  const result = {
    mailboxes: sought.mailboxes.length,
    copies,
    by: sought.isBlind ? "every-mailbox" : "message-trace",
    unreached: unreached.length,
  };
  return { state: "done", result, ...wordsOf(sought, unreached) };
}

function wordsOf({ unknown }: Sought, unreached: Unreached[]): { reason?: string } {
  const words: string[] = [];
  if (unreached.length > 0)
    words.push(`Not looked into: ${namesOf(unreached.map((one) => `${one.mailbox} (${one.words})`))}.`);
  if (unknown.length > 0)
    words.push(`Delivered also to ${namesOf(unknown)}: no mailbox of that name, look there yourself.`);
  return words.length > 0 ? { reason: words.join(" ") } : {};
}

/** Guests' mailboxes are in their home tenants. */
async function readUsers({ m365 }: PhishWork): Promise<M365User[]> {
  const users: M365User[] = [];
  for await (const page of m365.listUsers()) users.push(...page.filter((user) => user.userType !== "Guest"));
  return users;
}

/** Where to look, by the message trace: the phish's own id, then the sender's mails of the same subject. */
async function seek(deps: RemediateDeps, work: PhishWork, users: M365User[]): Promise<Sought> {
  const { phish, m365 } = work;
  const sender = phish.fingerprint?.sender ?? phish.sender?.toLowerCase() ?? null;
  const subject = phish.fingerprint?.subject ?? (phish.subject === null ? null : normalSubject(phish.subject));
  const rows: TracedMail[] = [];
  try {
    for (const window of windowsOf(deps, phish)) {
      rows.push(...(await m365.traceMail({ ...window, by: { messageId: phish.internetMessageId } })));
      if (!sender) continue;
      const sent = await m365.traceMail({ ...window, by: { sender } });
      rows.push(...sent.filter((row) => subject !== null && normalSubject(row.subject) === subject));
    }
  } catch (error) {
    if (!(error instanceof M365Fault) || error.faultClass === "retry" || isTenantFault(error)) throw error;
    return { mailboxes: users.map(mailboxOf), messageIds: [phish.internetMessageId], isBlind: true, unknown: [] };
  }
  const delivered = rows.filter((row) => !NOT_DELIVERED.includes(row.status.toLowerCase()));
  const recipients = new Set(delivered.map((row) => row.recipient.toLowerCase()));
  const names = new Set([...recipients, ...delivered.map((row) => row.sender.toLowerCase())]);
  const found = users.filter((user) => namesOfUser(user).some((name) => names.has(name)));
  const named = new Set(found.flatMap(namesOfUser));
  const domains = new Set(users.map((user) => user.upn.toLowerCase().split("@")[1]));
  return {
    mailboxes: found.map(mailboxOf),
    messageIds: [...new Set([phish.internetMessageId, ...delivered.map((row) => row.messageId)])],
    isBlind: false,
    unknown: [...recipients].filter((name) => !named.has(name) && domains.has(name.split("@")[1])),
  };
}

const namesOfUser = ({ upn, mail }: M365User): string[] =>
  [upn, mail].filter((name) => name !== null).map((name) => name.toLowerCase());

/** From two days before the mail to now, in pieces the trace takes. */
function windowsOf(deps: RemediateDeps, phish: PhishWork["phish"]): { since: string; until: string }[] {
  const now = deps.clock.now().getTime();
  const known = Date.parse(phish.receivedAt ?? phish.createdAt) - 2 * DAY_MS;
  const first = Math.max(Math.min(known, now - 2 * DAY_MS), now - TRACE_REACHES_DAYS * DAY_MS + DAY_MS);
  const windows: { since: string; until: string }[] = [];
  for (let from = first; from < now; from += TRACE_DAYS * DAY_MS)
    windows.push({ since: iso(from), until: iso(Math.min(from + TRACE_DAYS * DAY_MS, now)) });
  return windows;
}
const iso = (ms: number): string => new Date(ms).toISOString();

async function readAll(work: PhishWork, mailbox: Mailbox, sought: Sought, sender: string | null): Promise<M365Mail[]> {
  const mails = new Map<string, M365Mail>();
  for (const internetMessageId of sought.messageIds)
    for (const mail of await work.m365.readMails(mailbox.objectId, { internetMessageId })) mails.set(mail.id, mail);
  if (sought.isBlind && sender) {
    const since = iso(Date.parse(work.phish.receivedAt ?? work.phish.createdAt) - TRACE_DAYS * DAY_MS);
    for (const mail of await work.m365.readMails(mailbox.objectId, { sender, since })) mails.set(mail.id, mail);
  }
  return [...mails.values()];
}

async function readFingerprint(deps: RemediateDeps, work: PhishWork, sought: Sought) {
  const { internetMessageId } = work.phish;
  for (const mailbox of sought.mailboxes) {
    const mails = await work.m365.readMails(mailbox.objectId, { internetMessageId }).catch((error: unknown) => {
      if (!(error instanceof M365Fault) || isTenantFault(error)) throw error;
      return [];
    });
    if (mails[0]) return noteFingerprint(deps, work, mails[0]);
  }
  return noteFingerprint(deps, work, undefined);
}

async function noteFingerprint(deps: RemediateDeps, { at, phish }: PhishWork, mail: M365Mail | undefined) {
  const fingerprint = mail && fingerprintOf({ ...mail, sender: mail.from });
  await inCase(deps, { at: { ...at, incidentId: null } }, (tx) =>
    setPhish(tx, phish.id, {
      fingerprintState: mail ? "read" : "unreadable",
      ...(mail && fingerprint
        ? {
            fingerprint,
            sender: phish.sender ?? mail.from,
            subject: phish.subject ?? mail.subject,
            receivedAt: phish.receivedAt ?? mail.receivedAt,
          }
        : {}),
    }),
  );
  return fingerprint;
}

async function keepCopies(
  deps: RemediateDeps,
  { at, m365 }: PhishWork,
  phish: PhishWork["phish"],
  mailbox: Mailbox,
  isStepTwo: boolean,
  mails: M365Mail[],
): Promise<number> {
  const copies = mails.flatMap((mail) => {
    const like = likeness(phish, { ...mail, sender: mail.from });
    return like && !(isStepTwo && like.matchedBy === "message-id") ? [{ mail, ...like }] : [];
  });
  if (copies.length === 0) return 0;
  const deletedItems = await m365.readFolderId(mailbox.objectId, "deleteditems");
  const now = nowOf(deps);
  await inCase(deps, { at: { ...at, incidentId: null } }, async (tx) => {
    for (const { mail, matchedBy, why } of copies)
      await noteMatch(tx, {
        ...at,
        mailboxObjectId: mailbox.objectId,
        mailbox: mailbox.upn,
        messageId: mail.id,
        internetMessageId: mail.internetMessageId,
        sender: mail.from,
        subject: mail.subject,
        folderId: mail.folderId,
        receivedAt: mail.receivedAt,
        matchedBy,
        why,
        state: mail.folderId === deletedItems ? "gone" : "found",
        foundAt: now,
        updatedAt: now,
      });
  });
  return copies.length;
}
