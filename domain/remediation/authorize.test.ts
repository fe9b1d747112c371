import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACCOUNT_KINDS,
  APPROVAL_ENDS,
  applyOverride,
  DEFAULT_POLICY,
  isStricter,
  loosened,
  POLICY_STEPS,
  type PolicyDocument,
  type PolicyOverride,
} from "#domain/policy/document.ts";
import { exceptionFor, type PolicyException } from "#domain/policy/exception.ts";
import { AUTHORITY_ANSWERS } from "#domain/remediation/steps.ts";
import { type AuthorityQuestion, authorize, POLICY_VERSION, policyVersionOf } from "./authorize.ts";

const NOW = "2026-11-21T12:00:00.000Z";
const question: AuthorityQuestion = {
  step: "revoke-and-lock",
  tenant: { responseEnabled: true, phase: "active", isScanOnly: false, accessLost: false },
  account: { kinds: ["ordinary"], isLastGlobalAdmin: false, isBreakGlass: false, isSyncAccount: false },
  confidence: 0.9,
  policy: { document: DEFAULT_POLICY, version: POLICY_VERSION },
  killSwitch: null,
  exception: null,
  waitingSince: null,
  now: NOW,
};
const tenant = (change: Partial<AuthorityQuestion["tenant"]>) => ({
  ...question,
  tenant: { ...question.tenant, ...change },
});
const account = (change: Partial<AuthorityQuestion["account"]>) => ({
  ...question,
  account: { ...question.account, ...change },
});
const under = (override: PolicyOverride, change: Partial<AuthorityQuestion> = {}): AuthorityQuestion => ({
  ...question,
  policy: { document: applyOverride(DEFAULT_POLICY, override), version: `${POLICY_VERSION}+o1` },
  ...change,
});
const killSwitch = { by: "Dan Reyes", since: NOW };
const travel: PolicyException = {
  id: "e-1",
  kind: "expected-travel",
  accountObjectId: "o-1",
  countries: [],
  addresses: [],
  startsAt: "2026-11-20T00:00:00.000Z",
  endsAt: "2026-11-30T00:00:00.000Z",
  reason: "Conference in Lisbon.",
};
const later = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

describe("the default is the product text", () => {
  test("with Response on the first three steps run by themselves [R72]", () => {
    for (const step of POLICY_STEPS)
      for (const kind of ACCOUNT_KINDS)
        expect(authorize({ ...account({ kinds: [kind] }), step })).toMatchObject({
          answer: "auto",
          cause: "response-on",
          policyVersion: POLICY_VERSION,
        });
  });

  test("resetting, re-enabling and closing are always left to a person [R74]", () => {
    for (const step of ["reset-password", "reenable-account", "mark-remediated"] as const)
      expect(authorize({ ...question, step }).answer).toBe("never");
  });

  test("with Response off nothing runs by itself [R78]", () => {
    expect(authorize(tenant({ responseEnabled: false })).answer).toBe("never");
  });

  test.each([
    ["a scan-only tenant", tenant({ isScanOnly: true })],
    ["a tenant without consent", tenant({ phase: "consent" })],
    ["a removed tenant", tenant({ phase: "removed" })],
    ["a tenant whose access was lost", tenant({ accessLost: true })],
  ])("%s is never written to without a person", (_name, asked) => {
    expect(authorize(asked).answer).toBe("never");
  });

  test.each([
    ["the last Global Administrator", account({ isLastGlobalAdmin: true })],
    ["an emergency account", account({ isBreakGlass: true })],
    ["the account of directory synchronisation", account({ isSyncAccount: true })],
    ["a confidence below the floor", { ...question, confidence: 0.74 }],
  ])("%s is put before an analyst [S44]", (_name, asked) => {
    const { answer, reason } = authorize(asked);
    expect(answer).toBe("ask");
    expect(reason).not.toBe("");
  });

  test("a paused tenant's open incident is still worked on", () => {
    expect(authorize(tenant({ phase: "paused" })).answer).toBe("auto");
  });

  test("a question waits as long as it takes", () => {
    const asked = { ...question, confidence: 0.5, waitingSince: later(-100_000) };
    expect(authorize(asked)).toMatchObject({ answer: "ask", dueAt: null });
  });
});

