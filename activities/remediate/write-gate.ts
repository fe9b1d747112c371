import { countAccounts, countAutomaticLocks, findOrder, loadCase } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { CommandState } from "#domain/command/command.ts";
import type { AuthorityQuestion } from "#domain/remediation/authorize.ts";
import { authorize, POLICY_VERSION } from "#domain/remediation/authorize.ts";
import { UNDO_OF } from "#domain/remediation/plan.ts";
import type { ActionKind, RemediationStepId } from "#domain/remediation/steps.ts";
import type { At, Order } from "./case.ts";

export type GateQuestion = At & {
  order: Order;
  step: RemediationStepId;
  kind: ActionKind;
  /** Goes on with what was begun under an order (re-assert, second revocation): switching Response off does not stop it (D6). */
  continues: boolean;
  now: string;
};
export type GateAnswer =
  | { allowed: true; policyVersion: string }
  /** `waits`: a person decides now, nothing is dropped. */
  | { allowed: false; reason: string; waits: boolean };

const stop = (reason: string, waits = false): GateAnswer => ({ allowed: false, reason, waits });
const pass: GateAnswer = { allowed: true, policyVersion: POLICY_VERSION };

/** After a dismissal only what brings something back may go out. */
const RESTORING: readonly (ActionKind | null)[] = Object.values(UNDO_OF);
const LIVING_ORDERS: readonly CommandState[] = ["sent", "accepted", "running"];

/**
 * The one place every write to a client's tenant passes, asked in the transaction that marks it as sent (S43, D5, D6).
 * Everything is read again: the tenant, the incident, the person's order or the policy, and the cap. Cannot read → throws →
 * no write.
 */
export async function askGate(tx: ScopedTx, question: GateQuestion): Promise<GateAnswer> {
  const row = await loadCase(tx, question.incidentId);
  if (!row || row.tenant.id !== question.tenantId) return stop("The incident is not in this tenant.");
  const { incident, tenant } = row;
  if (tenant.phase === "removed") return stop("The tenant was removed from Petra.");
  if (incident.status === "dismissed" && !RESTORING.includes(question.kind)) return stop("The incident was dismissed.");
  const { by, commandId } = question.order;
  if (by.kind === "member" || by.kind === "analyst") return askOrder(tx, question, commandId);
  if (tenant.accessLostAt) return stop(tenant.accessLostReason ?? "Petra has lost its access to the tenant.");
  if (question.continues) return incident.status === "open" ? pass : stop("The incident is closed.");
  if (by.kind !== "response") return stop("No person and no policy ordered this.");
  if (!incident.responseActs) return stop("Petra Response was not asked to act on this incident.");
  const { answer, reason } = authorize(questionOf(row, question.step));
  if (answer !== "auto") return stop(reason, answer !== "never");
  return question.kind === "disable-account" ? askCap(tx, question.now) : pass;
}

/** A person's order is its row (S42): of this incident, not refused, and not used up. */
async function askOrder(tx: ScopedTx, question: GateQuestion, commandId: string | undefined): Promise<GateAnswer> {
  const order = commandId ? await findOrder(tx, commandId) : undefined;
  if (!order || order.incidentId !== question.incidentId) return stop("There is no such order.");
  const isLiving = LIVING_ORDERS.includes(order.state) || (question.continues && order.state === "done");
  return isLiving ? pass : stop(`The order is ${order.state}.`);
}

/** A wrong rule must stay small: per tenant and hour three automatic locks, or a twentieth of the accounts (S45). */
async function askCap(tx: ScopedTx, now: string): Promise<GateAnswer> {
  const cap = Math.max(3, Math.ceil((await countAccounts(tx)) / 20));
  const since = new Date(Date.parse(now) - 3_600_000).toISOString();
  if ((await countAutomaticLocks(tx, since)) < cap) return pass;
  return stop(`Petra has locked ${cap} accounts of this tenant within an hour: a person decides on the rest.`, true);
}

/** The policy's question as the rows answer it. */
export function questionOf(
  row: Pick<NonNullable<Awaited<ReturnType<typeof loadCase>>>, "incident" | "account" | "tenant">,
  step: RemediationStepId,
): AuthorityQuestion {
  const { incident, account, tenant } = row;
  return {
    step,
    tenant: {
      responseEnabled: tenant.responseEnabled,
      phase: tenant.phase,
      isScanOnly: tenant.isScanOnly,
      accessLost: tenant.accessLostAt !== null,
    },
    account: {
      isPrivileged: account.roles.length > 0,
      isLastGlobalAdmin: incident.accountBefore?.isLastGlobalAdmin === true,
      isBreakGlass: account.objectId !== null && tenant.breakGlassObjectIds.includes(account.objectId),
      isSyncAccount: isSyncAccount(account),
    },
    confidence: incident.confidence,
  };
}

/** The account Entra Connect or Cloud Sync signs in with. */
const isSyncAccount = (account: { upn: string; roles: string[] }): boolean =>
  /^sync_[^@]+_[0-9a-f]{8,}@/i.test(account.upn) || account.roles.includes("Directory Synchronization Accounts");
