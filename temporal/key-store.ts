import type { Db } from "#db/client.ts";
import { addDataKey, findDataKey, findDataKeyOf } from "#db/repos/keys.ts";
import type { Clock } from "#domain/clock.ts";
import type { DataKeyStore } from "#temporal/codec.ts";

/** Data keys in Postgres, through functions that the app's, the worker's and the operator's roles may call. */
export function createKeyStore(db: Db, clock: Clock): DataKeyStore {
  return {
    of: (tenantId) => findDataKeyOf(db, tenantId),
    byId: (keyId) => findDataKey(db, keyId),
    add: (tenantId, key) => addDataKey(db, { ...key, tenantId }, clock.now().toISOString()),
  };
}
