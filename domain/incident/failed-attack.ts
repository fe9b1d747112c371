import type { NetworkKind } from "#domain/event/event.ts";

export const FAILED_ATTACK_KINDS = [
  "PASSWORD_SPRAY",
  "PASSWORD_GUESSING",
  "LEGACY_AUTH",
  "AITM_KIT",
  "MFA_REFUSED",
] as const;
export type FailedAttackKind = (typeof FAILED_ATTACK_KINDS)[number];

/** An address an attack came from. `country` is where the address stands, which need not be where the attacker sits. */
export type AttackOrigin = {
  ip: string;
  country: string | null;
  org: string | null;
  kind: NetworkKind;
  attempts: number;
};
