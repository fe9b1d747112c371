import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "#cli/servers/ports.ts";
import { createTestServers, TEST_PG_URL, TEST_TEMPORAL_ADDRESS } from "#cli/servers/test-servers.ts";
import { fastForwardAt } from "#temporal/testing/fast-forward.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";
import { type House, openHouse, until } from "../scenarios/house.ts";

/*
 * What an idle tenant costs (D26): (actions an hour at 2 N tenants - at N) / N, from the server's own counter `action`.
 * Collectors, relay and watches run in real time over a window; the clock of every monitoring workflow is moved by a day.
 */
const { values } = parseArgs({
  options: {
    n: { type: "string", default: "100" },
    seconds: { type: "string", default: "120" },
  },
});
const half = Number(values.n);
const windowS = Number(values.seconds);
const GOAL = 4;
const SETTLE_MS = 15_000;
const MOVED_HOURS = 24;
/** Moving a workflow's clock is an action of the measuring, not of the tenant. */
const OURS = /UpdateWorkflowExecutionOptions/;

type Actions = Map<string, number>;
type Cost = { tenants: number; window: Actions; moved: Actions };

const say = (line: string) => process.stdout.write(`${line}\n`);
const sum = (actions: Actions): number => [...actions.values()].reduce((all, n) => all + n, 0);
const hourly = (cost: Cost): number => (sum(cost.window) * 3600) / windowS + sum(cost.moved) / MOVED_HOURS;

async function readActions(port: number, namespace: string): Promise<Actions> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  // The label holds no hyphens.
  const label = `namespace="${namespace.replaceAll("-", "_")}"`;
  const found: Actions = new Map();
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (!/^action(_total)?$/.test(name) || !labels.includes(label)) continue;
    const kind = /action_type="([^"]*)"/.exec(labels)?.[1] ?? "unknown";
    if (!OURS.test(kind)) found.set(kind, (found.get(kind) ?? 0) + Number(value));
  }
  return found;
}

const between = (before: Actions, after: Actions): Actions =>
  new Map([...after].map(([kind, n]) => [kind, n - (before.get(kind) ?? 0)] as const).filter(([, n]) => n > 0));

async function addIdleTenants(house: House, orgId: string, from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  const long = new Date(Date.now() - 60 * 86_400_000).toISOString();
  for (let n = from; n < to; n++) {
    const cloud = await house.cloudTenant("quiet", `idle-${n}`, { people: 5 });
    await house.admin(`/admin/tenants/${cloud.tenantId}/consent`, {});
    const row = await house.factories.tenant(orgId, {
      microsoftTenantId: cloud.tenantId,
      name: cloud.displayName,
      phase: "active",
      scanCompletedAt: long,
      baselineEndsAt: long,
      trialEndsAt: long,
    });
    ids.push(row.id);
  }
  return ids;
}

async function untilWatched(house: House, ids: string[]): Promise<void> {
  for (const id of ids)
    await until(
      "every tenant is polled",
      async () => (await house.sql`select 1 from watermarks where tenant_id = ${id} limit 1`).length > 0,
      300,
    );
  await sleep(SETTLE_MS);
}

async function measure(metricsPort: number): Promise<void> {
  const house = await openHouse({ pollMs: 60_000 });
  const { namespace } = house.temporal;
  const actions = () => readActions(metricsPort, namespace);
  try {
    const org = await house.factories.org({ name: "Northgate IT" });
    const tenantIds: string[] = [];
    const costs: Cost[] = [];
    for (const goal of [half, 2 * half]) {
      say(`Making ${goal - tenantIds.length} idle tenants ...`);
      tenantIds.push(...(await addIdleTenants(house, org.id, tenantIds.length, goal)));
      const unwatched = await actions();
      // What is in the database gets its workflow when the loops begin.
      await house.startWorker();
      await untilWatched(house, tenantIds);
      const started = await actions();
      const begun = sum(between(unwatched, started));
      if (begun < half) throw new Error(`${half} workflows began and the server counted ${begun} actions.`);
      say(`  begun at a cost of ${begun} actions; watching for ${windowS} s ...`);
      await sleep(windowS * 1000);
      const watched = await actions();
      for (const id of tenantIds) await fastForwardAt(house.temporal, workflowIds.monitor(id), MOVED_HOURS * 3600);
      const moved = await actions();
      costs.push({ tenants: goal, window: between(started, watched), moved: between(watched, moved) });
      await house.stopWorker();
    }
    report(costs);
  } catch (error) {
    say(house.logs().worker.slice(-2000));
    throw error;
  } finally {
    await house.close();
  }
}

function report(costs: Cost[]): void {
  for (const cost of costs) {
    const kinds = [...cost.window, ...cost.moved].map(([kind, n]) => `${kind} ${n}`).join(", ");
    say(`${cost.tenants} idle tenants: ${hourly(cost).toFixed(1)} actions an hour (counted: ${kinds || "none"})`);
  }
  const [small, large] = costs;
  if (!small || !large) return;
  const each = (hourly(large) - hourly(small)) / (large.tenants - small.tenants);
  say(`an idle tenant: ${each.toFixed(2)} actions an hour (limit ${GOAL}, ratio ${(each / GOAL).toFixed(2)})`);
}

const servers = createTestServers(say);
try {
  const metricsPort = await freePort();
  process.env[TEST_PG_URL] = (await servers.postgres()).url;
  process.env[TEST_TEMPORAL_ADDRESS] = (await servers.temporal({ metricsPort })).address;
  await measure(metricsPort);
} finally {
  await servers.stop();
}
