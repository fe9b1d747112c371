import { setStep } from "#db/repos/incident.ts";
import {
  ensureSteps,
  listArtifacts,
  listCopies,
  listTaggedPhish,
  raisePlanVersion,
  updateAccount,
  updateIncident,
} from "#db/repos/remediate.ts";
import type { Authority } from "#domain/remediation/authorize.ts";
import { authorize } from "#domain/remediation/authorize.ts";
import { REMEDIATION_STEP_IDS, type RemediationStepId } from "#domain/remediation/steps.ts";
import { type At, type Case, inCase, nowOf, openCase, type RemediateDeps, stepOf } from "./case.ts";
import { questionOf } from "./write-gate.ts";

export type RemediationPlan = {
  planVersion: number;
  steps: { id: RemediationStepId; authority: Authority["answer"]; targets: number }[];
};

const SETTLED = ["not-applicable", "verified", "accepted", "skipped"];

/**
 * Reads the account fresh (S44), keeps it as it was before the first write, asks the policy for each step and stores the plan.
 * Runs again whenever targets change; what is under way or done keeps its state. A Microsoft that does not answer never
 * delays a lock: then the rows as they stand decide; an account whose roles cannot be read counts as a Global Administrator.
 */
export async function planRemediation(deps: RemediateDeps, at: At): Promise<RemediationPlan> {
  const opened = await openCase(deps, at);
  const facts = await readFacts(opened);
  const now = nowOf(deps);
  return inCase(deps, opened, async (tx) => {
    const { incidentId } = opened.at;
    const { isLastGlobalAdmin, user, ...rest } = facts;
    if (!opened.incident.accountBefore && user) {
      const accountBefore = {
        accountEnabled: user.accountEnabled,
        lastPasswordChangeAt: user.lastPasswordChangeAt,
        sessionsValidFrom: user.sessionsValidFrom,
        isSynced: user.isSynced,
        roles: rest.roles ?? null,
        mailboxKind: rest.mailboxKind ?? null,
        isLastGlobalAdmin,
        readAt: now,
      };
      await updateIncident(tx, incidentId, { accountBefore, updatedAt: now });
      opened.incident.accountBefore = accountBefore;
    }
    const fresh = {
      ...(rest.roles ? { roles: rest.roles } : {}),
      ...(rest.mailboxKind ? { mailboxKind: rest.mailboxKind } : {}),
      ...(user
        ? {
            accountEnabled: user.accountEnabled,
            isSynced: user.isSynced,
            lastPasswordChangeAt: user.lastPasswordChangeAt,
          }
        : {}),
    };
    await updateAccount(tx, opened.account.id, { ...fresh, readAt: now });
    const row = { ...opened, account: { ...opened.account, ...fresh } };

    await ensureSteps(tx, opened.at, REMEDIATION_STEP_IDS, now);
    const tagged = await listTaggedPhish(tx, incidentId);
    const copies = await listCopies(tx, incidentId);
    const artifacts = await listArtifacts(tx, incidentId);
    const targets: Record<RemediationStepId, number> = {
      "revoke-and-lock": 1,
      "retract-phish": tagged.length,
      "disable-persistence": artifacts.filter((a) => a.byAttacker && a.state !== "deleted").length,
      "reset-password": 1,
      "reenable-account": 1,
      "mark-remediated": 1,
    };
    const isNewPhish = tagged.some((phish) => !copies.some((copy) => copy.phishId === phish.id));
    const planned: RemediationPlan["steps"] = [];
    let isChanged = false;
    for (const id of REMEDIATION_STEP_IDS) {
      const authority = authorize(questionOf(row, id));
      const step = stepOf(opened, id);
      const present = step?.state ?? "waiting";
      const next = nextState(id, present, authority, {
        tagged: tagged.length,
        isNewPhish,
        // Over the cap a person decides, however often it is planned again.
        isHeld: present === "awaiting-approval" && step?.authority === "auto",
      });
      isChanged ||= id === "retract-phish" && next === "waiting" && SETTLED.includes(present);
      planned.push({ id, authority: authority.answer, targets: targets[id] });
      await setStep(tx, incidentId, id, {
        authority: authority.answer,
        policyVersion: authority.policyVersion,
        updatedAt: now,
        ...(next === present ? {} : { state: next, reason: reasonOf(next, authority) }),
      });
    }
    if (isChanged) await raisePlanVersion(tx, incidentId, now);
    return { planVersion: opened.incident.planVersion + (isChanged ? 1 : 0), steps: planned };
  });
}

async function readFacts(c: Case) {
  const [user, roles, mailbox] = await Promise.allSettled([
    c.m365.readUser(c.objectId),
    c.m365.readRoles(c.objectId),
    c.m365.readMailboxKind(c.objectId),
  ]);
  const stored = c.account.roles.length > 0 ? c.account.roles : undefined;
  const held = roles.status === "fulfilled" ? roles.value : stored;
  // Roles nobody ever read count as the highest (S44).
  const isGlobalAdmin = held?.includes("Global Administrator") ?? true;
  const enabledAdmins = isGlobalAdmin ? await c.m365.countEnabledGlobalAdmins().catch(() => 0) : undefined;
  return {
    user: user.status === "fulfilled" ? user.value : undefined,
    roles: held,
    mailboxKind: mailbox.status === "fulfilled" ? mailbox.value : undefined,
    isLastGlobalAdmin: enabledAdmins !== undefined && enabledAdmins <= 1,
  };
}

function nextState(
  id: RemediationStepId,
  present: string,
  authority: Authority,
  facts: { tagged: number; isNewPhish: boolean; isHeld: boolean },
) {
  if (facts.isHeld) return keep(present);
  if (id === "retract-phish") {
    if (facts.tagged === 0)
      return present === "waiting" || present === "awaiting-approval" ? "not-applicable" : keep(present);
    if (facts.isNewPhish && SETTLED.includes(present)) return waiting(authority);
  }
  if (present === "waiting" || present === "awaiting-approval") return waiting(authority);
  return keep(present);
}

const waiting = (authority: Authority) =>
  authority.answer === "ask" ? ("awaiting-approval" as const) : ("waiting" as const);
const keep = (present: string) => present as "running";

function reasonOf(next: string, authority: Authority): string | null {
  if (next === "not-applicable") return "No phishing mail is tagged.";
  return next === "awaiting-approval" ? authority.reason : null;
}
