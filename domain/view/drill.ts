/** An exercise: a story against a tenant of the simulated cloud. */
export type DrillView = {
  /** Its tenant's id. */
  id: string;
  tenantName: string;
  title: string;
  story: string;
  responseEnabled: boolean;
  trainee: string;
  state: "preparing" | "ready" | "attacked" | "ended";
  startedAt: string;
  attackedAt: string | null;
  endedAt: string | null;
};

export type DrillList = {
  /** Whether this installation has a simulated cloud at all. */
  isAvailable: boolean;
  stories: { id: string; title: string }[];
  drills: DrillView[];
};

export type DrillDebrief = {
  incidents: {
    id: string;
    number: number;
    headline: string;
    status: string;
    detectedAt: string;
    publishedAt: string | null;
    containedAt: string | null;
    remediatedAt: string | null;
    /** From the attacker's act to the lock that was read back, as the latency ledger counts; null: not contained. */
    secondsToContain: number | null;
    /** Of them, the time a person was waited for. */
    secondsOfPeople: number | null;
    missed: string[];
  }[];
  timeline: { at: string; who: string; isPerson: boolean; text: string }[];
};
