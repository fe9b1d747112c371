import { createTestServers, type TestServers } from "./test-servers.ts";

const KEY = Symbol.for("petra.vitest-servers");
type Holder = { servers?: TestServers; users: number };

function holder(): Holder {
  const place = globalThis as { [KEY]?: Holder };
  place[KEY] ??= { users: 0 };
  return place[KEY];
}

/** The servers of this vitest process, shared by its projects. */
export function borrowServers(): TestServers {
  const shared = holder();
  shared.users++;
  shared.servers ??= createTestServers();
  return shared.servers;
}

/** Gives the servers back; the last project to do so ends them. */
export async function returnServers(): Promise<void> {
  const shared = holder();
  shared.users--;
  if (shared.users > 0) return;
  await shared.servers?.stop();
  delete shared.servers;
}
