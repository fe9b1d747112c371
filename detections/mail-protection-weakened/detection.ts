import { defineDetection } from "../define-detection.ts";
import { settingsActs } from "../settings-acts.ts";
import type { Seen } from "../world/seen.ts";

const ACTIONS = [
  "mail-protection.set",
  "mail-protection.remove",
  "mail-protection.allow",
  "mail-protection.dkim",
  "mail-protection.external-tag",
  "mailbox.junk.set",
] as const;

/** Switches of Microsoft's protection cmdlets that take something away when set to false (or, for the second, true). */
const OFF = [
  "Enabled",
  "EnableSafeLinksForEmail",
  "EnableSafeLinksForTeams",
  "EnableSafeLinksForOffice",
  "ScanUrls",
  "Enable",
  "ZapEnabled",
  "SpamZapEnabled",
  "PhishZapEnabled",
  "EnableMailboxIntelligence",
  "EnableSpoofIntelligence",
  "EnableOrganizationDomainsProtection",
  "EnableFileFilter",
];
const ALLOWS = ["IPAllowList", "AllowedSenders", "AllowedSenderDomains", "TrustedSendersAndDomains", "Entries"];

function value(seen: Seen, name: string): string {
  return seen.event.params[name] ?? "";
}

function weakened(seen: Seen): string | undefined {
  const { action } = seen.event;
  if (action === "mail-protection.remove") return "was removed";
  if (action === "mail-protection.allow")
    return /allow/i.test(`${value(seen, "Allow")}${Object.keys(seen.event.params).join()}`) &&
      !/^false$/i.test(value(seen, "Allow")) &&
      !("Block" in seen.event.params)
      ? `lets ${value(seen, "Entries") || "somebody"} pass`
      : undefined;
  const off = OFF.find((name) => /^(\$?false|0)$/i.test(value(seen, name)));
  if (off) return `${off} was switched off`;
  const allowed = ALLOWS.find((name) => value(seen, name) !== "" && value(seen, name) !== "{}");
  return allowed ? `lets ${value(seen, allowed).slice(0, 80)} pass` : undefined;
}

export default defineDetection({
  id: "mail-protection-weakened",
  title: "Protection of mail was weakened",
  severity: "medium",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0005", technique: "T1562" }],
  falsePositives: ["Administrators who let a newsletter or a scanner pass", "Owners who mark a sender as safe"],
  knownGaps: ["A policy that is replaced by a weaker one of another name"],
  runbook: ["Put the switch back", "Which mail passed meanwhile?"],
  find: (world) =>
    settingsActs(world, ACTIONS, (seen) => {
      const what = weakened(seen);
      if (!what) return undefined;
      const own = seen.event.action === "mailbox.junk.set";
      if (own && seen.place.standing !== "new") return undefined;
      const name =
        seen.event.params.Identity ?? seen.event.params.Name ?? seen.event.target?.name ?? seen.event.operation;
      return {
        key: own ? "junk-filter-opened" : "mail-protection-weakened",
        title: own ? "Junk filter of a mailbox opened from a strange place" : "Protection of mail was weakened",
        reason: `${seen.event.operation} by ${seen.account.ref.upn}: "${name}" ${what}.`,
        dedup: `${seen.event.operation}:${name}`,
      };
    }),
});
