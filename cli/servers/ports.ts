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

/** A TCP port of 127.0.0.1 that is free now; `preferred` is taken when nobody listens on it. */
export async function freePort(preferred?: number): Promise<number> {
  const port = (preferred ? await tryPort(preferred) : undefined) ?? (await tryPort(0));
  if (port === undefined) throw new Error("The system gives no free TCP port on 127.0.0.1.");
  return port;
}

/**
 * Free ports between 20000 and 32000. Temporal stores its membership ports in a SMALLINT column on Postgres,
 * so the system's own choice (32768 and up) makes the server exit.
 */
export async function freeMembershipPorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < 1000 && found.size < count; attempt++) {
    const port = await tryPort(20000 + Math.floor(Math.random() * 12000));
    if (port !== undefined) found.add(port);
  }
  if (found.size < count) throw new Error("No free TCP ports between 20000 and 32000 on 127.0.0.1.");
  return [...found];
}
