import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";

export const DB_ROLES = ["petra_app", "petra_worker", "petra_auth", "petra_operator"] as const;
export type DbRole = (typeof DB_ROLES)[number];

export type Db = {
  /** Login role named in the URL. */
  role: string;
  /** Not to be used for tenant tables: ask `withScope` (db/tenancy.ts). */
  orm: PostgresJsDatabase;
  /** For LISTEN and hand-written SQL: Drizzle has a client of its own because it changes parsers. */
  raw: postgres.Sql;
  close: () => Promise<void>;
};

/**
 * Two small pools of one login role, opened at first use.
 * `max` counts connections of the Drizzle pool; the raw pool holds half as many, at least two.
 */
export function createDb(url: string, options: { max?: number; name?: string } = {}): Db {
  const max = options.max ?? 10;
  const shared = {
    onnotice: () => {},
    connect_timeout: 10,
    backoff: secondsBeforeConnecting,
    idle_timeout: 60,
    connection: { application_name: options.name ?? "petra", TimeZone: "UTC" },
  };
  const client = postgres(url, { ...shared, max });
  const raw = postgres(url, { ...shared, max: Math.max(2, Math.ceil(max / 2)) });
  return {
    role: decodeURIComponent(new URL(url).username),
    orm: drizzle({ client: preparing(client) }),
    raw,
    close: async () => {
      await Promise.all([client.end({ timeout: 5 }), raw.end({ timeout: 5 })]);
    },
  };
}

/** The driver waits up to twenty seconds, by which a database that is back would go unused for as long. */
const secondsBeforeConnecting = (retries: number): number =>
  (0.5 + Math.random() / 2) * Math.min(3 ** retries / 100, 1);

/** The longest text of a query that is prepared: what is longer is a bulk write whose text hardly comes twice. */
const LONGEST_PREPARED = 6_000;

/**
 * The driver's client with every query prepared once a connection. Drizzle asks for unprepared ones, which the server
 * parses and plans anew each time, row-level policies included: that costs three times what the query itself does.
 */
function preparing<Client extends object>(client: Client): Client {
  const { unsafe, begin, savepoint } = client as unknown as {
    unsafe: postgres.Sql["unsafe"];
    begin?: Nest;
    savepoint?: Nest;
  };
  const nested = (open: Nest): Nest => {
    return (...args) => {
      const work = args.pop() as (tx: object) => unknown;
      return open(...args, (tx: object) => work(preparing(tx)));
    };
  };
  return Object.assign(Object.create(client), {
    unsafe: ((text, values, options) =>
      unsafe(text, values, { ...options, prepare: text.length <= LONGEST_PREPARED })) as postgres.Sql["unsafe"],
    ...(begin ? { begin: nested(begin) } : {}),
    ...(savepoint ? { savepoint: nested(savepoint) } : {}),
  }) as Client;
}
type Nest = (...args: unknown[]) => unknown;
