import { and, count, eq, gte, isNotNull, lte, ne } from "drizzle-orm";
import type { RowVerdict } from "#domain/incident/analysis.ts";
import { incidentRows, incidents, phishCopies, phishMessages } from "../schema/incident.ts";
import { events, watermarks } from "../schema/ingest.ts";
import { accounts, tenants } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";
import { SECOND_BOOK } from "./second-book.ts";

const DAY_MS = 86_400_000;
/** Mail this long before the attack can still be what the attacker opened. */
const MAIL_DAYS = 30;
const KNOWN_MAILS_MAX = 5_000;

/** How the sources of a tenant do. */
export async function listSources(tx: ScopedTx, tenantId: string) {
  return tx
    .select({
      source: watermarks.source,
      state: watermarks.state,
      reason: watermarks.reason,
      lastPolledAt: watermarks.lastPolledAt,
    })
    .from(watermarks)
    .where(
      and(
        own(tx, watermarks.orgId, watermarks.tenantId),
        eq(watermarks.tenantId, tenantId),
        ne(watermarks.source, SECOND_BOOK),
      ),
    )
    .orderBy(watermarks.source);
}

/** What Attack Impact is built from, beside the attacker's records; undefined when the viewer may not see the incident. */
export async function loadImpact(tx: ScopedTx, incidentId: string) {
  const [head] = await tx
    .select({ incident: incidents, account: accounts, tenant: tenants })
    .from(incidents)
    .innerJoin(accounts, and(eq(accounts.id, incidents.accountId), eq(accounts.orgId, incidents.orgId)))
    .innerJoin(tenants, and(eq(tenants.id, incidents.tenantId), eq(tenants.orgId, incidents.orgId)))
    .where(and(eq(incidents.id, incidentId), own(tx, incidents.orgId, incidents.tenantId)));
  if (!head) return undefined;
  return {
    ...head,
    marked: await countVerdicts(tx, incidentId),
    known: await listKnownMails(tx, head.account.key, head.incident),
    copies: await tx
      .select({ mailbox: phishCopies.mailbox, state: phishCopies.state, subject: phishMessages.subject })
      .from(phishCopies)
      .innerJoin(
        phishMessages,
        and(eq(phishMessages.id, phishCopies.phishId), eq(phishMessages.orgId, phishCopies.orgId)),
      )
      .where(
        and(
          own(tx, phishCopies.orgId, phishCopies.tenantId),
          eq(phishCopies.incidentId, incidentId),
          eq(phishMessages.direction, "sent-by-attacker"),
        ),
      ),
  };
}
export type ImpactParts = NonNullable<Awaited<ReturnType<typeof loadImpact>>>;

async function countVerdicts(tx: ScopedTx, incidentId: string): Promise<Record<RowVerdict, number>> {
  const rows = await tx
    .select({ verdict: incidentRows.verdict, n: count() })
    .from(incidentRows)
    .where(and(own(tx, incidentRows.orgId, incidentRows.tenantId), eq(incidentRows.incidentId, incidentId)))
    .groupBy(incidentRows.verdict);
  return { attacker: 0, owner: 0, unclear: 0, ...Object.fromEntries(rows.map((row) => [row.verdict, row.n])) };
}

/** Subjects by message id: records of opened mail name ids, others of the same mailbox name the subject too. */
function listKnownMails(
  tx: ScopedTx,
  accountKey: number,
  incident: { occurredAt: string; lastAttackerAt: string; tenantId: string },
) {
  const from = new Date(Date.parse(incident.occurredAt) - MAIL_DAYS * DAY_MS).toISOString();
  const to = new Date(Date.parse(incident.lastAttackerAt) + DAY_MS).toISOString();
  return tx
    .select({ event: events.event })
    .from(events)
    .where(
      and(
        own(tx, events.orgId, events.tenantId),
        eq(events.tenantId, incident.tenantId),
        eq(events.accountKey, accountKey),
        gte(events.occurredAt, from),
        lte(events.occurredAt, to),
        isNotNull(events.subject),
      ),
    )
    .limit(KNOWN_MAILS_MAX);
}
