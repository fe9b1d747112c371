import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

export const incidentStatusKey = defineSearchAttributeKey("IncidentStatus", SearchAttributeType.KEYWORD);
