import { setTimeout } from "node:timers/promises";
import { ApplicationFailure } from "@temporalio/common";
import { withHeartbeat } from "#activities/heartbeat.ts";
import type { Db } from "#db/client.ts";
import { loadIncidentBrief, loadIncidentState, setStep } from "#db/repos/incident.ts";
import { lockOrder, writeAudit } from "#db/repos/order.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import { givesWayToLocks } from "#db/repos/remediate.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { IncidentBrief, VerifiableStep } from "#domain/incident/brief.ts";
import { mayBegin } from "#domain/incident/transitions.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import { perform } from "./perform.ts";
import type { RemediatePort, StepOutcome } from "./remediate-port.ts";
import { about, settle, takeUp } from "./take-up.ts";
import { createTurns } from "./turns.ts";

export type IncidentDeps = {
  db: Db;
  clock: Clock;
  remediate: RemediatePort;
  /** Fixed id of the incident's workflow, for the actor `response`. */
  workflowIdOf: (tenantId: string, incidentId: string) => string;
  /** Where the portal is, for links in mails. */
  publicUrl: string;
};
export type IncidentActivities = ReturnType<typeof createIncidentActivities>;

type At = { tenantId: string; incidentId: string };
const AUTOMATIC: readonly RemediationStepId[] = ["revoke-and-lock", "retract-phish", "disable-persistence"];
/** Short, because a campaign has more locks than the worker has hands. */
const VERIFY_FOR_MS = 4_000;
/** How often steps that give way to others' locks look whether these are done. */
const GIVE_WAY_LOOK_MS = 2_000;
/** What a person refused, undid or handed back is not begun again without a person. */
const BEGINNABLE = ["waiting", "failed"];
const BEGINNABLE_FOR_MORE = [...BEGINNABLE, "partly", "accepted", "verified"];

/** A failed attempt that is made again after a time. */
const later = (message: string, type: string, nextRetryDelay: number) =>
  ApplicationFailure.create({ message, type, nextRetryDelay });

