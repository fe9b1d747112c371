import type { IncidentDraft } from "#domain/incident/analysis.ts";
import { normalSubject } from "#domain/phish/fingerprint.ts";

/** What ties the attackers of two incidents to one another. */
export const HANDLE_KINDS = ["address", "session", "app", "phish", "kit"] as const;
export type HandleKind = (typeof HANDLE_KINDS)[number];
export type Handle = { kind: HandleKind; value: string };

/** An incident as far as a campaign needs it. Times are ISO 8601. */
export type CampaignIncident = {
  id: string;
  detectedAt: string;
  /** The attacker's first and last act. */
  from: string;
  to: string;
  handles: Handle[];
};

export type Campaign = {
  /** The incident detected first; any of its incidents leads here, so that a campaign that grows keeps its links. */
  id: string;
  incidentIds: string[];
  /** What ties at least two of them, commonest first. */
  handles: (Handle & { incidents: number })[];
};

const DAY_MS = 86_400_000;
/** Acts further apart than this are told apart: addresses and names go to others. A kit at a provider is common and lasts less. */
const WINDOW_MS: Record<HandleKind, number> = {
  address: 14 * DAY_MS,
  session: 90 * DAY_MS,
  app: 30 * DAY_MS,
  phish: 14 * DAY_MS,
  kit: DAY_MS,
};

/** Networks so many people stand behind that an address of theirs says nothing about who it was. */
const SHARED_CLOUDS: readonly number[] = [8075, 8068, 8069, 16509, 14618, 15169, 396982, 19527, 13335, 54113, 20940];
const asnOf = (text: string): number => Number(/^AS(\d+)/i.exec(text)?.[1] ?? Number.NaN);

/** Programs of a kit name themselves or say nothing; what calls itself a browser may be anybody's. */
const isKit = (agent: string): boolean => !/mozilla|opera|microsoft office|outlook|teams|bav2ropc/i.test(agent);
const kitName = (agent: string): string => agent.split(/[/\s(]/)[0]?.toLowerCase() ?? agent;

/**
 * What an incident can be tied by. `addresses`: the attacker's, each with its network where known; `isShared` tells
 * addresses of offices, of Microsoft and of carriers, which tie nobody to anybody.
 */
export function handlesOf(incident: {
  attacker: IncidentDraft["attacker"];
  phish: IncidentDraft["phish"];
  /** Application ids of apps the attacker brought. */
  appIds: readonly string[];
  isShared: (ip: string) => boolean;
}): Handle[] {
  const { attacker, phish, appIds, isShared } = incident;
  const networks = attacker.asns.map(asnOf);
  // An incident that names one network and that one is a shared cloud has no telling address.
  const isInClouds = networks.length > 0 && networks.every((asn) => SHARED_CLOUDS.includes(asn));
  const handles: Handle[] = [];
  const add = (kind: HandleKind, value: string | undefined) => {
    const text = value?.trim().toLowerCase();
    if (text && !handles.some((one) => one.kind === kind && one.value === text)) handles.push({ kind, value: text });
  };
  if (!isInClouds) for (const ip of attacker.ips) if (!isShared(ip)) add("address", ip);
  for (const session of attacker.sessions) add("session", session);
  for (const app of appIds) add("app", app);
  for (const mail of phish) {
    add("phish", mail.internetMessageId);
    const subject = normalSubject(mail.subject ?? "");
    if (mail.direction === "received" && mail.sender && subject) add("phish", `${mail.sender} ${subject}`);
  }
  for (const agent of attacker.userAgents)
    if (isKit(agent))
      for (const asn of networks) if (asn && !SHARED_CLOUDS.includes(asn)) add("kit", `${kitName(agent)} as${asn}`);
  return handles;
}

const keyOf = ({ kind, value }: Handle): string => `${kind} ${value}`;

/** How far apart the attackers' acts of two incidents lie; nothing when they overlap. */
const gapOf = (a: CampaignIncident, b: CampaignIncident): number =>
  Math.max(0, Date.parse(a.from) - Date.parse(b.to), Date.parse(b.from) - Date.parse(a.to));

/**
 * Incidents of one attacker, as far as handles and time tell: two belong together when they share a handle within its time;
 * a campaign is everything that hangs together so. Which incident comes first, or in which portions they come, changes
 * nothing. Incidents that stand alone are no campaign.
 */
export function groupCampaigns(incidents: readonly CampaignIncident[]): Campaign[] {
  const parent = new Map(incidents.map(({ id }) => [id, id]));
  const rootOf = (id: string): string => {
    let at = id;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const ties = new Map<string, Set<string>>();
  for (const [key, of] of byHandle(incidents)) {
    const window = WINDOW_MS[of.kind];
    const ordered = of.incidents.toSorted((a, b) =>
      a.from < b.from ? -1 : a.from > b.from ? 1 : a.id < b.id ? -1 : 1,
    );
    for (const [i, one] of ordered.entries())
      for (const other of ordered.slice(i + 1)) {
        if (gapOf(one, other) > window) continue;
        parent.set(rootOf(other.id), rootOf(one.id));
        ties.set(key, (ties.get(key) ?? new Set()).add(one.id).add(other.id));
      }
  }
  const groups = Map.groupBy(incidents, ({ id }) => rootOf(id));
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => campaignOf(group, ties))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function byHandle(incidents: readonly CampaignIncident[]) {
  const found = new Map<string, { kind: HandleKind; incidents: CampaignIncident[] }>();
  for (const incident of incidents)
    for (const handle of incident.handles) {
      const of = found.get(keyOf(handle)) ?? { kind: handle.kind, incidents: [] };
      of.incidents.push(incident);
      found.set(keyOf(handle), of);
    }
  return [...found].filter(([, of]) => of.incidents.length > 1);
}

const byDetection = (a: CampaignIncident, b: CampaignIncident): number =>
  a.detectedAt < b.detectedAt ? -1 : a.detectedAt > b.detectedAt ? 1 : a.id < b.id ? -1 : 1;

function campaignOf(group: CampaignIncident[], ties: Map<string, Set<string>>): Campaign {
  const ordered = group.toSorted(byDetection);
  const handles = new Map(group.flatMap((incident) => incident.handles).map((handle) => [keyOf(handle), handle]));
  const ids = new Set(group.map(({ id }) => id));
  return {
    id: ordered[0]?.id ?? "",
    incidentIds: ordered.map(({ id }) => id),
    handles: [...handles]
      .map(([key, handle]) => ({ ...handle, incidents: [...(ties.get(key) ?? [])].filter((id) => ids.has(id)).length }))
      .filter((handle) => handle.incidents > 1)
      .sort((a, b) => b.incidents - a.incidents || (keyOf(a) < keyOf(b) ? -1 : 1)),
  };
}
