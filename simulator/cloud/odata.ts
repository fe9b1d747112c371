import { strike } from "../state/faults.ts";
import type { Json } from "../state/types.ts";
import type { Call } from "./call.ts";
import { badRequest } from "./errors.ts";
import { compileFilter } from "./odata-filter.ts";

interface PageRules {
  defaultSize: number;
  maxSize: number;
  /** Members of a collection item when no $select is given; absent = all. */
  defaultSelect?: readonly string[];
  /** Server-side filter members refused with 400. */
  refuseFilterOn?: readonly string[];
}

interface SkipToken {
  offset: number;
  asOf: number;
  /** When the link was handed out. */
  at?: number;
  emptyShown: boolean;
}

/** Keeps the chosen members; `id` always stays, as Graph does. */
function project(item: Json, select: string | null, defaults?: readonly string[]): Json {
  const wanted = select ? select.split(",").map((s) => s.trim()) : defaults;
  if (!wanted) return item;
  const out: Json = {};
  for (const [key, value] of Object.entries(item)) {
    if (key === "id" || key.startsWith("@") || wanted.includes(key)) out[key] = value;
  }
  return out;
}

/** The moment a paged read began: later pages show the collection as it was then. */
export function readAsOf(call: Call): number {
  return decodeSkip(call)?.asOf ?? call.now;
}

/**
 * One page of a Graph collection: $filter, $orderby on one member, $select, $top, opaque $skiptoken, @odata.count.
 * Pages can be small or empty although $top asks for more; only the nextLink tells that there is more.
 */
export function page(call: Call, items: readonly Json[], rules: PageRules, context: string): Response {
  const { query } = call;
  const path = { method: call.c.req.method, path: call.c.env.virtualPath };
  const filterText = query.get("$filter");
  const refused = rules.refuseFilterOn?.find((name) => filterText?.includes(name));
  if (refused) throw badRequest(`Could not find a property named '${refused}' on type.`, "BadRequest");
  const top = query.get("$top") === null ? rules.defaultSize : Number(query.get("$top"));
  if (!Number.isInteger(top) || top < 1 || top > rules.maxSize) {
    throw badRequest(
      `Invalid page size specified: '${query.get("$top")}'. Must be between 1 and ${rules.maxSize} inclusive.`,
    );
  }
  let rows = filterText ? items.filter(compileFilter(filterText)) : [...items];
  rows = sort(rows, query.get("$orderby"));

  const skip = decodeSkip(call) ?? { offset: 0, asOf: call.now, emptyShown: false };
  refuseOldToken(call, skip);
  const small = call.tenant.faults.find((f) => f.kind === "small-pages");
  const size = small ? Math.min(top, Number(small.settings.size ?? 2)) : top;
  const body: Json = {
    "@odata.context": `https://graph.microsoft.com/${call.beta ? "beta" : "v1.0"}/$metadata#${context}`,
  };
  if (query.get("$count") === "true" && skip.offset === 0 && !skip.emptyShown) body["@odata.count"] = rows.length;

  const empty =
    skip.offset === 0 && !skip.emptyShown ? strike(call.tenant, "empty-pages", path, call.world.rng) : undefined;
  const end = empty ? 0 : skip.offset + size;
  if (empty || end < rows.length)
    body["@odata.nextLink"] = nextLink(call, { offset: end, asOf: skip.asOf, emptyShown: true });
  const chosen = empty ? [] : rows.slice(skip.offset, end);
  body.value = chosen.map((item) => disturb(call, project(item, query.get("$select"), rules.defaultSelect)));
  return Response.json(body);
}

/** One entity, with $select. */
export function entity(call: Call, item: Json, context: string, defaults?: readonly string[], status = 200): Response {
  const body = {
    "@odata.context": `https://graph.microsoft.com/${call.beta ? "beta" : "v1.0"}/$metadata#${context}/$entity`,
    ...project(item, call.query.get("$select"), defaults),
  };
  return Response.json(disturb(call, body), { status });
}

function disturb(call: Call, item: Json): Json {
  const path = { method: call.c.req.method, path: call.c.env.virtualPath };
  if (!strike(call.tenant, "unknown-members", path, call.world.rng)) return item;
  return { ...item, memberFromTheFuture: { kind: "unknownFutureValue" } };
}

function sort(rows: Json[], orderBy: string | null): Json[] {
  if (!orderBy) return rows;
  const [member = "", direction] = orderBy.trim().split(/\s+/);
  const sign = direction?.toLowerCase() === "desc" ? -1 : 1;
  return rows.toSorted((a, b) => sign * String(a[member] ?? "").localeCompare(String(b[member] ?? "")));
}

/** Page tokens do not live for ever: who reads slowly finds his next page gone. */
function refuseOldToken(call: Call, { at }: SkipToken): void {
  if (at === undefined) return;
  const seen = { method: call.c.req.method, path: call.c.env.virtualPath };
  const isOld = (settings: Json): boolean => call.now - at >= Number(settings.seconds ?? 60) * 1000;
  if (strike(call.tenant, "page-token-dies", seen, call.world.rng, isOld))
    throw badRequest(
      "The specified page token value has expired and can no longer be included in your request.",
      "Directory_ExpiredPageToken",
    );
}

function nextLink(call: Call, token: SkipToken): string {
  const url = new URL(call.url);
  const dated = { ...token, at: call.now };
  url.searchParams.set("$skiptoken", Buffer.from(JSON.stringify(dated)).toString("base64url"));
  return url.toString().replaceAll("%24", "$");
}

function decodeSkip(call: Call): SkipToken | null {
  const text = call.query.get("$skiptoken");
  if (!text) return null;
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as SkipToken;
  } catch {
    throw badRequest("Skip token is null or invalid.", "BadRequest");
  }
}