describe("the table", () => {
  test("says for each step and kind of account what holds, and why", () => {
    const vipTwo = under({ steps: { "revoke-and-lock": { answers: { vip: "two" } } } });
    expect(authorize(vipTwo).answer).toBe("auto");
    expect(authorize({ ...vipTwo, account: { ...vipTwo.account, kinds: ["vip"] } })).toMatchObject({
      answer: "two",
      cause: "table",
      reason: expect.stringMatching(/VIP.*two people/),
    });
    expect(authorize({ ...vipTwo, account: { ...vipTwo.account, kinds: ["vip"] }, step: "retract-phish" }).answer).toBe(
      "auto",
    );
  });

  test("of several kinds the strictest answer holds", () => {
    const asked = under({ steps: { "revoke-and-lock": { answers: { vip: "ask", admin: "never" } } } });
    expect(authorize({ ...asked, account: { ...asked.account, kinds: ["vip", "admin"] } }).answer).toBe("never");
  });

  test("below its own floor a step may need two people", () => {
    const asked = under({ steps: { "disable-persistence": { confidenceFloor: 0.95, belowFloor: "two" } } });
    expect(authorize({ ...asked, step: "disable-persistence" })).toMatchObject({ answer: "two", cause: "confidence" });
    expect(authorize(asked).answer).toBe("auto");
  });

  test("a tenant says differently only what it names", () => {
    const org = applyOverride(DEFAULT_POLICY, { steps: { "revoke-and-lock": { answers: { admin: "two" } } } });
    const document = applyOverride(org, { steps: { "revoke-and-lock": { answers: { guest: "ask" } } } });
    expect(document.steps["revoke-and-lock"].answers).toMatchObject({ admin: "two", guest: "ask", ordinary: "auto" });
    expect(policyVersionOf(3, 1)).toBe(`${POLICY_VERSION}+o3+t1`);
  });

  test("what a change loosens is named, what it tightens is not", () => {
    const strict = applyOverride(DEFAULT_POLICY, { steps: { "revoke-and-lock": { answers: { vip: "two" } } } });
    expect(loosened(DEFAULT_POLICY, strict)).toEqual([]);
    expect(loosened(strict, DEFAULT_POLICY)).toEqual(["revoke-and-lock, vip: two becomes auto"]);
  });
});

describe("quiet hours", () => {
  const quiet = {
    zone: "Europe/Berlin",
    from: "22:00",
    to: "06:00",
    days: [1, 2, 3, 4, 5],
    steps: ["retract-phish" as const],
    answer: "ask" as const,
  };
  const at = (now: string, step: AuthorityQuestion["step"] = "retract-phish") =>
    authorize({ ...under({ quietHours: quiet }), now, step });

  test("hold on their days, over midnight and in their zone, for the steps they name", () => {
    expect(at("2026-11-19T20:59:00.000Z").answer).toBe("auto");
    expect(at("2026-11-19T21:00:00.000Z")).toMatchObject({ answer: "ask", cause: "quiet-hours" });
    expect(at("2026-11-20T04:59:00.000Z")).toMatchObject({ reconsiderAt: "2026-11-20T05:00:00.000Z" });
    expect(at("2026-11-20T05:00:00.000Z").answer).toBe("auto");
    expect(at("2026-11-20T23:00:00.000Z").answer).toBe("ask");
    // They began on Friday; those of Saturday are not on the list.
    expect(at("2026-11-21T04:00:00.000Z").answer).toBe("ask");
    expect(at("2026-11-21T23:00:00.000Z").answer).toBe("auto");
    expect(at("2026-11-19T23:00:00.000Z", "revoke-and-lock").answer).toBe("auto");
  });
});

