/** Moments of one incident, from the attacker's act to the lock that was read back. ISO; null = not known, or not yet. */
export type LatencyClock = {
  eventAt: string;
  availableAt: string | null;
  ingestedAt: string | null;
  detectedAt: string;
  askedAt: string | null;
  acceptedAt: string | null;
  verifiedAt: string | null;
  /** The lock was a person's order: the time until it counts as the person's, not as Petra's. */
  isByPerson: boolean;
};

export const LATENCY_LEGS = ["available", "ingested", "detected", "asked", "accepted", "verified"] as const;
export type LatencyLegId = (typeof LATENCY_LEGS)[number];
/** Whose time it is. `shared`: Microsoft's replicas and how often Petra reads, which nobody can tell apart. */
export type LatencyOwner = "microsoft" | "petra" | "person" | "shared";

export const LATENCY_WORDS: Record<LatencyLegId, string> = {
  available: "Until Microsoft could show the record",
  ingested: "Until Petra had read it",
  detected: "Until Petra had judged it",
  asked: "Until the lock was asked for",
  accepted: "Until Microsoft accepted the lock",
  verified: "Until the lock was read back",
};

export type LatencyLeg = {
  id: LatencyLegId;
  owner: LatencyOwner;
  from: string | null;
  to: string | null;
  /** null: an end is not known or not reached, or the clocks disagree. */
  seconds: number | null;
};
export type LatencyLedger = {
  legs: LatencyLeg[];
  /** Seconds of Microsoft, of Petra, of people and of nobody alone; null when a leg of theirs is not known. */
  microsoft: number | null;
  petra: number | null;
  person: number | null;
  shared: number | null;
  /** Microsoft does not say when the record became visible: this much is Microsoft's and Petra's together. */
  unsplit: number | null;
  /** From the act to the lock that was read back. */
  total: number | null;
};

const between = (from: string | null, to: string | null): number | null => {
  if (from === null || to === null) return null;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds >= 0 ? seconds : null;
};

/** Cuts an incident's way into legs, each with its owner; what is not known stays unknown and is never counted as nothing. */
export function latencyOf(clock: LatencyClock): LatencyLedger {
  const { eventAt, availableAt, ingestedAt, detectedAt, askedAt, acceptedAt, verifiedAt, isByPerson } = clock;
  const leg = (id: LatencyLegId, owner: LatencyOwner, from: string | null, to: string | null): LatencyLeg => ({
    id,
    owner,
    from,
    to,
    seconds: between(from, to),
  });
  const legs = [
    leg("available", "microsoft", eventAt, availableAt),
    leg("ingested", "petra", availableAt, ingestedAt),
    leg("detected", "petra", ingestedAt, detectedAt),
    leg("asked", isByPerson ? "person" : "petra", detectedAt, askedAt),
    leg("accepted", "microsoft", askedAt, acceptedAt),
    leg("verified", "shared", acceptedAt, verifiedAt),
  ];
  const sum = (owner: LatencyOwner): number | null => {
    const mine = legs.filter((l) => l.owner === owner);
    if (mine.length === 0) return 0;
    return mine.some((l) => l.seconds === null) ? null : mine.reduce((total, l) => total + (l.seconds ?? 0), 0);
  };
  return {
    legs,
    microsoft: sum("microsoft"),
    petra: sum("petra"),
    person: sum("person"),
    shared: sum("shared"),
    unsplit: availableAt === null ? between(eventAt, ingestedAt) : null,
    total: between(eventAt, verifiedAt),
  };
}

export type Percentiles = { count: number; p50: number | null; p90: number | null; p99: number | null };

/** Nearest-rank percentiles: each is a value that was measured. With few values p99 is the largest of them. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

export const LATENCY_LINES = [...LATENCY_LEGS, "microsoft", "petra", "person", "total"] as const;
export type LatencyLineId = (typeof LATENCY_LINES)[number];
export type LatencySummary = {
  incidents: number;
  /** Incidents for which Microsoft's moment of showing is not known: they count in no leg that begins or ends there. */
  availableUnknown: number;
  lines: Record<LatencyLineId, Percentiles>;
};

/** Percentiles over incidents. A person's waiting counts in `person`, never in `asked` or `petra`. */
export function summarizeLatency(clocks: readonly LatencyClock[]): LatencySummary {
  const ledgers = clocks.map((clock) => ({ clock, ledger: latencyOf(clock) }));
  const secondsOf = (line: LatencyLineId, { clock, ledger }: (typeof ledgers)[number]): number | null => {
    if (line === "person") return clock.isByPerson ? ledger.person : null;
    if (line === "asked" && clock.isByPerson) return null;
    if (line === "microsoft" || line === "petra" || line === "total") return ledger[line];
    return ledger.legs.find((l) => l.id === line)?.seconds ?? null;
  };
  const lines = LATENCY_LINES.map((line) => {
    const values = ledgers.map((entry) => secondsOf(line, entry)).filter((value) => value !== null);
    return [line, percentilesOf(values)] as const;
  });
  return {
    incidents: clocks.length,
    availableUnknown: clocks.filter((clock) => clock.availableAt === null).length,
    lines: Object.fromEntries(lines) as Record<LatencyLineId, Percentiles>,
  };
}

/** One tenant's percentiles beside those of all tenants the viewer sees. */
export type LatencyReport = {
  since: string;
  all: LatencySummary;
  tenants: { tenant: { id: string; name: string }; summary: LatencySummary }[];
};
