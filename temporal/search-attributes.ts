import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** For operators' lists in the Temporal UI, never for product lists; opaque ids and closed words only (S39). */
export const searchAttributes = {
  orgId: defineSearchAttributeKey("OrgId", SearchAttributeType.KEYWORD),
  tenantId: defineSearchAttributeKey("TenantId", SearchAttributeType.KEYWORD),
  incidentStatus: defineSearchAttributeKey("IncidentStatus", SearchAttributeType.KEYWORD),
};
