import type { CommandRow } from "#db/repos/commands.ts";
import { commandView } from "#db/repos/commands.ts";
import type { EventRecord } from "#db/repos/portal-events.ts";
import type { IncidentPage } from "#db/repos/portal-incident.ts";
import type { Viewer } from "#domain/access/may.ts";
import { openThings } from "#domain/incident/order.ts";
import type { IncidentState, StepView } from "#domain/incident/state.ts";
import { viewSteps } from "#domain/incident/transitions.ts";
import type {
  ActionView,
  ArtifactView,
  CommandView,
  IncidentCard,
  IncidentView,
  StepPanelItem,
} from "#domain/view/portal.ts";
import { actorFor } from "./actor.ts";
import { auditText } from "./audit.ts";
import { decisionView, questionView } from "./policy.ts";
import { groupRecords, impactOf, inOrder, petraRows } from "./timeline.ts";

const actionView = (row: IncidentPage["actions"][number]): ActionView => ({
  id: row.id,
  stepId: row.stepId,
  kind: row.kind,
  targetLabel: row.targetLabel,
  state: row.state,
  acceptedAt: row.acceptedAt,
  verifiedAt: row.verifiedAt,
  undoneAt: row.undoneAt,
  isUndoable: row.isUndoable && row.undoneAt === null,
  error: row.error,
  requestIds: row.requestIds,
});

function stepItem(viewer: Viewer, page: IncidentPage, view: StepView, index: number): StepPanelItem {
  const row = page.steps.find((step) => step.stepId === view.id);
  return {
    id: view.id,
    number: index + 1,
    label: view.label,
    description: view.description,
    state: view.state,
    authority: row?.authority ?? null,
    decision: row?.decision ? decisionView(row.decision) : null,
    allowed: view.allowed,
    blockedBecause: view.blockedBecause ?? null,
    askedAt: row?.askedAt ?? null,
    acceptedAt: row?.acceptedAt ?? null,
    verifiedAt: row?.verifiedAt ?? null,
    residualUntil: row?.residualUntil ?? null,
    actor: row?.actor ? actorFor(viewer, row.actor) : null,
    reason: row?.reason ?? null,
    progress: row?.progress ?? null,
    actions: page.actions.filter((action) => action.stepId === view.id).map(actionView),
  };
}

type Offers = ArtifactView["offers"];
const NONE: Offers = [];

/** R96: rules can be disabled or deleted, connectors disabled or removed, everything else disabled. */
function offersOf(row: IncidentPage["artifacts"][number]): Offers {
  if (row.state === "deleted") return NONE;
  if (row.kind === "internal-phish" || row.kind === "mailbox-phish") return NONE;
  const removable = row.kind === "inbox-rule" || row.kind === "inbound-connector" || row.kind === "outbound-connector";
  if (row.state === "disabled") return removable ? ["delete"] : NONE;
  return removable ? ["disable", "delete"] : ["disable"];
}

const UNDO: Partial<Record<ArtifactView["kind"], string>> = {
  "inbox-rule": "A deleted rule can be made again from its copy.",
  "mfa-method": "Cannot be undone: the owner registers the method again.",
  "oauth-grant": "The consent can be given again from its copy.",
};

const artifactView = (row: IncidentPage["artifacts"][number]): ArtifactView => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  mailbox: row.mailbox,
  state: row.state,
  byAttacker: row.byAttacker,
  why: row.why,
  effect: row.effect,
  offers: offersOf(row),
  undoNote: UNDO[row.kind] ?? "Can be switched on again.",
});

/** The attack's timeline begins a day before the attacker, so that the owner's own last acts can be compared. */
const BEFORE_ATTACK_MS = 24 * 3_600_000;
export const timelineFrom = (firstAttackerAt: string): string =>
  new Date(Date.parse(firstAttackerAt) - BEFORE_ATTACK_MS).toISOString();

