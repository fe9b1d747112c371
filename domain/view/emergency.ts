import type { EmergencyAccount, EmergencyWord } from "#domain/tenant/emergency.ts";

/** The emergency accounts of a tenant, and whether somebody must say again that the list is right. */
export type EmergencyView = {
  accounts: EmergencyAccount[];
  confirmed: EmergencyWord | null;
  isDue: boolean;
  /** Of the viewer: name an account; take one off and confirm. */
  may: { add: boolean; change: boolean };
};
