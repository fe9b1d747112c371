import type { AuthorityAnswer } from "#domain/remediation/steps.ts";

/** The steps Petra can do by itself, and so the ones a policy is about; the other three are always a person's (R74). */
export const POLICY_STEPS = ["revoke-and-lock", "retract-phish", "disable-persistence"] as const;
export type PolicyStep = (typeof POLICY_STEPS)[number];

export const ACCOUNT_KINDS = ["ordinary", "vip", "admin", "service", "guest"] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** Kinds nobody can read from Microsoft: somebody marks the account. */
export const MARKED_KINDS = ["vip", "service"] as const;
export type MarkedAccount = { objectId: string; kind: (typeof MARKED_KINDS)[number]; name: string };

export const RESERVED_ANSWERS = ["ask", "two", "never"] as const satisfies readonly AuthorityAnswer[];
/** An answer that is not "by itself". */
export type ReservedAnswer = (typeof RESERVED_ANSWERS)[number];

export type StepPolicy = {
  answers: Record<AccountKind, AuthorityAnswer>;
  /** 0..1; under it `belowFloor` holds, where that is stricter. */
  confidenceFloor: number;
  belowFloor: ReservedAnswer;
};

/** Hours in which Petra does not act by itself on the named steps. */
export type QuietHours = {
  /** IANA name. */
  zone: string;
  /** HH:MM in that zone; an end before the beginning is on the next day. */
  from: string;
  to: string;
  /** Days on which they begin, 1 = Monday … 7 = Sunday. */
  days: number[];
  steps: PolicyStep[];
  answer: ReservedAnswer;
};

export const APPROVAL_ENDS = ["ask-another", "act", "give-up"] as const;
export type ApprovalEnd = (typeof APPROVAL_ENDS)[number];
/** How long a question may wait, and what happens then. */
export type ApprovalLimit = { minutes: number; otherwise: ApprovalEnd };

export const POLICY_MODES = ["live", "shadow"] as const;
/** `shadow`: everything is decided and shown, nothing is written. */
export type PolicyMode = (typeof POLICY_MODES)[number];

export type PolicyDocument = {
  mode: PolicyMode;
  steps: Record<PolicyStep, StepPolicy>;
  quietHours: QuietHours | null;
  /** null: a question waits as long as it takes. */
  approval: ApprovalLimit | null;
  marked: MarkedAccount[];
};

/** What an organization says differently from the default, and a tenant differently from its organization. */
export type PolicyOverride = {
  mode?: PolicyMode;
  steps?: Partial<
    Record<PolicyStep, Partial<Omit<StepPolicy, "answers">> & { answers?: Partial<StepPolicy["answers"]> }>
  >;
  quietHours?: QuietHours | null;
  approval?: ApprovalLimit | null;
  marked?: MarkedAccount[];
};

const ALWAYS_ITSELF: StepPolicy = {
  answers: { ordinary: "auto", vip: "auto", admin: "auto", service: "auto", guest: "auto" },
  confidenceFloor: 0.75,
  belowFloor: "ask",
};

/** The product text and nothing else: with Response on the first three steps run by themselves (R72, R74). */
export const DEFAULT_POLICY: PolicyDocument = {
  mode: "live",
  steps: { "revoke-and-lock": ALWAYS_ITSELF, "retract-phish": ALWAYS_ITSELF, "disable-persistence": ALWAYS_ITSELF },
  quietHours: null,
  approval: null,
  marked: [],
};

/** The document that holds after `override`; what it does not name stays. Marks add up, the later one of an account wins. */
export function applyOverride(base: PolicyDocument, override: PolicyOverride): PolicyDocument {
  const step = (id: PolicyStep): StepPolicy => {
    const { answers, ...rest } = override.steps?.[id] ?? {};
    return { ...base.steps[id], ...rest, answers: { ...base.steps[id].answers, ...answers } };
  };
  const marked = new Map([...base.marked, ...(override.marked ?? [])].map((mark) => [mark.objectId, mark]));
  return {
    mode: override.mode ?? base.mode,
    steps: {
      "revoke-and-lock": step("revoke-and-lock"),
      "retract-phish": step("retract-phish"),
      "disable-persistence": step("disable-persistence"),
    },
    quietHours: override.quietHours === undefined ? base.quietHours : override.quietHours,
    approval: override.approval === undefined ? base.approval : override.approval,
    marked: [...marked.values()],
  };
}

const STRICTNESS: Record<AuthorityAnswer, number> = { auto: 0, ask: 1, two: 2, never: 3 };

export const isStricter = (a: AuthorityAnswer, b: AuthorityAnswer): boolean => STRICTNESS[a] > STRICTNESS[b];
export const strictest = (answers: readonly AuthorityAnswer[]): AuthorityAnswer =>
  answers.reduce((most, one) => (isStricter(one, most) ? one : most), "auto" as AuthorityAnswer);

/** What of `next` lets Petra or fewer people do more than `before` did: sentences, none when it only tightens (S14). */
export function loosened(before: PolicyDocument, next: PolicyDocument): string[] {
  const found: string[] = [];
  for (const id of POLICY_STEPS) {
    const [was, is] = [before.steps[id], next.steps[id]];
    for (const kind of ACCOUNT_KINDS)
      if (isStricter(was.answers[kind], is.answers[kind]))
        found.push(`${id}, ${kind}: ${was.answers[kind]} becomes ${is.answers[kind]}`);
    if (is.confidenceFloor < was.confidenceFloor) found.push(`${id}: the confidence floor sinks`);
    if (isStricter(was.belowFloor, is.belowFloor))
      found.push(`${id}, below the floor: ${was.belowFloor} becomes ${is.belowFloor}`);
  }
  if (before.mode === "live" && next.mode === "shadow") found.push("shadow mode: nothing is written any more");
  if (before.mode === "shadow" && next.mode === "live") found.push("shadow mode ends: Petra writes again");
  if (before.quietHours && JSON.stringify(before.quietHours) !== JSON.stringify(next.quietHours))
    found.push("the quiet hours change");
  if (next.approval?.otherwise === "act" && before.approval?.otherwise !== "act")
    found.push("an unanswered question ends in acting");
  return found;
}
