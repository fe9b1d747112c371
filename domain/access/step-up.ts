import type { CommandInput, CommandKind } from "#domain/command/command.ts";
import { STEP_UP_MINUTES } from "#domain/limits.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";

/**
 * How much a deed asks of the person (S14). `contain` is an act that shuts an account: nobody may be kept from it for want
 * of a second factor. `act` changes something in a tenant. `loosen` takes protection away.
 */
export type StepUpClass = "none" | "contain" | "act" | "loosen";

/** What an order is judged by, besides its own input. */
type OrderFacts = {
  /** Of an undo: what the action was that it takes back. */
  undoes?: ActionKind | undefined;
};

type Judge<K extends CommandKind> =
  | StepUpClass
  | ((input: Extract<CommandInput, { kind: K }>, facts: OrderFacts) => StepUpClass);

/** What shuts an account or ends its sessions; taking that back opens the door again. */
const LOCKS: readonly ActionKind[] = [
  "disable-account",
  "revoke-sessions",
  "add-to-block-group",
  "disable-mailbox-protocols",
];

/** The class of every kind of order; a kind without one does not compile. */
const ORDER_CLASSES: { [K in CommandKind]: Judge<K> } = {
  publish: "contain",
  "run-step": ({ step, reasons }) =>
    step === "revoke-and-lock" ? "contain" : Object.keys(reasons ?? {}).length > 0 ? "loosen" : "act",
  "skip-step": "act",
  "tag-phish": "none",
  "untag-phish": "none",
  approve: ({ step }) => (step === "revoke-and-lock" ? "contain" : "act"),
  refuse: "act",
  "ask-msp": "none",
  "answer-msp": "none",
  "set-note": "none",
  "mark-notable": "none",
  undo: (_, { undoes }) => (undoes === undefined || LOCKS.includes(undoes) ? "loosen" : "act"),
  "attest-password": "act",
  "mark-remediated": ({ reasons }) => (Object.keys(reasons).length > 0 ? "loosen" : "act"),
  dismiss: "loosen",
  "act-on-open-incidents": "act",
  "set-response": ({ enabled }) => (enabled ? "act" : "loosen"),
  pause: "loosen",
  resume: "act",
  remove: "loosen",
  "find-phish": "none",
  "retract-mail": "act",
  "restore-mail": "act",
};

/** The class of an order. */
export function classOfOrder(input: CommandInput, facts: OrderFacts = {}): StepUpClass {
  const judge = ORDER_CLASSES[input.kind] as Judge<CommandKind>;
  return typeof judge === "function" ? judge(input as never, facts) : judge;
}

/** When and how a person last proved who he is; ISO 8601. */
export type Proof = { hasFactor: boolean; hasPassword: boolean; factorAt: string | null; passwordAt: string | null };

/** What is still asked for: the second factor, the password again, or to set up a second factor first. */
export const STEP_UP_NEEDS = ["factor", "password", "enrolment"] as const;
export type StepUpNeed = (typeof STEP_UP_NEEDS)[number];
type StepUpAnswer = { ok: true } | { ok: false; needs: StepUpNeed };

/** Is the moment within the last ten minutes? A moment to come is not. */
export function isFresh(at: string | null, now: string): boolean {
  const age = at === null ? -1 : Date.parse(now) - Date.parse(at);
  return age >= 0 && age <= STEP_UP_MINUTES * 60_000;
}

/**
 * May a person who proved himself like this do a deed of this class now, and if not what is missing (S14)? Whoever has a
 * second factor shows it. Whoever has none shows his password: always for `contain`, for `act` unless the organization
 * requires second factors of everybody; `loosen` waits until he has one.
 */
export function stepUp(
  deed: StepUpClass,
  who: { proof: Proof; orgRequiresFactor: boolean; now: string },
): StepUpAnswer {
  const { proof, orgRequiresFactor, now } = who;
  if (deed === "none" || (proof.hasFactor && isFresh(proof.factorAt, now))) return { ok: true };
  if (proof.hasFactor) return { ok: false, needs: "factor" };
  const mayByPassword = deed === "contain" || (deed === "act" && !orgRequiresFactor);
  if (!mayByPassword || !proof.hasPassword) return { ok: false, needs: "enrolment" };
  return isFresh(proof.passwordAt, now) ? { ok: true } : { ok: false, needs: "password" };
}
