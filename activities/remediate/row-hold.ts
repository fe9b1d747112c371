import { randomUUID } from "node:crypto";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import { type ActionRow, claimAction, lengthenClaim, releaseAction } from "#db/repos/action-ledger.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { type Case, inCase, type PhishCase, type RemediateDeps } from "./case.ts";

/** A dead process's row is free after this long: less than the heartbeat timeout after which a new attempt begins. */
const HELD_FOR_SECONDS = 4;
const LENGTHEN_EVERY_MS = 1_000;
/** So long after the row was last taken or lengthened nobody else can have it. */
const SURE_FOR_MS = 2_500;

/**
 * One attempt's hold on a ledger row (L5): two attempts that live at once, an activity whose heartbeat was lost and its
 * successor, must not both send. It lasts while the process lives, and frees itself some seconds after the process died.
 */
export class RowHold {
  private readonly attempt = randomUUID();
  private readonly deps: RemediateDeps;
  private readonly c: Case | PhishCase;
  private actionId: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sureUntil = 0;

  constructor(deps: RemediateDeps, c: Case | PhishCase) {
    this.deps = deps;
    this.c = c;
  }

  /** Takes the row and answers it as it now stands; throws for a later try while another attempt holds it. */
  async take(actionId: string): Promise<ActionRow> {
    const sureUntil = performance.now() + SURE_FOR_MS;
    const row = await inCase(this.deps, this.c, (tx) => claimAction(tx, actionId, this.attempt, HELD_FOR_SECONDS));
    if (!row) throw new M365Fault("retry", "another attempt is at this write", { retryAfterMs: 1_000 });
    this.begin(actionId, sureUntil);
    return row;
  }

  /** Takes a row made in the same transaction. */
  async takeNew(tx: ScopedTx, actionId: string): Promise<void> {
    const sureUntil = performance.now() + SURE_FOR_MS;
    await claimAction(tx, actionId, this.attempt, HELD_FOR_SECONDS);
    this.begin(actionId, sureUntil);
  }

  isHeld(): boolean {
    return performance.now() < this.sureUntil;
  }

  /** The row was let go of together with what settled it. */
  end(): void {
    clearInterval(this.timer);
    this.actionId = undefined;
  }

  /** A database that does not answer frees the row by time. */
  async release(): Promise<void> {
    const { actionId } = this;
    this.end();
    if (actionId) await inCase(this.deps, this.c, (tx) => releaseAction(tx, actionId, this.attempt)).catch(() => {});
  }

  private begin(actionId: string, sureUntil: number): void {
    clearInterval(this.timer);
    this.actionId = actionId;
    this.sureUntil = sureUntil;
    this.timer = setInterval(() => this.lengthen(actionId).catch(() => {}), LENGTHEN_EVERY_MS);
  }

  private async lengthen(actionId: string): Promise<void> {
    const sureUntil = performance.now() + SURE_FOR_MS;
    const isMine = await inCase(this.deps, this.c, (tx) => lengthenClaim(tx, actionId, this.attempt, HELD_FOR_SECONDS));
    if (this.actionId === actionId) this.sureUntil = isMine ? sureUntil : 0;
  }
}
