import type { Rng } from "../random.ts";
import type { Json, SimUser } from "../state/types.ts";
import type { Stage } from "./stage.ts";

export interface Scenario {
  id: string;
  title: string;
  /** The attack this innocent story differs from in one honest fact. */
  twinOf: string | null;
  p1: boolean;
  synced: boolean;
  /** From the first event of the story to the last. */
  minutes: number;
  /** Things that were so long before the story begins. */
  prepare?(stage: Stage, until: number): void;
  /** Whether one attacker can do it to several accounts, here and elsewhere. */
  isForMany?: boolean;
  /**
   * Plays the story so that its last event falls on `endsAt`; returns handles for tests. What is the attacker's own and the
   * same for each of his victims (lure, addresses, tools) is drawn from `attackerRng` and nothing else is.
   */
  play(stage: Stage, victim: SimUser, endsAt: number, attackerRng: Rng): Json;
}
