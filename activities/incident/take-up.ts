import { loadIncidentState, lockIncident } from "#db/repos/incident.ts";
import { lockOrder, type OrderRow, setOrder, writeAudit } from "#db/repos/order.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { CommandState } from "#domain/command/command.ts";
import { type Decision, decide } from "#domain/incident/transitions.ts";

type At = { orgId: string; tenantId: string; incidentId: string; commandId: string };

const refusedState = (decision: Extract<Decision, { ok: false }>): CommandState =>
  decision.code === "expired" ? "expired" : "refused";

/**
 * Takes up an order in one transaction: loads it from its row, asks the transition function again and records the answer
 * with its audit row. An order that was taken up before a crash is handed out again; one that is settled, foreign or
 * unknown is not. Returns the order to carry out, or undefined.
 */
export async function takeUp(tx: ScopedTx, at: At, now: string): Promise<OrderRow | undefined> {
  await lockIncident(tx, at.incidentId);
  const order = await lockOrder(tx, at.commandId);
  if (!order || order.tenantId !== at.tenantId || order.incidentId !== at.incidentId) {
    await writeAudit(tx, {
      ...about(at, now),
      actor: { kind: "system", room: "incident" },
      action: "command.forged",
      object: at.commandId,
    });
    return undefined;
  }
  if (order.state === "running") return order;
  if (order.state !== "sent") return undefined;
  const state = await loadIncidentState(tx, at.incidentId);
  if (!state) return undefined;
  const decision = decide(state, order.input, {
    now,
    actor: order.actor,
    ...(order.expiresAt ? { expiresAt: order.expiresAt } : {}),
    ...(order.planVersion === null ? {} : { planVersion: order.planVersion }),
  });
  const audited = { ...about(at, now), actor: order.actor, object: order.id };
  if (!decision.ok) {
    const { reason, code } = decision;
    await setOrder(tx, order.id, { state: refusedState(decision), reason, result: { code }, finishedAt: now });
    const detail = { kind: order.input.kind, code: decision.code };
    await writeAudit(tx, { ...audited, action: `command.${refusedState(decision)}`, detail });
    return undefined;
  }
  await setOrder(tx, order.id, { state: "running", acceptedAt: now });
  await writeAudit(tx, { ...audited, action: "command.accepted", detail: { kind: order.input.kind } });
  return { ...order, state: "running" };
}

export const about = ({ orgId, tenantId, incidentId }: Omit<At, "commandId">, now: string) => ({
  orgId,
  tenantId,
  incidentId,
  at: now,
});

/** Settles an order that was carried out, with its audit row. */
export async function settle(
  tx: ScopedTx,
  at: At,
  order: Pick<OrderRow, "id" | "actor" | "input">,
  end: { state: "done" | "failed"; reason?: string; result?: Record<string, unknown> },
  now: string,
): Promise<void> {
  await setOrder(tx, order.id, {
    state: end.state,
    reason: end.reason ?? null,
    finishedAt: now,
    ...(end.result ? { result: end.result } : {}),
  });
  const detail = { kind: order.input.kind, ...(end.reason ? { reason: end.reason } : {}) };
  await writeAudit(tx, {
    ...about(at, now),
    actor: order.actor,
    action: `command.${end.state}`,
    object: order.id,
    detail,
  });
}
