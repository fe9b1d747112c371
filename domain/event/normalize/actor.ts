import type { ActorKind, NormalizedEvent } from "../event.ts";
import { defined, isRaw, list, type Raw, text } from "./raw.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UPN = /^[^\s@|\\/]+@[^\s@|\\/]+\.[^\s@|\\/]+$/;
const SERVICE_NAMES =
  /^(nt authority|nt service|sharepoint\\|microsoft\\|s-1-5-18$|s-1-5-19$|s-1-5-20$|certificate$|system$|not-?found$|not available$|threatintel$|securitycompliancealerts$|ffoservicepartneruser$|spoolsprovisioning|dlppolicyeventbased|app@sharepoint$|microsoft |quarantine|compliance|user under policy)/i;
/** Applications of Microsoft that act on a person's behalf in directory audits. */
const MICROSOFT_APPS = new Set([
  "00000002-0000-0ff1-ce00-000000000000",
  "00000003-0000-0ff1-ce00-000000000000",
  "00000006-0000-0ff1-ce00-000000000000",
  "00000003-0000-0000-c000-000000000000",
  "00000002-0000-0000-c000-000000000000",
  "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
  "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  "0bf30f3b-4a52-48df-9a82-234910c4a086",
  "981f26a1-7f43-403b-a875-f8b09b8cd720",
]);

export function isGuid(value: string | undefined): value is string {
  return value !== undefined && GUID.test(value);
}

export function isUpn(value: string | undefined): value is string {
  return value !== undefined && value.length <= 320 && UPN.test(value);
}

/** Lower-case sign-in name, with SharePoint's guest and claims prefixes taken off. */
export function upnOf(value: string | undefined): string | undefined {
  const bare = value?.replace(/^urn:spo:guest#/i, "").replace(/^i:0[#h]\.f\|membership\|/i, "");
  return isUpn(bare) ? bare.toLowerCase() : undefined;
}

type UserType = "person" | "service" | "microsoft" | "unknown";

const USER_TYPES: Record<string, UserType> = {
  "0": "person",
  regular: "person",
  "1": "unknown",
  reserved: "unknown",
  "2": "person",
  admin: "person",
  "3": "microsoft",
  dcadmin: "microsoft",
  "4": "microsoft",
  system: "microsoft",
  "5": "service",
  application: "service",
  "6": "service",
  serviceprincipal: "service",
  "7": "microsoft",
  custompolicy: "microsoft",
  "8": "microsoft",
  systempolicy: "microsoft",
  "9": "person",
  partnertechnician: "person",
  "10": "person",
  guest: "person",
};

/** Identities of a UAL directory record: `Actor` or `Target`, a list of {ID, Type} in no fixed order. */
export type Identity = {
  objectId?: string;
  upn?: string;
  puid?: string;
  name?: string;
  appId?: string;
  kind?: string | undefined;
};

export function identityOf(value: unknown[]): Identity {
  const out: Identity = {};
  for (const item of value.slice(0, 50)) {
    if (!isRaw(item)) continue;
    const id = text(item, "ID", "Id", "id");
    const type = text(item, "Type", "type");
    if (!id) continue;
    const typed = /^(User|ServicePrincipal|Application|Group|Device|Role|Policy|Directory)(?:_([0-9a-f-]{36}))?$/i.exec(
      id,
    );
    if (typed) {
      out.kind ??= typed[1];
      if (typed[2]) out.objectId ??= typed[2].toLowerCase();
    } else if (type === "5") out.upn ??= id;
    else if (type === "3") out.puid ??= id;
    else if (type === "1") out.name ??= id;
    else if (isGuid(id)) {
      if (out.objectId === undefined && type === "0") out.objectId = id.toLowerCase();
      else if (id.toLowerCase() !== out.objectId) out.appId ??= id.toLowerCase();
    }
  }
  return out;
}

/** Who acted in a record of the unified audit log. Decided before anything is judged. */
export function ualActor(raw: Raw): NormalizedEvent["actor"] {
  const userId = text(raw, "UserId");
  const actor = identityOf(list(raw, "Actor"));
  const upn = upnOf(userId) ?? upnOf(actor.upn);
  const kind = ualKind(raw, userId, actor, upn);
  const key = text(raw, "UserKey");
  const puid = actor.puid ?? (key && /^100[0-9a-f]{13}/i.test(key) ? key.slice(0, 16) : undefined);
  const person = kind === "person" || kind === "guest";
  const ownId = actor.objectId ?? (isGuid(key) ? key.toLowerCase() : undefined);
  return defined<NormalizedEvent["actor"]>({
    kind,
    objectId: person || actor.kind ? ownId : undefined,
    upn,
    puid: puid?.toLowerCase(),
    appId: person ? undefined : actor.appId,
    displayName: actor.name ?? (upn ? undefined : userId),
  });
}

function ualKind(raw: Raw, userId: string | undefined, actor: Identity, upn: string | undefined): ActorKind {
  const type = USER_TYPES[text(raw, "UserType")?.toLowerCase() ?? ""] ?? "unknown";
  if (userId && SERVICE_NAMES.test(userId)) return "microsoft-service";
  if (actor.kind === "ServicePrincipal" || userId?.startsWith("ServicePrincipal_")) {
    return actor.appId && MICROSOFT_APPS.has(actor.appId) ? "microsoft-service" : "service-principal";
  }
  if (type === "microsoft") return "microsoft-service";
  if (type === "service") return "service-principal";
  if (userId && /#ext#|^urn:spo:(guest|anon)/i.test(userId)) return "guest";
  if (upn) return "person";
  return "unknown";
}

/** Who acted in a Graph directory audit: `initiatedBy.user` or `initiatedBy.app`. */
export function graphActor(raw: Raw): NormalizedEvent["actor"] {
  const by = isRaw(raw.initiatedBy) ? raw.initiatedBy : undefined;
  const user = by && isRaw(by.user) ? by.user : undefined;
  const app = by && isRaw(by.app) ? by.app : undefined;
  const recorded = text(user, "userPrincipalName");
  const upn = upnOf(recorded);
  const objectId = text(user, "id");
  if (user && (recorded || objectId)) {
    return defined<NormalizedEvent["actor"]>({
      kind: recorded && /#ext#/i.test(recorded) ? "guest" : upn || objectId ? "person" : "unknown",
      objectId: isGuid(objectId) ? objectId.toLowerCase() : undefined,
      upn,
      displayName: text(user, "displayName"),
    });
  }
  const appId = text(app, "appId")?.toLowerCase();
  return defined<NormalizedEvent["actor"]>({
    kind: app ? (appId && MICROSOFT_APPS.has(appId) ? "microsoft-service" : "service-principal") : "unknown",
    objectId: text(app, "servicePrincipalId"),
    appId,
    displayName: text(app, "displayName"),
  });
}
