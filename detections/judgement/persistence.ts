import type { ArtifactKind, InventoryItem, PersistenceFinding } from "#domain/incident/analysis.ts";
import type { ArtifactSeed } from "../define-detection.ts";
import type { Seen } from "../world/seen.ts";
import { localPart, type World } from "../world/world.ts";
import type { Weighed } from "./weighed.ts";

/** Actions that end an artifact of a kind, and whether it is gone or only switched off. */
const ENDINGS: Partial<Record<ArtifactKind, [string, PersistenceFinding["state"]][]>> = {
  "inbox-rule": [
    ["inbox-rule.remove", "deleted"],
    ["inbox-rule.disable", "disabled"],
  ],
  "mailbox-forwarding": [["mailbox.forwarding.remove", "deleted"]],
  "mailbox-delegate": [["mailbox.delegate.remove", "deleted"]],
  "transport-rule": [
    ["transport-rule.remove", "deleted"],
    ["transport-rule.disable", "disabled"],
  ],
  "inbound-connector": [["connector.inbound.remove", "deleted"]],
  "outbound-connector": [["connector.outbound.remove", "deleted"]],
  "oauth-grant": [
    ["app.grant.remove", "deleted"],
    ["service-principal.delete", "deleted"],
    ["service-principal.disable", "disabled"],
  ],
  "app-registration": [["app.delete", "deleted"]],
  "service-principal": [
    ["service-principal.delete", "deleted"],
    ["service-principal.disable", "disabled"],
  ],
  "role-assignment": [["role.remove", "deleted"]],
  device: [["device.delete", "deleted"]],
  "mfa-method": [["auth-method.remove", "deleted"]],
};

function names(seen: Seen): (string | undefined)[] {
  const { rule, app, target, params } = seen.event;
  return [
    rule?.name,
    rule?.id,
    app?.name,
    app?.objectId,
    target?.name,
    target?.upn,
    target?.id,
    params.Identity,
    params.Name,
    params.grantee,
  ];
}

function about(seen: Seen, seed: ArtifactSeed): boolean {
  const wanted = [seed.name, seed.objectId].filter((n) => n !== undefined && n !== "").map((n) => n!.toLowerCase());
  const found = names(seen)
    .filter((n) => n !== undefined)
    .map((n) => n!.toLowerCase());
  return wanted.some((w) => found.some((f) => f === w || f.endsWith(`\\${w}`) || f.endsWith(`/${w}`)));
}

function stateLater(
  seed: ArtifactSeed,
  madeAt: number,
  mailbox: string | undefined,
  world: World,
): PersistenceFinding["state"] {
  let state: PersistenceFinding["state"] = "active";
  for (const [action, ending] of ENDINGS[seed.kind] ?? []) {
    for (const seen of world.byAction(action)) {
      if (seen.at < madeAt || seen.event.outcome === "failure") continue;
      const sameMailbox =
        mailbox === undefined ||
        localPart(seen.event.target?.upn ?? seen.event.target?.name ?? seen.account?.ref.upn ?? "") ===
          localPart(mailbox);
      if (
        (seed.kind === "mailbox-forwarding" && sameMailbox) ||
        (about(seen, seed) && (sameMailbox || !/^inbox-rule|^mailbox/.test(seed.kind)))
      )
        state = ending;
    }
  }
  return state;
}

/** Kinds named after a person, whom the log calls by an alias and the inventory by an address. */
const NAMED_AFTER_PERSON = new Set<ArtifactKind>(["mailbox-delegate", "role-assignment"]);

/** Is a live object the artifact that the log tells of? */
export function isSameArtifact(
  item: InventoryItem,
  artifact: Pick<ArtifactSeed, "kind" | "name" | "mailbox" | "objectId">,
): boolean {
  if (item.kind !== artifact.kind) return false;
  if (artifact.objectId && item.objectId.toLowerCase() === artifact.objectId.toLowerCase()) return true;
  if (artifact.mailbox && item.mailbox && localPart(item.mailbox.upn) !== localPart(artifact.mailbox)) return false;
  if (item.name.toLowerCase() === artifact.name.toLowerCase()) return true;
  const bare = [item.name, artifact.name].some((name) => !name.includes("@"));
  return NAMED_AFTER_PERSON.has(item.kind) && bare && localPart(item.name) === localPart(artifact.name);
}

/** What the story's footholds left, each once, with its present state as far as log and inventory tell. */
export function findingsLeftBehind(parts: readonly Weighed[], world: World): PersistenceFinding[] {
  const out = new Map<string, PersistenceFinding>();
  for (const part of parts) {
    for (const seed of part.finding.artifacts ?? []) {
      const key = `${seed.kind}|${seed.mailbox ?? ""}|${seed.name.toLowerCase()}`;
      if (out.has(key)) continue;
      const item = world.inventory.find((i) => isSameArtifact(i, seed));
      const logged = stateLater(seed, part.to, seed.mailbox, world);
      const finding: PersistenceFinding = {
        kind: seed.kind,
        name: seed.name,
        state: item ? (item.enabled ? "active" : "disabled") : logged,
        byAttacker: true,
        why: part.finding.reason,
        effect: seed.effect,
        detail: { ...seed.detail, ...(item?.detail ?? {}) },
      };
      const record = part.finding.events.at(-1)?.ids[0];
      if (record) finding.recordId = record;
      const objectId = item?.objectId ?? seed.objectId;
      if (objectId) finding.objectId = objectId;
      if (seed.mailbox) finding.mailbox = seed.mailbox;
      out.set(key, finding);
    }
  }
  return [...out.values()];
}