describe("the time limit of a question", () => {
  const limited = (otherwise: (typeof APPROVAL_ENDS)[number], change: Partial<AuthorityQuestion>) =>
    authorize(under({ approval: { minutes: 30, otherwise } }, { confidence: 0.5, waitingSince: NOW, ...change }));

  test("says until when an answer is waited for, and what happens then", () => {
    expect(limited("act", { now: later(29) })).toMatchObject({ answer: "ask", dueAt: later(30), otherwise: "act" });
  });
  test("acts when nobody answered, where the policy alone had asked", () => {
    expect(limited("act", { now: later(30) })).toMatchObject({ answer: "auto", cause: "nobody-answered" });
  });
  test.each([
    ["a protected account", { account: { ...question.account, isBreakGlass: true } }],
    ["an exception", { exception: travel }],
    ["the kill switch", { killSwitch }],
  ])("%s never lapses into an act", (_name, change) => {
    expect(limited("act", { now: later(300), ...change }).answer).toBe("ask");
  });
  test("two people's word never lapses into an act", () => {
    const steps = { "revoke-and-lock": { answers: { ordinary: "two" as const } } };
    const asked = under({ steps, approval: { minutes: 30, otherwise: "act" } }, { waitingSince: NOW, now: later(300) });
    expect(authorize(asked)).toMatchObject({ answer: "two", otherwise: "ask-another" });
  });
  test("gives up, or goes on asking", () => {
    expect(limited("give-up", { now: later(31) })).toMatchObject({ answer: "never", cause: "gave-up" });
    expect(limited("ask-another", { now: later(31) })).toMatchObject({ answer: "ask", dueAt: later(30) });
  });
});

describe("exceptions", () => {
  const facts = { accountObjectId: "o-1", countries: ["PT"], addresses: ["203.0.113.7"], now: NOW };
  test("silence the automatic act of their account and say so; the decision is an analyst's", () => {
    expect(authorize({ ...question, exception: travel })).toMatchObject({
      answer: "ask",
      cause: "exception",
      reason: expect.stringMatching(/Expected travel until 2026-11-30: Conference in Lisbon/),
    });
  });
  test("hold for their account and their time alone", () => {
    expect(exceptionFor([travel], facts)?.id).toBe("e-1");
    expect(exceptionFor([travel], { ...facts, accountObjectId: "o-2" })).toBeUndefined();
    expect(exceptionFor([travel], { ...facts, now: "2026-11-30T00:00:00.000Z" })).toBeUndefined();
    expect(exceptionFor([travel], { ...facts, now: "2026-11-19T23:59:59.000Z" })).toBeUndefined();
  });
  test("one act from outside of their places ends them, and unknown places are outside [S47]", () => {
    const narrow = { ...travel, countries: ["PT", "ES"] };
    expect(exceptionFor([narrow], facts)?.id).toBe("e-1");
    expect(exceptionFor([narrow], { ...facts, countries: ["PT", "NG"] })).toBeUndefined();
    expect(exceptionFor([narrow], { ...facts, countries: [] })).toBeUndefined();
    expect(exceptionFor([{ ...travel, addresses: ["198.51.100.1"] }], facts)).toBeUndefined();
  });
});

test("shadow mode does nothing and says what it would have done [S46]", () => {
  expect(authorize(under({ mode: "shadow" }))).toMatchObject({ answer: "never", would: "auto" });
  expect(authorize(under({ mode: "shadow" }, { confidence: 0.5 }))).toMatchObject({ answer: "never", would: "ask" });
  expect(authorize(under({ mode: "shadow" }, { step: "reset-password" })).would).toBeNull();
});

