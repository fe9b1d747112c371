import { createServer } from "node:net";

const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : undefined));
    });
  });

/*
 * Ports between 20000 and 32000: below those the system lends to outgoing connections (32768 and up), which could take one
 * between its choice and its use. Temporal also stores its membership ports in a SMALLINT column on Postgres, so that the
 * system's own choice makes the server exit.
 */
const LOWEST = 20_000;
const COUNT = 12_000;
const ATTEMPTS = 1_000;
/** What this process was given and may not listen on yet. */
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that is free now, never the same twice in one process; `preferred` when nobody listens on it. */
export async function freePort(preferred?: number): Promise<number> {
  const kept = preferred ? await tryPort(preferred) : undefined;
  if (kept !== undefined) return kept;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || (await tryPort(port)) === undefined) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free TCP port between ${LOWEST} and ${LOWEST + COUNT} on 127.0.0.1.`);
}
