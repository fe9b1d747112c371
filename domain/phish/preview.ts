import { SECOND_PERSON_MS } from "#domain/command/command.ts";
import type { MatchState, PhishAct, PhishOrderState } from "#domain/phish/phish.ts";

/** Over this many mailboxes, or in more than one tenant, a second person must agree (S45). */
export const MAILBOXES_ALONE = 100;
/** What an organization of one person waits instead, with a notice to every notification method (S45). */
export const WAIT_INSTEAD_MS = 15 * 60_000;

export type PreviewCopy = {
  id: string;
  tenantId: string;
  mailboxObjectId: string;
  state: MatchState;
  isNeverTouch: boolean;
};

export type LeftOut = "never-touch" | "nothing-to-do";

/** What an order over these copies would do, and to what exactly. */
export type PhishPreview = {
  act: PhishAct;
  matchIds: string[];
  tenants: { tenantId: string; mails: number; mailboxes: number }[];
  mails: number;
  mailboxes: number;
  leftOut: { id: string; why: LeftOut }[];
  needsSecond: boolean;
};

/** States in which there is something to do: what a person brought back may be retracted again by a person. */
const ACTABLE: Record<PhishAct, readonly MatchState[]> = {
  retract: ["found", "failed", "restored"],
  restore: ["moved"],
};

export function previewOf(act: PhishAct, copies: readonly PreviewCopy[]): PhishPreview {
  const leftOut: PhishPreview["leftOut"] = [];
  const chosen: PreviewCopy[] = [];
  for (const copy of copies) {
    if (copy.isNeverTouch) leftOut.push({ id: copy.id, why: "never-touch" });
    else if (!ACTABLE[act].includes(copy.state)) leftOut.push({ id: copy.id, why: "nothing-to-do" });
    else chosen.push(copy);
  }
  const tenants = [...Map.groupBy(chosen, (copy) => copy.tenantId)]
    .map(([tenantId, of]) => ({ tenantId, mails: of.length, mailboxes: countMailboxes(of) }))
    .sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const mailboxes = countMailboxes(chosen);
  return {
    act,
    matchIds: chosen.map((copy) => copy.id).sort(),
    tenants,
    mails: chosen.length,
    mailboxes,
    leftOut,
    needsSecond: tenants.length > 1 || mailboxes > MAILBOXES_ALONE,
  };
}

const countMailboxes = (copies: readonly PreviewCopy[]): number =>
  new Set(copies.map((copy) => `${copy.tenantId}/${copy.mailboxObjectId}`)).size;

/** The same text for the same preview: its hash stands for what the person saw (D17). */
export const previewText = (preview: PhishPreview): string =>
  JSON.stringify([preview.act, preview.matchIds, preview.tenants.map(({ tenantId }) => tenantId)]);

export type WaitingOrder = {
  state: PhishOrderState;
  memberId: string;
  session: string;
  previewHash: string;
  at: string;
};
export type SecondWord = { memberId: string; session: string; previewHash: string; now: string };
export type Heard =
  | { ok: true }
  | { ok: false; code: "already-done" | "expired" | "no-right" | "plan-changed"; reason: string };

const no = (code: Extract<Heard, { ok: false }>["code"], reason: string): Heard => ({ ok: false, code, reason });

/** Does this second word let the order run? Another member, another session, the same preview, within 30 minutes (D19, S45). */
export function hearSecond(order: WaitingOrder, word: SecondWord): Heard {
  if (order.state !== "waiting") return no("already-done", "The order does not wait for a second person any more.");
  if (Date.parse(word.now) > Date.parse(order.at) + SECOND_PERSON_MS)
    return no("expired", "Nobody agreed within 30 minutes: the order has expired and nothing was moved. Ask again.");
  if (word.memberId === order.memberId) return no("no-right", "Another person must agree: this is your own order.");
  if (word.session === order.session)
    return no("no-right", "Another person must agree in a session of their own, not in the one that asked.");
  if (word.previewHash !== order.previewHash)
    return no(
      "plan-changed",
      "Plan changed: the mails are no longer those that were shown. Ask again with a new preview.",
    );
  return { ok: true };
}
