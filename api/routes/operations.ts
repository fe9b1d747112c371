import { z } from "@hono/zod-openapi";
import { fail } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";

const base64 = z.string().max(4_000_000);
const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() }))
    .max(1_000),
});

const decode = route("codec.decode", {
  method: "post",
  path: "/api/codec/decode",
  summary: "Opens the values of executions for the Temporal UI",
  request: { body: body(payloads) },
  responses: { 200: json(payloads, "The same payloads, opened.") },
});

const health = route("public", {
  method: "get",
  path: "/healthz",
  summary: "The process runs",
  responses: { 200: json(z.object({ status: z.literal("ok") }), "It runs.") },
});

const ready = route("public", {
  method: "get",
  path: "/readyz",
  summary: "The process can serve: its databases answer",
  responses: { 200: json(z.object({ status: z.literal("ready") }), "It can serve.") },
});

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const text = (data: Uint8Array): string => Buffer.from(data).toString("base64");

export const operationRoutes = createRouter()
  .openapi(decode, async (c) => {
    const input = c.req.valid("json").payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, bytes(value)])),
      data: bytes(data ?? ""),
    }));
    const opened = await c
      .get("deps")
      .decoder.decode(input)
      .catch(() => {
        throw fail("invalid", "These values were not sealed by this installation, or were changed.");
      });
    return c.json(
      {
        payloads: opened.map(({ metadata, data }) => ({
          metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])),
          data: text(data ?? new Uint8Array()),
        })),
      },
      200,
    );
  })
  .openapi(health, (c) => c.json({ status: "ok" as const }, 200))
  .openapi(ready, async (c) => {
    const { app, operator } = c.get("deps");
    try {
      await Promise.all([app.orm.execute("select 1"), operator.orm.execute("select 1")]);
    } catch {
      throw fail("unavailable", "The database does not answer. Check PETRA_DB_URL_APP and PETRA_DB_URL_OPERATOR.");
    }
    return c.json({ status: "ready" as const }, 200);
  });
