import { condition, proxyActivities, setCurrentDetails } from "@temporalio/workflow";
import type { TenantActivities } from "#activities/tenant/index.ts";
import { listen } from "#workflows/bells.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * From Add Tenant to watching: waits for the consent, proves it with a fresh token, notes what Petra can and cannot do in
 * this tenant, switches the audit log on where allowed (D5), then starts the scan and the monitoring.
 */
export type OnboardInput = { tenantId: string };

const graph = proxyActivities<TenantActivities>(PROFILES.order);
const database = proxyActivities<TenantActivities>(PROFILES.database);

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30 * 60_000;

export async function onboardTenant({ tenantId }: OnboardInput): Promise<void> {
  const bells = listen();
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    bells.wakes.clear();
    const access = await graph.verifyAccess.executeWithOptions({ summary: "Is access granted?" }, [{ tenantId }]);
    if (access.state === "granted") break;
    if (access.state === "gone") return;
    setCurrentDetails(`Waiting: ${access.reason}`);
    // Without a consent only the bell helps; a consent that does not work yet needs minutes to spread at Microsoft.
    if (access.state === "no-consent") await condition(() => bells.wakes.size > 0);
    else await condition(() => bells.wakes.size > 0, wait);
  }
  setCurrentDetails("Access granted: reading what Petra can do here");
  await graph.prepareTenant.executeWithOptions({ summary: "Capabilities, audit log" }, [{ tenantId }]);
  await database.startWatching.executeWithOptions({ summary: "Start scan and monitoring" }, [{ tenantId }]);
  setCurrentDetails("Onboarded");
}
