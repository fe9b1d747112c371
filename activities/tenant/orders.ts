import { listOpenIncidentIds, publishIncident } from "#db/repos/incident.ts";
import { lockOrder, type OrderRow, setOrder, writeAudit } from "#db/repos/order.ts";
import { lockTenant, saveTenantState, setResponseActs, tenantState } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { decideTenant } from "#domain/tenant/lifecycle.ts";

type Owner = { orgId: string; tenantId: string };

/**
 * Takes up and carries out an order about a tenant in one transaction, with its audit row: such an order is a change of
 * our own rows and nothing else. Answers the incidents whose workflows must look again.
 */
export async function carryOutTenantOrder(
  tx: ScopedTx,
  owner: Owner,
  commandId: string,
  now: string,
): Promise<string[]> {
  const row = await lockTenant(tx, owner.tenantId);
  const order = await lockOrder(tx, commandId);
  const about = { ...owner, incidentId: null, at: now, object: commandId };
  if (!row || !order || order.tenantId !== owner.tenantId || order.incidentId !== null) {
    await writeAudit(tx, { ...about, actor: { kind: "system", room: "tenant" }, action: "command.forged" });
    return [];
  }
  if (order.state !== "sent") return order.state === "done" ? listOpenIncidentIds(tx, owner.tenantId) : [];
  const audited = { ...about, actor: order.actor };
  if (order.expiresAt && now > order.expiresAt) {
    await setOrder(tx, order.id, { state: "expired", reason: "The order expired undelivered.", finishedAt: now });
    await writeAudit(tx, { ...audited, action: "command.expired", detail: { kind: order.input.kind } });
    return [];
  }
  const decision = decideTenant(await tenantState(tx, row), order.input, now);
  if (!decision.ok) {
    await setOrder(tx, order.id, { state: "refused", reason: decision.reason, finishedAt: now });
    await writeAudit(tx, { ...audited, action: "command.refused", detail: { kind: order.input.kind } });
    return [];
  }
  await saveTenantState(tx, owner.tenantId, decision.state, {
    ...(order.input.kind === "pause" ? { pausedReason: `Paused by ${nameOf(order)}.` } : {}),
    ...(order.input.kind === "resume" ? { pausedReason: null } : {}),
    ...(order.input.kind === "remove" ? { removedAt: now } : {}),
  });
  const wake = await carryIntoIncidents(tx, owner, order, now);
  await setOrder(tx, order.id, { state: "done", acceptedAt: now, finishedAt: now, result: { incidents: wake.length } });
  await writeAudit(tx, { ...audited, action: `tenant.${order.input.kind}`, detail: { ...order.input } });
  return wake;
}

const nameOf = (order: OrderRow): string => ("name" in order.actor ? order.actor.name : "Petra");

/** D6: off stops what has not begun; on acts on what is open only when a person says so. */
async function carryIntoIncidents(tx: ScopedTx, owner: Owner, order: OrderRow, now: string): Promise<string[]> {
  if (order.input.kind === "set-response" && !order.input.enabled) {
    await setResponseActs(tx, owner.tenantId, false);
    return [];
  }
  if (order.input.kind !== "act-on-open-incidents") return [];
  const open = await listOpenIncidentIds(tx, owner.tenantId);
  for (const incidentId of open) {
    await publishIncident(tx, incidentId, { by: order.actor, now, responseActs: true });
    await writeAudit(tx, { ...owner, incidentId, at: now, actor: order.actor, action: "incident.response-acts" });
  }
  return open;
}

/** An order that broke down ends as failed, so that people see it. */
export async function failTenantOrder(tx: ScopedTx, owner: Owner, commandId: string, now: string): Promise<void> {
  const order = await lockOrder(tx, commandId);
  if (order?.state !== "sent" && order?.state !== "running") return;
  const reason = "It could not be carried out in 15 minutes; nothing more is tried.";
  await setOrder(tx, commandId, { state: "failed", reason, finishedAt: now });
  const about = { ...owner, incidentId: null, at: now, object: commandId, actor: order.actor };
  await writeAudit(tx, { ...about, action: "command.failed", detail: { kind: order.input.kind } });
}
