import { z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { findIncident } from "#db/repos/portal-incident.ts";
import { loadViewer } from "#db/repos/viewer.ts";
import { visibleOf } from "#db/repos/visible.ts";
import { withScope } from "#db/tenancy.ts";
import { may, scopeOf, type Viewer } from "#domain/access/may.ts";
import { STREAM_GATHER_MS, STREAM_HEARTBEAT_MS, STREAM_RECHECK_MS } from "#domain/limits.ts";
import type { Change } from "../changes.ts";
import { type ApiContext, type ApiDeps, dbOf, inScope, viewerOf } from "../context.ts";
import { safeError } from "../log.ts";
import { notFound } from "../problem.ts";
import { createRouter, route } from "../route.ts";
import { id } from "../schema/parts.ts";

const answer = {
  200: {
    description: "Server-sent events; `data` holds ids of what changed, to be read again. Comments are heartbeats.",
    content: { "text/event-stream": { schema: z.string() } },
  },
};

const all = route("incident.view", {
  method: "get",
  path: "/api/stream",
  summary: "Tells of every change in the viewer's scope",
  responses: answer,
});

const ofIncident = route("incident.view", {
  method: "get",
  path: "/api/incidents/{id}/stream",
  summary: "Tells of every change of one incident",
  request: { params: z.object({ id }) },
  responses: answer,
});

/** Only what this viewer may see now; the database decides, in the viewer's scope (S8). */
async function visible(deps: ApiDeps, viewer: Viewer, changes: Change[]): Promise<Change[]> {
  const tenantIds = [...new Set(changes.map((change) => change.tenantId).filter((one) => one !== null))];
  const incidentIds = [...new Set(changes.map((change) => change.incidentId).filter((one) => one !== null))];
  const seen = await withScope(dbOf(deps, viewer), scopeOf(viewer), (tx) => visibleOf(tx, { tenantIds, incidentIds }));
  return changes.filter(
    (change) =>
      (isOfHouse(viewer, change) && change.tenantId === null) ||
      (change.tenantId !== null &&
        seen.tenants.has(change.tenantId) &&
        (change.incidentId === null || seen.incidents.has(change.incidentId))),
  );
}

/** What the frame of every page shows, whatever the page is about; guests do not see it. */
const FRAME = new Set(["kill_switches", "second_words"]);
const isOfHouse = (viewer: Viewer, change: Change): boolean => FRAME.has(change.of) && viewer.role !== "external-guest";

const isRelevant = (viewer: Viewer, incidentId: string | undefined, change: Change): boolean =>
  (viewer.orgId === null || change.orgId === viewer.orgId) &&
  (!incidentId || change.incidentId === incidentId || isOfHouse(viewer, change));

async function open(c: ApiContext, incidentId?: string): Promise<Response> {
  const deps = c.get("deps");
  // The answer is the promise that no later change is missed.
  await deps.changes.ready();
  const headers = c.req.raw.headers;
  const first = c.get("viewer");
  c.header("cache-control", "no-store");
  c.header("x-accel-buffering", "no");
  return streamSSE(c, async (stream) => {
    let viewer = first;
    let waiting: Change[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = async () => {
      timer = undefined;
      const changes = waiting;
      waiting = [];
      try {
        const ids = new Set(
          (await visible(deps, viewer, changes)).map(({ orgId: _, ...rest }) => JSON.stringify(rest)),
        );
        for (const data of ids) await stream.writeSSE({ event: "change", data });
      } catch (error) {
        deps.log.warn("stream.flush-failed", safeError(error));
      }
    };
    const unsubscribe = deps.changes.subscribe((change) => {
      if (!isRelevant(viewer, incidentId, change)) return;
      waiting.push(change);
      timer ??= setTimeout(flush, STREAM_GATHER_MS);
    });
    const ended = new Promise<void>((resolve) => stream.onAbort(resolve));
    let lastCheck = Date.now();
    await stream.write(": open\n\n");
    while (!stream.aborted) {
      let heartbeat: ReturnType<typeof setTimeout> | undefined;
      const pause = new Promise<void>((resolve) => {
        heartbeat = setTimeout(resolve, STREAM_HEARTBEAT_MS);
      });
      await Promise.race([ended, pause]);
      clearTimeout(heartbeat);
      if (stream.aborted) break;
      if (Date.now() - lastCheck >= STREAM_RECHECK_MS - STREAM_HEARTBEAT_MS / 2) {
        lastCheck = Date.now();
        const still = await viewerOf(deps, headers).catch(() => undefined);
        const member = still && (await loadViewer(deps.app, still.memberId).catch(() => undefined));
        if (!member || !may(member, "incident.view").ok) break;
        viewer = member;
      }
      await stream.write(": here\n\n");
    }
    clearTimeout(timer);
    unsubscribe();
  });
}

export const streamRoutes = createRouter()
  .openapi(all, (c) => open(c))
  .openapi(ofIncident, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    if (!(await inScope(c, (tx) => findIncident(tx, incidentId)))) throw notFound();
    return open(c, incidentId);
  });
