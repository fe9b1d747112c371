import type { EventRecord } from "#db/repos/portal-events.ts";
import { REMEDIATION_STEPS } from "#domain/remediation/steps.ts";
import type { IncidentView, TimelineRow } from "#domain/view/portal.ts";
import { mailCount, phrase } from "./phrases.ts";

/** Records of the same kind and hand this close together are one line. */
const GAP_MS = 15 * 60_000;

type Group = { first: EventRecord; last: EventRecord; records: EventRecord[] };

const belongs = (group: Group, row: EventRecord): boolean =>
  group.first.verdict === row.verdict &&
  group.first.action === row.action &&
  group.first.outcome === row.outcome &&
  group.first.ip === row.ip &&
  Date.parse(row.occurredAt) - Date.parse(group.last.occurredAt) <= GAP_MS;

/** Where an act came from, as far as known: address and network. */
const placeOf = ({ ip, asOrg, country }: EventRecord): string | null =>
  ip ? [ip.replace(/[/](32|128)$/, ""), asOrg ?? country].filter(Boolean).join(" ") : null;

const toRow = ({ first, records }: Group): TimelineRow => ({
  at: first.occurredAt,
  category: first.category,
  verdict: first.verdict ?? "notable",
  text: phrase(
    first.event,
    records.length,
    records.reduce((sum, record) => sum + mailCount(record.event), 0),
  ),
  source: placeOf(first),
  recordIds: records.map((record) => record.recordId),
  count: records.length,
});

/** Lines from judged records, which must come in order of time. */
export function groupRecords(records: EventRecord[]): TimelineRow[] {
  const groups: Group[] = [];
  for (const row of records) {
    const group = groups.findLast((open) => belongs(open, row));
    if (group) {
      group.records.push(row);
      group.last = row;
    } else groups.push({ first: row, last: row, records: [row] });
  }
  return groups.map(toRow);
}

type Marks = {
  detectedAt: string;
  publishedAt: string | null;
  remediatedAt: string | null;
  notContainedReason: string | null;
  steps: Pick<IncidentView["steps"][number], "id" | "acceptedAt" | "verifiedAt" | "reason" | "state">[];
};

/** What Petra and the people did, between the records. */
export function petraRows(marks: Marks): TimelineRow[] {
  const row = (at: string, text: string): TimelineRow => ({
    at,
    category: "petra",
    verdict: "petra",
    text,
    source: null,
    recordIds: [],
    count: 1,
  });
  const rows = [row(marks.detectedAt, "Petra raised the incident")];
  if (marks.publishedAt) rows.push(row(marks.publishedAt, "Published"));
  for (const step of marks.steps) {
    const label = REMEDIATION_STEPS.find((known) => known.id === step.id)?.label ?? step.id;
    if (step.acceptedAt) rows.push(row(step.acceptedAt, `${label}: accepted by Microsoft`));
    if (step.verifiedAt) rows.push(row(step.verifiedAt, `${label}: verified`));
  }
  if (marks.remediatedAt) rows.push(row(marks.remediatedAt, "Marked as remediated"));
  return rows;
}

export const inOrder = (rows: TimelineRow[]): TimelineRow[] =>
  rows.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

const has = (action: string, prefixes: string[]): boolean =>
  prefixes.some((prefix) => action === prefix || action.startsWith(`${prefix}.`));
const ACCESS = ["mail.read", "file.access", "file.download", "file.sync-download", "file.preview"];
const DELETE = ["mail.delete", "file.delete"];
const SEND = ["mail.send", "mail.send-as", "mail.send-on-behalf"];
const LOOKS = ["sign-in", "search", "site", "mail.folder-bind", "mailbox.login", "mail.create", ...ACCESS];

/** What the attacker touched, counted over the records judged to be his. */
export function impactOf(
  records: EventRecord[],
  clock: { first: string; last: string; containedAt: string | null },
): IncidentView["impact"] {
  const impact = { accessed: 0, sent: 0, modified: 0, deleted: 0, accessSeconds: 0 };
  for (const { verdict, event, outcome } of records) {
    if (verdict !== "attacker" || outcome === "failure") continue;
    if (has(event.action, SEND)) impact.sent += mailCount(event);
    else if (has(event.action, DELETE)) impact.deleted += mailCount(event);
    else if (has(event.action, ACCESS)) impact.accessed += mailCount(event);
    else if (!has(event.action, LOOKS)) impact.modified += 1;
  }
  const end = clock.containedAt && clock.containedAt > clock.first ? clock.containedAt : clock.last;
  impact.accessSeconds = Math.max(0, Math.round((Date.parse(end) - Date.parse(clock.first)) / 1000));
  return impact;
}
