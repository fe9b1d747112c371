import { ApplicationFailure } from "@temporalio/common";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { findCommand } from "#db/repos/commands.ts";
import { lockOrder, setOrder } from "#db/repos/order.ts";
import { listMatches, loadPhish } from "#db/repos/phish.ts";
import { findPhishOrder } from "#db/repos/phish-orders.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import { markAccessLost } from "#db/repos/remediate.ts";
import { findTenant } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { audit, inCase, nowOf, type PhishCase, type RemediateDeps, SYSTEM } from "../case.ts";
import { tryAgain, wordsOf } from "../faults.ts";
import { findPhish } from "./find.ts";
import { moveMatches } from "./move.ts";
import type { PhishEnding, PhishOrder, PhishWork } from "./work.ts";

type Input = { tenantId: string; phishId: string; commandId: string };
export type PhishOutcome = { state: "ended" } | { state: "again"; inSeconds: number };

/**
 * One order about one phish in one tenant, from its row (S42): taken up once, carried out, settled. What another tenant does
 * or cannot do has no part in it. May run twice after a crash: the ledger and the copies know how far it came.
 */
export async function carryOutPhish(deps: RemediateDeps, input: Input): Promise<PhishOutcome> {
  const orgId = await orgOfTenant(deps.db, input.tenantId);
  if (!orgId) throw ApplicationFailure.nonRetryable("No such tenant", "NotFound");
  const at = { orgId, tenantId: input.tenantId, phishId: input.phishId };
  const c = { at: { ...at, incidentId: null } };
  const taken = await withWorkerScope(deps.db, at, (tx) => takeUp(deps, tx, c, input));
  if (!taken) return { state: "ended" };
  if ("wait" in taken) return { state: "again", inSeconds: taken.wait };
  const { phish, order, tenant } = taken;
  if (!tenant.microsoftTenantId) return settle(deps, c, order, failed("The tenant is not connected."));
  const m365 = deps.m365.tenant(tenant.microsoftTenantId);
  try {
    const ending = await run(deps, { at, phish, order, m365 }, { ...c, tenant, m365 });
    return await settle(deps, c, order, ending);
  } catch (error) {
    if (!(error instanceof M365Fault)) throw error;
    if (error.faultClass === "retry") throw tryAgain(error);
    const isLost = error.faultClass === "needs-consent" || error.faultClass === "tenant-gone";
    if (isLost) await inCase(deps, c, (tx) => markAccessLost(tx, at.tenantId, wordsOf(error), nowOf(deps)));
    return settle(deps, c, order, failed(wordsOf(error)));
  }
}

const failed = (reason: string): PhishEnding => ({ state: "failed", reason, result: {} });

async function run(deps: RemediateDeps, work: PhishWork, c: PhishCase): Promise<PhishEnding> {
  const { input } = work.order;
  if (input.kind === "find-phish") return findPhish(deps, work);
  if (input.kind !== "retract-mail" && input.kind !== "restore-mail") return failed("This order is not about mail.");
  const matches = await inCase(deps, c, async (tx) => {
    const order = await findPhishOrder(tx, input.orderId);
    const rows = await listMatches(tx, [work.phish.id]);
    return rows.filter((row) => order?.matchIds.includes(row.id));
  });
  return moveMatches(deps, work, c, matches, input.kind === "retract-mail" ? "retract" : "restore");
}

type Place = { at: PhishWork["at"] & { incidentId: null } };
type Taken = Pick<PhishWork, "phish" | "order"> & { tenant: PhishCase["tenant"] };

/** Locks the row and marks it as running; undefined when there is nothing to do, `wait` while its time has not come. */
async function takeUp(
  deps: RemediateDeps,
  tx: ScopedTx,
  c: Place,
  { tenantId, phishId, commandId }: Input,
): Promise<Taken | { wait: number } | undefined> {
  const now = nowOf(deps);
  const order = await lockOrder(tx, commandId);
  const row = order && (await findCommand(tx, commandId));
  const [phish, tenant] = [await loadPhish(tx, phishId), await findTenant(tx, tenantId)];
  if (!row || order.tenantId !== tenantId || row.phishId !== phishId || !phish || !tenant) {
    await audit(tx, c, { at: now, actor: SYSTEM, action: "command.forged", object: commandId });
    return undefined;
  }
  if (order.state !== "sent" && order.state !== "running") return undefined;
  const over = "orderId" in order.input ? await findPhishOrder(tx, order.input.orderId) : undefined;
  if (over?.notBefore && now < over.notBefore)
    return { wait: Math.max(1, Math.ceil((Date.parse(over.notBefore) - Date.parse(now)) / 1000)) };
  if (order.state === "sent") {
    await setOrder(tx, order.id, { state: "running", acceptedAt: now });
    const detail = { kind: order.input.kind, phish: phishId };
    await audit(tx, c, { at: now, actor: order.actor, action: "command.accepted", object: order.id, detail });
  }
  const issuedAt = over?.notBefore ?? row.issuedAt;
  return { phish, tenant, order: { ...order, state: "running", issuedAt } };
}

async function settle(deps: RemediateDeps, c: Place, order: PhishOrder, ending: PhishEnding): Promise<PhishOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    if (ending.state === "again") {
      if (ending.result) await setOrder(tx, order.id, { state: "running", result: ending.result });
      return;
    }
    const { state, reason, result } = ending;
    await setOrder(tx, order.id, { state, reason: reason ?? null, result, finishedAt: now });
    const detail = { kind: order.input.kind, phish: c.at.phishId, ...result, ...(reason ? { reason } : {}) };
    await audit(tx, c, { at: now, actor: order.actor, action: `command.${state}`, object: order.id, detail });
  });
  return ending.state === "again" ? { state: "again", inSeconds: ending.inSeconds } : { state: "ended" };
}

/** An order whose carrying out broke down ends as failed, so that people see it and the other tenants go on. */
export async function failPhish(deps: RemediateDeps, input: Input): Promise<void> {
  const orgId = await orgOfTenant(deps.db, input.tenantId);
  if (!orgId) return;
  const c = { at: { orgId, tenantId: input.tenantId, incidentId: null } };
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    const order = await lockOrder(tx, input.commandId);
    if (order?.tenantId !== input.tenantId || (order.state !== "sent" && order.state !== "running")) return;
    const reason = "It could not be carried out in 15 minutes; nothing more is tried.";
    await setOrder(tx, order.id, { state: "failed", reason, finishedAt: now });
    const detail = { kind: order.input.kind, phish: input.phishId };
    await audit(tx, c, { at: now, actor: order.actor, action: "command.failed", object: order.id, detail });
  });
}
