import type { ArtifactKind, InventoryItem } from "#domain/incident/analysis.ts";
import type { PlannedArtifact } from "#domain/remediation/plan.ts";

/** Kinds that belong to the account itself: what appears there after the lock was not made by its owner. */
const OF_THE_ACCOUNT: readonly ArtifactKind[] = [
  "inbox-rule",
  "mailbox-forwarding",
  "mailbox-delegate",
  "oauth-grant",
  "mfa-method",
  "device",
];

export type KnownArtifact = PlannedArtifact & {
  /** Seen in an inventory before: its objectId is Microsoft's present one. */
  wasRead: boolean;
  /** Name of the mailbox it lies in, where no id is known. */
  mailbox: string | null;
};

export type SweepInput = {
  artifacts: KnownArtifact[];
  items: InventoryItem[];
  account: { objectId: string; upn: string };
  firstAttackerAt: string;
  lockedAt: string | null;
  /** Keys of everything an earlier sweep saw on the account; undefined = this is the first. */
  seen: string[] | undefined;
  /** Kinds that could not be read this time: nothing is concluded about them. */
  blindKinds: ArtifactKind[];
  /** Names of mailboxes nobody looked into: nothing is concluded about what lies there. */
  unreadMailboxes?: string[];
};

export type ArtifactReading = {
  artifactId: string;
  state: PlannedArtifact["state"];
  objectId?: string;
  mailboxObjectId?: string;
  name?: string;
  detail?: Record<string, string>;
};
export type FoundArtifact = { item: InventoryItem; byAttacker: boolean; why: string };

export const keyOfItem = (item: InventoryItem): string =>
  `${item.kind}:${item.objectId}${item.kind === "mailbox-forwarding" ? `:${item.name}` : ""}`;

/**
 * Lays the live inventory beside what the incident knows: where each artifact stands now, and what appeared on the account
 * since the attack began. After the lock the owner cannot have made it; before that only a record could say, so it is
 * shown and left alone.
 */
export function sweep(input: SweepInput): { readings: ArtifactReading[]; found: FoundArtifact[]; seen: string[] } {
  const claimed = new Set<InventoryItem>();
  const readings: ArtifactReading[] = [];
  // Exact ids first, so that two things of the same name do not take each other's place.
  const matches = new Map<string, InventoryItem>();
  for (const isExact of [true, false]) {
    for (const artifact of input.artifacts) {
      if (matches.has(artifact.id)) continue;
      const item = input.items.find(
        (i) => !claimed.has(i) && (isExact ? sameId(artifact, i) : sameName(artifact, i, input)),
      );
      if (!item) continue;
      claimed.add(item);
      matches.set(artifact.id, item);
    }
  }
  for (const artifact of input.artifacts) {
    if (input.blindKinds.includes(artifact.kind)) continue;
    if (artifact.kind === "internal-phish" || artifact.kind === "mailbox-phish") continue;
    // Roles are no part of the inventory: they are read per person.
    if (artifact.kind === "role-assignment") continue;
    if (input.unreadMailboxes?.some((upn) => same(upn, artifact.mailbox ?? undefined))) continue;
    readings.push(readingOf(artifact, matches.get(artifact.id), input.items, claimed));
  }
  const own = input.items.filter((item) => isOnAccount(item, input.account));
  const unclear = unclearKinds(input.artifacts, readings);
  const found = own.filter((item) => !claimed.has(item)).flatMap((item) => judge(item, input, unclear));
  return { readings, found, seen: own.map(keyOfItem) };
}

function readingOf(
  artifact: KnownArtifact,
  item: InventoryItem | undefined,
  items: InventoryItem[],
  claimed: Set<InventoryItem>,
): ArtifactReading {
  if (item) {
    return {
      artifactId: artifact.id,
      state: item.enabled ? "active" : "disabled",
      objectId: item.objectId,
      ...(item.mailbox?.objectId ? { mailboxObjectId: item.mailbox.objectId } : {}),
      ...(artifact.name === "" ? { name: item.name } : {}),
      detail: item.detail,
    };
  }
  // Never matched, and something of its kind is there that nobody claims: it may be that one.
  const candidates = items.filter((other) => other.kind === artifact.kind && !claimed.has(other));
  const isNameless = ["", "(no name)", artifact.objectId].includes(artifact.name.trim());
  const mayBeThere =
    artifact.kind === "mfa-method" ? candidates.some((other) => !other.createdAt) : isNameless && candidates.length > 0;
  return { artifactId: artifact.id, state: mayBeThere && !artifact.wasRead ? "unknown" : "deleted" };
}

