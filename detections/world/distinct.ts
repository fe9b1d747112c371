import type { NormalizedEvent } from "#domain/event/event.ts";
import type { AnalysisInput } from "#domain/incident/analysis.ts";
import { bySeenOrder, type Seen, SILENT } from "./seen.ts";

function filled(event: NormalizedEvent): number {
  return Object.keys(event.params).length + Object.keys(event.client).length + Object.keys(event.signIn ?? {}).length;
}

/** Microsoft writes its opinion into a sign-in hours later, and a judgement on that opinion later still. */
function opinion({ signIn }: NormalizedEvent): number {
  if (/^(dismissed|confirmedsafe|remediated)$/i.test(signIn?.riskState ?? "")) return 4;
  return ["low", "medium", "high"].indexOf(signIn?.riskLevel?.toLowerCase() ?? "") + 1;
}

/**
 * Of two versions of one record the one with the later opinion is kept, then the fuller one; equal ones by content, so
 * that the choice never varies.
 */
function better(a: NormalizedEvent, b: NormalizedEvent): NormalizedEvent {
  const difference = opinion(a) - opinion(b) || filled(a) - filled(b);
  if (difference !== 0) return difference > 0 ? a : b;
  return a.contentHash >= b.contentHash ? a : b;
}

/** Copies what the second source knows and the first does not. */
function fill<T extends object>(into: T, from: T): T {
  let out = into;
  for (const key of Object.keys(from) as (keyof T)[]) {
    if (into[key] !== undefined || from[key] === undefined) continue;
    if (out === into) out = { ...into };
    out[key] = from[key];
  }
  return out;
}

/** The sign-in log knows more of a sign-in than the unified audit log; the latter may know the session. */
function merge(primary: Seen, other: Seen): Seen {
  const event: NormalizedEvent = {
    ...primary.event,
    actor: fill(primary.event.actor, other.event.actor),
    client: fill(primary.event.client, other.event.client),
    handles: fill(primary.event.handles, other.event.handles),
    params: { ...other.event.params, ...primary.event.params },
    ...(primary.event.signIn || other.event.signIn
      ? { signIn: fill(primary.event.signIn ?? {}, other.event.signIn ?? {}) }
      : {}),
  };
  const app = fill(primary.event.app ?? {}, other.event.app ?? {});
  if (primary.event.app || other.event.app) event.app = app;
  const hits = [...(primary.event.ownHits ?? []), ...(other.event.ownHits ?? [])];
  if (hits.length > 0) event.ownHits = hits;
  return { ...primary, event, ids: [...primary.ids, ...other.ids] };
}

/** The directory audit and the unified audit log tell of one change under one correlation id. */
function changeKey(event: NormalizedEvent): string {
  const target = event.target?.id ?? event.target?.upn ?? event.target?.name ?? "";
  return [
    event.action,
    event.handles.correlationId ?? event.recordId,
    target.toLowerCase(),
    event.params.roleName ?? "",
  ].join("|");
}

/** Each record once, in order; a sign-in that both feeds report is one. */
export function distinctEvents(input: AnalysisInput): Seen[] {
  const byId = new Map<string, NormalizedEvent>();
  for (const event of input.events) {
    const key = `${event.source} ${event.recordId}`;
    const known = byId.get(key);
    byId.set(key, known ? better(known, event) : event);
  }
  const signIns = new Map<string, Seen>();
  const audits = new Map<string, Seen[]>();
  const out: Seen[] = [];
  const later: Seen[] = [];
  for (const event of byId.values()) {
    const seen: Seen = { event, ids: [event.recordId], at: Date.parse(event.occurredAt), facts: {}, place: SILENT };
    if (event.source === "sign-in") signIns.set(event.recordId.toLowerCase(), seen);
    else if (event.action === "sign-in" && event.params.requestId) later.push(seen);
    else if (event.source === "directory-audit") {
      const key = changeKey(event);
      audits.set(key, [...(audits.get(key) ?? []), seen]);
    } else if (event.category === "directory") later.push(seen);
    else out.push(seen);
  }
  for (const list of audits.values()) list.sort(bySeenOrder);
  for (const seen of later.sort(bySeenOrder)) {
    if (seen.event.category === "directory") {
      const twins = audits.get(changeKey(seen.event)) ?? [];
      const at = twins.findIndex((twin) => twin.ids.length === 1 && Math.abs(twin.at - seen.at) < 60_000);
      if (at < 0) out.push(seen);
      else twins[at] = merge(twins[at]!, seen);
      continue;
    }
    const id = seen.event.params.requestId ?? "";
    const twin = signIns.get(id);
    if (twin && Math.abs(twin.at - seen.at) < 600_000) signIns.set(id, merge(twin, seen));
    else out.push(seen);
  }
  out.push(...signIns.values(), ...[...audits.values()].flat());
  for (const seen of out) seen.facts = input.factsOf(seen.event);
  return out.sort(bySeenOrder);
}
