import type { EventRecord } from "#db/repos/portal-events.ts";
import type { EventRow } from "#domain/view/portal.ts";
import { mailCount, phrase } from "./phrases.ts";

/** A record as a row of the log viewer. `phish`: internet message ids tagged in the tenant. */
export function eventRow(record: EventRecord, phish: ReadonlySet<string>): EventRow {
  const { event } = record;
  const messageId = event.mail?.internetMessageIds?.[0] ?? event.handles.messageIds?.[0] ?? null;
  return {
    recordId: record.recordId,
    at: record.occurredAt,
    category: record.category,
    operation: record.operation,
    what: phrase(event, 1, mailCount(event)),
    outcome: record.outcome,
    ip: record.ip,
    network: {
      asn: record.asn,
      org: record.asOrg,
      country: record.country,
      kind: record.networkKind ?? "unknown",
    },
    userAgent: record.userAgent,
    appName: record.appName,
    upn: event.actor.upn ?? event.target?.upn ?? null,
    subject: record.subject,
    sender: event.mail?.from ?? null,
    internetMessageId: messageId,
    verdict: record.verdict,
    verdictReason: record.verdictReason,
    isPhish: messageId !== null && phish.has(messageId),
  };
}
