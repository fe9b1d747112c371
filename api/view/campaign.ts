import type { CampaignRow } from "#db/repos/campaign.ts";
import type { CommandRow } from "#db/repos/commands.ts";
import type { Viewer } from "#domain/access/may.ts";
import type { Campaign, CampaignIncident } from "#domain/campaign/group.ts";
import type { IncidentState } from "#domain/incident/state.ts";
import { viewSteps } from "#domain/incident/transitions.ts";
import type { CampaignLine, CampaignMember, ManyOrderView } from "#domain/view/campaign.ts";
import type { IncidentCard } from "#domain/view/portal.ts";
import { actorFor } from "./actor.ts";

/** A campaign from the cards of its incidents, all of them in the viewer's scope. */
export function campaignLine(
  campaign: Campaign,
  cards: IncidentCard[],
  rows: Map<string, CampaignRow>,
  organizations: Map<string, string>,
): CampaignLine {
  const own = cards.filter((card) => campaign.incidentIds.includes(card.id));
  const open = own.filter((card) => card.status === "open");
  const found = campaign.incidentIds.flatMap((id) => rows.get(id) ?? []);
  return {
    id: campaign.id,
    incidentIds: campaign.incidentIds,
    accounts: new Set(own.map((card) => card.account.id)).size,
    tenants: new Set(own.map((card) => card.tenant.id)).size,
    organizations: [...new Set(found.flatMap((row) => organizations.get(row.orgId) ?? []))].sort(),
    open: open.length,
    notContained: open.filter((card) => !card.contained).length,
    unpublished: open.filter((card) => !card.isPublished).length,
    firstAt: found.map((row) => row.occurredAt).sort()[0] ?? "",
    lastAt:
      found
        .map((row) => row.lastAttackerAt)
        .sort()
        .at(-1) ?? "",
    handles: campaign.handles,
  };
}

/** Containment first: who still has an attacker inside, of these administrators and the most certain first (S45); then by time of detection. */
export const byContainment = (one: CampaignMember, other: CampaignMember): number => {
  const [a, b] = [one.incident, other.incident];
  return (
    Number(b.status === "open") - Number(a.status === "open") ||
    Number(a.contained) - Number(b.contained) ||
    Number(other.isPrivileged) - Number(one.isPrivileged) ||
    b.confidence - a.confidence ||
    (a.detectedAt < b.detectedAt ? -1 : a.detectedAt > b.detectedAt ? 1 : a.id < b.id ? -1 : 1)
  );
};

export function campaignMember(
  card: IncidentCard,
  about: { state: IncidentState; incident: CampaignIncident | undefined; tied: Set<string>; organization: string },
): CampaignMember {
  const { state, incident, tied, organization } = about;
  return {
    incident: card,
    organization,
    isPrivileged: state.account.isPrivileged,
    planVersion: state.planVersion,
    handles: (incident?.handles ?? []).map((handle) => handle.value).filter((value) => tied.has(value)),
    steps: viewSteps(state).map((step) => ({
      id: step.id,
      state: step.state,
      allowed: step.allowed,
      blockedBecause: step.blockedBecause ?? null,
    })),
  };
}

/** Decisions over many, newest first, each with what became of it in the incidents the viewer sees. */
export function manyOrders(viewer: Viewer, rows: CommandRow[]): ManyOrderView[] {
  const byOrder = Map.groupBy(rows, (row) => row.manyId ?? "");
  return [...byOrder]
    .flatMap(([id, parts]): ManyOrderView[] => {
      const [first] = parts;
      if (!first) return [];
      return [
        {
          id,
          kind: first.kind,
          step: "step" in first.input ? first.input.step : null,
          by: actorFor(viewer, first.actor),
          at: parts.map((row) => row.issuedAt).sort()[0] ?? first.issuedAt,
          parts: parts.map((row) => ({
            incidentId: row.incidentId ?? "",
            commandId: row.id,
            state: row.state,
            reason: row.reason,
          })),
        },
      ];
    })
    .sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
}
