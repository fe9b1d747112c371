import { loadPhish } from "#db/repos/phish.ts";
import { findPhishOrder } from "#db/repos/phish-orders.ts";
import { findOrder } from "#db/repos/remediate.ts";
import { findTenant } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { MAILBOXES_ALONE } from "#domain/phish/preview.ts";
import { POLICY_VERSION } from "#domain/remediation/authorize.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";
import type { Order } from "../case.ts";
import { type GateAnswer, isNeverTouched, LIVING_ORDERS, NEVER_TOUCHED, passUnder, stop } from "../write-gate.ts";

export type PhishGateQuestion = {
  tenantId: string;
  phishId: string;
  order: Order;
  kind: ActionKind;
  targetId: string;
  now: string;
};

const ACT_OF: Partial<Record<ActionKind, { command: string; act: string }>> = {
  "move-message": { command: "retract-mail", act: "retract" },
  "restore-message": { command: "restore-mail", act: "restore" },
};

/**
 * The gate for a write about a phish in a tenant without an incident of its own: never without a person (D5). Everything is
 * read again in the transaction that marks the write as sent: the tenant, the command of this tenant, the order over all
 * tenants, whether it needed a second person and had one (S45), its waiting time, and the never-touch list.
 */
export async function askPhishGate(tx: ScopedTx, question: PhishGateQuestion): Promise<GateAnswer> {
  const { by, commandId } = question.order;
  const wanted = ACT_OF[question.kind];
  if (!wanted) return stop("Only mail is moved for a phish.");
  if (by.kind !== "member" && by.kind !== "analyst") return stop("No person ordered this.");
  const tenant = await findTenant(tx, question.tenantId);
  if (!tenant || tenant.phase === "removed") return stop("The tenant was removed from Petra.");
  const [phish, command] = [
    await loadPhish(tx, question.phishId),
    commandId ? await findOrder(tx, commandId) : undefined,
  ];
  if (!phish || command?.tenantId !== question.tenantId || command.phishId !== question.phishId)
    return stop("There is no such order.");
  if (command.kind !== wanted.command || !LIVING_ORDERS.includes(command.state))
    return stop(`The order is ${command.state}.`);
  const order = command.manyId ? await findPhishOrder(tx, command.manyId) : undefined;
  if (order?.phishId !== question.phishId || order.act !== wanted.act || order.state !== "placed")
    return stop("There is no such order.");
  const isOverCap = order.tenantIds.length > 1 || order.mailboxes > MAILBOXES_ALONE;
  const hasSecond = order.answeredById !== null && order.answeredById !== order.memberId;
  if (isOverCap && !hasSecond && order.notBefore === null) return stop("Two people must agree, and one has.", true);
  if (order.notBefore !== null && question.now < order.notBefore) return stop("The time to wait is not over.", true);
  if (await isNeverTouched(tx, question)) return stop(NEVER_TOUCHED);
  return passUnder(POLICY_VERSION);
}
