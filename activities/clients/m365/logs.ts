import { asText } from "./faults.ts";
import type { Graph, GraphCall } from "./graph.ts";
import type { M365Tenant, RawPage } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import { rawRecords } from "./users.ts";

const QUERIES = "/security/auditLog/queries";
const QUERY_STATES = ["notStarted", "running", "succeeded", "failed", "cancelled"] as const;

type LogDoor = Pick<
  M365Tenant,
  "signIns" | "directoryAudits" | "startAuditQuery" | "auditQueryState" | "auditQueryRecords"
>;

/**
 * Sign-ins come from beta, one stream a request: v1.0 has interactive ones only and lacks session, token and network
 * number ("List signIns"). Audit queries use v1.0 and fall back to beta, remembered in the query's id.
 */
export function logDoor(graph: Graph): LogDoor {
  let queryVersion: "v1.0" | "beta" = "v1.0";

  async function* raw(call: GraphCall): AsyncGenerator<RawPage> {
    for await (const page of graph.pages(call))
      yield { records: rawRecords(page.text), body: page.text, receivedAt: page.receivedAt };
  }
  const create = (version: "v1.0" | "beta", window: { since: string; until: string; name: string }) =>
    graph.write({
      method: "POST",
      path: QUERIES,
      version,
      body: {
        displayName: window.name,
        filterStartDateTime: window.since,
        filterEndDateTime: window.until,
      },
    });

  return {
    signIns: ({ since, until, interactive }) =>
      raw({
        path: "/auditLogs/signIns",
        version: "beta",
        lane: "reporting",
        query: {
          $filter: `createdDateTime ge ${since} and createdDateTime lt ${until} and signInEventTypes/any(t: t eq '${interactive ? "interactiveUser" : "nonInteractiveUser"}')`,
          $top: "1000",
        },
      }),
    directoryAudits: ({ since, until }) =>
      raw({
        path: "/auditLogs/directoryAudits",
        lane: "reporting",
        query: { $filter: `activityDateTime ge ${since} and activityDateTime lt ${until}`, $top: "1000" },
      }),
    async startAuditQuery(window) {
      let outcome = await create(queryVersion, window);
      if (outcome.kind === "gone" && queryVersion === "v1.0") {
        queryVersion = "beta";
        outcome = await create("beta", window);
      }
      if (outcome.kind === "accepted" && outcome.newId) return { queryId: `${queryVersion}/${outcome.newId}` };
      if (outcome.kind === "refused") {
        const isOff = `${outcome.code} ${outcome.reason}`.includes("AuditingDisabledTenant");
        throw new M365Fault("refused", isOff ? "the unified audit log is switched off" : "audit query refused", {
          code: isOff ? "AuditingDisabledTenant" : outcome.code,
          requestId: outcome.requestId,
        });
      }
      throw new M365Fault("retry", "audit query: no id in the answer", { requestId: outcome.requestId });
    },
    async auditQueryState(queryId) {
      const { version, id } = splitQueryId(queryId);
      const status = asText((await graph.get({ path: `${QUERIES}/${id}`, version })).status);
      // States Microsoft adds later count as not finished.
      return QUERY_STATES.find((state) => state === status) ?? "running";
    },
    auditQueryRecords(queryId) {
      const { version, id } = splitQueryId(queryId);
      return raw({ path: `${QUERIES}/${id}/records`, version, query: { $top: "999" } });
    },
  };
}

function splitQueryId(queryId: string): { version: "v1.0" | "beta"; id: string } {
  const [version, id] = queryId.split("/");
  if ((version !== "v1.0" && version !== "beta") || !id) throw new M365Fault("our-fault", "not an audit query id");
  return { version, id: encodeURIComponent(id) };
}
