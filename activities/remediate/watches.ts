import { listDueWatches, orgOfTenant } from "#db/repos/platform.ts";
import { hastenLockWatches, listWatches, setWatch, type WatchRow } from "#db/repos/remediate.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { type At, type Case, inCase, nowOf, type Order, openCase, type RemediateDeps } from "./case.ts";
import { disablePersistence } from "./disable-persistence.ts";
import { later } from "./lock.ts";
import { verifyPassword } from "./password.ts";
import { planRemediation } from "./plan-remediation.ts";
import { pendingOf } from "./recheck.ts";
import { verifyReenabled } from "./reenable.ts";
import { retractPhish } from "./retract.ts";
import { sweepCase } from "./sweep.ts";
import { verifyLock } from "./verify-lock.ts";

export type WatchRun = {
  ran: number;
  /** Incidents whose rows changed in a way their workflow should look at. */
  wake: At[];
};

const WATCHES_AT_ONCE = 50;
const PUT_OFF_SECONDS = 60;

/**
 * Runs the watches that are due (D13): read-backs, re-asserts, sweeps, the 72 hours after closing. Called by the collector's
 * loop every few seconds, also for paused tenants. One watch that fails is put off and holds no other up.
 */
export async function runWatches(deps: RemediateDeps, input: { limit?: number } = {}): Promise<WatchRun> {
  const due = await listDueWatches(deps.db, nowOf(deps), input.limit ?? WATCHES_AT_ONCE);
  const wake = new Map<string, At>();
  for (const { tenantId, incidentId, watchId } of due) {
    const at = { tenantId, incidentId };
    const isChanged = await runWatch(deps, at, watchId).catch(() => putOff(deps, at, watchId));
    if (isChanged) wake.set(incidentId, at);
  }
  return { ran: due.length, wake: [...wake.values()] };
}

/** New records of a tenant are stored: locks that one of them shows opened are looked at now and not at their turn (R85). */
export function hastenLocks(deps: RemediateDeps, tenant: { orgId: string; tenantId: string }): Promise<number> {
  return withWorkerScope(deps.db, tenant, (tx) => hastenLockWatches(tx, tenant.tenantId, nowOf(deps)));
}

async function runWatch(deps: RemediateDeps, at: At, watchId: string): Promise<boolean> {
  const c = await openCase(deps, at);
  const watch = (await inCase(deps, c, (tx) => listWatches(tx, at.incidentId))).find((row) => row.id === watchId);
  if (watch?.state !== "watching") return false;
  // The next time is written first: a process that dies in the middle looks again, and two never run at once for long.
  const now = nowOf(deps);
  const dueAt = later(now, watch.everySeconds);
  const isLast = Date.parse(watch.until) <= Date.parse(now);
  await inCase(deps, c, (tx) =>
    setWatch(tx, watch.id, { dueAt, lastRunAt: now, ...(isLast ? { state: "ended" as const } : {}) }),
  );
  const { result, isChanged } = await RUNS[watch.kind](deps, c, watch);
  await inCase(deps, c, (tx) => setWatch(tx, watch.id, { lastResult: result }));
  return isChanged;
}

/** The next time is set already where the case could be opened; a case that cannot be opened would come up at once again. */
async function putOff(deps: RemediateDeps, at: At, watchId: string): Promise<false> {
  const orgId = await orgOfTenant(deps.db, at.tenantId);
  const dueAt = later(nowOf(deps), PUT_OFF_SECONDS);
  if (orgId)
    await withWorkerScope(deps.db, { orgId, tenantId: at.tenantId }, (tx) =>
      setWatch(tx, watchId, { dueAt, lastResult: "failed; tried again" }),
    );
  return false;
}

const wordsOf = (found: number, blind: string[]): string =>
  `${found} found${blind.length > 0 ? `, ${blind.length} not visible` : ""}`;

type Run = (deps: RemediateDeps, c: Case, watch: WatchRow) => Promise<{ result: string; isChanged: boolean }>;

const RUNS = {
  async lock(deps, c) {
    const before = c.steps.find((step) => step.stepId === "revoke-and-lock")?.state;
    const { state, reason } = await verifyLock(deps, c.at);
    return { result: reason ?? state, isChanged: state !== before || c.incident.notContained };
  },
  async verify(deps, c, watch) {
    const results: string[] = [];
    for (const [step, order] of Object.entries(pendingOf(watch)) as [RemediationStepId, Order][]) {
      const outcome = await recheck(deps, c, step, order);
      if (outcome) results.push(`${step} ${outcome.state}`);
    }
    return { result: results.join(", "), isChanged: results.length > 0 };
  },
  async "second-sweep"(deps, c) {
    const { found, blind } = await sweepCase(deps, c);
    if (found > 0) await takeAwayToo(deps, c);
    return { result: wordsOf(found, blind), isChanged: found > 0 };
  },
  async "after-close"(deps, c) {
    const { found, blind } = await sweepCase(deps, c);
    return { result: wordsOf(found, blind), isChanged: found > 0 };
  },
  async password(deps, c) {
    const { state } = await verifyPassword(deps, c.at);
    return { result: state, isChanged: state === "verified" };
  },
  async approval(deps, c) {
    const before = new Map(c.steps.map((step) => [step.stepId, step.authority]));
    const { steps } = await planRemediation(deps, c.at);
    const changed = steps.filter((step) => step.authority !== before.get(step.id));
    return {
      result: changed.map(({ id, authority }) => `${id} ${authority}`).join(", "),
      isChanged: changed.length > 0,
    };
  },
} satisfies Record<WatchRow["kind"], Run>;

const TAKEN_AWAY = ["accepted", "verified", "partly"];

/**
 * What the attacker added meanwhile goes the way of the rest at once, where Response did step 3 by itself; it is asked again
 * before each write. A person's step was for what the person saw: the new plan waits for another word.
 */
async function takeAwayToo(deps: RemediateDeps, c: Case): Promise<void> {
  const step = c.steps.find((row) => row.stepId === "disable-persistence");
  if (step?.actor?.kind !== "response" || !TAKEN_AWAY.includes(step.state)) return;
  await disablePersistence(deps, { ...c.at, by: step.actor });
}

/** Goes on with a step under the order it began with. */
function recheck(deps: RemediateDeps, c: Case, step: RemediationStepId, order: Order) {
  const input = { ...c.at, ...order };
  if (step === "retract-phish") return retractPhish(deps, input);
  if (step === "disable-persistence") return disablePersistence(deps, input);
  if (step === "reenable-account") return verifyReenabled(deps, c, input);
  return undefined;
}
