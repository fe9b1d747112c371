import type { LatencyLineId, LatencyOwner } from "#domain/evidence/latency.ts";
import { LATENCY_WORDS } from "#domain/evidence/latency.ts";
import { span } from "#lib/time.ts";

export const OWNER_WORDS: Record<LatencyOwner, string> = {
  microsoft: "Microsoft",
  petra: "Petra",
  person: "A person",
  shared: "Microsoft and Petra",
};
/** Tones of the bar; the table beside it says the same in words. */
export const OWNER_TONES = { microsoft: "control", petra: "accent", person: "amber", shared: "green" } as const;

export const LINE_WORDS: Record<LatencyLineId, string> = {
  ...LATENCY_WORDS,
  microsoft: "Microsoft’s share",
  petra: "Petra’s share",
  person: "People’s share, where a person ordered the lock",
  total: "From the act to the lock that was read back",
};
export const LINE_OWNERS: Partial<Record<LatencyLineId, LatencyOwner>> = {
  available: "microsoft",
  ingested: "petra",
  detected: "petra",
  asked: "petra",
  accepted: "microsoft",
  verified: "shared",
};

/** Seconds for people: tenths below ten, because that is where Petra's own share lies. */
export const inSeconds = (seconds: number | null): string =>
  seconds === null ? "not known" : seconds < 10 ? `${seconds.toFixed(1)} s` : span(seconds);
