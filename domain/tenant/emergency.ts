import type { Actor } from "#domain/access/actor.ts";

/** An account that lets the client in when everything else is locked ("break glass"): Petra never locks it by itself (S44). */
export type EmergencyAccount = { objectId: string; name: string; reason: string; by: Actor; at: string };

/** Somebody's word that the list is right. */
export type EmergencyWord = { by: Actor; at: string };

export const EMERGENCY_CONFIRM_DAYS = 90;

/** Must somebody look at the list again? True where nobody ever did. */
export const isEmergencyListDue = (confirmed: EmergencyWord | null, now: string): boolean =>
  !confirmed || Date.parse(now) - Date.parse(confirmed.at) >= EMERGENCY_CONFIRM_DAYS * 86_400_000;
