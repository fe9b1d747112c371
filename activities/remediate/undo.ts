import { type ActionRow, listActions, loadAction, setAction } from "#db/repos/action-ledger.ts";
import { setStep } from "#db/repos/incident.ts";
import { endWatches, listCopies, putCopy, setArtifact, updateIncident } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { UNDO_OF } from "#domain/remediation/plan.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";
import { audit, type Case, inCase, nowOf, type Ordered, openCase, type RemediateDeps } from "./case.ts";
import { guardStep } from "./faults.ts";
import { write } from "./ledger.ts";
import type { StepOutcome } from "./outcome.ts";

/** Brings back what one write changed, from its before-image. A new id at Microsoft is expected (rules, grants). */
export async function undoAction(deps: RemediateDeps, input: Ordered & { actionId: string }): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  const action = await inCase(deps, c, (tx) => loadAction(tx, input.actionId));
  if (!action || action.incidentId !== c.at.incidentId) return { state: "refused", reason: "There is no such action." };
  if (action.state === "undone") return { state: "undone" };
  const refusal = refusalOf(action);
  if (refusal) return { state: "refused", reason: refusal };
  return guardStep(deps, c, action.stepId, () => undo(deps, c, input, action));
}

function refusalOf(action: ActionRow): string | undefined {
  if (action.state !== "accepted" && action.state !== "verified") return "It has not been done.";
  return action.isUndoable ? undefined : "It cannot be undone.";
}

async function undo(deps: RemediateDeps, c: Case, input: Ordered, action: ActionRow): Promise<StepOutcome> {
  const kind = UNDO_OF[action.kind];
  if (!kind) return { state: "refused", reason: "It cannot be undone." };
  if (action.kind === "disable-account")
    // Or the watch would lock again what is being brought back.
    await inCase(deps, c, (tx) => endWatches(tx, c.at.incidentId, ["lock"], "the lock is undone", nowOf(deps)));
  const result = await write(deps, c, {
    step: action.stepId,
    kind,
    targetId: action.targetId,
    targetLabel: action.targetLabel,
    order: input,
    artifactId: action.artifactId ?? undefined,
    image: { ...action.before, ...pick(action.after, "newId", "messageId") },
    extra: `undo-${action.id}`,
  });
  if (result.kind === "stopped" || result.kind === "refused") return { state: "refused", reason: result.reason };
  if (result.kind === "gone")
    return { state: "failed", reason: "It is not there any more and cannot be brought back." };
  await settle(deps, c, input, action, result.action);
  const shut = action.kind === "disable-account" ? await openLadder(deps, c, input) : [];
  return shut.length > 0 ? { state: "undone", reason: shut.join(" ") } : { state: "undone" };
}

/** What kept the lock of a synced account shut, in the order it is opened again. */
const LADDER: readonly ActionKind[] = ["disable-mailbox-protocols", "add-to-block-group"];

/** Opens again what kept a lock shut; answers what could not be opened, in words. */
export async function openLadder(deps: RemediateDeps, c: Case, input: Ordered): Promise<string[]> {
  const actions = await inCase(deps, c, (tx) => listActions(tx, c.at.incidentId));
  const failures: string[] = [];
  for (const action of actions) {
    if (!LADDER.includes(action.kind) || refusalOf(action) !== undefined) continue;
    const outcome = await undo(deps, c, input, action);
    if (outcome.state !== "undone") failures.push(outcome.reason ?? "It was not opened again.");
  }
  return failures;
}

const pick = (image: Record<string, unknown> | null, ...keys: string[]): Record<string, unknown> =>
  Object.fromEntries(keys.flatMap((key) => (image?.[key] === undefined ? [] : [[key, image[key]]])));

