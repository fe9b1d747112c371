import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "./ports.ts";

test("ports are free, never the same twice, and below those lent to outgoing connections", async () => {
  const ports = new Set<number>();
  for (let n = 0; n < 200; n++) ports.add(await freePort());
  expect(ports.size).toBe(200);
  for (const port of ports) expect(port >= 20_000 && port < 32_000).toBe(true);
});

test("the port of the last start is taken again, and another one when somebody listens there", async () => {
  const wanted = await freePort();
  expect(await freePort(wanted)).toBe(wanted);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(wanted, "127.0.0.1", resolve));
  expect(await freePort(wanted)).not.toBe(wanted);
  await new Promise((resolve) => server.close(resolve));
});
