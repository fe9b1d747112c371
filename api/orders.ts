import { loadAction } from "#db/repos/action-ledger.ts";
import {
  type CommandRow,
  findCommand,
  findDoer,
  hasUndelivered,
  insertCommand,
  markSignalled,
  type NewCommand,
  releaseCommand,
} from "#db/repos/commands.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { findTenant } from "#db/repos/onboarding.ts";
import { writeAudit } from "#db/repos/order.ts";
import { findIncident } from "#db/repos/portal-incident.ts";
import { hasUncontained } from "#db/repos/second-words.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { type Capability, may } from "#domain/access/may.ts";
import { classOfOrder } from "#domain/access/step-up.ts";
import type { CommandInput, CommandKind } from "#domain/command/command.ts";
import { LOOSENED_WORDS, reasonOf } from "#domain/command/loosened.ts";
import { commandExpiresAt, decide } from "#domain/incident/transitions.ts";
import { decideTenant } from "#domain/tenant/lifecycle.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "./context.ts";
import { demand, demandReason } from "./demand.ts";
import { safeError } from "./log.ts";
import { tellLoosened } from "./loosen.ts";
import { fail, notFound } from "./problem.ts";
import { askSecond } from "./second-word.ts";
import { actorFor } from "./view/actor.ts";
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

/** Asks for the proof and the reason an order of this class needs (S14). Says whether it takes protection away. */
async function demandFor(c: ApiContext, tx: ScopedTx, input: CommandInput): Promise<{ isLoosening: boolean }> {
  const undoes = input.kind === "undo" ? (await loadAction(tx, input.actionId))?.kind : undefined;
  const deed = classOfOrder(input, { undoes });
  demand(c, deed);
  demandReason(deed, reasonOf(input));
  return { isLoosening: deed === "loosen" };
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
  waits = false,
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
    state: refusal ? "refused" : waits ? "awaiting-second" : "sent",
    reason: refusal?.reason ?? null,
    result: refusal ? { code: refusal.code } : null,
    issuedAt: now,
    expiresAt: waits ? null : (commandExpiresAt(input, now) ?? null),
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

/**
 * Stores an order that takes protection away: with an open incident in its reach whose account is not contained it waits for
 * a second person, and every Admin hears of it either way (S14, S45).
 */
async function storeLoosening(
  c: ApiContext,
  tx: ScopedTx,
  order: Order,
  at: { orgId: string; tenantId: string; incidentId: string | null },
  about: { name: string; path: string },
): Promise<Placed> {
  const { commandId, input } = order;
  const reason = reasonOf(input);
  const what = `${LOOSENED_WORDS[input.kind]}: ${about.name}`;
  const waits = await hasUncontained(tx, at);
  const placed = await store(c, tx, order, at, undefined, waits);
  if (!placed.isNew) return placed;
  const { path } = about;
  if (waits)
    await askSecond(c, tx, {
      ...at,
      id: commandId,
      capability: NEEDS[input.kind],
      payload: { kind: "command", commandId },
      what,
      reason,
      path,
    });
  else await tellLoosened(c, tx, { ...at, key: `${input.kind}:${commandId}`, what, reason, path });
  return placed;
}

/** The slower of two reads who was quicker, as information (D20). */
async function alreadyBy(
  c: ApiContext,
  tx: ScopedTx,
  incidentId: string,
  input: CommandInput,
  { reason, code }: { reason: string; code: string },
): Promise<string> {
  const doer = code === "already-done" ? await findDoer(tx, incidentId, input) : undefined;
  const seen = doer && actorFor(c.get("viewer"), doer);
  return seen && "name" in seen ? `Already done by ${seen.name}. ${reason}` : reason;
}

/** Lets an order go on that waited for a second person; the bell is rung after the commit. */
export async function releaseOrder(c: ApiContext, tx: ScopedTx, commandId: string, agreed: boolean, by: string) {
  const row = await findCommand(tx, commandId);
  if (!row) throw notFound();
  const now = nowOf(c);
  const released = await releaseCommand(
    tx,
    commandId,
    agreed
      ? { state: "sent", expiresAt: commandExpiresAt(row.input, now) ?? null }
      : { state: "refused", reason: `${by} said no.`, finishedAt: now },
  );
  if (!released) throw fail("conflict", "It does not wait for a second person any more.", { reason: "already-done" });
  return released;
}

/** Rings for an order that stands as sent. */
export async function ringFor(c: ApiContext, row: CommandRow): Promise<void> {
  const { bell } = c.get("deps");
  const { id, tenantId, incidentId } = row;
  const rung = await ring(c, () =>
    incidentId ? bell.ringIncident(tenantId, incidentId, id) : bell.ringTenant(tenantId, id),
  );
  if (rung) await inScope(c, (tx) => markSignalled(tx, id, nowOf(c)));
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
    const { isLoosening } = await demandFor(c, tx, order.input);
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
    const refusal = isRefused
      ? { reason: await alreadyBy(c, tx, incidentId, order.input, decision), code: decision.code }
      : undefined;
    if (!isLoosening || refusal) return store(c, tx, order, at, refusal);
    return storeLoosening(c, tx, order, at, { name: `incident #${incident.number}`, path: `/incidents/${incidentId}` });
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
    // A drill's company protects nobody: throwing it away is nothing to guard.
    const isThrownAway = tenant.isDrill && order.input.kind === "remove";
    const isLoosening = !isThrownAway && (await demandFor(c, tx, order.input)).isLoosening;
    const decision = decideTenant({ ...tenant, baselineFilled: false }, order.input, nowOf(c));
    const refusal = !decision.ok && decision.lasting ? { reason: decision.reason, code: "already-done" } : undefined;
    if (!isLoosening || refusal) return store(c, tx, order, at, refusal);
    return storeLoosening(c, tx, order, at, { name: tenant.name, path: `/tenants/${tenantId}` });
  });
  return answer(c, placed, () => c.get("deps").bell.ringTenant(tenantId, placed.row.id));
}
