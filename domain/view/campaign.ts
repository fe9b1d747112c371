import type { Actor } from "#domain/access/actor.ts";
import type { HandleKind } from "#domain/campaign/group.ts";
import type { CommandKind, CommandState } from "#domain/command/command.ts";
import type { RemediationStepId, StepState } from "#domain/remediation/steps.ts";
import type { IncidentCard } from "#domain/view/portal.ts";

export type CampaignHandleView = { kind: HandleKind; value: string; incidents: number };

/** One line about a campaign, counted over what the viewer may see and nothing else. */
export type CampaignLine = {
  id: string;
  incidentIds: string[];
  accounts: number;
  tenants: number;
  /** Names of the organizations, for analysts who see more than one. */
  organizations: string[];
  open: number;
  notContained: number;
  unpublished: number;
  firstAt: string;
  lastAt: string;
  handles: CampaignHandleView[];
};

/** One account of a campaign with its six steps, as its own incident allows them. */
export type CampaignMember = {
  incident: IncidentCard;
  organization: string;
  /** Holds an administrator's role. */
  isPrivileged: boolean;
  planVersion: number;
  /** Share one of its own handles with others of the campaign. */
  handles: string[];
  steps: { id: RemediationStepId; state: StepState; allowed: boolean; blockedBecause: string | null }[];
};

/** One decision over many incidents: what became of it in each. */
export type ManyOrderView = {
  id: string;
  kind: CommandKind;
  step: RemediationStepId | null;
  by: Actor;
  at: string;
  parts: { incidentId: string; commandId: string; state: CommandState; reason: string | null }[];
};

export type CampaignView = CampaignLine & { members: CampaignMember[]; orders: ManyOrderView[] };

/** What one incident answered to a decision over many. */
export type ManyAnswer = {
  orderId: string;
  parts: { incidentId: string; commandId: string; state: CommandState; reason: string | null }[];
};
