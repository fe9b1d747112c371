import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../client.ts";

/** A data key of the payload codec, wrapped by the master key. `tenantId` null = the installation's own key. */
export type StoredDataKey = { keyId: string; tenantId: string | null; wrapped: Uint8Array };

async function keyFrom(db: Db, query: SQL): Promise<StoredDataKey | undefined> {
  const [row] = [...(await db.orm.execute<{ key_id: string; tenant_id: string | null; wrapped: Uint8Array }>(query))];
  return row && { keyId: row.key_id, tenantId: row.tenant_id, wrapped: row.wrapped };
}

/** The key with this id, or undefined. */
export async function findDataKey(db: Db, keyId: string): Promise<StoredDataKey | undefined> {
  return keyFrom(db, sql`select * from petra.data_key(${keyId})`);
}

/** The key in use for a tenant (null: the installation), or undefined when none was made yet. */
export async function findDataKeyOf(db: Db, tenantId: string | null): Promise<StoredDataKey | undefined> {
  return keyFrom(db, sql`select * from petra.data_key_of(${tenantId}::uuid)`);
}

/** Stores a first key for the tenant and returns the one that counts: of two that race, both callers get the same. */
export async function addDataKey(db: Db, key: StoredDataKey, now: string): Promise<StoredDataKey> {
  const wrapped = Buffer.from(key.wrapped).toString("hex");
  const query = sql`select * from petra.add_data_key(${key.keyId}, ${key.tenantId}::uuid, decode(${wrapped}, 'hex'), ${now}::timestamptz)`;
  const stored = await keyFrom(db, query);
  if (!stored) throw new Error("The data key was not stored.");
  return stored;
}
