import { M365Fault, type M365User } from "#activities/clients/m365/m365.ts";
import { listActionsOn } from "#db/repos/action-ledger.ts";
import { setStep } from "#db/repos/incident.ts";
import {
  type AccountRow,
  holdAdministrators,
  type LoadedCase,
  putWatch,
  type TenantRow,
  updateIncident,
} from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { residualUntil } from "#domain/remediation/residual.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";
import { type AccountFacts, keepAccountFacts, readAccountFacts } from "./account-facts.ts";
import {
  audit,
  type Case,
  caseOf,
  inCase,
  nowOf,
  type Ordered,
  openCase,
  type RemediateDeps,
  stepOf,
  wayTo,
} from "./case.ts";
import { guardStep } from "./faults.ts";
import { type KnownWrite, type WriteRequest, type WriteResult, write, writeTogether } from "./ledger.ts";
import type { StepOutcome } from "./outcome.ts";
import { planSteps } from "./plan-remediation.ts";

const STEP = "revoke-and-lock";
/** The lock's watch lasts until the incident is closed. */
const FOREVER_MS = 10 * 365 * 86_400_000;
/** How often the lock is read back while it is not seen to hold, and afterwards. */
export const UNSEEN_CHECK_SECONDS = 10;
export const LOCK_CHECK_SECONDS = 60;

/** Step 1: ends all sessions, then disables the account, each a request of its own; accepted within a second. */
export async function lockAccount(deps: RemediateDeps, input: Ordered): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    if (stepOf(c, STEP)?.state === "verified" && !isReopened(c)) return { state: "verified" };
    return (await lock(deps, c, input, await c.m365.readUser(c.objectId))) ?? { state: "waiting" };
  });
}

/** What waits for a person may have become certain since; what was held for a person in spite of the policy stays held. */
const BEGINNABLE = ["waiting", "failed", "awaiting-approval"];

/**
 * Begins to read from Microsoft what decides about a lock, while the incident is still being written down; what it answers
 * is the lock. Undefined where the account cannot be named to Microsoft.
 */
export function prepareLock(
  deps: RemediateDeps,
  { tenant, account, incidentId }: { tenant: TenantRow; account: AccountRow; incidentId: string },
): ((input: Ordered, rows: LoadedCase) => Promise<StepOutcome | undefined>) | undefined {
  const begun = underWay.get(incidentId);
  // Whoever began knew less: where that was not enough to lock, it is asked once more.
  if (begun) return async (input) => (await begun.catch(() => undefined)) ?? lockAtOnce(deps, input);
  const { objectId } = account;
  const m365 = wayTo(deps, tenant);
  if (!objectId || !m365) return undefined;
  const facts = readAccountFacts({ m365, objectId, account });
  return (input, rows) => {
    const lock = lockAtOnce(deps, input, { rows, facts }).finally(() => underWay.delete(incidentId));
    underWay.set(incidentId, lock);
    return lock;
  };
}
/** Locks this process is at, by incident: what comes in meanwhile does not begin a second one. */
const underWay = new Map<string, Promise<StepOutcome | undefined>>();

/**
 * The lock before the plan, where Response may: of everything that is to be planned, only what protects an account from a
 * wrong lock comes first (its roles, the last administrator, the emergency list, the policy). `known` is what the caller
 * has read a moment ago. Undefined: not now, or not by itself.
 */
