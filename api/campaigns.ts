import type { CampaignRow } from "#db/repos/campaign.ts";
import { listAttackerApps, listCampaignIncidents, sharedAddresses } from "#db/repos/campaign.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { ABUSED_APPS } from "#detections/abused-apps.ts";
import { type Campaign, type CampaignIncident, groupCampaigns, handlesOf } from "#domain/campaign/group.ts";

/** Incidents older than this are part of a campaign only while they are open. */
const LOOK_BACK_MS = 30 * 86_400_000;
const WEEK_MS = 7 * 86_400_000;

export type Grouped = {
  campaigns: Campaign[];
  rows: Map<string, CampaignRow>;
  incidents: Map<string, CampaignIncident>;
};

/**
 * The campaigns of what the viewer may see: they are told anew from the incidents each time, so that nothing outside of his
 * scope can be counted in, named by a link or hidden in a group (S6).
 */
export async function campaignsOf(tx: ScopedTx, now: string): Promise<Grouped> {
  const since = new Date(Date.parse(now) - LOOK_BACK_MS).toISOString();
  const rows = await listCampaignIncidents(tx, since);
  const apps = await listAttackerApps(
    tx,
    rows.map((row) => row.id),
  );
  const known = rows.map((row) => ({
    row,
    appIds: (apps.get(row.id) ?? []).filter((id) => !ABUSED_APPS.has(id.toLowerCase())),
  }));
  const shared = await sharedAddresses(tx, {
    addresses: repeated(rows.flatMap((row) => [...new Set(row.attacker.ips)])),
    tenantIds: [...new Set(rows.map((row) => row.tenantId))],
    since: rows.reduce((first, row) => weekBefore(row.occurredAt, first, since), now),
  });
  const incidents = known.map(
    ({ row, appIds }): CampaignIncident => ({
      id: row.id,
      detectedAt: row.detectedAt,
      from: row.occurredAt,
      to: row.lastAttackerAt,
      handles: handlesOf({ attacker: row.attacker, phish: row.phish, appIds, isShared: (ip) => shared.has(ip) }),
    }),
  );
  return {
    campaigns: groupCampaigns(incidents),
    rows: new Map(rows.map((row) => [row.id, row])),
    incidents: new Map(incidents.map((incident) => [incident.id, incident])),
  };
}

/** A week before an attack began is enough to see whether its addresses serve honest people as well: the first of all weeks. */
function weekBefore(occurredAt: string, first: string, since: string): string {
  const begin = new Date(Math.max(Date.parse(since), Date.parse(occurredAt) - WEEK_MS)).toISOString();
  return begin < first ? begin : first;
}

const repeated = (values: string[]): string[] => [...new Set(values.filter((value, n) => values.indexOf(value) !== n))];

/** The campaign an incident belongs to, or undefined. */
export const campaignWith = ({ campaigns }: Grouped, incidentId: string): Campaign | undefined =>
  campaigns.find((campaign) => campaign.incidentIds.includes(incidentId));
