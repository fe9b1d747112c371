/**
 * Wakes workflows. A ring carries ids only: the rows say what was ordered and by whom (S42). A ring that fails costs
 * nothing but time, because the relay rings again for every command still `sent` (D15).
 */
export type Bell = {
  /** Starts the onboarding of a tenant, or makes one that waits for consent look again. */
  startOnboarding(tenantId: string): Promise<void>;
  /** Signals the incident's workflow, starting it when none runs. */
  ringIncident(tenantId: string, incidentId: string, commandId: string): Promise<void>;
  /** Signals the workflow of one phish in one tenant, starting it when none runs. */
  ringPhish(tenantId: string, phishId: string, commandId: string): Promise<void>;
  /** Signals the tenant's workflow, starting it when none runs. */
  ringTenant(tenantId: string, commandId: string): Promise<void>;
};

/** Customers of an MSP's partner tenant, read from Microsoft's Partner Center. */
export type PartnerDirectory = {
  listCustomers(
    partnerTenantId: string,
  ): Promise<{ microsoftTenantId: string; name: string; gdapUntil: string | null; gdapActive: boolean }[]>;
  /** What the code of a partner administrator's sign-in stands for; throws where Microsoft does not take it. */
  redeem(signIn: {
    code: string;
    redirectUri: string;
  }): Promise<{ refreshToken: string; upn: string; partnerTenantId: string }>;
};

type Payload = { metadata?: Record<string, Uint8Array> | null; data?: Uint8Array | null };
/** Opens the values of executions for the Temporal UI (D28). */
export type Decoder = { decode(payloads: Payload[]): Promise<Payload[]> };
