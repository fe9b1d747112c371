import type { EventRecord } from "#db/repos/portal-events.ts";
import type { ImpactParts } from "#db/repos/portal-impact.ts";
import { IMPACT_ROWS_MAX } from "#domain/limits.ts";
import type { ImpactFile, ImpactMail, ImpactView } from "#domain/view/detection.ts";
import { impactOf } from "./timeline.ts";

const MAILS_MAX = 2_000;
const FILES_MAX = 2_000;
const IDS_MAX = 100;

const OPERATIONS: [prefix: string, word: string][] = [
  ["mail.read", "Accessed"],
  ["mail.send", "Sent"],
  ["mail.delete", "Deleted"],
  ["mail.move", "Moved"],
  ["mail.create", "Created"],
  ["mail.update", "Modified"],
  ["file.access", "Opened"],
  ["file.download", "Downloaded"],
  ["file.sync-download", "Downloaded"],
  ["file.preview", "Opened"],
  ["file.delete", "Deleted"],
  ["file.upload", "Uploaded"],
  ["file.share", "Shared"],
  ["share", "Shared"],
];
const wordOf = ({ action, operation }: EventRecord): string =>
  OPERATIONS.find(
    ([prefix]) => action === prefix || action.startsWith(`${prefix}.`) || action.startsWith(`${prefix}-`),
  )?.[1] ?? operation;
const isSent = (action: string): boolean => action === "mail.send" || action.startsWith("mail.send-");

/** What the attacker touched, mail by mail and file by file, from his records in order of time. */
export function impactView(parts: ImpactParts, records: EventRecord[], blind: string[]): ImpactView {
  const done = records.filter((record) => record.outcome !== "failure");
  const { incident } = parts;
  const counts = impactOf(records, {
    first: incident.occurredAt,
    last: incident.lastAttackerAt,
    containedAt: incident.containedAt,
  });
  const mails = mailsOf(done, subjectsOf(parts));
  const files = filesOf(done);
  const { accessed, sent, modified, deleted } = counts;
  return {
    counts: { accessed, sent, modified, deleted, files: files.length },
    mails: mails.slice(0, MAILS_MAX),
    files: files.slice(0, FILES_MAX),
    recipients: recipientsOf(done, parts),
    marked: parts.marked,
    completeness: completeness(done, records.length, { mails, files }, blind),
  };
}

type Known = { subject: string; from: string | undefined };
function subjectsOf({ known }: ImpactParts): Map<string, Known> {
  const out = new Map<string, Known>();
  for (const { event } of known) {
    const ids = event.mail?.internetMessageIds ?? event.handles.messageIds ?? [];
    // A record that names several messages does not say whose the subject is.
    if (ids.length === 1 && ids[0] && event.mail?.subject)
      out.set(ids[0], { subject: event.mail.subject, from: event.mail.from });
  }
  return out;
}

function mailsOf(records: EventRecord[], known: Map<string, Known>): ImpactMail[] {
  const out = new Map<string, ImpactMail>();
  for (const record of records) {
    const { event } = record;
    if (!event.action.startsWith("mail.") || event.action === "mail.folder-bind") continue;
    const ids = event.mail?.internetMessageIds ?? event.handles.messageIds ?? [];
    for (const key of ids.length > 0 ? ids : [`record ${record.recordId}`]) {
      const entry = out.get(key) ?? {
        key,
        subject: null,
        operations: [],
        folder: null,
        from: null,
        to: [],
        hasAttachments: false,
        lastAt: record.occurredAt,
        recordIds: [],
        isSent: false,
      };
      const word = wordOf(record);
      out.set(key, {
        ...entry,
        subject:
          (ids.length <= 1 ? event.mail?.subject : undefined) ?? entry.subject ?? known.get(key)?.subject ?? null,
        operations: entry.operations.includes(word) ? entry.operations : [...entry.operations, word],
        folder: event.mail?.folder ?? entry.folder,
        from: event.mail?.from ?? entry.from ?? known.get(key)?.from ?? null,
        to: [...new Set([...entry.to, ...(event.mail?.to ?? [])])].slice(0, IDS_MAX),
        hasAttachments: entry.hasAttachments || event.mail?.hasAttachments === true,
        lastAt: record.occurredAt,
        recordIds: [...entry.recordIds, record.recordId].slice(-IDS_MAX),
        isSent: entry.isSent || isSent(event.action),
      });
    }
  }
  // Sent mail first: that is how an attack goes on (onward phishing).
  return [...out.values()].sort(
    (a, b) => Number(b.isSent) - Number(a.isSent) || (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : 0),
  );
}

