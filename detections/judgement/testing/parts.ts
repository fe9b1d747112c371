import type { NormalizedEvent } from "#domain/event/event.ts";
import type { InventoryItem } from "#domain/incident/analysis.ts";
import type { Detection, Finding, Stage } from "../../define-detection.ts";
import { type Account, type Place, type Seen, SILENT } from "../../world/seen.ts";
import type { World } from "../../world/world.ts";
import type { Weighed } from "../weighed.ts";

/** 20 June 2026, noon. */
export const NOON = Date.UTC(2026, 5, 20, 12);

type Told = {
  at?: number;
  id?: string;
  ip?: string;
  place?: Partial<Place>;
  event?: Partial<NormalizedEvent>;
  facts?: Seen["facts"];
};

let drawn = 0;

/** A record as a detection sees it; from nowhere in particular unless told otherwise. */
export function seenAt({ at = NOON, id, ip, place = {}, event = {}, facts }: Told = {}): Seen {
  drawn += 1;
  const recordId = id ?? `r${drawn}`;
  return {
    event: {
      recordId,
      source: "ual",
      contentHash: recordId,
      occurredAt: new Date(at).toISOString(),
      category: "other",
      action: "mail.read",
      operation: "MailItemsAccessed",
      outcome: "success",
      actor: { kind: "person", upn: "ann@fabrikam.example" },
      handles: {},
      params: {},
      ...event,
      client: { ...(ip ? { ip } : {}), ...event.client },
    },
    ids: [recordId],
    at,
    facts: facts ?? (ip ? { ip: { ip, kind: "hosting" } } : {}),
    place: { ...SILENT, ...place },
  };
}

export const STRANGE: Partial<Place> = { standing: "new", strangeness: 2.5 };
export const HOME: Partial<Place> = { standing: "own", notes: ["network the account has used for days"] };

export const accountOf = (...events: Seen[]): Account => ({
  key: "id-ann",
  ref: { objectId: "id-ann", upn: "ann@fabrikam.example" },
  guest: false,
  events: [...events].sort((a, b) => a.at - b.at),
});

type Found = {
  id?: string;
  stage?: Stage;
  own?: number;
  linked?: number;
  key?: string;
  more?: Partial<Finding>;
};

export function foundOn(
  account: Account,
  events: Seen[],
  { id = "some-act", stage = "act", own = 1, linked = 0, key = "some", more = {} }: Found = {},
): { detection: Detection; finding: Finding } {
  const detection: Detection = {
    id,
    title: `Title of ${id}`,
    severity: "medium",
    stage,
    sources: ["unified-audit-log"],
    needs: [],
    attack: [{ tactic: "TA0001", technique: "T1078.004" }],
    falsePositives: [],
    knownGaps: [],
    runbook: [],
    find: () => [],
  };
  const weight = { key, own, linked, why: "" };
  return {
    detection,
    finding: { account, events, dedup: events[0]?.ids[0] ?? "", weight, reason: `Reason of ${id}`, ...more },
  };
}

/** A finding with the points it is said to count. */
export function part(
  points: number,
  more: Found & { events?: Seen[]; link?: number; against?: string[] } = {},
): Weighed {
  const { events = [seenAt()], link = 0, against = [], ...found } = more;
  const { detection, finding } = foundOn(accountOf(...events), events, { own: points, ...found });
  return { detection, finding, from: events[0]!.at, to: events.at(-1)!.at, link, points, against };
}

/** A world of these records and nothing else. */
export function worldOf(events: Seen[] = [], inventory: InventoryItem[] = []): World {
  return {
    events,
    accounts: [],
    byAction: (...wanted) => events.filter(({ event }) => wanted.includes(event.action)),
    accountOf: () => undefined,
    ownDomains: new Set(["fabrikam.example"]),
    contacts: new Map(),
    inventory,
  };
}
