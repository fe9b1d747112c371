import {
  type CommandRow,
  findCommand,
  hasUndelivered,
  insertCommand,
  markSignalled,
  type NewCommand,
} from "#db/repos/commands.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { findIncident } from "#db/repos/portal-incident.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { type Capability, may } from "#domain/access/may.ts";
import type { CommandInput, CommandKind } from "#domain/command/command.ts";
import { commandExpiresAt, decide } from "#domain/incident/transitions.ts";
import { decideTenant } from "#domain/tenant/lifecycle.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "./context.ts";
import { safeError } from "./log.ts";
import { fail, notFound } from "./problem.ts";
import { commandFor } from "./view/incident.ts";

export type Order = {
  commandId: string;
  planVersion?: number | undefined;
  input: CommandInput;
  /** The one decision over many incidents that it belongs to. */
  manyId?: string;
};
type Refusal = { reason: string; code: string };
type Placed = { row: CommandRow; refusal?: Refusal; isNew: boolean };

/** The right an order needs. */
const NEEDS: Record<CommandKind, Capability> = {
  publish: "incident.publish",
  "run-step": "incident.remediate",
  "skip-step": "incident.remediate",
  "tag-phish": "incident.remediate",
  "untag-phish": "incident.remediate",
  approve: "incident.approve",
  refuse: "incident.approve",
  "ask-msp": "incident.approve",
  "answer-msp": "incident.remediate",
  "set-note": "incident.approve",
  "mark-notable": "incident.approve",
  undo: "incident.remediate",
  "attest-password": "incident.remediate",
  "mark-remediated": "incident.remediate",
  dismiss: "incident.remediate",
  "act-on-open-incidents": "incident.remediate",
  "set-response": "tenant.manage",
  pause: "tenant.manage",
  resume: "tenant.manage",
  remove: "tenant.manage",
  "find-phish": "incident.remediate",
  "retract-mail": "incident.remediate",
  "restore-mail": "incident.remediate",
};

/** Refuses with 403 when the viewer may not give this kind of order. */
export function assertMayOrder(c: ApiContext, kind: CommandKind): void {
  const answer = may(c.get("viewer"), NEEDS[kind]);
  if (!answer.ok) throw fail("forbidden", answer.reason);
}

/** The row of an id that was used before, when it is this very order of this very place (D15). */
async function repeated(tx: ScopedTx, order: Order, at: { tenantId: string; incidentId: string | null }) {
  const row = await findCommand(tx, order.commandId);
  if (!row) return undefined;
  if (row.tenantId === at.tenantId && row.incidentId === at.incidentId && row.kind === order.input.kind) return row;
  throw fail("conflict", "This command id was used for another order. Reload the page and press again.");
}

async function store(
  c: ApiContext,
  tx: ScopedTx,
  order: Order,
  at: { orgId: string; tenantId: string; incidentId: string | null },
  refusal: Refusal | undefined,
): Promise<Placed> {
  const now = nowOf(c);
  const actor = actorOf(c.get("viewer"));
  const { commandId: id, input, planVersion } = order;
  const command: NewCommand = {
    id,
    ...at,
    kind: input.kind,
    input,
    actor,
    planVersion: planVersion ?? null,
    manyId: order.manyId ?? null,
    state: refusal ? "refused" : "sent",
    reason: refusal?.reason ?? null,
    issuedAt: now,
    expiresAt: commandExpiresAt(input, now) ?? null,
    finishedAt: refusal ? now : null,
  };
  if (!(await insertCommand(tx, command))) {
    const row = await repeated(tx, order, at);
    if (row) return { row, isNew: false };
    throw fail("conflict", "This command id was used for another order. Reload the page and press again.");
  }
  await writeAudit(tx, {
    ...at,
    at: now,
    actor,
    action: refusal ? "command.refuse" : "command.send",
    object: id,
    detail: {
      kind: input.kind,
      ...("step" in input ? { step: input.step } : {}),
      ...(refusal ? { reason: refusal.reason } : {}),
    },
  });
  const row = await findCommand(tx, id);
  if (!row) throw new Error("The command was not stored.");
  return { row, isNew: true, ...(refusal ? { refusal } : {}) };
}

/** Long enough for a healthy server; a person does not wait for a sick one, the relay rings again (D15). */
const BELL_PATIENCE_MS = 1_500;

/** Rings after the commit. Never fails: the row waits, and the relay rings again. */
export async function ring(c: ApiContext, ringing: () => Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The bell takes too long.")), BELL_PATIENCE_MS);
  });
  try {
    await Promise.race([ringing(), patience]);
    return true;
  } catch (error) {
    c.get("deps").log.warn("bell.failed", { requestId: c.get("requestId"), ...safeError(error) });
    return false;
  } finally {
    clearTimeout(timer);
  }
}

async function answer(c: ApiContext, placed: Placed, ringing: () => Promise<void>) {
  const viewer = c.get("viewer");
  if (placed.refusal) {
    throw fail("conflict", placed.refusal.reason, {
      reason: placed.refusal.code,
      command: commandFor(viewer, placed.row),
    });
  }
  if (placed.row.state === "sent" && (await ring(c, ringing)))
    await inScope(c, (tx) => markSignalled(tx, placed.row.id, nowOf(c)));
  return commandFor(viewer, placed.row);
}

/**
 * A person's order about an incident (D15, D16): asked of the transition function, stored with its audit row, then the
 * bell. 409 only for lasting reasons, and not while an earlier order is on its way. The same id again answers its row.
 */
export async function orderOnIncident(c: ApiContext, incidentId: string, order: Order) {
  const placed = await inScope(c, async (tx): Promise<Placed> => {
    const incident = await findIncident(tx, incidentId);
    if (!incident) throw notFound();
    assertMayOrder(c, order.input.kind);
    const at = { orgId: incident.orgId, tenantId: incident.tenantId, incidentId };
    const known = await repeated(tx, order, at);
    if (known) return { row: known, isNew: false };
    const state = await loadIncidentState(tx, incidentId);
    if (!state) throw notFound();
    const now = nowOf(c);
    const expiresAt = commandExpiresAt(order.input, now);
    const decision = decide(state, order.input, {
      now,
      actor: actorOf(c.get("viewer")),
      ...(expiresAt ? { expiresAt } : {}),
      ...(order.planVersion === undefined ? {} : { planVersion: order.planVersion }),
    });
    const isRefused = !decision.ok && decision.lasting && !(await hasUndelivered(tx, incidentId));
    return store(c, tx, order, at, isRefused ? { reason: decision.reason, code: decision.code } : undefined);
  });
  const { tenantId, id } = placed.row;
  return answer(c, placed, () => c.get("deps").bell.ringIncident(tenantId, incidentId, id));
}

/** A person's order about a tenant: the switch of Response, pause, resume, remove. */
export async function orderOnTenant(c: ApiContext, tenantId: string, order: Order) {
  const placed = await inScope(c, async (tx): Promise<Placed> => {
    const tenant = await findTenant(tx, tenantId);
    if (!tenant) throw notFound();
    assertMayOrder(c, order.input.kind);
    const at = { orgId: tenant.orgId, tenantId, incidentId: null };
    const known = await repeated(tx, order, at);
    if (known) return { row: known, isNew: false };
    const decision = decideTenant({ ...tenant, baselineFilled: false }, order.input, nowOf(c));
    const isRefused = !decision.ok && decision.lasting;
    return store(c, tx, order, at, isRefused ? { reason: decision.reason, code: "already-done" } : undefined);
  });
  return answer(c, placed, () => c.get("deps").bell.ringTenant(tenantId, placed.row.id));
}
