import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { IncidentView, StepPanelItem } from "#domain/view/portal.ts";

/** What the truth port tells of a tenant, as far as tests ask. */
export type Truth = {
  users: {
    objectId: string;
    upn: string;
    accountEnabled: boolean;
    onPremisesSyncEnabled: boolean | null;
    sessionsValidFrom: string;
    passwordGeneration: number;
    mailbox: {
      forwardingSmtpAddress: string | null;
      rules: { displayName: string; isEnabled: boolean }[];
      folders: { displayName: string; messages: { internetMessageId: string; subject: string }[] }[];
    } | null;
  }[];
  grants: { id: string }[];
  /** The account the story is about, and those it was played on besides. */
  victimId: string;
  alsoAttacked: { victimId: string }[];
};

export type Effect = {
  seq: number;
  at: string;
  method: string;
  path: string;
  effect: string;
  target: string;
  changed: boolean;
};

export const stepOf = (incident: IncidentView, id: RemediationStepId): StepPanelItem => {
  const step = incident.steps.find((s) => s.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
};
