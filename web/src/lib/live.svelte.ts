/** Splits a server-sent stream into "something changed" calls; comments (heartbeats) are ignored. */
async function readStream(response: Response, onChange: () => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    if (lines.some((line) => line.startsWith("data:"))) onChange();
  }
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** A live page: calls `onChange` (gathered over 150 ms) for each change the API tells of, reconnects with back-off, stops for good on a lasting refusal. */
export class Live {
  state = $state<"connecting" | "live" | "lost" | "ended">("connecting");
  #abort = new AbortController();
  #pending: ReturnType<typeof setTimeout> | undefined;
  #onChange: () => void | Promise<void>;

  constructor(url: string, onChange: () => void | Promise<void>) {
    this.#onChange = onChange;
    void this.#run(url);
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#pending);
    this.state = "ended";
  }

  #changed = (): void => {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => void this.#onChange(), 150);
  };

  async #run(url: string): Promise<void> {
    const { signal } = this.#abort;
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      try {
        const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
        if ([401, 403, 404, 410].includes(response.status)) return this.stop();
        if (!response.ok) throw new Error(`stream answered ${response.status}`);
        // Also at the first time: what changed between the page's own reading and this moment was told to nobody.
        this.#changed();
        this.state = "live";
        wait = FIRST_WAIT_MS;
        await readStream(response, this.#changed);
      } catch {
        if (signal.aborted) return;
      }
      this.state = "lost";
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        signal.addEventListener(
          "abort",
          () => {
            clearTimeout(timer);
            resolve();
          },
          { once: true },
        );
      });
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }
}
