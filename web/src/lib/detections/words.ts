import type { FailedAttackKind } from "#domain/incident/failed-attack.ts";
import type { DetectionRow } from "#domain/view/detection.ts";

export const ATTACK_KIND_WORDS: Record<FailedAttackKind, { name: string; meaning: string }> = {
  PASSWORD_SPRAY: { name: "Password spray", meaning: "few passwords on many accounts" },
  PASSWORD_GUESSING: { name: "Password guessing", meaning: "many passwords on one account" },
  LEGACY_AUTH: { name: "Legacy authentication", meaning: "old protocols that know no second factor" },
  AITM_KIT: { name: "AiTM kit", meaning: "a phishing kit’s client, stopped before it got a session" },
  MFA_REFUSED: { name: "MFA refused", meaning: "the password was right, the person said no" },
};

export const STAGES: { id: DetectionRow["stage"]; name: string }[] = [
  { id: "access", name: "Getting in" },
  { id: "act", name: "Acting inside" },
  { id: "foothold", name: "Leaving something behind" },
];

const regions = new Intl.DisplayNames("en-GB", { type: "region", fallback: "code" });
/** A country by its English name; an odd code stays what it is. */
export function countryName(code: string | null): string {
  if (!code) return "Not known";
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
}

export const PERIODS = [
  { id: "30", label: "30 days" },
  { id: "90", label: "90 days" },
  { id: "180", label: "180 days" },
] as const;
export const periodOf = (value: string | null): string => PERIODS.find(({ id }) => id === value)?.id ?? "30";