async function settle(
  deps: RemediateDeps,
  c: Case,
  input: Ordered,
  action: ActionRow,
  undone: ActionRow,
): Promise<void> {
  const now = nowOf(deps);
  await inCase(deps, c, async (tx) => {
    await setAction(tx, action.id, { state: "undone", undoneAt: now, undoneBy: undone.id });
    await setAction(tx, undone.id, { state: "verified", verifiedAt: now });
    if (action.artifactId) {
      const newId = undone.after?.newId;
      await setArtifact(tx, action.artifactId, {
        state: action.before?.isEnabled === false || action.before?.enabled === false ? "disabled" : "active",
        lastReadAt: now,
        // What a person brings back is wanted: Response does not take it away again.
        ...("name" in input.by ? { byAttacker: false, why: `${input.by.name} brought it back.` } : {}),
        ...(typeof newId === "string" ? { objectId: newId } : {}),
      });
    }
    if (action.kind === "move-message") await noteRestored(tx, c, action, undone, now);
    if (action.kind === "disable-account") {
      const reason = "The lock was undone.";
      await setStep(tx, c.at.incidentId, action.stepId, { state: "undone", reason, verifiedAt: null, updatedAt: now });
      await updateIncident(tx, c.at.incidentId, { notContained: true, notContainedReason: reason, updatedAt: now });
    }
    const detail = { kind: action.kind, target: action.targetLabel };
    await audit(tx, c, { at: now, actor: input.by, action: "action.undone", object: action.id, detail });
  });
}

async function noteRestored(tx: ScopedTx, c: Case, action: ActionRow, undone: ActionRow, now: string): Promise<void> {
  const [mailbox] = action.targetId.split("/", 1);
  const copy = (await listCopies(tx, c.at.incidentId, mailbox)).find(
    (row) => `${row.mailboxObjectId}/${row.messageId}` === action.targetId,
  );
  if (!copy) return;
  const newId = undone.after?.newId;
  const movedMessageId = typeof newId === "string" ? newId : copy.movedMessageId;
  await putCopy(tx, { ...copy, state: "restored", movedMessageId, updatedAt: now });
}

/** Every write that can be brought back, newest first: what was done last is undone first. */
const undoneByDismissal = (actions: ActionRow[]): ActionRow[] =>
  actions.filter((action) => refusalOf(action) === undefined).reverse();

/**
 * False alarm: everything Petra changed goes back to what it was, in one go, and the incident is dismissed. Where something
 * cannot be brought back the incident stays open and says so.
 */
export async function dismissIncident(deps: RemediateDeps, input: Ordered & { reason: string }): Promise<StepOutcome> {
  const c = await openCase(deps, input);
  if (c.incident.status === "dismissed") return { state: "undone" };
  if (c.incident.status === "remediated")
    return { state: "refused", reason: "A remediated incident stays as the record and cannot be dismissed." };
  if (input.reason.trim() === "") return { state: "refused", reason: "Say in words why it is no compromise." };
  return guardStep(deps, c, "revoke-and-lock", async () => {
    await inCase(deps, c, (tx) =>
      endWatches(tx, c.at.incidentId, ["lock", "verify", "second-sweep", "password"], "dismissed", nowOf(deps)),
    );
    const actions = await inCase(deps, c, (tx) => listActions(tx, c.at.incidentId));
    const failures: string[] = [];
    for (const action of undoneByDismissal(actions)) {
      const outcome = await undo(deps, c, input, action);
      if (outcome.state !== "undone") failures.push(`${action.targetLabel}: ${outcome.reason ?? "not brought back"}`);
    }
    if (failures.length > 0) return { state: "failed", reason: `Not brought back: ${failures.join(". ")}` };
    return settleDismissed(deps, c, input, actions);
  });
}

const LASTING: readonly ActionKind[] = [
  "revoke-sessions",
  "set-password",
  "reset-by-writeback",
  "delete-mfa-method",
  "remove-connector",
];

async function settleDismissed(
  deps: RemediateDeps,
  c: Case,
  input: Ordered & { reason: string },
  actions: ActionRow[],
): Promise<StepOutcome> {
  const now = nowOf(deps);
  const lasting = [...new Set(actions.filter((a) => a.acceptedAt && LASTING.includes(a.kind)).map((a) => a.kind))];
  await inCase(deps, c, async (tx) => {
    for (const step of c.steps) {
      if (step.state === "waiting" || step.state === "not-applicable") continue;
      await setStep(tx, c.at.incidentId, step.stepId, { state: "undone", reason: input.reason, updatedAt: now });
    }
    await updateIncident(tx, c.at.incidentId, {
      status: "dismissed",
      dismissedAt: now,
      dismissedReason: input.reason,
      notContained: false,
      notContainedReason: null,
      updatedAt: now,
    });
    const detail = { reason: input.reason, ...(lasting.length > 0 ? { lasting } : {}) };
    await audit(tx, c, { at: now, actor: input.by, action: "incident.dismissed", detail });
  });
  return { state: "undone", reason: input.reason };
}
