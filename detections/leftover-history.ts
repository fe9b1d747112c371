import type { ArtifactKind, InventoryItem } from "#domain/incident/analysis.ts";
import { JUDGEMENT } from "./weights.ts";
import { type Account, HOUR, isSuccess, type Seen } from "./world/seen.ts";
import { localPart, type World } from "./world/world.ts";

/** Which records tell of the making of an object. */
const MADE_BY: Partial<Record<ArtifactKind, readonly string[]>> = {
  "inbox-rule": ["inbox-rule.create", "inbox-rule.update", "inbox-rule.enable"],
  "mailbox-forwarding": ["mailbox.forwarding.set"],
  "mailbox-delegate": ["mailbox.delegate.add", "mailbox.folder-permission.add"],
  "transport-rule": ["transport-rule.create", "transport-rule.update", "transport-rule.enable"],
  "inbound-connector": ["connector.inbound.create", "connector.inbound.update"],
  "outbound-connector": ["connector.outbound.create", "connector.outbound.update"],
  "oauth-grant": ["app.consent", "app.grant.delegated"],
  "service-principal": ["service-principal.create", "app.consent", "app.grant.role"],
  "app-registration": ["app.credential.add", "app.create"],
  "role-assignment": ["role.add", "role.eligible.add"],
  device: ["device.register", "device.owner.add", "device.user.add"],
  "mfa-method": ["auth-method.add", "auth-method.temporary-pass"],
};

/** Kinds whose record and object need not share a name: what was made within minutes of each other is one thing. */
const BY_TIME = new Set<ArtifactKind>(["device", "mfa-method"]);
const SAME_TIME = 10 * 60_000;

export type Making = {
  /** The record that tells of it; undefined when only the object's own date is known. */
  record?: Seen;
  account: Account;
  at: number;
  /** `strange`: from a place the account was not at home in; `home`: from one it was; `silent`: nothing tells. */
  place: "strange" | "home" | "silent";
  why: string;
};

function names(seen: Seen): string[] {
  const { rule, app, target, params } = seen.event;
  const all = [
    rule?.name,
    rule?.id,
    app?.name,
    app?.appId,
    app?.objectId,
    target?.name,
    target?.upn,
    target?.id,
    params.Name,
    params.Identity,
    params.grantee,
    params["Device.DisplayName"],
    params["Device.ObjectID"],
  ];
  return all.filter((n) => n !== undefined && n !== "").map((n) => n!.toLowerCase());
}

function isAbout(seen: Seen, item: InventoryItem): boolean {
  const wanted = [item.name, item.objectId, item.detail.appId, item.detail.trustee]
    .filter((n) => n !== undefined && n !== "")
    .map((n) => n!.toLowerCase());
  const found = names(seen);
  return wanted.some((w) => found.some((f) => f === w || f.endsWith(`\\${w}`) || f.endsWith(`/${w}`)));
}

function inMailbox(seen: Seen, item: InventoryItem): boolean {
  if (!item.mailbox) return true;
  const box = seen.event.target?.upn ?? seen.event.target?.name ?? seen.account?.ref.upn ?? "";
  const own = localPart(item.mailbox.upn);
  return localPart(box) === own || localPart(seen.account?.ref.upn ?? "") === own;
}

function isStrange(seen: Seen): boolean {
  return (
    seen.place.standing === "new" && !seen.place.trustedDevice && seen.place.strangeness >= JUDGEMENT.suspiciousAccess
  );
}

/** Who was last seen in the account up to an hour before. */
function before(account: Account, at: number): Seen | undefined {
  let last: Seen | undefined;
  for (const seen of account.events) {
    if (seen.at > at) break;
    if (at - seen.at <= HOUR && seen.place.standing !== "silent" && seen.event.outcome !== "failure") last = seen;
  }
  return last;
}

function placeOf(account: Account, seen: Seen | undefined, at: number): Pick<Making, "place" | "why"> {
  const telling = seen && seen.place.standing !== "silent" ? seen : before(account, at);
  if (!telling) return { place: "silent", why: "" };
  const from = telling.event.client.ip ?? "an address that is not recorded";
  if (isStrange(telling))
    return { place: "strange", why: `made when ${from} was in the account (${telling.place.notes.join(", ")})` };
  if (telling.place.standing === "new" && !telling.place.trustedDevice) return { place: "silent", why: "" };
  return { place: "home", why: `made from where the account is at home (${from})` };
}

/**
 * How the log tells of the making of a live object: the newest record about it, or for objects that carry a date of
 * their own the account's doings around it. Undefined when it is older than the log.
 */
export function makingOf(item: InventoryItem, world: World): Making | undefined {
  const created = item.createdAt ? Date.parse(item.createdAt) : Number.NaN;
  const makers = world
    .byAction(...(MADE_BY[item.kind] ?? []))
    .filter(
      (seen) =>
        isSuccess(seen) &&
        seen.account !== undefined &&
        inMailbox(seen, item) &&
        (isAbout(seen, item) ||
          item.kind === "mailbox-forwarding" ||
          (BY_TIME.has(item.kind) && Math.abs(seen.at - created) <= SAME_TIME)),
    );
  const record = makers.at(-1);
  if (record?.account)
    return { record, account: record.account, at: record.at, ...placeOf(record.account, record, record.at) };
  const account = world.accountOf(item.mailbox?.objectId ?? item.mailbox?.upn);
  if (!account || Number.isNaN(created)) return undefined;
  const first = account.events[0];
  if (!first || created < first.at) return undefined;
  return { account, at: created, ...placeOf(account, undefined, created) };
}
