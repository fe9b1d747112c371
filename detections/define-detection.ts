import type { ArtifactKind, Severity } from "#domain/incident/analysis.ts";
import type { Weight } from "./weights.ts";
import type { Account, Seen } from "./world/seen.ts";
import type { World } from "./world/world.ts";

/** What a stage of the story a detection tells of: getting in, acting inside, or leaving something behind. */
export type Stage = "access" | "act" | "foothold";

/** Something left behind, as its making shows it; its present state is worked out afterwards. */
export type ArtifactSeed = {
  kind: ArtifactKind;
  name: string;
  objectId?: string | undefined;
  mailbox?: string | undefined;
  effect: string;
  detail: Record<string, string>;
};

export type Phish = {
  internetMessageId?: string;
  subject?: string;
  sender?: string;
  direction: "received" | "sent-by-attacker";
};

/** One firing on one account. */
export type Finding = {
  account: Account;
  /** The records cited, in time order. */
  events: Seen[];
  /** The record with which it was known, where later ones only add to it; without it, the last one cited. */
  known?: Seen | undefined;
  /** What makes it the same finding when it is seen again. */
  dedup: string;
  weight: Weight;
  /** One sentence a technician understands. */
  reason: string;
  title?: string;
  /** Done by the owner's own hand under deception: his known device speaks for nobody. */
  deceived?: boolean;
  /** What it left behind. */
  artifacts?: ArtifactSeed[];
  phish?: Phish[];
};

export type Technique = { tactic: `TA${string}`; technique: `T${string}` };

export type Source = "sign-in-log" | "unified-audit-log" | "directory-audit" | "mailbox-audit" | "live-inventory";

/** A detection: what it looks for, what it needs, and a pure function over the prepared records. */
export type Detection = {
  /** Stable for ever; folder name and runbook hang on it. */
  id: string;
  title: string;
  /** How bad the behaviour is when it is real; the incident's severity is judged from everything together. */
  severity: Severity;
  stage: Stage;
  sources: readonly Source[];
  needs: readonly ("ip" | "agent" | "baseline" | "session" | "own-domains" | "inventory")[];
  attack: readonly Technique[];
  falsePositives: readonly string[];
  knownGaps: readonly string[];
  runbook: readonly string[];
  find: (world: World) => Finding[];
};

/** The record with which a finding was known. */
export function knownWith(finding: Finding): Seen {
  return finding.known ?? finding.events.at(-1)!;
}

export function defineDetection(detection: Detection): Detection {
  return detection;
}

/** The key under which the same firing is recognised again. */
export function dedupKey(detection: Detection, finding: Finding): string {
  return `${detection.id}:${finding.account.key}:${finding.dedup}`;
}
