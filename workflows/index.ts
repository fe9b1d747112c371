export { collect } from "#workflows/collect/collect.ts";
export { relay } from "#workflows/collect/relay.ts";
export { respondToIncident } from "#workflows/incident/respond-to-incident.ts";
export { retractPhish } from "#workflows/phish/retract-phish.ts";
export { scanTenant } from "#workflows/scan/scan-tenant.ts";
export { monitorTenant } from "#workflows/tenant/monitor-tenant.ts";
export { onboardTenant } from "#workflows/tenant/onboard-tenant.ts";
