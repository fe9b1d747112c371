import type { Bell } from "#temporal/client.ts";

const EVERY_MS = 60_000;

/**
 * Starts the loops of collectors and relay, and asks for them again and again: a Temporal that lost its store while this
 * process lives has them back within a minute, and the relay gives it the rest (D29). Answers how to stop asking.
 */
export async function keepLoops(bell: Bell, shards: number, everyMs = EVERY_MS): Promise<() => void> {
  await bell.startLoops(shards);
  const timer = setInterval(() => void bell.startLoops(shards).catch(() => {}), everyMs);
  return () => clearInterval(timer);
}
