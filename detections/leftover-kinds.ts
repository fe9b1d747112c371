import { parseAddress } from "#domain/event/address.ts";
import type { IpFact, NormalizedEvent } from "#domain/event/event.ts";
import { addressesIn } from "#domain/event/normalize/rule.ts";
import type { AnalysisInput, InventoryItem } from "#domain/incident/analysis.ts";
import { ABUSED_APPS } from "./abused-apps.ts";
import { imitated, isNameless } from "./lookalike.ts";
import { destinationOf, worstOutside } from "./mail-destination.ts";
import { isDisguisedName } from "./mailbox-delegated/detection.ts";
import { LEFTOVER } from "./weights.ts";
import type { World } from "./world/world.ts";

/** Points a live object weighs by what it is, with the reasons, and what it does. */
export type KindJudgement = { points: number; why: string[]; effect: string };

type Get = (...names: string[]) => string | undefined;
type Add = (points: number, why: string) => void;
type Judge = (item: InventoryItem, get: Get, add: Add, world: World, factsOf: AnalysisInput["factsOf"]) => string;

function isTrue(value: string | undefined): boolean {
  return /^(\$?true|1|yes)$/i.test(value ?? "");
}

function delegate(item: InventoryItem, get: Get, add: Add, world: World): string {
  const trustee = get("trustee", "grantee") ?? item.name;
  const rights = get("rights", "AccessRights") ?? "access";
  const folder = get("folder");
  if (/^(default|anonymous)$/i.test(trustee)) {
    if (!/none|availability/i.test(rights) && !/calendar|kalender|calendrier/i.test(folder ?? ""))
      add(LEFTOVER.openToAll, "lets everybody in");
  } else if (isDisguisedName(trustee, world))
    add(LEFTOVER.disguised, `lets ${trustee} in, a name that imitates another`);
  else if (destinationOf(trustee, world).kind !== "inside")
    add(LEFTOVER.outside, `lets ${trustee} in, who is not of the company`);
  return `${trustee} has ${rights}${folder ? ` on "${folder}"` : ""}`;
}

const DIVERTS = [
  "RedirectMessageTo",
  "BlindCopyTo",
  "CopyTo",
  "AddToRecipients",
  "GenerateIncidentReport",
  "ModerateMessageByUser",
];

function transportRule(item: InventoryItem, get: Get, add: Add, world: World): string {
  const to = worstOutside(
    DIVERTS.flatMap((name) => addressesIn(get(name))),
    world,
  );
  const deletes = isTrue(get("DeleteMessage"));
  if (to) add(LEFTOVER[to.kind === "inside" ? "outside" : to.kind], `sends the company's mail to ${to.address}`);
  if (deletes) add(LEFTOVER.hides, "makes mail disappear");
  if (to || deletes) {
    if (isNameless(item.name)) add(LEFTOVER.nameless, "under a name made to be overlooked");
    if (/DoNotAudit/i.test(get("SetAuditSeverity") ?? ""))
      add(LEFTOVER.forwardsUnseen, "and keeps itself out of the audit");
  }
  return to ? `sends mail to ${to.address}` : deletes ? "deletes mail" : "acts on mail";
}

function factOf(ip: string, factsOf: AnalysisInput["factsOf"]): IpFact | undefined {
  const parsed = parseAddress(ip.split("/")[0]);
  if (!parsed) return undefined;
  const asked = { client: { ip: parsed.ip }, params: {}, handles: {} } as unknown as NormalizedEvent;
  return factsOf(asked).ip;
}

function inboundConnector(
  item: InventoryItem,
  get: Get,
  add: Add,
  _world: World,
  factsOf: AnalysisInput["factsOf"],
): string {
  const addresses = (get("SenderIPAddresses") ?? "").split(/[\s,;]+/).filter((a) => a !== "");
  const hired = addresses
    .map((a) => factOf(a, factsOf))
    .find((f) => /^(hosting|vpn|tor|residential-proxy)$/.test(f?.kind ?? ""));
  const proven =
    isTrue(get("RestrictDomainsToIPAddresses")) ||
    isTrue(get("RestrictDomainsToCertificate")) ||
    (get("TlsSenderCertificateName") ?? "") !== "";
  if (hired) add(LEFTOVER.outside, `takes mail from a hired server (${hired.ip}${hired.org ? `, ${hired.org}` : ""})`);
  if (!proven && addresses.length === 0) add(LEFTOVER.openDoor, "takes mail from anywhere without proof");
  if (isNameless(item.name)) add(LEFTOVER.nameless, "has a name made to be overlooked");
  return "lets mail in past the usual checks";
}

