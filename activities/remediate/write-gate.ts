import { listApprovals } from "#db/repos/approval.ts";
import { setStep } from "#db/repos/incident.ts";
import { listNeverTouch } from "#db/repos/never-touch.ts";
import { queueMessage } from "#db/repos/notify.ts";
import {
  countAccounts,
  countAutomaticLocks,
  countLocksBeyond,
  findOrder,
  holdAutomaticLocks,
  type LoadedCase,
  loadCase,
} from "#db/repos/remediate.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { CommandState } from "#domain/command/command.ts";
import { LOCK_CAPS } from "#domain/limits.ts";
import { restMessage } from "#domain/notification/message.ts";
import { type FullCap, fullCap, fullCapReason } from "#domain/policy/lock-cap.ts";
import { UNDO_OF } from "#domain/remediation/plan.ts";
import type { ActionKind, RemediationStepId } from "#domain/remediation/steps.ts";
import type { At, Order, RemediateDeps } from "./case.ts";
import { decideStep, type InForce, readInForce } from "./decisions.ts";

export type GateQuestion = At & {
  order: Order;
  step: RemediationStepId;
  kind: ActionKind;
  targetId: string;
  /** Goes on with what was begun under an order (re-assert, second revocation): switching Response off does not stop it (D6). */
  continues: boolean;
  now: string;
};
export type GateAnswer =
  | { allowed: true; policyVersion: string }
  /** `waits`: a person decides now, nothing is dropped. */
  | { allowed: false; reason: string; waits: boolean };

type GateDeps = Pick<RemediateDeps, "lockCaps" | "isStopped" | "publicUrl">;
/** What a gate decides by. Good for the transaction that read it and for no other. */
export type GateReading = { row: LoadedCase; inForce: InForce };

export async function readForGate(tx: ScopedTx, incidentId: string, now: string): Promise<GateReading | undefined> {
  const row = await loadCase(tx, incidentId);
  return row && { row, inForce: await readInForce(tx, row, now) };
}

export const stop = (reason: string, waits = false): GateAnswer => ({ allowed: false, reason, waits });
export const passUnder = (policyVersion: string): GateAnswer => ({ allowed: true, policyVersion });

/** After a dismissal only what brings something back may go out. */
const RESTORING: readonly (ActionKind | null)[] = Object.values(UNDO_OF);
export const LIVING_ORDERS: readonly CommandState[] = ["sent", "accepted", "running"];

/**
 * The one place every write to a client's tenant passes, asked in the transaction that marks it as sent (S43, D5, D6, S46).
 * Everything is read again: the tenant, the incident, the kill switch, the person's order or the policy, and the cap. The kill
 * switch stops all that no person ordered. Cannot read → throws → no write. Gates of one transaction may share a reading.
 */
export async function askGate(
  tx: ScopedTx,
  question: GateQuestion,
  deps: GateDeps,
  reading?: GateReading,
): Promise<GateAnswer> {
  const read = reading ?? (await readForGate(tx, question.incidentId, question.now));
  if (read?.row.tenant.id !== question.tenantId) return stop("The incident is not in this tenant.");
  const { row, inForce } = read;
  const { incident, tenant } = row;
  if (tenant.phase === "removed") return stop("The tenant was removed from Petra.");
  if (incident.status === "dismissed" && !RESTORING.includes(question.kind)) return stop("The incident was dismissed.");
  if (await isNeverTouched(tx, question)) return stop(NEVER_TOUCHED);
  const { by, commandId } = question.order;
  if (by.kind === "member" || by.kind === "analyst") return askOrder(tx, question, commandId, row, inForce.version);
  if (deps.isStopped?.())
    return stop("The installation is stopped by its operator: nothing runs by itself.", !question.continues);
  if (question.continues && inForce.killSwitch)
    return stop(`The kill switch is on (${inForce.killSwitch.by}): nothing runs by itself.`);
  if (tenant.accessLostAt) return stop(tenant.accessLostReason ?? "Petra has lost its access to the tenant.");
  if (question.continues && inForce.document.mode === "shadow") return stop("Shadow mode: nothing is written.");
  if (question.continues)
    return incident.status === "open" ? passUnder(inForce.version) : stop("The incident is closed.");
  if (by.kind !== "response") return stop("No person and no policy ordered this.");
  if (!incident.responseActs) return stop("Petra Response was not asked to act on this incident.");
  const decision = decideStep(row, question.step, inForce, question.now);
  if (decision.answer !== "auto") {
    // The step says so from now on: what was planned as automatic is not begun again without a new decision.
    const { answer, policyVersion } = decision;
    await setStep(tx, question.incidentId, question.step, {
      authority: answer,
      policyVersion,
      decision,
      updatedAt: question.now,
    });
    return stop(decision.reason, answer !== "never");
  }
  return question.kind === "disable-account"
    ? askCap(tx, question, row, inForce.version, deps)
    : passUnder(inForce.version);
}

