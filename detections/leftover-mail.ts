import type { NormalizedEvent } from "#domain/event/event.ts";
import { addressesIn } from "#domain/event/normalize/rule.ts";
import type { InventoryItem } from "#domain/incident/analysis.ts";
import { ABUSED_APPS } from "./abused-apps.ts";
import { describeRule, hidingWeight } from "./inbox-rules.ts";
import { imitated, isNameless } from "./lookalike.ts";
import { worstOutside } from "./mail-destination.ts";
import { LEFTOVER } from "./weights.ts";
import type { World } from "./world/world.ts";

type Rule = NonNullable<NormalizedEvent["rule"]>;
/** A live object with the points it weighs, why, and what it does. */
export type Judged = { item: InventoryItem; points: number; why: string[]; effect: string };

/** Detail keys as inventories write them, whatever their capitals. */
export function detailOf(item: InventoryItem): (...names: string[]) => string | undefined {
  const lower = new Map(Object.entries(item.detail).map(([k, v]) => [k.toLowerCase(), v]));
  return (...names) => names.map((n) => lower.get(n.toLowerCase())).find((v) => v !== undefined && v !== "");
}

function conditions(text: string | undefined): Record<string, string> {
  if (!text) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) {
      return Object.fromEntries(
        Object.entries(parsed)
          .filter(([, v]) => v !== null && v !== false && !(Array.isArray(v) && v.length === 0))
          .map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]),
      );
    }
  } catch {
    return { conditions: text };
  }
  return {};
}

function ruleOf(item: InventoryItem): Rule {
  const get = detailOf(item);
  const forwards = ["forwardTo", "forwardsTo", "forwardAsAttachmentTo", "redirectTo"].flatMap((n) =>
    addressesIn(get(n)),
  );
  const moves = get("moveToFolder", "movesTo", "copyToFolder");
  return {
    name: item.name,
    conditions: conditions(get("conditions")),
    ...(forwards.length > 0 ? { forwardsTo: forwards } : {}),
    ...(moves ? { movesTo: moves } : {}),
    deletes: get("delete", "permanentDelete", "deletes", "deleteMessage") === "true",
    marksRead: get("markAsRead", "marksRead") === "true",
  };
}

export function judgeRule(item: InventoryItem, world: World): Judged {
  const rule = ruleOf(item);
  const why: string[] = [];
  let points = 0;
  const add = (more: number, text: string): void => {
    points += more;
    why.push(text);
  };
  const to = worstOutside(rule.forwardsTo ?? [], world);
  const hiding = hidingWeight(rule);
  if (to) add(LEFTOVER[to.kind === "inside" ? "outside" : to.kind], `sends mail to ${to.address}`);
  if (hiding && hiding !== "rule-plain")
    add(hiding === "rule-hides-nameless" ? LEFTOVER.hidesNameless : LEFTOVER.hides, "puts telling mail out of sight");
  if (to && (hiding || rule.marksRead)) add(LEFTOVER.forwardsUnseen, "and leaves no trace in the inbox");
  if (to && !hiding && isNameless(rule.name)) add(LEFTOVER.nameless, "under a name made to be overlooked");
  if (detailOf(item)("isHidden") === "true" && points > 0) add(LEFTOVER.hidden, "and is hidden from Outlook");
  return { item, points, why, effect: describeRule(rule) };
}

const MAIL_SCOPE = /(^|\s|\/)(mail\.|mailboxsettings\.|ews\.|imap\.|files\.readwrite|full_access)/i;

/** How many people use an application, by the grants of the live inventory. */
function usersOf(appId: string, world: World): number {
  const users = new Set<string>();
  for (const item of world.inventory)
    if (item.kind === "oauth-grant" && item.detail.appId === appId)
      users.add(item.detail.principalId ?? item.mailbox?.upn ?? "all");
  return users.size;
}

export function judgeGrant(item: InventoryItem, world: World): Judged {
  const get = detailOf(item);
  const appId = get("appId") ?? "";
  const scopes = get("scopes", "scope") ?? "";
  const why: string[] = [];
  let points = 0;
  const service = world.inventory.find((i) => i.kind === "service-principal" && i.detail.appId === appId);
  const verified = service?.detail.isVerified === "true" || get("isVerified") === "true";
  const disguised = imitated(item.name)?.how === "disguised";
  const mail = MAIL_SCOPE.test(scopes);
  if (disguised && mail) {
    points += LEFTOVER.appDisguised;
    why.push("bears a name that imitates another by look-alike letters");
  }
  const users = usersOf(appId, world);
  if (mail && !verified && users <= 2 && get("consentType") !== "AllPrincipals") {
    points += LEFTOVER.appAlone;
    why.push("reads mail, although nobody vouches for its publisher and hardly anybody else uses it");
  }
  if (ABUSED_APPS.has(appId.toLowerCase()) && users <= 2) {
    points += LEFTOVER.appAbused;
    why.push("is named in public reports of stolen mailboxes");
  }
  return {
    item,
    points,
    why,
    effect: `reaches ${scopes.split(/\s+/).filter(Boolean).slice(0, 4).join(", ")} without a password`,
  };
}