export async function lockAtOnce(
  deps: RemediateDeps,
  input: Ordered,
  known?: { rows: LoadedCase; facts: Promise<AccountFacts> },
): Promise<StepOutcome | undefined> {
  const c = known ? caseOf(deps, input, known.rows) : await openCase(deps, input);
  const { incident, tenant } = c;
  const step = stepOf(c, STEP);
  const isResumed = step?.state === "running" && step.actor?.kind === "response";
  if (incident.status !== "open" || !incident.publishedAt || !incident.responseActs || !tenant.responseEnabled)
    return undefined;
  if (!isResumed && !BEGINNABLE.includes(step?.state ?? "waiting")) return undefined;
  return guardStep(deps, c, STEP, async () => {
    const facts = await (known?.facts ?? readAccountFacts(c));
    const decide = async (tx: ScopedTx): Promise<Case | undefined> => {
      const now = nowOf(deps);
      const row = await keepAccountFacts(tx, c, facts, now);
      const plan = await planSteps(deps, tx, row, [STEP], now);
      const [planned] = plan.steps;
      return planned?.authority === "auto" && planned.state !== "awaiting-approval" ? row : undefined;
    };
    if (facts.user) return lock(deps, c, input, facts.user, decide);
    // Microsoft did not show the account: the decision stands all the same, and the lock tries once more.
    const planned = await inCase(deps, c, decide);
    return planned && lock(deps, planned, input, await c.m365.readUser(c.objectId));
  });
}

/**
 * The two requests that lock, side by side: neither waits for the other's answer, and sessions are ended again afterwards.
 * `decide` runs in the transaction that opens their rows; undefined where it says so.
 */
async function lock(
  deps: RemediateDeps,
  opened: Case,
  input: Ordered,
  user: M365User,
  decide: (tx: ScopedTx) => Promise<Case | undefined> = async () => opened,
): Promise<StepOutcome | undefined> {
  const { accountEnabled, sessionsValidFrom, lastPasswordChangeAt } = user;
  const known = { accountEnabled, sessionsValidFrom, lastPasswordChangeAt };
  const requestOf = (c: Case, kind: ActionKind): KnownWrite => {
    return { step: STEP, kind, targetId: c.objectId, targetLabel: c.account.upn, order: input, known };
  };
  const disable = (c: Case) => requestOf(c, "disable-account");
  const written = await writeTogether(deps, opened, async (tx) => {
    const c = await decide(tx);
    if (!c) return undefined;
    const round = await begin(deps, tx, c, input, known);
    const revoke = { ...requestOf(c, "revoke-sessions"), extra: `first-${round}` };
    return { c, requests: isEnabledAdmin(c, user) ? [revoke] : [revoke, disable(c)] };
  });
  if (!written) return undefined;
  const { c } = written;
  const [revoked, together] = written.results;
  if (!revoked) throw new Error("Nothing was written.");
  if (revoked.kind === "stopped") return settleStop(deps, c, input, STEP, revoked);
  const locked = together ?? (await disableAdmin(deps, c, disable(c)));
  if (locked.kind === "stopped") return settleStop(deps, c, input, STEP, locked);
  if (locked.kind === "refused") return settleRefused(deps, c, input, locked.reason);
  if (locked.kind === "gone") return settleRefused(deps, c, input, "The account does not exist any more.");
  return settleAccepted(deps, c, input, {
    at: lastAcceptedOf([revoked, locked]) ?? nowOf(deps),
    reason: revoked.kind === "refused" ? revoked.reason : null,
  });
}

/** When Microsoft accepted the last of these writes. */
function lastAcceptedOf(results: WriteResult[]): string | undefined {
  const times = results.flatMap((one) => ("action" in one && one.action.acceptedAt) || []);
  return times
    .map((at) => new Date(at).toISOString())
    .toSorted()
    .at(-1);
}

/** How many locks of this incident were lifted again; names this lock's own revocations. */
export async function roundOf(tx: ScopedTx, c: Case): Promise<number> {
  const rows = await listActionsOn(tx, c.at.incidentId, "enable-account", c.objectId);
  return rows.filter((row) => row.acceptedAt !== null).length;
}

const isReopened = (c: Case): boolean =>
  ["accepted", "verified"].includes(stepOf(c, "reenable-account")?.state ?? "waiting");

