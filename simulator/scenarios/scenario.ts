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
  /** Plays the story so that its last event falls on `endsAt`; returns handles for tests. */
  play(stage: Stage, victim: SimUser, endsAt: number): Json;
}
