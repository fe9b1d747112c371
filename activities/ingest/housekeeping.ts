import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { type DetectDeps, MONITOR_DAYS, runDetections } from "#activities/detect/run-detections.ts";
import { findWatermark, saveWatermark } from "#db/repos/ingest.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { refreshDirectory } from "./directory.ts";

export type HousekeepingDeps = DetectDeps & {
  cloud: M365Cloud;
  /** Between two looks at what stands in a tenant and at who is in its directory, ms. */
  inventoryEveryMs: number;
  directoryEveryMs: number;
};
type Owner = { orgId: string; tenantId: string; microsoftTenantId: string };

/** The rarer looks: who is in the directory, and which rules, grants, apps and devices stand there now (R64, R66). */
export async function keepHouse(deps: HousekeepingDeps, tenant: Owner): Promise<void> {
  const cloud = deps.cloud.tenant(tenant.microsoftTenantId);
  if (await isTime(deps, tenant, "directory", deps.directoryEveryMs))
    await refreshDirectory(deps.db, cloud, tenant, () => deps.clock.now().toISOString());
  if (!(await isTime(deps, tenant, "inventory", deps.inventoryEveryMs))) return;
  const { items, blind } = await cloud.inventory({ mailboxes: "all" });
  await runDetections(deps, tenant, { days: MONITOR_DAYS, inventory: items, blindSpots: blind });
}

/** The time of the last look lies in the watermarks, so that a new process does not repeat it. */
async function isTime(
  deps: HousekeepingDeps,
  tenant: Owner,
  source: "inventory" | "directory",
  everyMs: number,
): Promise<boolean> {
  const nowMs = deps.clock.now().getTime();
  const owner = { orgId: tenant.orgId, tenantId: tenant.tenantId };
  return withWorkerScope(deps.db, owner, async (tx) => {
    const last = await findWatermark(tx, owner.tenantId, source);
    if (typeof last?.cursor.at === "string" && nowMs - Date.parse(last.cursor.at) < everyMs) return false;
    const now = new Date(nowMs).toISOString();
    await saveWatermark(tx, owner, source, { cursor: { at: now }, lastPolledAt: now });
    return true;
  });
}