function filesOf(records: EventRecord[]): ImpactFile[] {
  const out = new Map<string, ImpactFile>();
  for (const record of records) {
    const { event } = record;
    const isFile = event.action.startsWith("file.") || event.action.startsWith("share");
    if (!isFile || !(event.file?.name || event.file?.path)) continue;
    const key = event.file.path ?? event.file.name ?? record.recordId;
    const entry = out.get(key);
    const word = wordOf(record);
    out.set(key, {
      key,
      name: event.file.name ?? key,
      path: event.file.path ?? null,
      operations: entry ? [...new Set([...entry.operations, word])] : [word],
      lastAt: record.occurredAt,
      recordIds: [...(entry?.recordIds ?? []), record.recordId].slice(-IDS_MAX),
    });
  }
  return [...out.values()].sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}

function recipientsOf(records: EventRecord[], { tenant, copies }: ImpactParts): ImpactView["recipients"] {
  const out = new Map<string, ImpactView["recipients"][number]>();
  const domains = new Set(tenant.domains.map((domain) => domain.toLowerCase()));
  const put = (address: string, subject: string | null | undefined, mails: number, state: string | null): void => {
    const key = address.toLowerCase();
    const entry = out.get(key);
    out.set(key, {
      address: entry?.address ?? address,
      isInternal: domains.has(key.split("@")[1] ?? ""),
      mails: (entry?.mails ?? 0) + mails,
      subjects:
        subject && !entry?.subjects.includes(subject)
          ? [...(entry?.subjects ?? []), subject].slice(0, 5)
          : (entry?.subjects ?? []),
      state: state ?? entry?.state ?? null,
    });
  };
  for (const { event } of records)
    if (isSent(event.action)) for (const to of event.mail?.to ?? []) put(to, event.mail?.subject, 1, null);
  for (const copy of copies) put(copy.mailbox, copy.subject, out.has(copy.mailbox.toLowerCase()) ? 0 : 1, copy.state);
  return [...out.values()].sort((a, b) => b.mails - a.mails || (a.address < b.address ? -1 : 1));
}

function completeness(
  done: EventRecord[],
  total: number,
  found: { mails: ImpactMail[]; files: ImpactFile[] },
  blind: string[],
): ImpactView["completeness"] {
  const out: ImpactView["completeness"] = [];
  const gap = (text: string): void => void out.push({ text, isGap: true });
  if (total >= IMPACT_ROWS_MAX) gap(`Only the first ${IMPACT_ROWS_MAX} of the attacker's records are counted here.`);
  if (found.mails.length > MAILS_MAX) gap(`Only the first ${MAILS_MAX} of ${found.mails.length} messages are listed.`);
  if (found.files.length > FILES_MAX) gap(`Only the first ${FILES_MAX} of ${found.files.length} files are listed.`);
  const reads = done.filter(({ action }) => action === "mail.read");
  if (reads.length === 0)
    gap(
      "No record of opened mail (MailItemsAccessed): what was read is not known; count on everything in the mailbox.",
    );
  if (reads.some(({ event }) => event.params.MailAccessType?.toLowerCase() === "sync"))
    gap("A folder was synchronised: every message in it counts as read, and its messages are not listed one by one.");
  if (reads.some(({ event }) => /true/i.test(event.params.IsThrottled ?? "")))
    gap("Exchange stopped recording opened mail for up to a day (throttled): more was read than is listed.");
  const listed = reads.reduce((sum, { event }) => sum + (event.mail?.internetMessageIds?.length ?? 0), 0);
  const counted = reads.reduce(
    (sum, { event }) => sum + (event.mail?.itemCount ?? event.mail?.internetMessageIds?.length ?? 1),
    0,
  );
  if (counted > listed) gap(`${counted - listed} of ${counted} opened messages are counted by Exchange and not named.`);
  if (done.some(({ event }) => isSent(event.action) && !event.mail?.to?.length))
    gap(
      "The mailbox log does not name the recipients of every sent message; retraction looks for its copies in the tenant's mailboxes.",
    );
  const nameless = found.mails.filter((mail) => mail.subject === null).length;
  if (nameless > 0) gap(`${nameless} messages are known by their id alone: no record names their subject.`);
  for (const text of blind) gap(`${text}.`);
  if (out.length === 0)
    out.push({ text: "Every record of the attacker's that Microsoft has shown is in this list.", isGap: false });
  return out;
}
