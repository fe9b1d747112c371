import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { CampaignMember } from "#domain/view/campaign.ts";

/** A decision that can be taken for many at once, in the order of containment. */
export type Decision = {
  id: string;
  label: string;
  /** What happens to each, for the dialog. */
  words: string;
  kind: "publish" | "run-step" | "approve" | "mark-remediated" | "dismiss";
  step?: RemediationStepId;
  asks?: string;
  fits: (member: CampaignMember) => boolean;
};

const stepOf = (member: CampaignMember, id: RemediationStepId) => member.steps.find((step) => step.id === id);
const isReady = (id: RemediationStepId) => (member: CampaignMember) =>
  member.incident.status === "open" && stepOf(member, id)?.allowed === true;
const waits = (id: RemediationStepId) => (member: CampaignMember) => stepOf(member, id)?.state === "awaiting-approval";
const isOpen = (member: CampaignMember) => member.incident.status === "open";

export const PEOPLES_DECISIONS: readonly Decision[] = [
  {
    id: "publish",
    label: "Publish",
    words: "They become visible to the whole team, and their six steps open. Nothing is changed in Microsoft 365.",
    kind: "publish",
    fits: (member) => isOpen(member) && !member.incident.isPublished,
  },
  {
    id: "lock",
    label: "1 Revoke and lock",
    words: "All sessions end and the accounts are disabled, each in its own tenant.",
    kind: "run-step",
    step: "revoke-and-lock",
    fits: isReady("revoke-and-lock"),
  },
  {
    id: "retract",
    label: "2 Retract phish",
    words: "The tagged phish of each incident goes to Deleted Items in that incident's own tenant.",
    kind: "run-step",
    step: "retract-phish",
    fits: isReady("retract-phish"),
  },
  {
    id: "persistence",
    label: "3 Disable persistence",
    words: "What the attacker left in each account is taken away: rules are deleted, the rest is disabled.",
    kind: "run-step",
    step: "disable-persistence",
    fits: isReady("disable-persistence"),
  },
  {
    id: "close",
    label: "Mark as Remediated",
    words: "Each incident whose steps are green closes; the others say what is still missing.",
    kind: "mark-remediated",
    fits: isReady("mark-remediated"),
  },
];

const APPROVED: readonly RemediationStepId[] = ["revoke-and-lock", "retract-phish", "disable-persistence"];
const APPROVE_LABELS = ["Approve 1 lock", "Approve 2 retract", "Approve 3 persistence"];

export const ANALYSTS_DECISIONS: readonly Decision[] = APPROVED.map((step, n) => ({
  id: `approve-${step}`,
  label: APPROVE_LABELS[n] ?? step,
  words:
    "Your word is given for each incident whose step waits for approval; where two people must agree it is the first.",
  kind: "approve",
  step,
  fits: waits(step),
}));
