import type { Hono } from "hono";
import { buildTenant } from "../replay/build.ts";
import type { Json } from "../state/types.ts";
import type { World } from "../state/world.ts";

/** POST /admin/replay?name=… with raw records, one JSON object a line. A first line `{"name": …}` names the tenant too. */
export function replayRoute(app: Hono, world: World): void {
  app.post("/admin/replay", async (c) => {
    let name = c.req.query("name") ?? "Replayed tenant";
    const records: Json[] = [];
    const unreadable: { line: number; why: string }[] = [];
    let line = 0;
    for await (const text of linesOf(c.req.raw.body)) {
      line += 1;
      if (text.trim() === "") continue;
      try {
        const record = JSON.parse(text) as Json;
        if (line === 1 && typeof record.name === "string" && Object.keys(record).length === 1) name = record.name;
        else records.push(record);
      } catch (error) {
        unreadable.push({ line, why: error instanceof Error ? error.message : "not JSON" });
      }
    }
    if (records.length === 0) return c.json({ error: "no records" }, 400);
    const built = buildTenant(world, name, records);
    return c.json({ ...built, unreadable }, 201);
  });
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest + decoder.decode();
}
