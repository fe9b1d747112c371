import { join } from "node:path";
import postgres from "postgres";

const COLUMNS =
  "org_id, tenant_id, tenant_key, account_key, source, record_id, content_hash, occurred_at, available_at, ingested_at, detected_at, category, action, operation, outcome, ip, asn, as_org, country, network_kind, user_agent, app_name, session_id, subject, event, raw_page_id, raw_index";
const HALVES = [0, 1];

/** What of pages was stored: rows, records among them, raw pages and their records. */
export type Stored = { events: number; distinct: number; pages: number; records: number };

/** A test database as its superuser sees it: what was stored, and how fast the server itself could have. */
export function openStored(superUrl: string) {
  const sql = postgres(superUrl, { max: HALVES.length, onnotice: () => {} });
  return {
    count: async (): Promise<Stored> => {
      const [row] = await sql<Stored[]>`
        select (select count(*)::int from events) as events,
          (select count(distinct (tenant_id, source, record_id))::int from events) as distinct,
          (select count(*)::int from raw_pages) as pages, (select coalesce(sum(records), 0)::int from raw_pages) as records`;
      return row!;
    },
    /** Writes the rows into two files of a folder that the server may write to, and makes an empty table of the same kind. */
    copyOut: async (folder: string): Promise<void> => {
      for (const half of HALVES)
        await sql.unsafe(
          `copy (select ${COLUMNS} from events where tenant_key % 2 = ${half}) to '${join(folder, String(half))}'`,
        );
      await sql`create table copied (like events including all)`;
    },
    /** Reads them back into that table by two sessions at once; answers how long that took, ms. */
    copyIn: async (folder: string): Promise<number> => {
      await sql`truncate copied`;
      const started = performance.now();
      await Promise.all(
        HALVES.map((half) => sql.unsafe(`copy copied (${COLUMNS}) from '${join(folder, String(half))}'`)),
      );
      return performance.now() - started;
    },
    close: () => sql.end({ timeout: 5 }),
  };
}
