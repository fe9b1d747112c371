import type { Hono } from "hono";
import { strike } from "../../state/faults.ts";
import type { Json } from "../../state/types.ts";
import type { Bindings } from "../call.ts";
import { badRequest, graphError } from "../errors.ts";
import { peekTenant } from "../tokens.ts";

interface Part {
  id: string;
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const LIMIT = 20;

/** JSON batching: at most 20 parts, answers in any order, the outer status is 200 even when every part fails. */
export function batchRoute(app: Hono<{ Bindings: Bindings }>): void {
  app.post("/:version/$batch", async (c) => {
    const { world } = c.env;
    const parts = (JSON.parse(c.env.bodyText) as { requests?: Part[] }).requests ?? [];
    if (parts.length === 0 || parts.length > LIMIT) {
      return graphError(
        c,
        badRequest(`Number of batch request steps exceeds the maximum value of ${LIMIT}.`, "BadRequest"),
      );
    }
    const authorization = c.req.header("authorization") ?? null;
    const tenant = world.tenants.get(peekTenant(authorization) ?? "");
    const answers: Json[] = [];
    for (const part of parts) {
      const path = `/${c.req.param("version")}${part.url.startsWith("/") ? "" : "/"}${part.url}`;
      const virtualPath = `graph.microsoft.com${path.split("?")[0]}`;
      const throttle = strike(tenant, "throttle", { method: part.method.toUpperCase(), path: virtualPath }, world.rng);
      if (throttle) {
        const body = { error: { code: "TooManyRequests", message: "Too many requests." } };
        answers.push({
          id: part.id,
          status: 429,
          headers: { "Retry-After": String(throttle.settings.retryAfter ?? 1) },
          body,
        });
        continue;
      }
      const bodyText = part.body === undefined ? "" : JSON.stringify(part.body);
      const request = new Request(`https://graph.microsoft.com${path}`, {
        method: part.method.toUpperCase(),
        headers: { ...part.headers, ...(authorization ? { authorization } : {}) },
      });
      const response = await app.fetch(request, { ...c.env, virtualPath, bodyText });
      const text = await response.text();
      const body = text === "" ? null : (JSON.parse(text) as Json);
      answers.push({ id: part.id, status: response.status, headers: { "Content-Type": "application/json" }, body });
    }
    return Response.json({ responses: world.rng.sample(answers, answers.length) });
  });
}
