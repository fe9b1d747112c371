import { createM365Cloud, type M365Config } from "#activities/clients/m365/cloud.ts";

/** Reads an MSP's customers from Microsoft's Partner Center, for the API, which may not know the client itself. */
export function createPartnerDirectory(config: M365Config) {
  const cloud = createM365Cloud(config);
  return {
    listCustomers: (partnerTenantId: string) => cloud.listPartnerCustomers(partnerTenantId),
    redeem: (signIn: { code: string; redirectUri: string }) => cloud.redeemPartnerSignIn(signIn),
  };
}
