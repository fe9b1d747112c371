/** How activities reach workflows: fixed ids, safe to repeat. Implemented by temporal/client.ts. */
export type WorkflowBell = {
  /** Starts onboarding, or makes one that waits for the consent look again. */
  startOnboarding(tenantId: string): Promise<void>;
  startScan(tenantId: string, scanId: string): Promise<void>;
  startMonitor(tenantId: string): Promise<void>;
  /** Starts the incident's workflow when none runs; leaves a running one alone. */
  ensureIncident(tenantId: string, incidentId: string): Promise<void>;
  /** The same, and makes a running one look at Postgres again. */
  wakeIncident(tenantId: string, incidentId: string, reason: string): Promise<void>;
  wakeTenant(tenantId: string, reason: string): Promise<void>;
  ringTenant(tenantId: string, commandId: string): Promise<void>;
  ringIncident(tenantId: string, incidentId: string, commandId: string): Promise<void>;
  /** About one phish in one tenant. */
  ringPhish(tenantId: string, phishId: string, commandId: string): Promise<void>;
};
