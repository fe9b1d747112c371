import type { IncidentDraft, PersistenceFinding } from "#domain/incident/analysis.ts";
import { SEVERITIES } from "#domain/incident/analysis.ts";

const union = (a: string[], b: string[]): string[] => [...new Set([...a, ...b])];

/** What makes two findings the same object: Microsoft's id, or name and mailbox where none is known. */
export function artifactKey(found: PersistenceFinding): string {
  const mailbox = found.mailbox?.toLowerCase() ?? "";
  return found.objectId ? `${found.kind}|${found.objectId.toLowerCase()}` : `${found.kind}|${mailbox}|${found.name}`;
}

/** What tells an artifact from its neighbours, whether as a finding or as a stored row. */
export type ArtifactIdentity = Pick<PersistenceFinding, "kind" | "name"> & {
  objectId?: string | null | undefined;
  mailbox?: string | null | undefined;
  recordId?: string | null | undefined;
};

/**
 * Do both speak of one object? The log knows it by one id or by none and the live inventory by another; its name, its mailbox
 * and the record of its making tell that it is the same. Made again under its name by another record, it is another one.
 */
export function isSameFinding(a: ArtifactIdentity, b: ArtifactIdentity): boolean {
  if (a.kind !== b.kind) return false;
  if (hasSameId(a, b)) return true;
  const isNamedSo = a.name === b.name && (a.mailbox ?? "").toLowerCase() === (b.mailbox ?? "").toLowerCase();
  const isWithoutId = !a.objectId && !b.objectId;
  return isNamedSo && (isWithoutId || !a.recordId || !b.recordId || a.recordId === b.recordId);
}

const hasSameId = (a: ArtifactIdentity, b: ArtifactIdentity): boolean =>
  a.kind === b.kind && !!a.objectId && !!b.objectId && a.objectId.toLowerCase() === b.objectId.toLowerCase();

/**
 * Which of the known objects each finding is, if any. Those with the same id first, so that two of one name do not take each
 * other's place; by name only where `mayBe` says so.
 */
export function matchFindings<Known extends ArtifactIdentity>(
  known: readonly Known[],
  findings: readonly PersistenceFinding[],
  mayBe: (one: Known, finding: PersistenceFinding) => boolean = () => true,
): Map<PersistenceFinding, Known> {
  const matches = new Map<PersistenceFinding, Known>();
  const claimed = new Set<Known>();
  const byName = (one: Known, finding: PersistenceFinding) => isSameFinding(one, finding) && mayBe(one, finding);
  for (const isSame of [hasSameId, byName]) {
    for (const finding of findings) {
      if (matches.has(finding)) continue;
      const one = known.find((k) => !claimed.has(k) && isSame(k, finding));
      if (!one) continue;
      claimed.add(one);
      matches.set(finding, one);
    }
  }
  return matches;
}

function mergeFindings(
  older: readonly PersistenceFinding[],
  newer: readonly PersistenceFinding[],
): PersistenceFinding[] {
  const matches = matchFindings(older, newer);
  const newerOf = new Map([...matches].map(([finding, one]) => [one, finding]));
  const kept = older.map((one) => {
    const finding = newerOf.get(one);
    const objectId = finding?.objectId ?? one.objectId;
    return finding ? { ...finding, ...(objectId ? { objectId } : {}) } : one;
  });
  return [...kept, ...newer.filter((finding) => !matches.has(finding))];
}

/**
 * A newer view laid over an older one of the same compromise. Evidence only grows: late records may begin it earlier, never
 * make it milder. The newer view's words and plan win.
 */
export function mergeDraft(older: IncidentDraft, newer: IncidentDraft): IncidentDraft {
  const signals = new Map([...older.signals, ...newer.signals].map((s) => [s.dedupKey, s]));
  const phish = new Map([...older.phish, ...newer.phish].map((m) => [m.internetMessageId ?? JSON.stringify(m), m]));
  const severity = Math.max(SEVERITIES.indexOf(older.severity), SEVERITIES.indexOf(newer.severity));
  // A leftover seen at an inventory must not rename a living compromise.
  const words = newer.kind === "leftover-persistence" && older.kind !== "leftover-persistence" ? older : newer;
  return {
    ...words,
    key: older.key,
    severity: SEVERITIES[severity] ?? newer.severity,
    confidence: Math.max(older.confidence, newer.confidence),
    firstAttackerActivity:
      older.firstAttackerActivity < newer.firstAttackerActivity
        ? older.firstAttackerActivity
        : newer.firstAttackerActivity,
    lastAttackerActivity:
      older.lastAttackerActivity > newer.lastAttackerActivity ? older.lastAttackerActivity : newer.lastAttackerActivity,
    detectableAt: older.detectableAt < newer.detectableAt ? older.detectableAt : newer.detectableAt,
    attack: union(older.attack, newer.attack),
    attacker: {
      ips: union(older.attacker.ips, newer.attacker.ips),
      asns: union(older.attacker.asns, newer.attacker.asns),
      userAgents: union(older.attacker.userAgents, newer.attacker.userAgents),
      sessions: union(older.attacker.sessions, newer.attacker.sessions),
      apps: union(older.attacker.apps, newer.attacker.apps),
    },
    signals: [...signals.values()],
    recordIds: union(older.recordIds, newer.recordIds),
    persistence: mergeFindings(older.persistence, newer.persistence),
    phish: [...phish.values()],
  };
}

/** How a closed incident of the account stands to a fresh draft. */
export type Relation = { kind: "same" } | { kind: "new"; reason: string };

/**
 * A remediated or dismissed incident stays closed (D8). The same records again are the same incident; attacker activity
 * after closing is a new one; an artifact found still there at a later inventory is a new leftover.
 */
export function relateToClosed(
  closed: { status: "remediated" | "dismissed"; closedAt: string; draft: IncidentDraft },
  draft: IncidentDraft,
  disabled: readonly ArtifactIdentity[],
  inventoryAt: string | undefined,
): Relation {
  const known = new Set(closed.draft.recordIds);
  const hasNewRecords = draft.recordIds.some((id) => !known.has(id));
  if (hasNewRecords && draft.lastAttackerActivity > closed.closedAt)
    return { kind: "new", reason: `New attacker activity after the incident was ${closed.status}.` };
  if (draft.kind !== "leftover-persistence" || !inventoryAt || inventoryAt <= closed.closedAt) return { kind: "same" };
  const before = closed.draft.persistence;
  const still = draft.persistence.filter((p) => p.state !== "deleted" && before.some((b) => isSameFinding(b, p)));
  if (closed.status === "dismissed") {
    return still.length === draft.persistence.length
      ? { kind: "same" }
      : { kind: "new", reason: "Another artifact was found after the incident was dismissed." };
  }
  const isAsleep = still.some((p) => disabled.some((d) => isSameFinding(d, p)));
  return {
    kind: "new",
    reason: isAsleep
      ? "It keeps coming back because the artifact was disabled, not deleted. Delete it to clear it for good."
      : "An artifact of the earlier incident is still there.",
  };
}
