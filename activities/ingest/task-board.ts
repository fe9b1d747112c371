export type Faults = (name: string, error: unknown) => void;

const FAULT_PAUSE_MS = 15_000;

/** Named pieces of work: each runs once at a time, not before its time, and only so many at once. */
export class TaskBoard {
  readonly #atOnce: number;
  readonly #onFault: Faults;
  readonly #running = new Map<string, Promise<void>>();
  readonly #dueAt = new Map<string, number>();

  constructor(atOnce: number, onFault: Faults) {
    this.#atOnce = atOnce;
    this.#onFault = onFault;
  }

  /** Begins the work unless it runs, is not due, or the board is full; then it is offered again at the next turn. */
  begin(name: string, everyMs: number, work: () => Promise<unknown>): void {
    if (this.#running.has(name) || this.#running.size >= this.#atOnce) return;
    if ((this.#dueAt.get(name) ?? 0) > performance.now()) return;
    this.#dueAt.set(name, performance.now() + everyMs);
    const run = work()
      .catch((error: unknown) => {
        this.#dueAt.set(name, performance.now() + FAULT_PAUSE_MS);
        this.#onFault(name, error);
      })
      .then(() => {
        this.#running.delete(name);
      });
    this.#running.set(name, run);
  }

  /** Everything whose name begins so is due now. */
  makeDue(prefix: string): void {
    for (const name of this.#dueAt.keys()) if (name.startsWith(prefix)) this.#dueAt.delete(name);
  }

  /** Resolves when nothing runs any more. */
  async finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}