export const commandFor = (viewer: Viewer, row: CommandRow): CommandView => {
  const view = commandView(row);
  return { ...view, actor: actorFor(viewer, view.actor) };
};

/** The whole incident page from rows in the viewer's scope. */
export function incidentView(input: {
  viewer: Viewer;
  card: IncidentCard;
  page: IncidentPage;
  state: IncidentState;
  commands: CommandRow[];
  /** The attacker's records, and the others from `timelineFrom` on, in order of time. */
  records: EventRecord[];
  /** What cannot be seen in the tenant now, beside what the judgement missed. */
  blind: string[];
}): IncidentView {
  const { viewer, card, page, state, commands, records, blind } = input;
  const { incident, account } = page;
  const { draft } = incident;
  const steps = viewSteps(state).map((view, index) => stepItem(viewer, page, view, index));
  const sleeping = page.artifacts.some(
    (row) => row.kind === "inbox-rule" && row.byAttacker && row.state === "disabled",
  );
  return {
    ...card,
    story: incident.story,
    note: incident.note,
    notable: incident.notable && { ...incident.notable, by: actorFor(viewer, incident.notable.by) },
    questions: page.questions.map((row) => questionView(viewer, row)),
    planVersion: incident.planVersion,
    identity: {
      objectId: account.objectId,
      upn: account.upn,
      mail: account.mail,
      displayName: account.displayName,
      jobTitle: account.jobTitle,
      accountEnabled: account.accountEnabled,
      isSynced: account.isSynced,
      isLicensed: account.licenseSkuIds.length > 0,
      roles: account.roles,
      lastPasswordChangeAt: account.lastPasswordChangeAt,
    },
    clock: {
      firstAttackerAt: incident.occurredAt,
      lastAttackerAt: incident.lastAttackerAt,
      detectedAt: incident.detectedAt,
      availableAt: incident.availableAt,
      ingestedAt: incident.ingestedAt,
      lockAcceptedAt: incident.lockAcceptedAt,
      containedAt: incident.containedAt,
      residualUntil: incident.residualUntil,
    },
    notContainedReason: incident.notContainedReason,
    why: { for: draft.for, against: draft.against, notVisible: [...new Set([...draft.notVisible, ...blind])] },
    signals: page.signals.map(({ detection, title, reason, at, recordIds, attack }) => ({
      detection,
      title,
      reason,
      at,
      recordIds,
      attack,
    })),
    attacker: draft.attacker,
    impact: impactOf(records, {
      first: incident.occurredAt,
      last: incident.lastAttackerAt,
      containedAt: incident.containedAt,
    }),
    timeline: inOrder([...groupRecords(records), ...petraRows({ ...incident, steps })]),
    steps,
    artifacts: page.artifacts.map(artifactView),
    phish: page.phish.map((mail) => ({
      id: mail.id,
      internetMessageId: mail.internetMessageId,
      subject: mail.subject,
      sender: mail.sender,
      direction: mail.direction,
      taggedBy: actorFor(viewer, mail.taggedBy),
      taggedAt: mail.taggedAt,
      copies: page.copies
        .filter((copy) => copy.phishId === mail.id)
        .map((copy) => ({ mailbox: copy.mailbox, folder: copy.folder, state: copy.state, error: copy.error })),
    })),
    commands: commands.map((row) => commandFor(viewer, row)),
    audit: page.audit.map((row) => ({
      at: row.at,
      actor: actorFor(viewer, row.actor),
      action: row.action,
      text: auditText(row),
    })),
    notifications: page.notifications,
    password: page.secret
      ? { secretId: page.secret.id, expiresAt: page.secret.expiresAt, forMemberId: page.secret.forMemberId }
      : null,
    linked: page.linked ? { ...page.linked, reason: incident.linkReason ?? "Belongs to the same account." } : null,
    hint: sleeping
      ? "A disabled inbox rule still exists and keeps being flagged. Delete it to clear it for good."
      : null,
    openThings: openThings(state).map(({ key, text }) => ({ key, text })),
  };
}