/** Kinds in which an artifact could not be told from its neighbours: those are shown, for a person to choose. */
function unclearKinds(artifacts: KnownArtifact[], readings: ArtifactReading[]): ArtifactKind[] {
  const unknown = readings.filter((reading) => reading.state === "unknown").map((reading) => reading.artifactId);
  return artifacts.filter((artifact) => unknown.includes(artifact.id)).map((artifact) => artifact.kind);
}

function judge(item: InventoryItem, input: SweepInput, unclear: ArtifactKind[]): FoundArtifact[] {
  const isNew = input.seen !== undefined && !input.seen.includes(keyOfItem(item));
  const madeAt = item.createdAt;
  const { lockedAt } = input;
  if ((lockedAt && madeAt && madeAt > lockedAt) || (isNew && lockedAt))
    return [{ item, byAttacker: true, why: "It appeared after the account was locked." }];
  if (madeAt && madeAt >= input.firstAttackerAt)
    return [{ item, byAttacker: false, why: "It appeared during the attack; no record shows who made it." }];
  if (unclear.includes(item.kind) && !madeAt)
    return [{ item, byAttacker: false, why: "It may be the one the log shows; Microsoft gives nothing to tell by." }];
  return [];
}

function isOnAccount(item: InventoryItem, account: SweepInput["account"]): boolean {
  if (!OF_THE_ACCOUNT.includes(item.kind)) return false;
  if (item.kind === "oauth-grant") return item.detail.principalId === account.objectId;
  return item.mailbox?.objectId === account.objectId;
}

function sameId(artifact: KnownArtifact, item: InventoryItem): boolean {
  if (artifact.kind !== item.kind || !artifact.objectId) return false;
  const ids = [item.objectId, item.detail.exchangeId, item.detail.deviceId, item.detail.appId, item.detail.Guid];
  // Audit records name a rule as tenant\mailbox\number.
  const known = [artifact.objectId, artifact.objectId.split("\\").at(-1)];
  if (artifact.kind === "oauth-grant" && artifact.objectId !== item.objectId) return false;
  return ids.some((id) => id !== undefined && id !== "" && known.includes(id));
}

function sameName(artifact: KnownArtifact, item: InventoryItem, { account, firstAttackerAt }: SweepInput): boolean {
  if (artifact.kind !== item.kind) return false;
  if (artifact.wasRead && artifact.kind !== "mailbox-forwarding") return false;
  if (!isSameMailbox(artifact, item, account)) return false;
  switch (artifact.kind) {
    case "mailbox-forwarding":
      return true;
    case "mailbox-delegate":
      return isSameTrustee(artifact.detail.trustee ?? artifact.name, item.detail.trustee);
    case "oauth-grant": {
      const isOwn = item.detail.principalId === undefined || item.detail.principalId === account.objectId;
      const app = artifact.detail.appId ?? artifact.detail.clientId;
      return isOwn && (app ? same(app, item.detail.appId) : same(artifact.name, item.name));
    }
    case "service-principal":
    case "app-registration":
      return artifact.detail.appId ? same(artifact.detail.appId, item.detail.appId) : same(artifact.name, item.name);
    case "mfa-method":
      // Logs name no method: the one added since the attack began is meant, never an older one of the owner's.
      return item.createdAt !== undefined && item.createdAt >= firstAttackerAt;
    default:
      return same(artifact.name, item.name);
  }
}

function isSameMailbox(artifact: KnownArtifact, item: InventoryItem, account: SweepInput["account"]): boolean {
  if (!item.mailbox || artifact.kind === "device") return true;
  if (artifact.mailboxObjectId) return artifact.mailboxObjectId === item.mailbox.objectId;
  return same(artifact.mailbox ?? account.upn, item.mailbox.upn);
}

/** Records name a trustee by alias, Exchange by user principal name. */
function isSameTrustee(recorded: string, read: string | undefined): boolean {
  return same(recorded, read) || (!recorded.includes("@") && same(recorded.split(/[/\\]/).at(-1), read?.split("@")[0]));
}

const ROLE_SYNONYMS: Record<string, string> = {
  "company administrator": "global administrator",
  "exchange service administrator": "exchange administrator",
  "sharepoint service administrator": "sharepoint administrator",
  "teams service administrator": "teams administrator",
};
const roleName = (name: string): string => {
  const low = name.trim().toLowerCase();
  return ROLE_SYNONYMS[low] ?? low;
};

/**
 * Which of the roles an attacker gave are still held, by name; every role counts where the records name none. Logs and
 * directory spell some roles differently.
 */
export function rolesStillHeld(given: string | undefined, held: string[]): string[] {
  const names = (given ?? "").split(";").map(roleName).filter(Boolean);
  return names.length === 0 ? held : held.filter((role) => names.includes(roleName(role)));
}

const same = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();
