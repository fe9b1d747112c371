import type { CommandRow } from "#db/repos/commands.ts";
import type { listPhishTenants, MatchRow, ReportedPhish } from "#db/repos/phish.ts";
import type { PhishOrderRow } from "#db/repos/phish-orders.ts";
import type { Viewer } from "#domain/access/may.ts";
import { SECOND_PERSON_MS } from "#domain/command/command.ts";
import type { CrossTenantView, PhishCopyView, PhishOrderView, TenantOrderView } from "#domain/view/phish.ts";
import { actorFor } from "./actor.ts";

export type PhishTenant = Awaited<ReturnType<typeof listPhishTenants>>[number];

function orderOf(rows: CommandRow[], kinds: readonly CommandRow["kind"][]): TenantOrderView | null {
  const row = rows.find((one) => kinds.includes(one.kind));
  if (!row) return null;
  const { done, total, reason } = row.result ?? {};
  return {
    commandId: row.id,
    kind: row.kind as TenantOrderView["kind"],
    state: row.state,
    reason: row.reason ?? (typeof reason === "string" ? reason : null),
    at: row.finishedAt ?? row.acceptedAt ?? row.issuedAt,
    progress: typeof done === "number" && typeof total === "number" ? { done, total } : null,
  };
}

const copyView = (row: MatchRow, isNeverTouch: boolean): PhishCopyView => ({
  id: row.id,
  mailbox: row.mailbox,
  sender: row.sender,
  subject: row.subject,
  receivedAt: row.receivedAt,
  matchedBy: row.matchedBy,
  why: row.why,
  state: row.state,
  error: row.error,
  isNeverTouch,
});

export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** An order nobody answered in time is over, whether or not somebody wrote so. */
const stateOf = (row: PhishOrderRow, now: string): PhishOrderRow["state"] =>
  row.state === "waiting" && now > later(row.at, SECOND_PERSON_MS) ? "expired" : row.state;

/** One phish over the tenants of the viewer; every row was read in the viewer's scope. */
export function crossTenantView(input: {
  viewer: Viewer;
  phish: ReportedPhish;
  tenants: PhishTenant[];
  matches: MatchRow[];
  commands: CommandRow[];
  orders: PhishOrderRow[];
  neverTouch: Set<string>;
  now: string;
}): CrossTenantView {
  const { viewer, phish, tenants, neverTouch, now } = input;
  const nameOf = (id: string) => ({ id, name: tenants.find((tenant) => tenant.id === id)?.name ?? "" });
  const matches = Map.groupBy(
    input.matches.filter((row) => row.phishId === phish.id),
    (row) => row.tenantId,
  );
  const commands = Map.groupBy(
    input.commands.filter((row) => row.phishId === phish.id),
    (row) => row.tenantId,
  );
  return {
    id: phish.id,
    tenant: nameOf(phish.tenantId),
    incidentId: phish.incidentId,
    internetMessageId: phish.internetMessageId,
    sender: phish.sender,
    subject: phish.subject,
    fingerprintState: phish.fingerprintState,
    by: actorFor(viewer, phish.by),
    createdAt: phish.createdAt,
    tenants: tenants
      .filter((tenant) => commands.has(tenant.id) || matches.has(tenant.id))
      .map((tenant) => {
        const rows = commands.get(tenant.id) ?? [];
        return {
          tenant: nameOf(tenant.id),
          isOwn: tenant.id === phish.tenantId,
          look: orderOf(rows, ["find-phish"]),
          act: orderOf(rows, ["retract-mail", "restore-mail"]),
          copies: (matches.get(tenant.id) ?? []).map((row) =>
            copyView(row, neverTouch.has(`${row.tenantId}/${row.mailboxObjectId}`)),
          ),
        };
      }),
    orders: input.orders
      .filter((row) => row.phishId === phish.id)
      .map(
        (row): PhishOrderView => ({
          id: row.id,
          act: row.act,
          state: stateOf(row, now),
          mails: row.matchIds.length,
          mailboxes: row.mailboxes,
          tenants: row.tenantIds.map(nameOf),
          matchIds: row.matchIds,
          previewHash: row.previewHash,
          needsSecond: row.needsSecond,
          notBefore: row.notBefore,
          by: actorFor(viewer, row.by),
          at: row.at,
          expiresAt: later(row.at, SECOND_PERSON_MS),
          answeredBy: row.answeredBy && actorFor(viewer, row.answeredBy),
          answeredAt: row.answeredAt,
          reason: row.reason,
          isMine: row.memberId === viewer.memberId,
        }),
      ),
  };
}
