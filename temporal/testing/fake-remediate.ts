import type { RemediatePort, StepOutcome } from "#activities/incident/remediate-port.ts";
import type { Db } from "#db/client.ts";
import { loadIncidentBrief, setStep } from "#db/repos/incident.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import { updateIncident } from "#db/repos/remediate.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { AuthorityAnswer, RemediationStepId, StepState } from "#domain/remediation/steps.ts";

type At = { tenantId: string; incidentId: string };
export type FakeRemediate = RemediatePort & {
  /** Every call that would write to Microsoft, in order, as "what incident by". */
  effects: string[];
  /** What planning answers for the three automatic steps; default auto. */
  authority: AuthorityAnswer;
  /** How many read-backs of the lock see nothing yet. */
  lag: number;
  /** Waits before the lock answers, ms. */
  lockTakesMs: number;
  locksBegun: number;
};

/** A remediate room without Microsoft behind it: keeps the rows as the real one does, and a list of what it was told to do. */
export function fakeRemediate(db: Db): FakeRemediate {
  const now = () => new Date().toISOString();
  const inScope = async <T>(at: At, fn: Parameters<typeof withWorkerScope<T>>[2]): Promise<T> =>
    withWorkerScope(db, { orgId: (await orgOfTenant(db, at.tenantId)) ?? "", tenantId: at.tenantId }, fn);
  const settle = async (at: At, step: RemediationStepId, state: StepState): Promise<StepOutcome> => {
    await inScope(at, (tx) => setStep(tx, at.incidentId, step, { state, updatedAt: now() }));
    return { state };
  };
  const act = async (at: At & { by: { kind: string } }, what: string, step: RemediationStepId, state: StepState) => {
    fake.effects.push(`${what} ${at.incidentId} by ${at.by.kind}`);
    return settle(at, step, state);
  };
  const close = (at: At, values: Parameters<typeof updateIncident>[2]) =>
    inScope(at, (tx) => updateIncident(tx, at.incidentId, values));
  const fake: FakeRemediate = {
    effects: [],
    authority: "auto",
    lag: 0,
    lockTakesMs: 0,
    locksBegun: 0,
    planRemediation: (at) =>
      inScope(at, async (tx) => {
        const ids = ["revoke-and-lock", "retract-phish", "disable-persistence"] as const;
        for (const id of ids) await setStep(tx, at.incidentId, id, { authority: fake.authority, updatedAt: now() });
        return { planVersion: 1, steps: ids.map((id) => ({ id, authority: fake.authority, targets: 1 })) };
      }),
    lockAtOnce: async (input) => {
      const brief = await inScope(input, (tx) => loadIncidentBrief(tx, input.incidentId));
      if (brief?.status !== "open" || !brief.isPublished || !brief.responseActs || !brief.responseEnabled)
        return undefined;
      const { state, by } = brief.steps["revoke-and-lock"];
      const isBeginnable = state === "waiting" || (state === "running" && by === "response");
      return isBeginnable && fake.authority === "auto" ? fake.lockAccount(input) : undefined;
    },
    lockAccount: async (input) => {
      fake.locksBegun += 1;
      if (fake.lockTakesMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.lockTakesMs));
      return act(input, "lock", "revoke-and-lock", "accepted");
    },
    verifyLock: async (at) => {
      if (fake.lag-- > 0) return { state: "accepted", again: { inSeconds: 1 } };
      await close(at, { containedAt: now(), updatedAt: now() });
      return settle(at, "revoke-and-lock", "verified");
    },
    retractPhish: (input) => act(input, "retract", "retract-phish", "verified"),
    disablePersistence: (input) => act(input, "disable", "disable-persistence", "verified"),
    resetPassword: async (input) => {
      await close(input, { passwordProof: "set-by-petra", updatedAt: now() });
      return act(input, "reset", "reset-password", "verified");
    },
    verifyPassword: (at) => settle(at, "reset-password", "verified"),
    reenableAccount: (input) => act(input, "reenable", "reenable-account", "verified"),
    closeIncident: async (input) => {
      await close(input, { status: "remediated", remediatedAt: now(), remediatedBy: input.by, updatedAt: now() });
      return act(input, "close", "mark-remediated", "verified");
    },
    dismissIncident: async (input) => {
      await close(input, { status: "dismissed", dismissedAt: now(), dismissedReason: input.reason, updatedAt: now() });
      return { state: "verified" };
    },
    undoAction: async (input) => {
      fake.effects.push(`undo ${input.incidentId} by ${input.by.kind}`);
      return { state: "undone" };
    },
    attestPassword: (input) => act(input, "attest", "reset-password", "verified"),
  };
  return fake;
}
