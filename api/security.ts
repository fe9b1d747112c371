import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { REQUEST_BODY_MAX_BYTES, URL_MAX_LENGTH } from "#domain/limits.ts";
import type { ApiEnv } from "./context.ts";
import { fail, problemResponse } from "./problem.ts";

/** S17 for answers that are data: nothing in them may run, load or be framed. Pages get their own policy from the portal. */
const HEADERS: Record<string, string> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  "cache-control": "no-store",
};

export const securityHeaders: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  if (c.get("deps").config.publicUrl.startsWith("https:"))
    c.res.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  c.res.headers.set("x-request-id", c.get("requestId"));
};

const CHANGES_NOTHING = new Set(["GET", "HEAD", "OPTIONS"]);
export const CODEC_PATH = "/api/codec/decode";

/** S16: a request that can change something comes from our own pages. Opening values changes nothing and has CORS of its own. */
export const sameSiteOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (CHANGES_NOTHING.has(c.req.method) || c.req.path === CODEC_PATH) return next();
  const site = c.req.header("sec-fetch-site");
  const own = new URL(c.get("deps").config.publicUrl).origin;
  const isOurs = site === undefined ? c.req.header("origin") === own : site === "same-origin";
  if (!isOurs) throw fail("forbidden", "This request did not come from Petra's own pages. Open Petra and try there.");
  return next();
};

/** The Temporal UI, another origin of the same site, may have values opened with the reader's own session. */
export const codecCors: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { temporalUiUrl } = c.get("deps").config;
  const origin = c.req.header("origin");
  const isUi = temporalUiUrl !== null && origin === new URL(temporalUiUrl).origin;
  if (!isUi && origin !== undefined && origin !== new URL(c.get("deps").config.publicUrl).origin)
    throw fail("forbidden", "Values are opened for the Temporal UI of this installation alone.");
  if (c.req.method === "OPTIONS") c.res = new Response(null, { status: 204 });
  else await next();
  if (!isUi) return undefined;
  c.res.headers.set("access-control-allow-origin", origin);
  c.res.headers.set("access-control-allow-credentials", "true");
  c.res.headers.set("access-control-allow-headers", "content-type, x-namespace");
  c.res.headers.set("access-control-allow-methods", "POST");
  c.res.headers.append("vary", "origin");
  return undefined;
};

/** Bodies, URLs and media types stay within bounds (S30). */
export const bounded: MiddlewareHandler<ApiEnv>[] = [
  async (c, next) => {
    if (c.req.url.length > URL_MAX_LENGTH) throw fail("invalid", "The address is too long.");
    return next();
  },
  bodyLimit({
    maxSize: REQUEST_BODY_MAX_BYTES,
    onError: (c) => problemResponse(c, fail("invalid", "The body is larger than one megabyte.")),
  }),
];
