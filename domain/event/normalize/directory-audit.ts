import { parseAddress } from "../address.ts";
import { graphActor, isGuid } from "./actor.ts";
import { changePairs, graphTargets } from "./directory.ts";
import { operationOf, resultOutcome } from "./operations.ts";
import { defined, flat, isRaw, pairs, type Raw, text } from "./raw.ts";
import { type Body, directoryDetail } from "./ual.ts";

/** A Graph directoryAudit; table rows and diagnostic records arrive here with the same field names. */
export function directoryAuditBody(raw: Raw): Body {
  const operation = text(raw, "activityDisplayName", "operationName") ?? "";
  const { targets, changes } = graphTargets(raw);
  const extra = pairs(raw.additionalDetails);
  const by = isRaw(raw.initiatedBy) ? raw.initiatedBy : undefined;
  const user = by && isRaw(by.user) ? by.user : undefined;
  const address = parseAddress(text(user, "ipAddress") ?? text(raw, "callerIpAddress"));
  const base = operationOf(operation, "AzureActiveDirectory", undefined);
  const body: Body = {
    category: "directory",
    action: base.action,
    operation,
    outcome: resultOutcome(text(raw, "result", "resultType")),
    actor: graphActor(raw),
    client: defined<Body["client"]>({
      ip: address?.ip,
      port: address?.port,
      userAgent: text(raw, "userAgent") ?? extra.get("User-Agent"),
    }),
    handles: defined<Body["handles"]>({ correlationId: text(raw, "correlationId") } as {
      [K in keyof Body["handles"]]: Body["handles"][K] | undefined;
    }),
    params: flat(changePairs(changes), extra),
  };
  const reason = text(raw, "resultReason");
  if (reason) body.params.resultReason = reason;
  const tenant = text(raw, "tenantId", "aadTenantId");
  if (isGuid(tenant)) body.organizationId = tenant.toLowerCase();
  directoryDetail(body, changes, targets);
  return body;
}