async function begin(
  deps: RemediateDeps,
  tx: ScopedTx,
  c: Case,
  input: Ordered,
  known: Record<string, unknown>,
): Promise<number> {
  const now = nowOf(deps);
  const [round] = await Promise.all([
    roundOf(tx, c),
    setStep(tx, c.at.incidentId, STEP, {
      state: "running",
      actor: input.by,
      askedAt: stepOf(c, STEP)?.askedAt ?? now,
      reason: null,
      updatedAt: now,
    }),
    // A plan made while Microsoft was silent has no before-image: this is the last moment to take one.
    !c.incident.accountBefore &&
      updateIncident(tx, c.at.incidentId, { accountBefore: { ...known, readAt: now }, updatedAt: now }),
  ]);
  return round;
}

const isEnabledAdmin = (c: Case, user: M365User): boolean =>
  c.account.roles.includes("Global Administrator") && user.accountEnabled;

/**
 * The last enabled Global Administrator is not locked by anybody: that would lock the rescuers out. Lockers of
 * administrators in one tenant wait for each other, or two of them would each see the other's target still enabled (S44).
 */
const disableAdmin = (deps: RemediateDeps, c: Case, request: WriteRequest): Promise<WriteResult> =>
  inCase(deps, c, async (tx) => {
    if (!(await holdAdministrators(tx, c.at.tenantId)))
      throw new M365Fault("retry", "another administrator is being locked", { retryAfterMs: 500 });
    if ((await c.m365.countEnabledGlobalAdmins()) > 1) return write(deps, c, request);
    const reason =
      "It is the last enabled Global Administrator. Its sessions were ended; make another Global Administrator, then lock it.";
    return { kind: "refused", reason, code: "LastGlobalAdministrator" };
  });

async function settleAccepted(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  { at, reason }: { at: string; reason: string | null },
): Promise<StepOutcome> {
  const now = nowOf(deps);
  const residual = residualUntil(at);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, {
      state: "accepted",
      acceptedAt: at,
      verifiedAt: null,
      residualUntil: residual,
      reason,
      updatedAt: now,
    });
    await updateIncident(tx, c.at.incidentId, {
      lockAcceptedAt: c.incident.lockAcceptedAt ?? at,
      residualUntil: residual,
      updatedAt: now,
    });
    await putWatch(tx, {
      ...c.at,
      kind: "lock",
      target: { objectId: c.objectId },
      dueAt: later(now, UNSEEN_CHECK_SECONDS),
      until: new Date(Date.parse(now) + FOREVER_MS).toISOString(),
      everySeconds: UNSEEN_CHECK_SECONDS,
      state: "watching",
    });
    await audit(tx, c, { at: now, actor: input.by, action: "step.accepted", object: STEP });
  });
  return { state: "accepted", residualUntil: residual, ...(reason ? { reason } : {}), again: { inSeconds: 1 } };
}

async function settleRefused(deps: RemediateDeps, c: Case, input: Ordered, reason: string): Promise<StepOutcome> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, STEP, { state: "refused", reason, doneAt: now, updatedAt: now });
    await updateIncident(tx, c.at.incidentId, {
      notContained: true,
      notContainedReason: `The account is not locked. ${reason}`,
      updatedAt: now,
    });
    await audit(tx, c, { at: now, actor: input.by, action: "step.refused", object: STEP, detail: { reason } });
  });
  return { state: "refused", reason };
}

/** What the gate stopped has not happened: it waits for a person, or as before where only the policy said no. */
export async function settleStop(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  stepId: "revoke-and-lock" | "retract-phish" | "disable-persistence" | "reset-password" | "reenable-account",
  stopped: { reason: string; waits: boolean },
): Promise<StepOutcome> {
  const state = stopped.waits ? "awaiting-approval" : input.by.kind === "response" ? "waiting" : "refused";
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setStep(tx, c.at.incidentId, stepId, { state, reason: stopped.reason, updatedAt: now });
    const detail = { reason: stopped.reason };
    await audit(tx, c, { at: now, actor: input.by, action: "step.stopped", object: stepId, detail });
  });
  return { state, reason: stopped.reason };
}

export const later = (now: string, seconds: number): string => new Date(Date.parse(now) + seconds * 1000).toISOString();
