import type { FaultClass } from "./m365.ts";

/** Entra token errors ("Microsoft Entra authentication and authorization error codes") and what they mean to us. */
const TABLE: Record<string, { faultClass: FaultClass; words: string }> = {
  "7000215": { faultClass: "our-fault", words: "Petra's client secret is wrong" },
  "7000222": { faultClass: "our-fault", words: "Petra's client secret has expired" },
  "700027": { faultClass: "retry", words: "Petra's certificate is not known to Microsoft yet" },
  "700016": { faultClass: "needs-consent", words: "the tenant never consented to Petra" },
  "7000229": { faultClass: "needs-consent", words: "Petra's consent was removed" },
  "7000112": { faultClass: "needs-consent", words: "Petra's application is disabled in the tenant" },
  "70001": { faultClass: "needs-consent", words: "Petra's application is disabled in the tenant" },
  "65001": { faultClass: "needs-consent", words: "the tenant has not consented" },
  "65004": { faultClass: "needs-consent", words: "consent was declined" },
  "650051": { faultClass: "retry", words: "the consent is still being set up" },
  "650052": { faultClass: "not-licensed", words: "the tenant has no subscription for this service" },
  "500011": { faultClass: "not-licensed", words: "the service is not in the tenant" },
  "500014": { faultClass: "not-licensed", words: "the service is disabled in the tenant (no licence)" },
  "90002": { faultClass: "tenant-gone", words: "Microsoft does not know the tenant" },
  "900023": { faultClass: "tenant-gone", words: "Microsoft does not know the tenant" },
  "5000224": { faultClass: "tenant-gone", words: "the tenant is being deleted" },
  "53003": { faultClass: "refused", words: "Conditional Access blocks Petra" },
  "530034": { faultClass: "refused", words: "risk-based access blocks Petra" },
  "50196": { faultClass: "our-fault", words: "Microsoft saw a request loop" },
  "90055": { faultClass: "retry", words: "Microsoft is busy" },
  "90033": { faultClass: "retry", words: "Microsoft is busy" },
  "90024": { faultClass: "retry", words: "Microsoft is busy" },
  "90090": { faultClass: "retry", words: "Microsoft is busy" },
  "90099": { faultClass: "needs-consent", words: "Petra is not authorised for partner access in the tenant" },
  "700082": { faultClass: "needs-consent", words: "the partner sign-in has expired" },
  "50173": { faultClass: "needs-consent", words: "the partner sign-in was revoked" },
  "70043": { faultClass: "needs-consent", words: "the partner sign-in was revoked" },
  "50020": { faultClass: "needs-consent", words: "the partner user is in no group for this customer" },
  "50177": { faultClass: "needs-consent", words: "the partner user is in no group for this customer" },
  "50194": { faultClass: "our-fault", words: "Petra's application is not multi-tenant" },
  "1002012": { faultClass: "our-fault", words: "the scope is wrong" },
  "70011": { faultClass: "our-fault", words: "the scope is wrong" },
};

/** OAuth `error` values, for numbers the table does not hold; Microsoft asks to branch on these. */
const BY_OAUTH_ERROR: Record<string, FaultClass> = {
  invalid_client: "our-fault",
  unauthorized_client: "needs-consent",
  consent_required: "needs-consent",
  invalid_grant: "needs-consent",
  invalid_resource: "not-licensed",
  access_denied: "refused",
  temporarily_unavailable: "retry",
  server_error: "retry",
  request_throttled: "retry",
  invalid_scope: "our-fault",
};

export function classifyTokenError(
  number: string | undefined,
  oauthError: string | undefined,
  status: number | undefined,
): { faultClass: FaultClass; words: string } {
  const row = number ? TABLE[number] : undefined;
  if (row) return row;
  if (status !== undefined && (status === 429 || status >= 500))
    return { faultClass: "retry", words: "Microsoft is busy" };
  const faultClass = (oauthError ? BY_OAUTH_ERROR[oauthError] : undefined) ?? "unknown";
  return { faultClass, words: "Microsoft gave no token" };
}
