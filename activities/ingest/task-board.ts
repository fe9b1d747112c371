export type Faults = (name: string, error: unknown) => void;

/** After a fault a piece waits this long, twice as long after each further one, and no longer than the second. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

type Piece = { everyMs: number; work: () => Promise<unknown> };

/**
 * Named pieces of work: each runs once at a time, not before its time, and only so many at once. What finds no room waits in
 * line, urgent pieces before others, so that under load the last tenant is late but never left out.
 */
export class TaskBoard {
  readonly #atOnce: number;
  readonly #onFault: Faults;
  readonly #running = new Map<string, Promise<void>>();
  readonly #dueAt = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  readonly #urgent = new Map<string, Piece>();
  readonly #waiting = new Map<string, Piece>();

  constructor(atOnce: number, onFault: Faults) {
    this.#atOnce = atOnce;
    this.#onFault = onFault;
  }

  /** Begins the work as soon as there is room, unless it runs, waits in line already, or is not due. */
  begin(name: string, everyMs: number, work: () => Promise<unknown>, { isUrgent = false } = {}): void {
    if (this.#running.has(name) || (this.#dueAt.get(name) ?? 0) > performance.now()) return;
    // Offered again, it keeps its place and takes the newer work.
    (isUrgent ? this.#urgent : this.#waiting).set(name, { everyMs, work });
    this.#fill();
  }

  #fill(): void {
    for (const line of [this.#urgent, this.#waiting])
      for (const [name, piece] of line) {
        if (this.#running.size >= this.#atOnce) return;
        line.delete(name);
        this.#start(name, piece);
      }
  }

  #start(name: string, { everyMs, work }: Piece): void {
    this.#dueAt.set(name, performance.now() + everyMs);
    const run = work()
      .then(
        () => this.#faults.delete(name),
        (error: unknown) => {
          const before = this.#faults.get(name) ?? 0;
          this.#faults.set(name, before + 1);
          this.#dueAt.set(name, performance.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before));
          this.#onFault(name, error);
        },
      )
      .then(() => {
        this.#running.delete(name);
        this.#fill();
      });
    this.#running.set(name, run);
  }

  /** Everything whose name begins so is due now. */
  makeDue(prefix: string): void {
    for (const name of this.#dueAt.keys()) if (name.startsWith(prefix)) this.#dueAt.delete(name);
  }

  /** Gives up what waits in line; resolves when nothing runs any more. */
  async finished(): Promise<void> {
    this.#urgent.clear();
    this.#waiting.clear();
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}

/**
 * A kind of work that tenants come to owe: done as soon as the board has room, and once more where it was owed again
 * meanwhile. What fails stays owed.
 */
export class OwedWork<Tenant extends { tenantId: string }> {
  readonly #board: TaskBoard;
  readonly #name: string;
  readonly #work: (tenant: Tenant) => Promise<unknown>;
  readonly #options: { isUrgent?: boolean };
  readonly #owed = new Set<string>();

  constructor(
    board: TaskBoard,
    name: string,
    work: (tenant: Tenant) => Promise<unknown>,
    options: { isUrgent?: boolean } = {},
  ) {
    this.#board = board;
    this.#name = name;
    this.#work = work;
    this.#options = options;
  }

  owe(tenant: Tenant): void {
    this.#owed.add(tenant.tenantId);
    this.#begin(tenant);
  }

  /** Begins what failed before, or came to be owed at the very end of a piece. */
  catchUp(tenant: Tenant): void {
    if (this.#owed.has(tenant.tenantId)) this.#begin(tenant);
  }

  #begin(tenant: Tenant): void {
    this.#board.begin(`${tenant.tenantId} ${this.#name}`, 0, () => this.#settle(tenant), this.#options);
  }

  async #settle(tenant: Tenant): Promise<void> {
    while (this.#owed.delete(tenant.tenantId)) {
      try {
        await this.#work(tenant);
      } catch (error) {
        this.#owed.add(tenant.tenantId);
        throw error;
      }
    }
  }
}
