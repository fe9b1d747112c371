import { Hono } from "hono";
import { DAY, HOUR } from "../clock.ts";
import { strike } from "../state/faults.ts";
import { RESOURCE } from "../state/identifiers.ts";
import { publishBlobs } from "../state/publish.ts";
import type { ContentBlob } from "../state/types.ts";
import { authenticate } from "./authenticate.ts";
import type { Bindings, Call } from "./call.ts";
import { recordViolation } from "./call.ts";
import { CloudError } from "./errors.ts";
import type { TokenService } from "./tokens.ts";

const CONTENT_TYPES = ["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"];
const PAGE_SIZE = 20;
const ROOT = "/api/v1.0/:tenant/activity/feed";

/** manage.office.com: the Office 365 Management Activity API. */
export function feedApp(tokens: TokenService): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  const on = (method: "get" | "post", path: string, handler: (call: Call) => Response): void => {
    app[method](ROOT + path, async (c) => {
      try {
        const call = await authenticate(c, tokens, RESOURCE.management.audience, c.req.param("tenant"));
        if (!call.claims.roles.includes("ActivityFeed.Read"))
          throw new CloudError(
            401,
            "AF10001",
            "The permission set () sent in the request did not include the expected permission ActivityFeed.Read.",
          );
        const throttled = strike(
          call.tenant,
          "feed-throttle",
          { method: c.req.method, path: c.env.virtualPath },
          call.world.rng,
        );
        if (throttled)
          throw new CloudError(
            403,
            "AF429",
            "Too many requests. Method=GetBlob, PublisherId=00000000-0000-0000-0000-000000000000",
          );
        return handler(call);
      } catch (error) {
        if (error instanceof CloudError)
          return Response.json(
            { error: { code: error.code, message: error.message } },
            { status: error.status, headers: error.headers },
          );
        throw error;
      }
    });
  };
  on("post", "/subscriptions/start", start);
  on("post", "/subscriptions/stop", stop);
  on("get", "/subscriptions/list", (call) =>
    Response.json(
      call.tenant.subscriptions.map((s) => ({ contentType: s.contentType, status: s.status, webhook: null })),
    ),
  );
  on("get", "/subscriptions/content", content);
  on("get", "/audit/:blob", blob);
  app.notFound((c) => {
    recordViolation(c, "unknown-path", c.env.seen.tenantId, new URL(c.req.url).pathname);
    return Response.json({ error: { code: "AF20404", message: "Unknown path" } }, { status: 404 });
  });
  return app;
}

const bad = (code: string, message: string): CloudError => new CloudError(400, code, message);

function contentTypeOf(call: Call): string {
  const type = call.query.get("contentType");
  if (!type) throw bad("AF20001", "Missing parameter: contentType.");
  const known = CONTENT_TYPES.find((t) => t.toLowerCase() === type.toLowerCase());
  if (!known) throw bad("AF20020", `The specified content type is not valid: ${type}.`);
  return known;
}

function start(call: Call): Response {
  const contentType = contentTypeOf(call);
  const existing = call.tenant.subscriptions.find((s) => s.contentType === contentType);
  if (existing?.status === "enabled") throw bad("AF20024", "The subscription is already enabled. No property change.");
  if (existing) {
    existing.status = "enabled";
    existing.startedAt = call.now;
  } else {
    call.tenant.subscriptions.push({ contentType, status: "enabled", startedAt: call.now });
  }
  call.world.touched();
  return Response.json({ contentType, status: "enabled", webhook: null });
}

function stop(call: Call): Response {
  const subscription = subscriptionOf(call);
  subscription.status = "disabled";
  call.world.touched();
  return new Response(null, { status: 204 });
}

function subscriptionOf(call: Call) {
  const contentType = contentTypeOf(call);
  if (
    strike(
      call.tenant,
      "subscription-lost",
      { method: call.c.req.method, path: call.c.env.virtualPath },
      call.world.rng,
    )
  ) {
    call.tenant.subscriptions = call.tenant.subscriptions.filter((s) => s.contentType !== contentType);
  }
  const subscription = call.tenant.subscriptions.find((s) => s.contentType === contentType);
  if (!subscription) throw bad("AF20022", `No subscription found for the specified content type ${contentType}.`);
  return subscription;
}

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?$/;

/** Times come without a zone and mean UTC. */
function timeParameter(call: Call, name: string): number | null {
  const text = call.query.get(name);
  if (text === null) return null;
  if (!TIME.test(text))
    throw bad("AF20002", `Invalid parameter type: ${name}. Expected type: DateTime without a zone.`);
  return Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text}Z`);
}

function content(call: Call): Response {
  const subscription = subscriptionOf(call);
  if (subscription.status === "disabled") throw bad("AF20023", "The subscription was disabled.");
  const [from, to] = [timeParameter(call, "startTime"), timeParameter(call, "endTime")];
  if ((from === null) !== (to === null))
    throw bad("AF20030", "Start time and end time must both be specified (or both omitted).");
  const end = to ?? call.now;
  const begin = from ?? end - DAY;
  if (begin >= end || end - begin > DAY + 1000 || begin < call.now - 7 * DAY - HOUR) {
    throw bad(
      "AF20055",
      "Start time and end time must both be specified and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.",
    );
  }
  const next = call.query.get("nextPage");
  const offset = next === null ? 0 : Number(next);
  if (!Number.isInteger(offset)) throw bad("AF20031", "Invalid nextPage Input.");
  publishBlobs(call.tenant, call.now);
  const backfill = subscription.startedAt - DAY;
  const rows = call.tenant.blobs.filter(
    (b) =>
      b.contentType === subscription.contentType &&
      b.createdAt >= begin &&
      b.createdAt < end &&
      b.createdAt >= backfill,
  );
  const headers: Record<string, string> = {};
  if (offset + PAGE_SIZE < rows.length) {
    const url = new URL(call.url);
    url.searchParams.set("nextPage", String(offset + PAGE_SIZE));
    headers.NextPageUri = url.toString();
  }
  return Response.json(
    rows.slice(offset, offset + PAGE_SIZE).map((b) => listing(call, b)),
    { headers },
  );
}

const listing = (call: Call, b: ContentBlob) => ({
  contentType: b.contentType,
  contentId: b.id,
  contentUri: `https://manage.office.com/api/v1.0/${call.tenant.id}/activity/feed/audit/${b.id}`,
  contentCreated: new Date(b.createdAt).toISOString(),
  contentExpiration: new Date(b.expiresAt).toISOString(),
});

function blob(call: Call): Response {
  const id = call.c.req.param("blob") ?? "";
  const found = call.tenant.blobs.find((b) => b.id === id);
  const gone = strike(call.tenant, "blob-gone", { method: "GET", path: call.c.env.virtualPath }, call.world.rng);
  if (!found || gone) throw new CloudError(404, "AF20050", `The specified content (${id}) does not exist.`);
  if (found.expiresAt < call.now)
    throw new CloudError(410, "AF20051", `Content requested with the key ${id} has already expired.`);
  return Response.json(found.records);
}
