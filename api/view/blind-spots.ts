import type { Capability, CapabilityId } from "#domain/tenant/phases.ts";

type Source = {
  source: string;
  state: "ok" | "late" | "partial" | "blind";
  reason: string | null;
  lastPolledAt: string | null;
};

/** What the lack of a capability hides from the judgement of an account. */
const HIDDEN: Partial<Record<CapabilityId, string>> = {
  p1: "No Entra ID P1: sign-ins are known from the audit log alone, without device, second factor and conditional access",
  "audit-log": "The audit log is off: what happened in mailboxes and files is not recorded",
  "exchange-role": "No Exchange role: hidden inbox rules, delegates and connectors cannot be read",
  "mail-permission": "No mail permission: copies of a phish in mailboxes cannot be looked for",
};
const LOOKBACK_MS = 180 * 86_400_000;

/** Sentences on what could not be seen around an incident, from the tenant's capabilities and sources as they are. */
export function blindSpots(
  tenant: { capabilities: Capability[] },
  sources: Source[],
  { occurredAt, now }: { occurredAt: string; now: string },
): string[] {
  const out: string[] = [];
  for (const { id, ok, since } of tenant.capabilities) {
    const hidden = HIDDEN[id];
    if (!ok && hidden) out.push(hidden);
    if (ok && id === "audit-log" && since && Date.parse(since) > Date.parse(occurredAt) - LOOKBACK_MS)
      out.push(`The audit log is on since ${since.slice(0, 10)}: nothing before that day was recorded`);
  }
  for (const { source, state, reason, lastPolledAt } of sources) {
    const why = reason ? ` (${reason})` : "";
    if (state === "blind") out.push(`${source} cannot be read${why}`);
    if (state === "partial") out.push(`${source} is read in part${why}`);
    if (state === "late") out.push(`${source} is late${ago(lastPolledAt, now)}: newer acts may be missing${why}`);
  }
  return out;
}

function ago(since: string | null, now: string): string {
  if (!since) return "";
  const minutes = Math.round((Date.parse(now) - Date.parse(since)) / 60_000);
  return minutes < 120 ? `, last read ${minutes} min ago` : `, last read ${Math.round(minutes / 60)} h ago`;
}