/** The activities of respondToIncident. Each answers with the brief as it stands afterwards; each may run twice. */
export function createIncidentActivities(deps: IncidentDeps) {
  const turnOf = createTurns();
  const inScope = async <T>(at: At, fn: (tx: ScopedTx, scoped: At & { orgId: string }) => Promise<T>): Promise<T> => {
    const orgId = await orgOfTenant(deps.db, at.tenantId);
    if (!orgId) throw ApplicationFailure.nonRetryable("No such tenant", "NotFound");
    const scoped = { ...at, orgId };
    return withWorkerScope(deps.db, scoped, (tx) => fn(tx, scoped));
  };
  const now = () => deps.clock.now().toISOString();
  const brief = (at: At): Promise<IncidentBrief> => inScope(at, (tx) => readBrief(tx, at.incidentId));
  const byResponse = (at: At) => ({
    kind: "response" as const,
    workflowId: deps.workflowIdOf(at.tenantId, at.incidentId),
  });

  async function runAutomatic(at: At, step: RemediationStepId): Promise<StepOutcome> {
    const ordered = { ...at, by: byResponse(at) };
    if (step === "revoke-and-lock") return deps.remediate.lockAccount(ordered);
    if (step === "retract-phish") return deps.remediate.retractPhish(ordered);
    if (step === "disable-persistence") return deps.remediate.disablePersistence(ordered);
    throw ApplicationFailure.nonRetryable(`${step} is a person's step`, "NotAutomatic");
  }

  /**
   * In a campaign every account is locked before any phish is moved (L10), and what gave way begins in turn. Waits as a
   * failed attempt, which costs neither a hand of the worker nor an event of the history.
   */
  async function giveWayToLocks(at: At): Promise<void> {
    if (await inScope(at, (tx) => givesWayToLocks(tx, at.incidentId, now())))
      throw later("Other accounts are being locked first.", "LocksFirst", GIVE_WAY_LOOK_MS);
  }
  function beginInTurn({ incidentId }: At): void {
    const wait = turnOf(incidentId);
    if (wait > 0) throw later("Steps for other accounts begin first.", "NotYetItsTurn", Math.ceil(wait));
  }

  return {
    /** Locks at once where Response may, then plans: the way from a record to a closed door is one activity long. */
    openResponse: (at: At): Promise<IncidentBrief> =>
      withHeartbeat(async () => {
        await deps.remediate.lockAtOnce({ ...at, by: byResponse(at) });
        const before = await brief(at);
        if (before.status !== "open") return before;
        await deps.remediate.planRemediation(at);
        return brief(at);
      }),

    readIncident: (at: At): Promise<IncidentBrief> => brief(at),

    /**
     * The automatic step that is due and those it makes ready, each after asking once more whether it may begin (D6); `ran`
     * are those that were tried. One activity, so that an ordinary incident's history stays short.
     */
    runAutomaticSteps: ({
      first,
      ...at
    }: At & { first: RemediationStepId }): Promise<{ brief: IncidentBrief; ran: RemediationStepId[] }> =>
      withHeartbeat(async () => {
        const ran: RemediationStepId[] = [];
        let present = await brief(at);
        for (const step of AUTOMATIC.slice(AUTOMATIC.indexOf(first))) {
          if (!present.ready.includes(step)) continue;
          if (step !== "revoke-and-lock") {
            await giveWayToLocks(at);
            if (ran.every((one) => one === "revoke-and-lock")) beginInTurn(at);
          }
          ran.push(step);
          await runAutomatic(at, step);
          present = await brief(at);
        }
        return { brief: present, ran };
      }),

    /** Takes an order up, carries it out and settles it (D15). */
    carryOut: ({ commandId, ...at }: At & { commandId: string }): Promise<IncidentBrief> =>
      withHeartbeat(async () => {
        const order = await inScope(at, (tx, scoped) => takeUp(tx, { ...scoped, commandId }, now()));
        if (order) {
          const orgId = await inScope(at, async (_tx, scoped) => scoped.orgId);
          const end = await perform(deps, { ...at, orgId }, order);
          await inScope(at, (tx, scoped) => settle(tx, { ...scoped, commandId }, order, end, now()));
        }
        return brief(at);
      }),

    /** An order whose carrying out broke down ends as failed, so that people see it and later orders go on. */
    failCommand: ({ commandId, ...at }: At & { commandId: string }): Promise<IncidentBrief> =>
      inScope(at, async (tx, scoped) => {
        const order = await lockOrder(tx, commandId);
        if (order?.state === "running" || order?.state === "sent") {
          const reason = "It could not be carried out in 15 minutes; nothing more is tried.";
          await settle(tx, { ...scoped, commandId }, order, { state: "failed", reason }, now());
        }
        return readBrief(tx, at.incidentId);
      }),

    /** The automatic step that broke down: the one that stands begun, else the one that was to begin. */
    failStep: ({ step: first, ...at }: At & { step: RemediationStepId }): Promise<IncidentBrief> =>
      inScope(at, async (tx, scoped) => {
        const reason = "It could not be carried out; try it by hand.";
        const { steps } = await readBrief(tx, at.incidentId);
        const step = AUTOMATIC.find((id) => steps[id].state === "running" && steps[id].by === "response") ?? first;
        await setStep(tx, at.incidentId, step, { state: "failed", reason, updatedAt: now() });
        await writeAudit(tx, {
          ...about(scoped, now()),
          actor: byResponse(at),
          action: "step.failed",
          detail: { step },
        });
        return readBrief(tx, at.incidentId);
      }),

    /** Reads an accepted step back until Microsoft shows it, for some seconds; then its watch goes on. */
    verifyStep: ({ step, ...at }: At & { step: VerifiableStep }): Promise<IncidentBrief> =>
      withHeartbeat(async () => {
        const read = step === "revoke-and-lock" ? deps.remediate.verifyLock : deps.remediate.verifyPassword;
        const until = performance.now() + VERIFY_FOR_MS;
        for (let outcome = await read(at); outcome.again; outcome = await read(at)) {
          const wait = outcome.again.inSeconds * 1000;
          if (performance.now() + wait > until) break;
          await setTimeout(wait);
        }
        return brief(at);
      }),
  };
}

async function readBrief(tx: ScopedTx, incidentId: string): Promise<IncidentBrief> {
  const [brief, state] = await Promise.all([loadIncidentBrief(tx, incidentId), loadIncidentState(tx, incidentId)]);
  if (!brief || !state) throw ApplicationFailure.nonRetryable("No such incident", "NotFound");
  const acts = brief.isPublished && brief.responseEnabled && brief.responseActs;
  const ready = acts
    ? AUTOMATIC.filter((step) => {
        const { state: current, authority, by } = brief.steps[step];
        if (authority !== "auto") return false;
        // Begun by Response and not settled: an earlier attempt died in the middle, and the ledger knows how far it came.
        if (current === "running" && by === "response") {
          const steps = { ...state.steps, [step]: { state: "waiting" as const } };
          return mayBegin({ ...state, steps }, step).ok;
        }
        const states = step === "revoke-and-lock" ? BEGINNABLE : BEGINNABLE_FOR_MORE;
        return states.includes(current) && mayBegin(state, step).ok;
      })
    : [];
  return { ...brief, ready };
}
