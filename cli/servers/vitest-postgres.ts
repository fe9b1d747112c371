import { TEST_PG_URL } from "./test-servers.ts";
import { borrowServers, returnServers } from "./vitest-shared.ts";

/** Starts the run's Postgres unless the environment names one. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEST_PG_URL]) return undefined;
  const { url } = await borrowServers().postgres();
  process.env[TEST_PG_URL] = url;
  return async () => {
    delete process.env[TEST_PG_URL];
    await returnServers();
  };
}
