import { queueIncidentMessages } from "#activities/notify/queue.ts";
import { type AccountRecord, findAccountByName, resolveAccounts } from "#db/repos/account.ts";
import {
  bumpPlan,
  closedAt,
  growIncident,
  holdJudgement,
  type IncidentRecord,
  listDisabledRules,
  listIncidentsOf,
  openIncident,
  type RecordClock,
  writeEvidence,
  writeRows,
} from "#db/repos/detection.ts";
import type { StoredEvent } from "#db/repos/ingest.ts";
import { writeAudit } from "#db/repos/order.ts";
import { ensureSteps, loadCase } from "#db/repos/remediate.ts";
import { type SideFindings, writeSideFindings } from "#db/repos/side-findings.ts";
import { findTenant, type TenantRecord } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { Analysis, Attribution, IncidentDraft } from "#domain/incident/analysis.ts";
import { relateToClosed } from "#domain/incident/merge.ts";
import { REMEDIATION_STEP_IDS } from "#domain/remediation/steps.ts";
import { describeFailedAttacks } from "./failed-attacks.ts";
import type { DetectDeps } from "./run-detections.ts";
import { uncommonActivity } from "./uncommon.ts";

type Owner = { orgId: string; tenantId: string };
type Input = {
  deps: DetectDeps;
  owner: Owner;
  stored: StoredEvent[];
  analysis: Analysis;
  since: string;
  /** Were all events of the time judged, or only those of the accounts concerned? */
  isWhole: boolean;
  asOf: string;
  now: string;
  hasInventory: boolean;
};
export type Carried = {
  incidentId: string;
  accountKey: number;
  isNew: boolean;
  hasGrown: boolean;
  /** Response was to act on it and nobody has locked the account yet. */
  isUnanswered: boolean;
  lockAtOnce?: (at: At) => Promise<unknown>;
};
type At = { tenantId: string; incidentId: string };

/** Carries one judgement into the incidents: opens, grows and links them. A lock waits for nothing more than this. */
export async function carryIncidents(tx: ScopedTx, input: Input): Promise<Carried[]> {
  const { owner, analysis, stored } = input;
  await holdJudgement(tx, owner.tenantId);
  const tenant = await findTenant(tx, owner.tenantId);
  if (!tenant) return [];
  const clocks = new Map<string, RecordClock>(
    stored.map((s) => [s.event.recordId, { availableAt: s.availableAt, ingestedAt: s.ingestedAt }]),
  );
  const carried: Carried[] = [];
  for (const draft of analysis.incidents) {
    const account = await accountOf(tx, owner, draft, input.now);
    const outcome = await carryDraft(tx, { ...input, tenant, account, draft, clocks });
    if (outcome) carried.push({ ...outcome, accountKey: account.key });
  }
  return carried;
}

/** The rest of a judgement: whose each row of the incidents' accounts was, failed attacks and notable events. */
export async function carryFindings(tx: ScopedTx, input: Input, carried: readonly Carried[]): Promise<void> {
  const { owner, analysis, stored } = input;
  await holdJudgement(tx, owner.tenantId);
  const rowsOf = groupRows(stored, analysis.attribution);
  for (const { incidentId, accountKey } of carried)
    await writeRows(tx, owner, incidentId, rowsOf.get(accountKey) ?? []);
  await writeSideFindings(tx, owner, input, await sideFindings(tx, input));
}

async function accountOf(tx: ScopedTx, owner: Owner, draft: IncidentDraft, now: string): Promise<AccountRecord> {
  const known = await findAccountByName(tx, owner.tenantId, draft.account);
  if (known) return known;
  const [made] = await resolveAccounts(tx, owner, [draft.account], now);
  if (!made) throw new Error("The account was not stored");
  return made;
}

type Carry = Input & {
  tenant: TenantRecord;
  account: AccountRecord;
  draft: IncidentDraft;
  clocks: Map<string, RecordClock>;
};

async function carryDraft(tx: ScopedTx, carry: Carry): Promise<Omit<Carried, "accountKey"> | undefined> {
  const { owner, account, draft, now } = carry;
  const earlier = await listIncidentsOf(tx, owner.tenantId, account.id);
  const open = earlier.find((i) => i.status === "open");
  if (open) return grow(tx, carry, open);
  const relation = await relationTo(tx, carry, earlier);
  if (relation === "same") return undefined;
  const id = crypto.randomUUID();
  const lock = carry.tenant.responseEnabled ? carry.deps.prepareLock?.({ ...carry, incidentId: id }) : undefined;
  const made = await openIncident(tx, owner, draft, {
    id,
    accountId: account.id,
    responseEnabled: carry.tenant.responseEnabled,
    responseWorkflowId: carry.deps.workflowIdOf(owner.tenantId, id),
    clock: decisiveClock(carry),
    ...(relation ? { linked: relation } : {}),
    now,
  });
  if (!made) return undefined;
  // One after the other on the connection, without waiting for each answer: a lock waits for all of it.
  const [steps] = await Promise.all([
    ensureSteps(tx, { ...owner, incidentId: made.id }, REMEDIATION_STEP_IDS, now),
    writeEvidence(tx, owner, made.id, draft, { ...evidenceContext(carry), isNew: true }),
    writeAudit(tx, {
      ...owner,
      incidentId: made.id,
      at: now,
      actor: { kind: "system", room: "detect" },
      action: "incident.open",
      detail: { kind: draft.kind, severity: draft.severity, confidence: draft.confidence, number: made.number },
    }),
    queueIncidentMessages(tx, {
      owner,
      tenantName: carry.tenant.name,
      incident: made,
      upn: account.upn,
      responseEnabled: carry.tenant.responseEnabled,
      publicUrl: carry.deps.publicUrl,
      now,
    }),
  ]);
  const opened = { incidentId: made.id, isNew: true, hasGrown: false, isUnanswered: made.responseActs };
  const rows = { incident: made, account, tenant: carry.tenant, steps };
  return lock ? { ...opened, lockAtOnce: (at) => lock(at, rows) } : opened;
}

