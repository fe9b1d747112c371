import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { DAY } from "../clock.ts";
import { strike } from "../state/faults.ts";
import type { Fault, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import type { Bindings } from "./call.ts";
import { RealLimits } from "./limits.ts";
import { peekTenant } from "./tokens.ts";

type HostApps = Record<string, Hono<{ Bindings: Bindings }>>;

/** Called after every request so that due work (sync ticks, attacker, publishing) happens without timers. */
type Settle = () => void;

/**
 * The single door of the cloud port. The first path segment names the real host; the routes of that host see
 * the request under its real https URL, so every link they emit is real as well.
 */
export function createPipeline(world: World, hosts: HostApps, settle: Settle) {
  const limits = new RealLimits();
  const dispatch = async (request: Request, origin: HttpBindings | null, bodyText: string): Promise<Response> => {
    settle();
    const incoming = new URL(request.url);
    const [, host = "", ...rest] = incoming.pathname.split("/");
    const requestId = randomUUID();
    const virtualPath = `${host}/${rest.join("/")}`;
    const app = hosts[host];
    const env: Bindings = {
      world,
      requestId,
      clientRequestId: request.headers.get("client-request-id") ?? requestId,
      virtualPath,
      bodyText,
      seen: { tenantId: null, appId: null, authenticated: false },
    };
    const tenant = routedTenant(world, request, host, rest);
    const call = { method: request.method, path: virtualPath };
    let applied: Fault | undefined;

    const answer = async (): Promise<Response | "reset"> => {
      if (!app) return unknownPath();
      const early = before(world, tenant, call, requestId);
      if (early) {
        applied = early.fault;
        return early.response;
      }
      const gate = limits.enter(tenant, `/${rest.join("/")}`, world.clock.now());
      if ("retryAfter" in gate) {
        const response = errorResponse(429, "TooManyRequests", "Too many requests.", requestId);
        response.headers.set("retry-after", String(gate.retryAfter));
        return response;
      }
      try {
        return await serve(app);
      } finally {
        gate.leave();
      }
    };

    const serve = async (app: HostApps[string]): Promise<Response | "reset"> => {
      const slow = strike(tenant, "latency", call, world.rng);
      if (slow) await new Promise((resolve) => setTimeout(resolve, Number(slow.settings.ms ?? 100)));
      const real = new Request(`https://${host}/${alternateKeys(rest.join("/"))}${incoming.search}`, {
        method: request.method,
        headers: request.headers,
        ...(bodyText !== "" && request.method !== "GET" ? { body: bodyText } : {}),
      });
      const response = await app.fetch(real, env);
      const lost = request.method === "GET" ? undefined : strike(tenant, "lost-answer", call, world.rng);
      if (!lost) return response;
      applied = lost;
      return lost.settings.answer === "reset" ? "reset" : errorResponse(504, "UnknownError", "", requestId);
    };

    const unknownPath = (): Response => {
      world.recordViolation({
        type: "unknown-path",
        tenantId: null,
        method: call.method,
        path: virtualPath,
        detail: `unknown host '${host}'`,
        requestId,
      });
      return errorResponse(404, "UnknownPath", `The simulated cloud has no host '${host}'.`, requestId);
    };

    const response = await answer();
    world.recordRequest({
      method: call.method,
      path: virtualPath + decodeURIComponentSafe(incoming.search),
      tenantId: env.seen.tenantId ?? tenant?.id ?? null,
      appId: env.seen.appId,
      status: response === "reset" ? "reset" : response.status,
      fault: applied?.kind ?? null,
      requestId,
    });
    if (response === "reset") {
      origin?.incoming.socket.destroy();
      return errorResponse(500, "ConnectionReset", "", requestId);
    }
    response.headers.set("request-id", requestId);
    response.headers.set("client-request-id", env.clientRequestId);
    response.headers.set("date", new Date(world.clock.now()).toUTCString());
    return response;
  };

  return async (request: Request, env: HttpBindings): Promise<Response> => dispatch(request, env, await request.text());
}

/** The tenant whose fault switches apply: from the token, else from the path. */
function routedTenant(world: World, request: Request, host: string, rest: string[]): Tenant | undefined {
  const named = peekTenant(request.headers.get("authorization"));
  if (named) return world.tenants.get(named);
  const candidate = host === "login.microsoftonline.com" ? rest[0] : rest[2];
  return candidate ? world.findTenant(candidate) : undefined;
}

function before(
  world: World,
  tenant: Tenant | undefined,
  call: { method: string; path: string },
  requestId: string,
): { response: Response | "reset"; fault: Fault } | undefined {
  const reset = strike(tenant, "reset", call, world.rng);
  if (reset) return { response: "reset", fault: reset };
  const throttle = strike(tenant, "throttle", call, world.rng);
  if (throttle) {
    const response = errorResponse(429, "TooManyRequests", "Too many requests.", requestId);
    const after = throttle.settings.retryAfter ?? 1;
    if (after === "date") response.headers.set("retry-after", new Date(world.clock.now() + 2000).toUTCString());
    else if (after !== "missing") response.headers.set("retry-after", String(after));
    return { response, fault: throttle };
  }
  const error = strike(tenant, "error", call, world.rng);
  if (error) {
    const { status, code, message } = error.settings;
    return {
      response: errorResponse(
        Number(status ?? 503),
        String(code ?? "serviceNotAvailable"),
        String(message ?? "The service is not available."),
        requestId,
      ),
      fault: error,
    };
  }
  const html = strike(tenant, "html-403", call, world.rng);
  if (html) {
    const page =
      "<!DOCTYPE html><html><head><title>403 - Forbidden: Access is denied.</title></head><body><h2>403</h2></body></html>";
    return { response: new Response(page, { status: 403, headers: { "content-type": "text/html" } }), fault: html };
  }
  const nul = strike(tenant, "nul-403", call, world.rng);
  if (nul)
    return {
      response: new Response("\0\0\0\0", { status: 403, headers: { "content-type": "application/json" } }),
      fault: nul,
    };
  const provisioned = strike(tenant, "not-provisioned", call, world.rng);
  if (provisioned)
    return {
      response: errorResponse(401, "UnknownError", "Account is not provisioned.", requestId),
      fault: provisioned,
    };
  return undefined;
}

function errorResponse(status: number, code: string, message: string, requestId: string): Response {
  return Response.json({ error: { code, message, innerError: { "request-id": requestId } } }, { status });
}

/** `servicePrincipals(appId='…')` becomes a path segment, so that routes see one form of key. */
const alternateKeys = (path: string): string => path.replace(/\((\w+)=(?:'|%27)([^')]*?)(?:'|%27)\)/g, "/$1=$2");

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Logs older than this are gone from the unified audit log (standard retention). */
export const UAL_RETENTION_MS = 180 * DAY;
