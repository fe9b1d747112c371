import { type Cmdlet, isTrue } from "./cmdlet.ts";

export const CONFIGURATION_CMDLETS: Record<string, Cmdlet> = {
  "Get-AdminAuditLogConfig": {
    writes: false,
    parameters: ["Identity"],
    run: (call) => [
      {
        Identity: "Admin Audit Log Settings",
        AdminAuditLogEnabled: true,
        UnifiedAuditLogIngestionEnabled: call.tenant.auditEnabled,
      },
    ],
  },
  "Set-AdminAuditLogConfig": {
    writes: true,
    parameters: ["Identity", "UnifiedAuditLogIngestionEnabled"],
    run: (call, p) => {
      const before = call.tenant.auditEnabled;
      call.tenant.auditEnabled = isTrue(p.UnifiedAuditLogIngestionEnabled);
      if (!before && call.tenant.auditEnabled) call.tenant.auditSince = call.now;
      call.effect({
        effect: "Set-AdminAuditLogConfig",
        target: call.tenant.id,
        before,
        after: call.tenant.auditEnabled,
      });
      return [];
    },
  },
  "Get-HostedOutboundSpamFilterPolicy": {
    writes: false,
    parameters: ["Identity"],
    run: () => [{ Identity: "Default", Name: "Default", AutoForwardingMode: "Automatic" }],
  },
};
