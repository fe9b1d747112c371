import { Context } from "@temporalio/activity";

export type LoopTiming = {
  everyMs: number;
  lengthMs: number;
  /** Called with a function that ends the wait early; answers how to stop listening. */
  kicks?: (kick: () => void) => () => void;
};

/**
 * Calls `turn` again and again until the activity is cancelled, its worker stops, or its time is over, and then returns: the
 * workflow starts the next piece. A turn that throws fails the activity, and Temporal begins a new one.
 */
export async function untilStopped(timing: LoopTiming, turn: () => Promise<void>): Promise<void> {
  const { cancellationSignal } = Context.current();
  const end = performance.now() + timing.lengthMs;
  let wake: () => void = () => {};
  let isKicked = false;
  const kick = () => {
    isKicked = true;
    wake();
  };
  cancellationSignal.addEventListener("abort", kick);
  const stopListening = timing.kicks?.(kick);
  try {
    while (!cancellationSignal.aborted && performance.now() < end) {
      isKicked = false;
      await turn();
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
    stopListening?.();
    cancellationSignal.removeEventListener("abort", kick);
  }
}
