import { defineQuery, proxyActivities, setCurrentDetails, setHandler } from "@temporalio/workflow";
import type { ScanActivities } from "#activities/ingest/scan-activities.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * The six-month look-back: windows per source, a few at a time, each written to the coverage ledger; then the inventory,
 * the judgement over everything, and the message that it is complete. A window that cannot be read becomes a blind spot,
 * never a stop.
 */
export type ScanInput = { tenantId: string; scanId: string };
export const progressQuery = defineQuery<{ done: number; total: number }>("progress");

const graph = proxyActivities<ScanActivities>(PROFILES.graphRead);
const database = proxyActivities<ScanActivities>(PROFILES.database);

const AT_ONCE = 4;

export async function scanTenant({ tenantId, scanId }: ScanInput): Promise<void> {
  const at = { tenantId, scanId };
  let done = 0;
  let total = 0;
  setHandler(progressQuery, () => ({ done, total }));
  const { windows } = await graph.planScan.executeWithOptions({ summary: "Which windows Microsoft has kept" }, [at]);
  total = windows.length;
  const waiting = [...windows];

  async function readNext(): Promise<void> {
    for (let window = waiting.shift(); window; window = waiting.shift()) {
      const summary = `${window.source} ${window.start.slice(0, 10)}`;
      try {
        await graph.readScanWindow.executeWithOptions({ summary }, [{ ...at, ...window }]);
      } catch {
        await database.failScanWindow({ ...at, ...window });
      }
      done += 1;
      setCurrentDetails(`${done} of ${total} windows read`);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, readNext));
  const found = await graph.analyzeScan.executeWithOptions({ summary: "Judge everything" }, [at]);
  setCurrentDetails(`Complete: ${found.incidents} incidents`);
  await database.finishScan.executeWithOptions({ summary: "Petra Scan Complete" }, [at]);
}
