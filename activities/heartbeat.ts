import { Context } from "@temporalio/activity";

const EVERY_MS = 1000;

/** Beats while `work` runs, so that a killed worker is noticed in seconds and not at the end of the time allowed (D27). */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
