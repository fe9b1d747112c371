import { sql } from "drizzle-orm";
import type { PastSighting } from "#domain/incident/analysis.ts";
import type { ScopedTx } from "../tenancy.ts";

type Window = { from: string; until: string; withoutAccounts?: readonly number[] };

/**
 * Where and with what people of a tenant were at home from `from` until `until`, one row for each account, address and
 * client with the days of it. Failures, Microsoft's and private addresses, and rows known to be an attacker's teach nothing.
 */
export async function loadSightings(tx: ScopedTx, tenantId: string, window: Window): Promise<PastSighting[]> {
  const { withoutAccounts = [] } = window;
  const others =
    withoutAccounts.length > 0
      ? sql`and e.account_key <> all(${sql`array[${sql.join(
          withoutAccounts.map((key) => sql`${key}::int`),
          sql`, `,
        )}]`})`
      : sql``;
  const rows = await tx.execute(sql`
    select a.object_id, a.upn, host(s.ip) as ip, s.user_agent, s.device_id, s.country, s.first, s.days
    from (
      select e.account_key, e.ip, e.user_agent, e.event->'client'->>'deviceId' as device_id,
        e.event->'signIn'->'location'->>'country' as country, min(e.occurred_at) as first,
        array_agg(distinct floor(extract(epoch from e.occurred_at) / 86400)::int) as days
      from events e
      where e.tenant_id = ${tenantId}::uuid and e.occurred_at >= ${window.from}::timestamptz
        and e.occurred_at < ${window.until}::timestamptz and e.account_key is not null and e.ip is not null
        and coalesce(e.network_kind, 'unknown') not in ('microsoft', 'private') and e.outcome <> 'failure'
        and (e.action <> 'sign-in' or e.outcome in ('success', 'interrupted'))
        and e.event->'actor'->>'kind' in ('person', 'guest') ${others}
        and not exists (select 1 from incident_rows r
          where r.tenant_id = e.tenant_id and r.record_id = e.record_id and r.verdict = 'attacker')
      group by 1, 2, 3, 4, 5
    ) as s join accounts a on a.key = s.account_key
    order by s.first, s.account_key, s.ip`);
  return ([...rows] as Row[]).map((row) => ({
    account: { upn: row.upn.toLowerCase(), ...(row.object_id ? { objectId: row.object_id } : {}) },
    ip: row.ip,
    ...(row.user_agent ? { userAgent: row.user_agent } : {}),
    ...(row.device_id ? { deviceId: row.device_id } : {}),
    ...(row.country ? { country: row.country } : {}),
    first: new Date(row.first).toISOString(),
    days: row.days.map(Number).sort((x, y) => x - y),
  }));
}

type Row = {
  object_id: string | null;
  upn: string;
  ip: string;
  user_agent: string | null;
  device_id: string | null;
  country: string | null;
  first: string;
  days: number[];
};

/** When the oldest compromise that is still open began, as far as is known. */
export async function earliestOpenActivity(tx: ScopedTx, tenantId: string): Promise<string | undefined> {
  const [row] = [
    ...(await tx.execute(sql`select min(occurred_at) as at from incidents
      where tenant_id = ${tenantId}::uuid and status = 'open' and kind <> 'leftover-persistence'`)),
  ] as { at: string | null }[];
  return row?.at ? new Date(row.at).toISOString() : undefined;
}
