import {
  type ArtifactRow,
  addArtifact,
  findObjectIds,
  listArtifacts,
  listWatches,
  putWatch,
  raisePlanVersion,
  setArtifact,
  setWatch,
} from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { ArtifactKind, InventoryItem, PersistenceFinding } from "#domain/incident/analysis.ts";
import { artifactKey } from "#domain/incident/merge.ts";
import {
  type ArtifactReading,
  type FoundArtifact,
  type KnownArtifact,
  rolesStillHeld,
  sweep,
} from "#domain/remediation/persistence.ts";
import { type At, audit, type Case, inCase, nowOf, openCase, type RemediateDeps, SYSTEM } from "./case.ts";
import { later } from "./lock.ts";

export type SweepResult = { found: number; blind: string[] };

/** Names of inventory parts, by the kinds nobody can conclude about while the part is blind. */
const BLIND_KINDS: [string, ArtifactKind[]][] = [
  ["Connectors", ["inbound-connector", "outbound-connector", "transport-rule"]],
  ["Apps", ["oauth-grant", "service-principal", "app-registration"]],
  ["Forwarding", ["mailbox-forwarding"]],
  ["Mailbox", ["inbox-rule", "mailbox-delegate"]],
  ["Sign-in", ["mfa-method", "device"]],
  ["Devices", ["device"]],
];

/** Looks again at everything that can let the attacker back in; new finds raise the plan's version. */
export async function sweepPersistence(deps: RemediateDeps, at: At): Promise<SweepResult> {
  return sweepCase(deps, await openCase(deps, at));
}

export async function sweepCase(deps: RemediateDeps, c: Case): Promise<SweepResult> {
  const { incidentId } = c.at;
  const known = await inCase(deps, c, (tx) => listArtifacts(tx, incidentId));
  const names = known.flatMap((a) => [a.mailbox ?? [], a.kind === "role-assignment" ? a.name : []].flat());
  const ids = await inCase(deps, c, (tx) => findObjectIds(tx, c.at.tenantId, names));
  const elsewhere = known.filter((a) => a.mailbox !== null && a.mailboxObjectId === null);
  const mailboxes = new Set([
    c.objectId,
    ...known.flatMap((a) => a.mailboxObjectId ?? []),
    ...elsewhere.flatMap((a) => ids.get((a.mailbox ?? "").toLowerCase()) ?? []),
  ]);
  const roles = await readRoles(c, known, ids);
  const { items, blind } = await c.m365.inventory({ mailboxes: [...mailboxes] });
  const now = nowOf(deps);
  return inCase(deps, c, async (tx) => {
    const watch = (await listWatches(tx, incidentId)).find((row) => row.kind === "second-sweep");
    const seen = watch?.target.seen as string[] | undefined;
    const present = await listArtifacts(tx, incidentId);
    const result = sweep({
      artifacts: present.map(toKnown),
      items,
      account: { objectId: c.objectId, upn: c.account.upn },
      firstAttackerAt: new Date(c.incident.occurredAt).toISOString(),
      lockedAt: c.incident.lockAcceptedAt && new Date(c.incident.lockAcceptedAt).toISOString(),
      seen,
      unreadMailboxes: elsewhere.flatMap((a) => (a.mailbox && !ids.has(a.mailbox.toLowerCase()) ? a.mailbox : [])),
      blindKinds: BLIND_KINDS.flatMap(([part, kinds]) => (blind.some((b) => b.startsWith(part)) ? kinds : [])),
    });
    const readings = [...result.readings, ...roles];
    for (const { artifactId, detail, ...values } of readings) {
      const row = present.find((a) => a.id === artifactId);
      const merged = detail ? { detail: { ...row?.detail, ...detail } } : {};
      await setArtifact(tx, artifactId, { ...values, ...merged, lastReadAt: now });
    }
    let found = await noteReturned(tx, c, present, readings, now);
    for (const one of result.found) {
      const isNew = await addArtifact(tx, { ...toRow(c, one), createdAt: now, lastReadAt: now });
      if (!isNew) continue;
      found += 1;
      const { item, byAttacker, why } = one;
      const detail = { kind: item.kind, name: item.name, byAttacker, why };
      await audit(tx, c, { at: now, actor: SYSTEM, action: "artifact.found", object: item.name, detail });
    }
    if (found > 0) await raisePlanVersion(tx, incidentId, now);
    const target = { ...watch?.target, seen: [...new Set([...(seen ?? []), ...result.seen])] };
    if (watch) await setWatch(tx, watch.id, { target });
    else
      await putWatch(tx, {
        ...c.at,
        kind: "second-sweep",
        target,
        dueAt: later(now, 120),
        until: later(now, 3600 + 600),
        everySeconds: 600,
        state: "watching",
      });
    return { found, blind };
  });
}