const evidenceContext = ({ clocks, account, now }: Carry) => ({
  clocks,
  mailboxObjectId: (mailbox: string) =>
    mailbox.toLowerCase() === account.upn.toLowerCase() ? (account.objectId ?? undefined) : undefined,
  now,
});

async function grow(tx: ScopedTx, carry: Carry, open: IncidentRecord) {
  const { owner, draft, now } = carry;
  const known = new Set(open.draft.recordIds);
  const hasNewRecords = draft.recordIds.some((id) => !known.has(id));
  const { newTargets } = await writeEvidence(tx, owner, open.id, draft, evidenceContext(carry));
  if (newTargets > 0) await bumpPlan(tx, open.id);
  if (hasNewRecords || newTargets > 0) {
    await growIncident(tx, open, draft, now);
    await writeAudit(tx, {
      ...owner,
      incidentId: open.id,
      at: now,
      actor: { kind: "system", room: "detect" },
      action: "incident.grow",
      detail: { records: draft.recordIds.length, newTargets },
    });
  }
  // Who opened it may have died before its workflow was rung.
  const isUnanswered = open.responseActs && open.lockAcceptedAt === null;
  const grown = { incidentId: open.id, isNew: false, hasGrown: newTargets > 0, isUnanswered };
  const rows = isUnanswered && carry.deps.prepareLock && (await loadCase(tx, open.id));
  if (!rows) return grown;
  const { state } = rows.steps.find((step) => step.stepId === "revoke-and-lock") ?? { state: "waiting" };
  // The first page of an attack may leave doubt which the next one takes away. What only waits, Microsoft is not asked about.
  const isAsking = state !== "awaiting-approval" || hasNewRecords;
  const lock = isAsking ? carry.deps.prepareLock?.({ ...carry, incidentId: open.id }) : undefined;
  return lock ? { ...grown, lockAtOnce: (at: At) => lock(at, rows) } : grown;
}

/** "same" = nothing new; otherwise the closed incident to link to, if there is one (D8). */
async function relationTo(
  tx: ScopedTx,
  carry: Carry,
  earlier: IncidentRecord[],
): Promise<"same" | { id: string; reason: string } | undefined> {
  const disabled = await listDisabledRules(
    tx,
    earlier.map((i) => i.id),
    carry.now,
  );
  let link: { id: string; reason: string } | undefined;
  for (const incident of earlier) {
    const closed = closedAt(incident);
    if (!closed || incident.status === "open") continue;
    const answer = relateToClosed(
      { status: incident.status, closedAt: closed, draft: incident.draft },
      carry.draft,
      disabled,
      carry.hasInventory ? carry.asOf : undefined,
    );
    if (answer.kind === "same") return "same";
    link ??= { id: incident.id, reason: answer.reason };
  }
  return link;
}

/** The clock of the last record needed to raise it (D12). */
function decisiveClock({ draft, stored }: Carry): RecordClock | undefined {
  const cited = new Set(draft.recordIds);
  const needed = stored.filter((s) => cited.has(s.event.recordId) && s.event.occurredAt <= draft.detectableAt);
  return needed.reduce<RecordClock | undefined>(
    (latest, s) => (!latest || s.ingestedAt >= latest.ingestedAt ? s : latest),
    undefined,
  );
}

function groupRows(stored: StoredEvent[], attribution: Attribution[]): Map<number, Attribution[]> {
  const accountOfRecord = new Map(stored.map((s) => [s.event.recordId, s.accountKey]));
  const rows = new Map<number, Map<string, Attribution>>();
  for (const row of attribution) {
    const key = accountOfRecord.get(row.recordId);
    if (key === null || key === undefined) continue;
    const ofAccount = rows.get(key) ?? new Map<string, Attribution>();
    ofAccount.set(row.recordId, row);
    rows.set(key, ofAccount);
  }
  return new Map([...rows].map(([key, ofAccount]) => [key, [...ofAccount.values()]]));
}

async function sideFindings(tx: ScopedTx, { owner, analysis, stored, deps }: Input): Promise<SideFindings> {
  const rows: SideFindings["notables"] = [];
  for (const { account, ...found } of uncommonActivity({ stored, analysis, factsOf: deps.factsOf })) {
    const known = await findAccountByName(tx, owner.tenantId, account);
    rows.push({ ...owner, accountId: known?.id ?? null, ...found });
  }
  const failed = describeFailedAttacks(analysis.failedAttacks, stored, deps.factsOf);
  return { failedAttacks: failed.map((attack) => ({ ...owner, ...attack })), notables: rows };
}
