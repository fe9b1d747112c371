import { M365Fault } from "#activities/clients/m365/m365.ts";
import { loadIncidentState, setStep } from "#db/repos/incident.ts";
import { endWatches, listWatches, putWatch, updateIncident } from "#db/repos/remediate.ts";
import { openThings } from "#domain/incident/order.ts";
import { audit, type Case, inCase, nowOf, type Ordered, openCase, type RemediateDeps } from "./case.ts";
import { guardStep } from "./faults.ts";
import { later } from "./lock.ts";
import type { StepOutcome } from "./outcome.ts";
import { sweepCase } from "./sweep.ts";

const STEP = "mark-remediated";
const WATCHED_FOR_SECONDS = 72 * 3600;
const WATCHED_EVERY_SECONDS = 3600;

/**
 * Step 6: everything is read once more, and what is not green needs a reason in words (D3). Then the same artifacts are
 * watched for 72 hours. The incident stays in the list as the record (R68).
 */
export async function closeIncident(
  deps: RemediateDeps,
  input: Ordered & { reasons: Record<string, string> },
): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  return guardStep(deps, c, STEP, async () => {
    if (c.incident.status === "remediated") return { state: "verified" };
    if (c.incident.status === "dismissed") return { state: "refused", reason: "The incident was dismissed." };
    const blind = await readAgain(deps, c);
    const state = await inCase(deps, c, (tx) => loadIncidentState(tx, c.at.incidentId));
    if (!state) return { state: "refused", reason: "The incident is not there." };
    const given = (key: string) => (input.reasons[key] ?? "").trim() !== "";
    const missing = openThings(state).find((thing) => !thing.answeredBy.some(given));
    if (missing) return { state: "refused", reason: `Say in words why it closes although: ${missing.text}` };
    return settle(deps, c, input, blind);
  });
}

/** A tenant that cannot be read any more can still be closed, and the record says what was not seen. */
async function readAgain(deps: RemediateDeps, c: Case): Promise<string[]> {
  try {
    return (await sweepCase(deps, c)).blind;
  } catch (error) {
    if (!(error instanceof M365Fault) || error.faultClass === "retry") throw error;
    return [error.message];
  }
}

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered & { reasons: Record<string, string> },
  blind: string[],
): Promise<StepOutcome> {
  const now = nowOf(deps);
  const { incidentId } = c.at;
  const notSeen = blind.map((part) => `Not visible at closing: ${part}`);
  const reason = [...Object.values(input.reasons).filter((text) => text.trim() !== ""), ...notSeen].join(" · ");
  await inCase(deps, c, async (tx) => {
    await setStep(tx, incidentId, STEP, {
      state: "verified",
      actor: input.by,
      askedAt: now,
      acceptedAt: now,
      verifiedAt: now,
      doneAt: now,
      reason: reason === "" ? null : reason,
      updatedAt: now,
    });
    await updateIncident(tx, incidentId, {
      status: "remediated",
      remediatedAt: now,
      remediatedBy: input.by,
      updatedAt: now,
    });
    const seen = (await listWatches(tx, incidentId)).find((watch) => watch.kind === "second-sweep")?.target.seen ?? [];
    await endWatches(tx, incidentId, ["lock", "verify", "second-sweep", "password"], "closed", now);
    await putWatch(tx, {
      ...c.at,
      kind: "after-close",
      target: { seen },
      dueAt: later(now, WATCHED_EVERY_SECONDS),
      until: later(now, WATCHED_FOR_SECONDS),
      everySeconds: WATCHED_EVERY_SECONDS,
      state: "watching",
    });
    const detail = { reasons: input.reasons, ...(blind.length > 0 ? { blind } : {}) };
    await audit(tx, c, { at: now, actor: input.by, action: "incident.remediated", detail });
  });
  return { state: "verified", ...(reason === "" ? {} : { reason }) };
}