describe("whatever the policy and the facts", () => {
  const answer = fc.constantFrom(...AUTHORITY_ANSWERS);
  const reserved = fc.constantFrom("ask" as const, "two" as const, "never" as const);
  const step = fc.record({
    answers: fc.record({ ordinary: answer, vip: answer, admin: answer, service: answer, guest: answer }),
    confidenceFloor: fc.double({ min: 0, max: 1, noNaN: true }),
    belowFloor: reserved,
  });
  const document: fc.Arbitrary<PolicyDocument> = fc.record({
    mode: fc.constantFrom("live" as const, "shadow" as const),
    steps: fc.record({ "revoke-and-lock": step, "retract-phish": step, "disable-persistence": step }),
    quietHours: fc.option(
      fc.record({
        zone: fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata"),
        from: fc.constantFrom("00:00", "08:30", "22:00"),
        to: fc.constantFrom("00:00", "06:00", "17:15"),
        days: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
        steps: fc.subarray([...POLICY_STEPS]),
        answer: reserved,
      }),
    ),
    approval: fc.option(
      fc.record({ minutes: fc.integer({ min: 1, max: 600 }), otherwise: fc.constantFrom(...APPROVAL_ENDS) }),
    ),
    marked: fc.constant([]),
  });
  const asked: fc.Arbitrary<AuthorityQuestion> = fc.record({
    step: fc.constantFrom(...POLICY_STEPS),
    tenant: fc.record({
      responseEnabled: fc.boolean(),
      phase: fc.constantFrom("consent" as const, "trial" as const, "active" as const, "removed" as const),
      isScanOnly: fc.boolean(),
      accessLost: fc.boolean(),
    }),
    account: fc.record({
      kinds: fc.subarray([...ACCOUNT_KINDS], { minLength: 1 }),
      isLastGlobalAdmin: fc.boolean(),
      isBreakGlass: fc.boolean(),
      isSyncAccount: fc.boolean(),
    }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    policy: document.map((one) => ({ document: one, version: "v" })),
    killSwitch: fc.option(fc.constant(killSwitch)),
    exception: fc.option(fc.constant(travel)),
    waitingSince: fc.option(fc.integer({ min: -1000, max: 0 }).map(later)),
    now: fc.integer({ min: 0, max: 20_000 }).map(later),
  });
  const check = (property: (one: AuthorityQuestion) => void) =>
    fc.assert(
      fc.property(asked, (one) => {
        property(one);
      }),
      { numRuns: 2000 },
    );

  test("the kill switch dominates all: with it on nothing runs by itself [S46]", () => {
    check((one) => expect(authorize({ ...one, killSwitch }).answer).not.toBe("auto"));
  });
  test("a never in the table stays a never", () => {
    check((one) => {
      const isNever = one.account.kinds.some(
        (kind) => one.policy.document.steps[one.step as "retract-phish"].answers[kind] === "never",
      );
      if (isNever) expect(authorize(one).answer).toBe("never");
    });
  });
  test("a guard only ever makes the answer stricter", () => {
    check((one) => {
      const free = { ...one, killSwitch: null, exception: null, waitingSince: null };
      const guarded = { ...free, exception: travel, account: { ...one.account, isBreakGlass: true } };
      expect(isStricter(authorize(free).answer, authorize(guarded).answer)).toBe(false);
    });
  });
  test("a protected account is never acted on by itself, however long nobody answers [S44]", () => {
    check((one) =>
      expect(authorize({ ...one, account: { ...one.account, isBreakGlass: true } }).answer).not.toBe("auto"),
    );
  });
  test("shadow mode never acts and never asks", () => {
    check((one) => {
      const shadow = {
        ...one,
        policy: { ...one.policy, document: { ...one.policy.document, mode: "shadow" as const } },
      };
      expect(authorize(shadow).answer).toBe("never");
    });
  });
  test("every decision has its reason and the policy version", () => {
    check((one) => {
      const { reason, policyVersion } = authorize(one);
      expect(reason.length).toBeGreaterThan(10);
      expect(policyVersion).toBe("v");
    });
  });
});
