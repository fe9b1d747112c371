import type { HandleKind } from "#domain/campaign/group.ts";
import type { CampaignLine } from "#domain/view/campaign.ts";
import { plural } from "#lib/words.ts";

export const HANDLE_WORDS: Record<HandleKind, string> = {
  address: "Address",
  session: "Session",
  app: "App",
  phish: "Phish",
  kit: "Kit and network",
};

/** How far the campaign reaches and what is still open, in one sentence. */
export function campaignSentence(line: CampaignLine): string {
  const reach = `${plural(line.accounts, "account")} in ${plural(line.tenants, "tenant")}`;
  if (line.open === 0) return `One attacker, ${reach}: all closed.`;
  if (line.notContained === 0) return `One attacker, ${reach}: all contained, ${line.open} still open.`;
  return `One attacker, ${reach}: ${line.notContained} not contained.`;
}
