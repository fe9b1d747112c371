/**
 * The only place that makes workflow ids. Ids are fixed and begin with their tenant, because the codec takes the key from
 * there (D7, D28); they hold opaque ids only (S39).
 */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const part = (value: string): string => {
  if (!UUID.test(value)) throw new Error("A workflow id is made of our own ids only");
  return value;
};

export const workflowIds = {
  onboard: (tenantId: string) => `tenant/${part(tenantId)}/onboard`,
  monitor: (tenantId: string) => `tenant/${part(tenantId)}/monitor`,
  scan: (tenantId: string, scanId: string) => `tenant/${part(tenantId)}/scan/${part(scanId)}`,
  incident: (tenantId: string, incidentId: string) => `tenant/${part(tenantId)}/incident/${part(incidentId)}`,
  phish: (tenantId: string, phishId: string) => `tenant/${part(tenantId)}/phish/${part(phishId)}`,
  collect: (shard: number) => `collect/${shard}`,
  relay: () => "relay/0",
};

/** The tenant whose key seals the payloads of this workflow; undefined for the installation's own workflows. */
export function tenantOfWorkflow(workflowId: string | undefined): string | undefined {
  const [kind, tenantId] = workflowId?.split("/") ?? [];
  return kind === "tenant" && tenantId && UUID.test(tenantId) ? tenantId : undefined;
}
