import type { EventSource, NormalizedEvent, OwnHit } from "../event.ts";
import { sha256 } from "../sha256.ts";
import { parseTime } from "../time.ts";
import { directoryAuditBody } from "./directory-audit.ts";
import { printOf } from "./print.ts";
import { asText, fromText, isRaw, type Raw, text } from "./raw.ts";
import { type Shaped, shapeOf } from "./shape.ts";
import { signInBody } from "./sign-in.ts";
import { type Body, ualBody } from "./ual.ts";

/** Why a record is set aside until a time is known for it. */
export const NO_TIME = "record has no readable time";

/** Holds own rules against a record in its native form (a `sign-in`, `directory-audit` or `ual` record of Microsoft's). */
export type OwnRules = (kind: EventSource, record: Raw) => OwnHit[];

/** SHA-256 of bytes as lower-case hex. */
export type Digest = (bytes: Uint8Array) => string;

type Hint = {
  source?: EventSource;
  fallbackId?: string;
  fallbackTime?: string;
  ownRules?: OwnRules;
  digest?: Digest;
};

export type Normalized =
  | { kind: "event"; event: NormalizedEvent }
  | { kind: "not-relevant" }
  | { kind: "unreadable"; reason: string };

/**
 * One raw record of any source into the common language. Pure; never throws and never drops silently: what is no
 * record of ours is `not-relevant`, what cannot be read is `unreadable` with a reason fit to show.
 * @param hint.source the stream it was read from; only decides for records that could be several things
 * @param hint.fallbackId id to use when the record has none (`file#line`)
 * @param hint.fallbackTime ISO time to use for a record that carries none at all (a query left the column out); such an
 *   event says so in `params.timeNotRecorded`
 * @param hint.ownRules own rules to hold against the record
 * @param hint.digest the machine's own SHA-256, where there is one: ours is slow
 */
export function normalizeRecord(raw: unknown, hint: Hint = {}): Normalized {
  try {
    const print = printOf(raw);
    if ("fault" in print) return { kind: "unreadable", reason: print.fault };
    if (!isRaw(raw)) return { kind: "unreadable", reason: "not a JSON object" };
    return read(raw, print.bytes, hint);
  } catch {
    return { kind: "unreadable", reason: "record could not be read" };
  }
}

function read(raw: Raw, whole: Uint8Array, hint: Hint): Normalized {
  if (hint.source === "message-trace") return { kind: "not-relevant" };
  const empty = emptyPayload(raw);
  if (empty) return { kind: "unreadable", reason: empty };
  const shaped = shapeOf(raw);
  if (shaped.kind === "not-relevant") return { kind: "not-relevant" };
  if (shaped.kind === "unknown") return { kind: "unreadable", reason: whyUnknown(raw) };
  const print = shaped.raw === raw ? { bytes: whole } : printOf(shaped.raw);
  if ("fault" in print) return { kind: "unreadable", reason: print.fault };
  const recorded = parseTime(shaped.time);
  const occurredAt = recorded ?? (shaped.time === undefined ? hint.fallbackTime : undefined);
  if (!occurredAt) return { kind: "unreadable", reason: NO_TIME };
  const body = bodyOf(shaped);
  if (!recorded) body.params.timeNotRecorded = "true";
  if (body.operation === "" && shaped.kind !== "sign-in")
    return { kind: "unreadable", reason: "record names no operation" };
  const contentHash = (hint.digest ?? sha256)(print.bytes).slice(0, 32);
  const recordId = shaped.id ?? asText(raw.id) ?? hint.fallbackId ?? `hash:${contentHash}`;
  const ownHits = hint.ownRules?.(shaped.kind, shaped.raw) ?? [];
  const event: NormalizedEvent = { recordId, source: shaped.kind, contentHash, occurredAt, ...body };
  return { kind: "event", event: ownHits.length > 0 ? { ...event, ownHits } : event };
}

function bodyOf(shaped: Extract<Shaped, { raw: Raw }>): Body {
  if (shaped.kind === "ual") return ualBody(shaped.raw);
  return shaped.kind === "sign-in" ? signInBody(shaped.raw) : directoryAuditBody(shaped.raw);
}

/** An export row whose AuditData is empty or is not JSON is a broken row, not a record of another kind. */
function emptyPayload(raw: Raw): string | undefined {
  for (const name of ["AuditData", "auditData"]) {
    if (!Object.hasOwn(raw, name)) continue;
    const value = raw[name];
    if (value === null || value === undefined || (typeof value === "string" && value.trim() === ""))
      return `${name} is empty`;
    if (!isRaw(fromText(value))) return `${name} is not JSON`;
  }
  return undefined;
}

function whyUnknown(raw: Raw): string {
  if (text(raw, "Operation")) return NO_TIME;
  return "not a known kind of audit record";
}
