import type { Bell } from "#temporal/client.ts";

const EVERY_MS = 60_000;
const AGAIN_MS = 1_000;

/**
 * Starts the loops of collectors and relay, and asks for them again and again: at once where Temporal does not answer (a
 * server that was started a moment ago may take half a minute), later each minute, so that a Temporal that lost its store has
 * them back and the relay gives it the rest (D29). Answers how to stop asking.
 */
export function keepLoops(bell: Pick<Bell, "startLoops">, shards: number, everyMs = EVERY_MS): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const ask = async (): Promise<void> => {
    const isHeard = await bell.startLoops(shards).then(
      () => true,
      () => false,
    );
    if (!isStopped) timer = setTimeout(ask, isHeard ? everyMs : Math.min(AGAIN_MS, everyMs));
  };
  void ask();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
