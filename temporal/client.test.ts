import { defaultDataConverter } from "@temporalio/common";
import { expect, test } from "vitest";
import { freePort } from "#cli/servers/ports.ts";
import { type Bell, createBell } from "./client.ts";

const ring = (bell: Bell): Promise<string> =>
  bell.ringTenant(crypto.randomUUID(), crypto.randomUUID()).then(() => "heard", String);

test("closing while no Temporal server answers ends what was rung with an error and leaves no retry behind", async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on("uncaughtException", note);
  const bell = createBell({
    address: `127.0.0.1:${await freePort()}`,
    namespace: "default",
    dataConverter: defaultDataConverter,
    deadlineMs: 1_500,
  });
  const rung = [ring(bell), ring(bell), ring(bell)];
  await new Promise((resolve) => setTimeout(resolve, 300));
  await bell.close();
  const late = ring(bell);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  process.off("uncaughtException", note);
  const answers = await Promise.all([...rung, late]);
  for (const answer of answers) expect(answer).toMatch(/^ServiceError/);
  expect(uncaught).toEqual([]);
});
