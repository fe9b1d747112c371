import { findWatermark, type StoredEvent, saveWatermark } from "#db/repos/ingest.ts";
import type { ScopedTx } from "#db/tenancy.ts";

/** No oftener than this may consents call for the inventory: whoever gives many would keep it busy. */
const AT_MOST_EVERY_MS = 3_600_000;

/**
 * Whether anybody vouches for an application's publisher only the live inventory tells, and until then nobody holds it
 * against the application. A consent that came after the last inventory calls for the next one.
 */
export async function hastenInventory(
  tx: ScopedTx,
  owner: { orgId: string; tenantId: string },
  stored: readonly StoredEvent[],
  now: string,
): Promise<void> {
  const consents = stored.filter(({ event }) => event.action === "app.consent" && event.outcome !== "failure");
  if (consents.length === 0) return;
  const last = (await findWatermark(tx, owner.tenantId, "inventory"))?.cursor.at;
  if (typeof last !== "string" || Date.parse(now) - Date.parse(last) < AT_MOST_EVERY_MS) return;
  if (consents.some(({ ingestedAt }) => Date.parse(ingestedAt) > Date.parse(last)))
    await saveWatermark(tx, owner, "inventory", { cursor: {} });
}
