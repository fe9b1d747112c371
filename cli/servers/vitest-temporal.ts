import { TEST_TEMPORAL_ADDRESS } from "./test-servers.ts";
import { borrowServers, returnServers } from "./vitest-shared.ts";

/** Starts the run's Temporal server unless the environment names one. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEST_TEMPORAL_ADDRESS]) return undefined;
  const { address } = await borrowServers().temporal();
  process.env[TEST_TEMPORAL_ADDRESS] = address;
  return async () => {
    delete process.env[TEST_TEMPORAL_ADDRESS];
    await returnServers();
  };
}
