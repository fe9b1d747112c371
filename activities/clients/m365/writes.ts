import { asText, classify, faultOf, parseObject, readErrorBody } from "./faults.ts";
import type { WriteOutcome } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { WireAnswer, WireLost } from "./wire.ts";

/** What a person must do when Microsoft refuses, by error code; `otherwise` for every other code. */
export type Fixes = { byCode?: Record<string, string>; otherwise?: string };

const DEFAULT_FIXES: Record<string, string> = {
  Authorization_RequestDenied:
    "Petra's application lacks the permission, or the account holds an administrator role: assign Petra's application the role Privileged Authentication Administrator",
  ErrorAccessDenied: "The mailbox is closed to Petra by an application access policy: add it to the policy's scope",
  MailboxNotEnabledForRESTAPI: "The mailbox is not in Exchange Online: do this in the on-premises Exchange",
};

/**
 * The outcome of a write. Every 2xx is accepted whatever its body (revokeSignInSessions answers 200, 202 and 204, with or
 * without JSON). A 429 or a token problem is a fault, since nothing happened; 5xx is unknown, since it may have.
 */
export function outcomeOf(answer: WireAnswer, what: string, fixes: Fixes = {}): WriteOutcome & { newId?: string } {
  const { requestId, status } = answer;
  if (status >= 200 && status <= 299) {
    const newId = asText(parseObject(answer.text)?.id);
    // A 202 that goes on in an operation names it ("Long-running operations").
    const operationId = /\/operations\/([^/?]+)$/.exec(answer.headers.get("location") ?? "")?.[1];
    const detail = operationId ? { detail: { operationId } } : {};
    return { kind: "accepted", requestId, ...detail, ...(newId ? { newId } : {}) };
  }
  const { code, message } = readErrorBody(answer.text);
  const faultClass = classify(status, code, message);
  if (status >= 500 && faultClass === "retry") return { kind: "unknown", reason: `${what}: ${status}`, requestId };
  if (faultClass === "retry" || faultClass === "needs-consent" || status === 501) throw faultOf(answer, what);
  if (faultClass === "not-found" && code !== "MailboxNotEnabledForRESTAPI") return { kind: "gone", requestId };
  return refusal(code ?? String(status), message, fixes, requestId);
}

export function refusal(
  code: string,
  message: string | undefined,
  fixes: Fixes,
  requestId: string | undefined,
): WriteOutcome {
  const fix = fixes.byCode?.[code] ?? fixes.otherwise ?? DEFAULT_FIXES[code];
  return {
    kind: "refused",
    code,
    reason: message ?? `Microsoft refused (${code})`,
    fix: fix ?? "Look at the reason Microsoft gave, and do this step in the Microsoft 365 admin center",
    requestId,
  };
}

export function outcomeOfLost(lost: WireLost, what: string): WriteOutcome {
  if (!lost.sent) throw new M365Fault("retry", `${what}: ${lost.message}`);
  return { kind: "unknown", reason: `${what}: ${lost.message}`, requestId: undefined };
}
