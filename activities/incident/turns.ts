/** So far apart steps begin that gave way to locks: all at once they would take the process from the next lock. */
export const BEGIN_EVERY_MS = 500;
/** However many wait, nobody waits longer for others' steps. */
export const LONGEST_TURN_MS = 60_000;

/**
 * Whose turn it is to begin, first come first served. Asked for an incident, answers how many milliseconds it has to wait:
 * 0 begins now, and whoever asks again after the time told begins. Who never asks again keeps nobody.
 */
export function createTurns(now: () => number = () => performance.now()): (incidentId: string) => number {
  const turns = new Map<string, number>();
  let next = Number.NEGATIVE_INFINITY;
  return (incidentId) => {
    const at = now();
    for (const [id, turn] of turns) if (turn < at - LONGEST_TURN_MS) turns.delete(id);
    let turn = turns.get(incidentId);
    if (turn === undefined) {
      turn = Math.min(Math.max(at, next), at + LONGEST_TURN_MS);
      next = turn + BEGIN_EVERY_MS;
    }
    if (turn > at) {
      turns.set(incidentId, turn);
      return turn - at;
    }
    turns.delete(incidentId);
    return 0;
  };
}
