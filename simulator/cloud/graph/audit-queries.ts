import { MINUTE } from "../../clock.ts";
import { auditRecordJson, matchesQuery } from "../../records/audit-record.ts";
import { strike } from "../../state/faults.ts";
import type { AuditQuery, Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, CloudError, notFound } from "../errors.ts";
import { entity, page, readAsOf } from "../odata.ts";
import { UAL_RETENTION_MS } from "../pipeline.ts";
import { noContent } from "./find.ts";
import type { GraphRoutes } from "./route.ts";

const PATH = "/security/auditLog/queries";
const READ = [
  "AuditLogsQuery",
  "AuditLogsQuery-Entra",
  "AuditLogsQuery-Exchange",
  "AuditLogsQuery-SharePoint",
  "AuditLogsQuery-OneDrive",
].map((p) => [`${p}.Read.All`]);
const OPEN_SEARCHES = 10;

export function auditQueryRoutes(routes: GraphRoutes): void {
  routes.on("post", PATH, READ, create);
  routes.on("get", PATH, READ, (call) =>
    page(
      call,
      call.tenant.auditQueries.map((q) => queryJson(call, q)),
      { defaultSize: 100, maxSize: 999 },
      "security/auditLog/queries",
    ),
  );
  routes.on("get", `${PATH}/:query`, READ, (call) =>
    entity(call, queryJson(call, queryOf(call)), "security/auditLog/queries"),
  );
  routes.on("delete", `${PATH}/:query`, READ, (call) => {
    const query = queryOf(call);
    call.tenant.auditQueries = call.tenant.auditQueries.filter((q) => q !== query);
    return noContent();
  });
  routes.on("get", `${PATH}/:query/records`, READ, (call) => {
    const query = queryOf(call);
    if (statusOf(call, query) !== "succeeded") throw badRequest("The query has not succeeded.", "BadRequest");
    const oldest = readAsOf(call) - UAL_RETENTION_MS;
    const rows = call.tenant.ual
      .filter(
        (r) =>
          r.availableAt <= query.readyAt &&
          r.at >= oldest &&
          r.at >= call.tenant.auditSince &&
          matchesQuery(r, query.body),
      )
      .toSorted((a, b) => a.at - b.at)
      .map((r) => auditRecordJson(r));
    return page(call, rows, { defaultSize: 150, maxSize: 999 }, `security/auditLog/queries('${query.id}')/records`);
  });
}

/** Searches are jobs: about ten open ones per tenant, then 429 that short waits do not clear. */
function create(call: Call): Response {
  const at = { method: "POST", path: call.c.env.virtualPath };
  if (!call.beta && strike(call.tenant, "audit-query-v1-missing", at, call.world.rng))
    throw new CloudError(404, "UnknownError", "");
  if (!call.tenant.auditEnabled || strike(call.tenant, "auditing-disabled", at, call.world.rng)) {
    throw new CloudError(
      400,
      "BadRequest",
      JSON.stringify({ Status: "AuditingDisabledTenant", Message: "Auditing is not enabled for this tenant." }),
    );
  }
  const open = call.tenant.auditQueries.filter((q) => ["notStarted", "running"].includes(statusOf(call, q)));
  if (open.length >= OPEN_SEARCHES)
    throw new CloudError(429, "TooManyRequests", "The maximum number of concurrent audit searches has been reached.");
  const body = call.body();
  const [from, to] = [Date.parse(String(body.filterStartDateTime)), Date.parse(String(body.filterEndDateTime))];
  if (Number.isNaN(from) || Number.isNaN(to) || from >= to)
    throw badRequest("filterStartDateTime must be before filterEndDateTime.", "BadRequest");
  const fault = strike(call.tenant, "audit-query", at, call.world.rng);
  const query: AuditQuery = {
    id: call.world.rng.uuid(),
    createdAt: call.now,
    readyAt: call.now + Number(fault?.settings.delayMs ?? 0),
    outcome:
      fault?.settings.outcome === "failed" ? "failed" : fault?.settings.outcome === "stuck" ? "stuck" : "succeeded",
    body,
  };
  call.tenant.auditQueries.push(query);
  call.world.touched();
  return entity(call, queryJson(call, query), "security/auditLog/queries", undefined, 201);
}

function statusOf(call: Call, query: AuditQuery): string {
  if (query.outcome === "stuck") return "running";
  if (call.now < query.readyAt) return call.now - query.createdAt < MINUTE ? "notStarted" : "running";
  return query.outcome;
}

function queryOf(call: Call): AuditQuery {
  const id = call.c.req.param("query") ?? "";
  const query = call.tenant.auditQueries.find((q) => q.id === id);
  if (!query) throw notFound(id);
  return query;
}

function queryJson(call: Call, query: AuditQuery): Json {
  const { body } = query;
  const list = (name: string): unknown => body[name] ?? [];
  return {
    id: query.id,
    displayName: body.displayName ?? null,
    filterStartDateTime: body.filterStartDateTime,
    filterEndDateTime: body.filterEndDateTime,
    recordTypeFilters: list("recordTypeFilters"),
    keywordFilter: body.keywordFilter ?? null,
    operationFilters: list("operationFilters"),
    userPrincipalNameFilters: list("userPrincipalNameFilters"),
    ipAddressFilters: list("ipAddressFilters"),
    objectIdFilters: list("objectIdFilters"),
    administrativeUnitIdFilters: list("administrativeUnitIdFilters"),
    status: statusOf(call, query),
  };
}