/** Roles the attacker gave, asked of the directory person by person; whom nobody knows stays as he was. */
async function readRoles(c: Case, known: ArtifactRow[], ids: Map<string, string>): Promise<ArtifactReading[]> {
  const readings: ArtifactReading[] = [];
  for (const artifact of known) {
    const principal = ids.get(artifact.name.toLowerCase());
    if (artifact.kind !== "role-assignment" || !principal) continue;
    const held = (await c.m365.listRoleAssignments(principal)).map((role) => role.name);
    const left = rolesStillHeld(artifact.detail.roles, held);
    readings.push({ artifactId: artifact.id, state: left.length > 0 ? "active" : "deleted" });
  }
  return readings;
}

/** What was taken away and acts again was put back by somebody: a target as new as any other. */
async function noteReturned(
  tx: ScopedTx,
  c: Case,
  before: ArtifactRow[],
  readings: ArtifactReading[],
  now: string,
): Promise<number> {
  const returned = before.filter(
    (row) =>
      row.byAttacker &&
      (row.state === "deleted" || row.state === "disabled") &&
      readings.some((reading) => reading.artifactId === row.id && reading.state === "active"),
  );
  for (const row of returned) {
    const detail = { kind: row.kind, name: row.name };
    await audit(tx, c, { at: now, actor: SYSTEM, action: "artifact.returned", object: row.id, detail });
  }
  return returned.length;
}

const toKnown = (row: ArtifactRow): KnownArtifact => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  objectId: row.objectId,
  mailboxObjectId: row.mailboxObjectId,
  mailbox: row.mailbox,
  state: row.state,
  byAttacker: row.byAttacker,
  detail: row.detail,
  wasRead: row.lastReadAt !== null,
});

function toRow(c: Case, { item, byAttacker, why }: FoundArtifact) {
  const finding: PersistenceFinding = {
    kind: item.kind,
    name: item.name,
    objectId: item.objectId,
    state: item.enabled ? "active" : "disabled",
    byAttacker,
    why,
    effect: effectOf(item),
    detail: item.detail,
    ...(item.mailbox ? { mailbox: item.mailbox.upn } : {}),
  };
  return { ...c.at, ...finding, key: artifactKey(finding), mailboxObjectId: item.mailbox?.objectId ?? null };
}

/** One line on what it does. */
function effectOf(item: InventoryItem): string {
  const { detail } = item;
  if (detail.forwardTo) return `Sends mail on to ${detail.forwardTo}.`;
  if (detail.redirectTo) return `Redirects mail to ${detail.redirectTo}.`;
  if (detail.moveToFolder) return `Moves mail to ${detail.moveToFolder}.`;
  if (detail.delete === "true") return "Deletes mail.";
  if (detail.scopes) return `May use: ${detail.scopes}.`;
  if (detail.rights) return `${item.name} holds ${detail.rights}.`;
  return item.kind === "mfa-method" ? "Can confirm sign-ins." : "Can be used to get back in.";
}
