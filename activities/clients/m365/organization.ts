import type { Exchange } from "./exchange.ts";
import { asRows, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import type { M365Tenant } from "./m365.ts";
import { M365Fault } from "./m365.ts";

const PREMIUM_1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
const PREMIUM_2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998";

/** What onboarding must know of a tenant: name, domains, Entra licences, whether the audit log is on. */
export function organizationDoor(
  graph: Graph,
  exchange: Exchange,
): Pick<M365Tenant, "readOrganization" | "readAuditConfig" | "enableAudit"> {
  return {
    async readOrganization() {
      const [organizations, domains, skus] = await Promise.all([
        graph.all({ path: "/organization", query: { $select: "id,displayName,verifiedDomains" } }),
        graph.all({ path: "/domains" }),
        graph.all({ path: "/subscribedSkus" }),
      ]);
      const organization = organizations[0];
      if (!organization) throw new M365Fault("unknown", "GET /organization: no organization");
      const plans = new Set(
        skus
          .filter((sku) => sku.capabilityStatus === "Enabled" || sku.capabilityStatus === "Warning")
          .flatMap((sku) => asRows(sku.servicePlans).flatMap((plan) => asText(plan.servicePlanId) ?? [])),
      );
      const verified = asRows(organization.verifiedDomains).flatMap((domain) => asText(domain.name) ?? []);
      // An administrator, or whoever took his account, lists any name he likes; only proof of ownership makes it his.
      const proven = domains
        .filter((domain) => domain.isVerified === true)
        .flatMap((domain) => asText(domain.id) ?? []);
      return {
        id: String(organization.id),
        displayName: asText(organization.displayName) ?? String(organization.id),
        domains: [...new Set([...verified, ...proven])],
        hasP1: plans.has(PREMIUM_1) || plans.has(PREMIUM_2),
        hasP2: plans.has(PREMIUM_2),
        federatedDomains: domains
          .filter((domain) => domain.authenticationType === "Federated")
          .map((domain) => String(domain.id)),
      };
    },
    async readAuditConfig() {
      const [config] = await exchange.read({ name: "Get-AdminAuditLogConfig" });
      return { enabled: config?.UnifiedAuditLogIngestionEnabled === true };
    },
    enableAudit: () =>
      exchange.write({
        name: "Set-AdminAuditLogConfig",
        parameters: { UnifiedAuditLogIngestionEnabled: true },
      }),
  };
}