function outboundConnector(item: InventoryItem, get: Get, add: Add, world: World): string {
  const hosts = (get("SmartHosts") ?? "").split(/[\s,;]+/).filter((h) => /[a-z]/i.test(h));
  const foreign = hosts.find((h) => destinationOf(`x@${h}`, world).kind !== "inside");
  const all = /\*/.test(get("RecipientDomains") ?? "") || isTrue(get("RouteAllMessagesViaOnPremises"));
  if (foreign && all) add(LEFTOVER.openDoor, `carries all mail over ${foreign}`);
  if (isNameless(item.name)) add(LEFTOVER.nameless, "has a name made to be overlooked");
  return foreign ? `carries mail over ${foreign}` : "carries mail out another way";
}

const REACH =
  /(^|\s|\/)(mail|mailboxsettings|files|sites|directory|application|approleassignment|rolemanagement|ews|imap|full_access)/i;

function principal(item: InventoryItem, get: Get, add: Add): string {
  const scopes = get("scopes", "appRoles") ?? "";
  const reaches = REACH.test(scopes);
  if (imitated(item.name)?.how === "disguised" && !isTrue(get("isVerified")))
    add(reaches ? LEFTOVER.appDisguised : LEFTOVER.joins, "bears a name that imitates another by look-alike letters");
  if (reaches && ABUSED_APPS.has((get("appId") ?? "").toLowerCase()))
    add(LEFTOVER.appAlone, "is named in public reports of stolen mailboxes");
  return scopes ? `reaches ${scopes.split(/\s+/).slice(0, 4).join(", ")}` : "is known to the company";
}

function registration(item: InventoryItem, get: Get, add: Add): string {
  if (imitated(item.name)?.how === "disguised")
    add(LEFTOVER.appDisguised, "holds a secret under a name that imitates another by look-alike letters");
  return `acts with ${get("credentials") ?? "its"} secrets`;
}

function role(item: InventoryItem, get: Get, add: Add, world: World): string {
  const member = get("member", "principal") ?? item.name;
  const roles = get("roles", "roleName") ?? "a role";
  if (isDisguisedName(member, world)) add(LEFTOVER.disguised, `gives ${roles} to a name that imitates another`);
  else if (/#ext#/i.test(member)) add(LEFTOVER.outside, `gives ${roles} to a guest`);
  return `${member} is ${roles}`;
}

const JUDGES: Partial<Record<InventoryItem["kind"], Judge>> = {
  "mailbox-delegate": delegate,
  "transport-rule": transportRule,
  "inbound-connector": inboundConnector,
  "outbound-connector": outboundConnector,
  "service-principal": principal,
  "app-registration": registration,
  "role-assignment": role,
  device: (_item, get) =>
    `keeps a token that outlives the password${get("operatingSystem") ? ` (${get("operatingSystem")})` : ""}`,
  "mfa-method": (_item, get) => `answers the second factor${get("methodKind") ? ` (${get("methodKind")})` : ""}`,
};

/** What an object of the live inventory weighs by itself; undefined for kinds that are judged elsewhere. */
export function judgeKind(
  item: InventoryItem,
  get: Get,
  world: World,
  factsOf: AnalysisInput["factsOf"],
): KindJudgement | undefined {
  const judge = JUDGES[item.kind];
  if (!judge) return undefined;
  const why: string[] = [];
  let points = 0;
  const effect = judge(
    item,
    get,
    (more, text) => {
      points += more;
      why.push(text);
    },
    world,
    factsOf,
  );
  return { points, why, effect };
}
