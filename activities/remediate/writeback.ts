import { type ActionRow, listActionsOn, setAction } from "#db/repos/action-ledger.ts";
import { findPartnerSignIn } from "#db/repos/partner.ts";
import { generatePassword } from "#domain/remediation/password.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { type Case, inCase, nowOf, type Order, type RemediateDeps } from "./case.ts";
import { write } from "./ledger.ts";

/** What became of a reset through writeback; `refused` and `failed` mean: the password is the old one. */
export type Writeback =
  | { kind: "confirmed"; action: ActionRow; changedAt: string }
  | { kind: "pending"; action: ActionRow; reason: string }
  | { kind: "failed"; action: ActionRow; reason: string }
  | { kind: "refused"; reason: string }
  | { kind: "stopped"; reason: string; waits: boolean };

const NOT_CONFIRMED = "Petra has asked for a new password through password writeback; the on-premises directory has";

/** Whether a partner's administrator has signed in for this organization, and the sign-in still counts. */
export async function hasPartnerSignIn(deps: RemediateDeps, c: Case): Promise<boolean> {
  const row = await inCase(deps, c, (tx) => findPartnerSignIn(tx, c.at.orgId));
  return row !== undefined && row.lostAt === null;
}

/** Asks for a new password in the name of the partner; what Microsoft makes of it shows later (`readWriteback`). */
export async function askWriteback(
  deps: RemediateDeps,
  c: Case,
  request: {
    step: RemediationStepId;
    order: Order;
    extra: string;
    continues?: boolean;
    secret: () => Promise<string>;
  },
): Promise<Writeback> {
  const target = { kind: "reset-by-writeback", targetId: c.objectId, targetLabel: c.account.upn } as const;
  const asked = await write(deps, c, { ...target, ...request });
  if (asked.kind === "refused") return { kind: "refused", reason: asked.reason };
  if (asked.kind === "stopped") return asked;
  if (asked.kind === "gone") return { kind: "refused", reason: "The account does not exist any more." };
  return readWriteback(deps, c, asked.action);
}

/**
 * Confirmed only when the operation ended well and the account's time of its last password change is another one than
 * before: an accepted request alone is no reset (D4).
 */
export async function readWriteback(deps: RemediateDeps, c: Case, action: ActionRow): Promise<Writeback> {
  if (action.state === "verified")
    return { kind: "confirmed", action, changedAt: String(action.after?.lastPasswordChangeAt) };
  const [user, operation] = await Promise.all([
    c.m365.readUser(c.objectId),
    c.m365.readPasswordReset(c.objectId, String(action.after?.operationId)),
  ]);
  const changedAt = user.lastPasswordChangeAt;
  const set = (values: Parameters<typeof setAction>[2]) => inCase(deps, c, (tx) => setAction(tx, action.id, values));
  if (operation.state === "failed") {
    const reason = `The on-premises directory did not take the new password: ${operation.reason}`;
    await set({ state: "failed", error: reason });
    return { kind: "failed", action, reason };
  }
  if (operation.state === "unreadable")
    return { kind: "pending", action, reason: `${NOT_CONFIRMED} not confirmed it (${operation.reason}).` };
  if (operation.state === "running" || !changedAt || changedAt === action.before?.lastPasswordChangeAt)
    return { kind: "pending", action, reason: `${NOT_CONFIRMED} not confirmed it yet.` };
  const after = { ...action.after, lastPasswordChangeAt: changedAt };
  await set({ state: "verified", verifiedAt: nowOf(deps), after });
  return { kind: "confirmed", action: { ...action, state: "verified", after }, changedAt };
}

const AGAIN_AFTER_MS = 15 * 60_000;
/** Ways to sign in that need no password: with one of them in the attacker's hands a new password shuts nobody out. */
const WITHOUT_PASSWORD = [
  "fido2",
  "windowsHelloForBusiness",
  "temporaryAccessPass",
  "microsoftAuthenticator",
  "platformCredential",
];

/**
 * A rung of the lock of a synced account: a password that nobody knows. The person gets one with step 4. Holds when it is
 * confirmed, sessions were ended once more and nobody registered a way to sign in
 * without a password since the attack began.
 */
export async function lockByPassword(
  deps: RemediateDeps,
  c: Case,
  lock: { step: RemediationStepId; order: Order; round: string },
): Promise<{ holds: boolean; reason: string }> {
  const rows = await inCase(deps, c, (tx) => listActionsOn(tx, c.at.incidentId, "reset-by-writeback", c.objectId));
  const earlier = rows.filter((row) => row.stepId === lock.step).at(-1);
  const { step, order } = lock;
  if (earlier?.state === "failed" && deps.clock.now().getTime() - Date.parse(earlier.plannedAt) < AGAIN_AFTER_MS)
    return { holds: false, reason: earlier.error ?? "" };
  const secret = async () => generatePassword(deps.randomBytes);
  const extra = `lock-${lock.round}-${rows.filter((row) => row.state === "failed").length}`;
  const reset = await askWriteback(deps, c, { step, order, extra, continues: true, secret });
  if (reset.kind !== "confirmed") return { holds: false, reason: reset.reason };
  const target = { step, targetId: c.objectId, targetLabel: c.account.upn, order, continues: true } as const;
  await write(deps, c, { ...target, kind: "revoke-sessions", extra: `after-writeback-${extra}` });
  // What was there before the attack is the owner's, and stays in the owner's hands.
  const isNew = (at: string | null) => at !== null && Date.parse(at) >= Date.parse(c.incident.occurredAt);
  const open = (await c.m365.listAuthMethods(c.objectId)).filter(
    (method) => WITHOUT_PASSWORD.includes(method.kind) && isNew(method.createdAt),
  );
  if (open.length === 0) return { holds: true, reason: "" };
  const names = open.map((method) => method.name).join(", ");
  return { holds: false, reason: `The password was replaced, but this gets in without one: ${names}.` };
}
