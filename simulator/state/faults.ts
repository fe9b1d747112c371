import type { Rng } from "../random.ts";
import type { Fault, Json, Tenant } from "./types.ts";

export const FAULT_KINDS = {
  throttle: "429; retryAfter: seconds | 'date' | 'missing'",
  error: "status (500..504, 403 …), code, message",
  "lost-answer": "the effect happens, then answer: '504' | 'reset'",
  reset: "the connection breaks before anything happens",
  "html-403": "403 with an HTML page",
  "nul-403": "403 whose body is NUL bytes",
  latency: "ms of real time before the answer",
  "empty-pages": "every collection starts with an empty page that has a nextLink",
  "small-pages": "size: rows per page whatever $top says",
  "page-token-dies": "seconds: a nextLink older than that answers 400 Directory_ExpiredPageToken",
  "late-records": "delayMs added to new records, probability per record",
  "duplicate-records": "new records come a second time, changed, afterMs later",
  "replica-lag": "ms during which directory reads show the old value",
  "revoke-status": "status of revokeSignInSessions: 200 | 202 | 204",
  "writeback-stuck": "a password reset is taken and its operation never ends",
  "writeback-policy": "a password reset is taken and the on-premises policy refuses it",
  "patch-ignored": "a PATCH is answered 204 and changes nothing",
  "mailbox-not-enabled": "userId: mail calls answer 404 MailboxNotEnabledForRESTAPI",
  "mailbox-denied": "userId: mail calls answer 403 ErrorAccessDenied",
  "token-error": "aadsts: number; the token endpoint refuses",
  "token-lifetime": "seconds of life of new tokens",
  "cae-challenge": "the next calls get a 401 claims challenge, once per token",
  "not-provisioned": "401 'Account is not provisioned.'",
  "audit-query-v1-missing": "v1.0 auditLogQuery answers 404, beta works",
  "audit-query": "outcome: 'failed' | 'stuck', or delayMs until succeeded",
  "auditing-disabled": "audit queries answer AuditingDisabledTenant",
  "feed-throttle": "AF429 with status 403",
  "subscription-lost": "the activity feed forgets the subscription (AF20022)",
  "blob-gone": "content blobs answer 404 AF20050",
  "exchange-noop": "a cmdlet answers 200 with an empty value and changes nothing",
  "unknown-members": "answers carry members and enum values nobody knows",
  "real-limits": "reporting 5 calls per 10 s, Exchange mail 4 at once, as documented",
} as const;

type FaultKind = keyof typeof FAULT_KINDS;

export const isFaultKind = (kind: string): kind is FaultKind => Object.hasOwn(FAULT_KINDS, kind);

/** The first fault of that kind which strikes this call; counts it as used. */
export function strike(
  tenant: Tenant | undefined,
  kind: FaultKind,
  call: { method: string; path: string },
  rng: Rng,
  accept: (settings: Json) => boolean = () => true,
): Fault | undefined {
  for (const fault of tenant?.faults ?? []) {
    if (fault.kind !== kind || fault.remaining === 0) continue;
    if (fault.match.method && fault.match.method.toUpperCase() !== call.method) continue;
    if (fault.match.pathPattern && !new RegExp(fault.match.pathPattern, "i").test(call.path)) continue;
    if (!accept(fault.settings)) continue;
    if (fault.skip > 0) {
      fault.skip -= 1;
      continue;
    }
    if (!rng.chance(fault.probability)) continue;
    if (fault.remaining !== null) fault.remaining -= 1;
    return fault;
  }
  return undefined;
}
