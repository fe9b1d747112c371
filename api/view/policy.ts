import type { QuestionRow } from "#db/repos/approval.ts";
import { findKillSwitch, findPolicy, listExceptions, listPolicies } from "#db/repos/policy.ts";
import { findOrg, listOverridden, listTenantNames } from "#db/repos/portal-policy.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { may, type Viewer } from "#domain/access/may.ts";
import type { StepDecision } from "#domain/policy/decision.ts";
import { applyOverride, DEFAULT_POLICY } from "#domain/policy/document.ts";
import { policyVersionOf } from "#domain/remediation/authorize.ts";
import type { DecisionView, PolicyView, QuestionView } from "#domain/view/policy.ts";
import { actorFor } from "./actor.ts";

export const decisionView = (decision: StepDecision): DecisionView => ({
  answer: decision.answer,
  cause: decision.cause,
  reason: decision.reason,
  policyVersion: decision.policyVersion,
  decidedAt: decision.decidedAt,
  would: decision.would,
  dueAt: decision.dueAt,
  otherwise: decision.otherwise,
  escalatedAt: decision.escalatedAt,
});

export const questionView = (viewer: Viewer, row: QuestionRow): QuestionView => ({
  id: row.id,
  question: row.question,
  by: actorFor(viewer, row.by),
  askedAt: row.askedAt,
  answer: row.answer,
  answeredBy: row.answeredBy && actorFor(viewer, row.answeredBy),
  answeredAt: row.answeredAt,
});

/** The policy of an organization (tenantId null) or of one of its tenants, with all that is said about it on its page. */
export async function loadPolicyView(
  tx: ScopedTx,
  viewer: Viewer,
  at: { orgId: string; tenantId: string | null },
  now: string,
): Promise<PolicyView | undefined> {
  const org = await findOrg(tx, at.orgId);
  const tenants = await listTenantNames(tx, at.orgId);
  const tenant = at.tenantId === null ? null : tenants.find((one) => one.id === at.tenantId);
  if (!org || tenant === undefined) return undefined;
  const ofOrg = await findPolicy(tx, { orgId: at.orgId, tenantId: null });
  const row = tenant ? await findPolicy(tx, at) : ofOrg;
  const overOrg = ofOrg ? applyOverride(DEFAULT_POLICY, ofOrg.document) : DEFAULT_POLICY;
  const inherited = tenant ? overOrg : DEFAULT_POLICY;
  const killSwitch = await findKillSwitch(tx, at.orgId, at.tenantId);
  const nameOf = (id: string) => tenants.find((one) => one.id === id);
  const can = (capability: Parameters<typeof may>[1]) => may(viewer, capability).ok;
  return {
    org,
    tenant,
    policyVersion: policyVersionOf(ofOrg?.version ?? null, tenant ? (row?.version ?? null) : null),
    document: row ? applyOverride(inherited, row.document) : inherited,
    inherited,
    version: row?.version ?? 0,
    override: row?.document ?? {},
    history: (await listPolicies(tx, at)).map(({ version, by, reason, createdAt }) => ({
      version,
      by,
      reason,
      at: createdAt,
    })),
    overrides: (await listOverridden(tx, at.orgId)).flatMap(({ tenantId, version }) => {
      const found = nameOf(tenantId);
      return found ? [{ tenant: found, version }] : [];
    }),
    tenants,
    killSwitch: killSwitch
      ? { isOn: killSwitch.isOn, by: killSwitch.by, at: killSwitch.at, reason: killSwitch.reason }
      : null,
    exceptions: (await listExceptions(tx, at.orgId, now, at.tenantId ?? undefined)).flatMap((one) => {
      const found = nameOf(one.tenantId);
      if (!found) return [];
      const { id, kind, countries, addresses, startsAt, endsAt, reason, by } = one;
      const account = { objectId: one.accountObjectId, name: one.accountName };
      return [{ id, tenant: found, kind, account, countries, addresses, startsAt, endsAt, reason, by }];
    }),
    may: {
      change: can("policy.manage"),
      except: can("policy.except"),
      stop: can("policy.stop"),
      release: can("policy.manage"),
    },
  };
}
