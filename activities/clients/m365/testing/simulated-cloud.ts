import type { M365Config } from "#activities/clients/m365/cloud.ts";
import { createM365Cloud } from "#activities/clients/m365/cloud.ts";
import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { CLIENT_ID, CLIENT_SECRET, TestCloud } from "#simulator/testing/client.ts";

const HOSTS = ["login.microsoftonline.com", "graph.microsoft.com", "manage.office.com", "outlook.office365.com"];

export type SimulatedCloud = {
  simulator: TestCloud;
  m365: M365Cloud;
  /** A second client, with its own tokens and settings. */
  connect(config?: Partial<M365Config>): M365Cloud;
  now(): Date;
  advance(seconds: number): Promise<void>;
  requests(tenantId: string): Promise<{ method: string; path: string; status: number | string }[]>;
  violations(): Promise<unknown[]>;
  close(): Promise<void>;
};

/** The simulated Microsoft cloud in this process and the real adapter against it, on the simulator's clock. */
export async function startSimulatedCloud(): Promise<SimulatedCloud> {
  const simulator = await TestCloud.start();
  const now = () => new Date(simulator.simulator.clock.now());
  const connect = (config: Partial<M365Config> = {}): M365Cloud =>
    createM365Cloud({
      clientId: CLIENT_ID,
      credential: { clientSecret: CLIENT_SECRET },
      originMap: Object.fromEntries(
        HOSTS.map((host) => [`https://${host}`, `${simulator.simulator.cloudUrl}/${host}`]),
      ),
      limits: { reporting: { calls: 1000, perMs: 1 }, mailboxConcurrency: 4 },
      clock: { now },
      ...config,
    });
  return {
    simulator,
    m365: connect(),
    connect,
    now,
    async advance(seconds) {
      await simulator.admin("POST", "/admin/clock", { advanceMs: seconds * 1000 });
    },
    async requests(tenantId) {
      const answer = await simulator.truth<{ requests: { method: string; path: string; status: number }[] }>(
        `/truth/requests?tenantId=${tenantId}`,
      );
      return answer.requests;
    },
    async violations() {
      return (await simulator.truth<{ violations: unknown[] }>("/truth/violations")).violations;
    },
    close: () => simulator.close(),
  };
}
