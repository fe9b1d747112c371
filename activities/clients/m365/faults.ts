import type { FaultClass } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { WireAnswer } from "./wire.ts";

export type ErrorBody = { code: string | undefined; message: string | undefined };

/**
 * Reads Microsoft's error envelope; HTML pages, NUL bytes, empty bodies and plain strings give undefined members.
 * Microsoft Graph "Error responses"; the Management Activity API uses the same envelope, Exchange adds `details`.
 */
export function readErrorBody(text: string): ErrorBody {
  const body = parseObject(text);
  const error = asObject(body?.error);
  const code = asText(error?.code) ?? asText(body?.Status) ?? asText(body?.code);
  return { code, message: asText(error?.message) ?? asText(body?.Message) ?? asText(body?.message) };
}

/** `Retry-After` in ms from now: seconds or an HTTP date; undefined when missing or unreadable. */
export function readRetryAfter(headers: Headers, now: Date): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  // The server's own clock, where it says so: ours may be off.
  const from = Date.parse(headers.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(from) ? now.getTime() : from));
}

const NOT_LICENSED = new Set([
  "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
  "Authentication_RequestFromUnsupportedUserRole",
]);

/** The class of an error answer; unknown codes fall back to the HTTP class ("Microsoft Graph error responses"). */
export function classify(status: number, code: string | undefined, message: string | undefined): FaultClass {
  if (status === 429 || code === "AF429" || code === "TooManyRequests" || code === "activityLimitReached")
    return "retry";
  // The link grew old while the page before it was worked on: reading again from the start gets all of it.
  if (code === "Directory_ExpiredPageToken") return "retry";
  if (code && NOT_LICENSED.has(code)) return "not-licensed";
  // A feature the tenant has no licence for; carries no stable code, and is no lost consent.
  if (status === 401 && message?.startsWith("Account is not provisioned")) return "not-licensed";
  if (status === 401 || code === "AF10001") return "needs-consent";
  if (status === 404 || status === 410) return "not-found";
  if (status === 403) return "refused";
  if (status === 409) return code === "Directory_ConcurrencyViolation" ? "retry" : "refused";
  if (status === 501) return "our-fault";
  if (status >= 500) return "retry";
  if (status === 408) return "retry";
  if (status >= 400) return "our-fault";
  return "unknown";
}

/** The fault of an answer that is not 2xx. The text carries code and status only, never a body. */
export function faultOf(answer: WireAnswer, what: string): M365Fault {
  const { code, message } = readErrorBody(answer.text);
  const faultClass = classify(answer.status, code, message);
  return new M365Fault(faultClass, `${what}: ${answer.status}${code ? ` ${code}` : ""}`, {
    status: answer.status,
    code,
    requestId: answer.requestId,
    retryAfterMs: readRetryAfter(answer.headers, answer.receivedAt),
  });
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export const asText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A collection's items as objects; anything else is dropped. */
export const asRows = (value: unknown): Record<string, unknown>[] =>
  asList(value).flatMap((item) => {
    const row = asObject(item);
    return row ? [row] : [];
  });
