import { randomBytes, randomInt } from "node:crypto";
import { insertDrill, listDrillAudit, listDrillIncidents, listDrills, lockDrill, setDrill } from "#db/repos/drill.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { findLatency } from "#db/repos/latency.ts";
import { insertTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { latencyOf } from "#domain/evidence/latency.ts";
import { openThings } from "#domain/incident/order.ts";
import type { DrillDebrief, DrillList, DrillView } from "#domain/view/drill.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "./context.ts";
import type { DrillCloud } from "./drill-cloud.ts";
import { orderOnTenant, ring } from "./orders.ts";
import { fail, notFound } from "./problem.ts";
import { auditText } from "./view/audit.ts";

const SIGNS = "abcdefghijkmnpqrstuvwxyz23456789";
const newShortId = (): string => Array.from({ length: 6 }, () => SIGNS[randomInt(SIGNS.length)]).join("");

/** What stands before the name of a drill's tenant, wherever the name is shown. */
const MARK = "DRILL: ";

type Found = NonNullable<Awaited<ReturnType<typeof lockDrill>>>;

const stateOf = ({ drill, phase }: Pick<Found, "drill" | "phase">): DrillView["state"] => {
  if (drill.endedAt) return "ended";
  if (drill.attackedAt) return "attacked";
  return phase === "consent" || phase === "scanning" ? "preparing" : "ready";
};

const viewOf = (row: Pick<Found, "drill" | "phase" | "name">): DrillView => ({
  id: row.drill.tenantId,
  tenantName: row.name,
  title: row.drill.title,
  story: row.drill.story,
  responseEnabled: row.drill.responseEnabled,
  trainee: "name" in row.drill.trainee ? row.drill.trainee.name : "",
  state: stateOf(row),
  startedAt: row.drill.startedAt,
  attackedAt: row.drill.attackedAt,
  endedAt: row.drill.endedAt,
});

function cloudOf(c: ApiContext): DrillCloud {
  const { drillCloud } = c.get("deps");
  if (!drillCloud) throw fail("unavailable", "This installation has no simulated cloud, so no drill can run here.");
  return drillCloud;
}

/** Asks the simulated cloud; what it does not do is said, and never passed on as it stands. */
const fromCloud = <T>(asked: Promise<T>): Promise<T> =>
  asked.catch(() => {
    throw fail("unavailable", "The simulated cloud does not answer. Try again in a minute.");
  });

export async function readDrills(c: ApiContext): Promise<DrillList> {
  const { drillCloud } = c.get("deps");
  const rows = await inScope(c, listDrills);
  const stories = drillCloud ? await fromCloud(drillCloud.stories()) : [];
  return { isAvailable: drillCloud !== null, stories, drills: rows.map(viewOf) };
}

/** A company of its own in the simulated cloud, onboarded for this one person: ready when its first scan is over. */
export async function startDrill(
  c: ApiContext,
  input: { story: string; responseEnabled: boolean },
): Promise<{ id: string }> {
  const cloud = cloudOf(c);
  const viewer = c.get("viewer");
  const { orgId } = viewer;
  if (!orgId) throw fail("forbidden", "A drill is for the members of an organization.");
  const story = (await fromCloud(cloud.stories())).find((one) => one.id === input.story);
  if (!story) throw fail("invalid", "There is no such story.");
  const made = await fromCloud(cloud.makeTenant(story.id, `drill-${randomBytes(8).toString("hex")}`));
  await fromCloud(cloud.consent(made.microsoftTenantId));
  const now = nowOf(c);
  const trainee = actorOf(viewer);
  const { responseEnabled } = input;
  const id = await inScope(c, async (tx) => {
    const tenantId = await insertTenant(tx, {
      orgId,
      shortId: newShortId(),
      name: `${MARK}${made.name}`,
      responseEnabled,
      isScanOnly: false,
      onboardedBy: "individual",
      microsoftTenantId: made.microsoftTenantId,
      isDrill: true,
      now,
    });
    const { id: storyId, title } = story;
    const row = { tenantId, orgId, story: storyId, title, responseEnabled, trainee, traineeEmail: viewer.email };
    await insertDrill(tx, { ...row, startedAt: now });
    await note(tx, c, { orgId, tenantId }, "drill.start", { story: storyId, responseEnabled });
    return tenantId;
  });
  await ring(c, () => c.get("deps").bell.startOnboarding(id));
  return { id };
}

function note(
  tx: ScopedTx,
  c: ApiContext,
  at: { orgId: string; tenantId: string },
  action: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const actor = actorOf(c.get("viewer"));
  return writeAudit(tx, { ...at, incidentId: null, at: nowOf(c), actor, action, object: at.tenantId, detail });
}

/** Plays the story. Only a drill's own tenant can be named here, and only while it waits for it. */
export async function attackDrill(c: ApiContext, id: string): Promise<void> {
  const cloud = cloudOf(c);
  await inScope(c, async (tx) => {
    const row = await lockDrill(tx, id);
    if (!row?.microsoftTenantId) throw notFound();
    const state = stateOf(row);
    if (state === "preparing")
      throw fail("conflict", "The first scan is not over yet: what is usual there is not known.");
    if (state !== "ready") throw fail("conflict", "The attack has begun already.");
    await setDrill(tx, id, { attackedAt: nowOf(c) });
    await note(tx, c, { orgId: row.drill.orgId, tenantId: id }, "drill.attack");
    // Last, so that a cloud that does not answer leaves nothing behind.
    await fromCloud(cloud.attack(row.microsoftTenantId));
  });
}

export async function endDrill(c: ApiContext, id: string): Promise<void> {
  await inScope(c, async (tx) => {
    const row = await lockDrill(tx, id);
    if (!row) throw notFound();
    if (row.drill.endedAt) throw fail("conflict", "The drill has ended already.");
    await setDrill(tx, id, { endedAt: nowOf(c) });
    await note(tx, c, { orgId: row.drill.orgId, tenantId: id }, "drill.end");
  });
}

/** Throws the drill's tenant away, here and in the simulated cloud. */
export async function discardDrill(c: ApiContext, id: string): Promise<void> {
  const cloud = cloudOf(c);
  const row = await inScope(c, (tx) => lockDrill(tx, id));
  if (!row?.microsoftTenantId) throw notFound();
  await orderOnTenant(c, id, { commandId: crypto.randomUUID(), input: { kind: "remove" } });
  await inScope(c, async (tx) => {
    const now = nowOf(c);
    await setDrill(tx, id, { discardedAt: now, endedAt: row.drill.endedAt ?? now });
    await note(tx, c, { orgId: row.drill.orgId, tenantId: id }, "drill.discard");
  });
  await fromCloud(cloud.remove(row.microsoftTenantId));
}

/** What was done when, what was missed, and how long it took until the attacker was out. */
export async function readDrill(c: ApiContext, id: string): Promise<DrillView & { debrief: DrillDebrief }> {
  return inScope(c, async (tx) => {
    const row = await lockDrill(tx, id);
    if (!row) throw notFound();
    const found = await listDrillIncidents(tx, id);
    const incidents: DrillDebrief["incidents"] = [];
    for (const incident of found) {
      const state = await loadIncidentState(tx, incident.id);
      const latency = await findLatency(tx, incident.id);
      incidents.push({
        id: incident.id,
        number: incident.number,
        headline: incident.headline,
        status: incident.status,
        detectedAt: incident.detectedAt,
        publishedAt: incident.publishedAt,
        containedAt: incident.containedAt,
        remediatedAt: incident.remediatedAt,
        secondsToContain: latency ? latencyOf(latency.clock).total : null,
        secondsOfPeople: latency ? latencyOf(latency.clock).person : null,
        missed: state && incident.status === "open" ? missedOf(incident.publishedAt, openThings(state)) : [],
      });
    }
    const since = row.drill.attackedAt;
    const timeline = (await listDrillAudit(tx, id))
      .filter((line) => since !== null && line.at >= since && !SILENT.test(line.action))
      .map((line) => ({
        at: line.at,
        who: "name" in line.actor ? line.actor.name : line.actor.kind === "response" ? "Petra Response" : "Petra",
        isPerson: "name" in line.actor,
        text: auditText(line),
      }))
      .toSorted((a, b) => a.at.localeCompare(b.at));
    return { ...viewOf(row), debrief: { incidents, timeline } };
  });
}

/** Rows that say the same a second time, for the record: a debrief is read by people. */
const SILENT = /^(ledger\.|command\.(accepted|done)$|action\.sent$|policy\.decided$|analyst\.look$)/;

function missedOf(publishedAt: string | null, open: { text: string }[]): string[] {
  return [...(publishedAt ? [] : ["The incident was never published"]), ...open.map((thing) => thing.text)];
}
