import { Context } from "@temporalio/activity";

export type LoopTiming = {
  everyMs: number;
  lengthMs: number;
  /** Called with a function that ends the wait early; answers how to stop listening. */
  kicks?: (kick: () => void) => () => void;
};

const BEAT_MS = 1_000;
/** A turn that has not ended after this long is stuck: another process may do better. */
const STUCK_MS = 30_000;

/**
 * Calls `turn` again and again until the activity is cancelled, its worker stops, or its time is over, and then returns: the
 * workflow starts the next piece. A turn that throws fails the activity, and Temporal begins a new one. Heartbeats tell a
 * process that died from a turn that is slow.
 */
export async function untilStopped(timing: LoopTiming, turn: () => Promise<void>): Promise<void> {
  const context = Context.current();
  const { cancellationSignal } = context;
  const end = performance.now() + timing.lengthMs;
  let wake: () => void = () => {};
  let isKicked = false;
  const kick = () => {
    isKicked = true;
    wake();
  };
  cancellationSignal.addEventListener("abort", kick);
  const stopListening = timing.kicks?.(kick);
  let turnedAt = performance.now();
  context.heartbeat();
  const beat = setInterval(() => performance.now() - turnedAt < STUCK_MS && context.heartbeat(), BEAT_MS);
  try {
    while (!cancellationSignal.aborted && performance.now() < end) {
      isKicked = false;
      await turn();
      turnedAt = performance.now();
      if (isKicked) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timing.everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    clearInterval(beat);
    stopListening?.();
    cancellationSignal.removeEventListener("abort", kick);
  }
}