export const NEVER_TOUCHED = "The mailbox is on the tenant's never-touch list.";

/** Out of a listed mailbox no mail is taken, whoever orders it; bringing back what was taken is always allowed. */
export async function isNeverTouched(
  tx: ScopedTx,
  { kind, targetId, tenantId }: { kind: ActionKind; targetId: string; tenantId: string },
): Promise<boolean> {
  if (kind !== "move-message") return false;
  const mailbox = targetId.split("/")[0] ?? "";
  return (await listNeverTouch(tx, [tenantId])).some((row) => row.mailboxObjectId === mailbox);
}

/** A person's order is its row (S42): of this incident, not refused, not used up, and with the second word where two are needed. */
async function askOrder(
  tx: ScopedTx,
  question: GateQuestion,
  commandId: string | undefined,
  row: LoadedCase,
  policyVersion: string,
): Promise<GateAnswer> {
  const order = commandId ? await findOrder(tx, commandId) : undefined;
  if (!order || order.incidentId !== question.incidentId) return stop("There is no such order.");
  const isLiving = LIVING_ORDERS.includes(order.state) || (question.continues && order.state === "done");
  if (!isLiving) return stop(`The order is ${order.state}.`);
  const step = row.steps.find((one) => one.stepId === question.step);
  if (order.kind === "approve" && step?.authority === "two") {
    const { incidentId } = question;
    const at = { incidentId, stepId: question.step, planVersion: row.incident.planVersion };
    const words = await listApprovals(tx, { ...at, since: step.decision?.waitingSince ?? question.now });
    if (new Set(words.map((word) => word.memberId)).size < 2) return stop("Two people must agree, and one has.", true);
  }
  return passUnder(policyVersion);
}

/** A wrong rule must stay small: automatic locks are counted per tenant, organization and installation (S45). */
async function askCap(
  tx: ScopedTx,
  { now }: Pick<GateQuestion, "now">,
  row: LoadedCase,
  policyVersion: string,
  { lockCaps = LOCK_CAPS, publicUrl }: GateDeps,
): Promise<GateAnswer> {
  await holdAutomaticLocks(tx);
  const { orgId } = row.tenant;
  const since = new Date(Date.parse(now) - 3_600_000).toISOString();
  const [ofTenant, beyond, accounts] = await Promise.all([
    countAutomaticLocks(tx, since),
    countLocksBeyond(tx, orgId, since),
    countAccounts(tx),
  ]);
  const full = fullCap({ tenant: ofTenant, ...beyond }, accounts, lockCaps);
  if (!full) return passUnder(policyVersion);
  await pageForRest(tx, row, full, { now, publicUrl });
  return stop(fullCapReason(full), true);
}

/** Tells people at once that the rest waits for them: one message an hour and cap, however many accounts it is about. */
async function pageForRest(
  tx: ScopedTx,
  { incident, tenant }: LoadedCase,
  full: FullCap,
  { now, publicUrl }: { now: string; publicUrl: string },
): Promise<void> {
  const reason = fullCapReason(full);
  const message = restMessage({ tenant: tenant.name, reason, at: now, url: `${publicUrl}/incidents` });
  const about = full.scope === "tenant" ? tenant.id : full.scope;
  for (const recipient of await listNotificationAddresses(tx, tenant.id))
    await queueMessage(tx, {
      orgId: tenant.orgId,
      tenantId: tenant.id,
      incidentId: incident.id,
      key: `over-cap:${about}:${now.slice(0, 13)}:${recipient.toLowerCase()}`,
      channel: "email",
      recipient,
      ...message,
      nextAt: now,
      createdAt: now,
    });
}
