import { describe, expect, it } from "vitest";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { openThings } from "#domain/incident/order.ts";
import type { IncidentState } from "#domain/incident/state.ts";
import { commandExpiresAt, decide, mayBegin, viewSteps } from "#domain/incident/transitions.ts";
import { REMEDIATION_STEP_IDS, type RemediationStepId, type StepState } from "#domain/remediation/steps.ts";

const member: Actor = { kind: "member", memberId: "m1", orgId: "o1", name: "Mia", role: "admin" };
const analyst: Actor = { kind: "analyst", memberId: "a1", name: "Ana" };
const now = "2026-11-20T10:00:00.000Z";

type Over = Omit<Partial<IncidentState>, "steps" | "account"> & {
  steps?: Partial<Record<RemediationStepId, StepState>>;
  account?: Partial<IncidentState["account"]>;
};
const incident = (over: Over = {}): IncidentState => ({
  id: "i1",
  tenantId: "t1",
  status: "open",
  kind: "aitm",
  severity: "high",
  confidence: 0.9,
  isPublished: true,
  responseEnabled: false,
  planVersion: 1,
  artifacts: [],
  phish: { tagged: 0, open: 0 },
  ...over,
  account: {
    upn: "vera@example.test",
    isSynced: false,
    isFederated: false,
    wasEnabledBefore: true,
    isPrivileged: false,
    isLastGlobalAdmin: false,
    hasMailbox: true,
    ...over.account,
  },
  steps: Object.fromEntries(
    REMEDIATION_STEP_IDS.map((id) => [id, { state: over.steps?.[id] ?? "waiting" }]),
  ) as IncidentState["steps"],
});
const run = (step: RemediationStepId, more: object = {}): CommandInput => ({ kind: "run-step", step, ...more });
const ask = (state: IncidentState, input: CommandInput, more: object = {}) =>
  decide(state, input, { now, actor: member, ...more });
const threeDone = {
  "revoke-and-lock": "verified",
  "retract-phish": "verified",
  "disable-persistence": "verified",
} as const;
const rule = (state: "active" | "disabled" | "deleted" | "unknown") => ({
  id: "f1",
  kind: "inbox-rule" as const,
  name: "..",
  state,
  byAttacker: true,
});

describe("publishing", () => {
  it("is required before the first step when Response is off [R82]", () => {
    const state = incident({ isPublished: false });
    expect(ask(state, run("revoke-and-lock"))).toMatchObject({ ok: false, code: "not-published", lasting: false });
    expect(viewSteps(state).every((s) => !s.allowed)).toBe(true);
    expect(ask({ ...state, isPublished: true }, run("revoke-and-lock"))).toEqual({ ok: true });
  });
  it("without Response an unpublished incident lets nothing begin by itself [R80]", () => {
    for (const step of REMEDIATION_STEP_IDS) expect(mayBegin(incident({ isPublished: false }), step).ok).toBe(false);
  });
  it("happens once", () => {
    expect(ask(incident({ isPublished: false }), { kind: "publish" })).toEqual({ ok: true });
    expect(ask(incident(), { kind: "publish" })).toMatchObject({ ok: false, code: "already-done", lasting: true });
  });
});

describe("the order of the steps", () => {
  it("no step starts before the first one [R83]", () => {
    for (const step of REMEDIATION_STEP_IDS.slice(1, 5)) {
      expect(ask(incident(), run(step, { handedOver: true }))).toMatchObject({ ok: false, code: "out-of-order" });
    }
  });
  it("step 1 accepted opens steps 2 and, after it, 3 [R84]", () => {
    const accepted = { "revoke-and-lock": "accepted" } as const;
    expect(ask(incident({ steps: accepted }), run("retract-phish")).ok).toBe(true);
    expect(ask(incident({ steps: accepted }), run("disable-persistence")).ok).toBe(false);
    for (const second of ["verified", "partly", "skipped", "not-applicable"] as const) {
      expect(ask(incident({ steps: { ...accepted, "retract-phish": second } }), run("disable-persistence")).ok).toBe(
        true,
      );
    }
  });
  it("a retraction that failed altogether holds up step 3 until it is skipped with a reason", () => {
    const state = incident({ steps: { "revoke-and-lock": "verified", "retract-phish": "failed" } });
    expect(ask(state, run("disable-persistence")).ok).toBe(false);
    expect(ask(state, { kind: "skip-step", step: "retract-phish", reason: " " }).ok).toBe(false);
    expect(ask(state, { kind: "skip-step", step: "retract-phish", reason: "no mail permission" }).ok).toBe(true);
  });
  it("step 4 waits until the lock is verified", () => {
    const steps = { ...threeDone, "revoke-and-lock": "accepted" } as const;
    expect(ask(incident({ steps }), run("reset-password"))).toMatchObject({ ok: false, code: "out-of-order" });
    expect(ask(incident({ steps, account: { isSynced: true } }), run("reset-password")).ok).toBe(true);
    expect(ask(incident({ steps: threeDone }), run("reset-password")).ok).toBe(true);
  });
  it("step 5 asks whether the password was handed over [R100]", () => {
    const state = incident({ steps: { ...threeDone, "reset-password": "verified" }, passwordProof: "set-by-petra" });
    expect(ask(state, run("reenable-account"))).toMatchObject({ ok: false, code: "invalid" });
    expect(ask(state, run("reenable-account", { handedOver: true })).ok).toBe(true);
  });
  it("an account that was disabled before is not switched on", () => {
    const state = incident({
      steps: { ...threeDone, "reset-password": "verified" },
      passwordProof: "set-by-petra",
      account: { wasEnabledBefore: false },
    });
    expect(ask(state, run("reenable-account", { handedOver: true })).ok).toBe(false);
    expect(ask(state, { kind: "mark-remediated", reasons: {} }).ok).toBe(true);
  });
});

describe("the password", () => {
  const done = incident({ steps: threeDone });
  it("is not reset while a persistence artifact can still act [R97]", () => {
    for (const state of ["active", "unknown"] as const) {
      const answer = ask({ ...done, artifacts: [rule(state)] }, run("reset-password"));
      expect(answer).toMatchObject({ ok: false, code: "out-of-order" });
    }
    expect(ask({ ...done, artifacts: [rule("disabled")] }, run("reset-password")).ok).toBe(true);
  });
  it("does not wait for a legitimate twin or for mail still in mailboxes", () => {
    const artifacts = [
      { ...rule("active"), byAttacker: false },
      { ...rule("active"), kind: "mailbox-phish" as const },
    ];
    expect(ask({ ...done, artifacts }, run("reset-password")).ok).toBe(true);
  });
  it("of a synced account is never claimed reset without proof or a named person's word", () => {
    const state = incident({
      steps: { ...threeDone, "reset-password": "accepted" },
      account: { isSynced: true },
    });
    expect(ask(state, run("reenable-account", { handedOver: true })).ok).toBe(false);
    expect(ask(state, { kind: "attest-password", reason: "" }).ok).toBe(false);
    const response: Actor = { kind: "response", workflowId: "w" };
    expect(ask(state, { kind: "attest-password", reason: "done" }, { actor: response }).ok).toBe(false);
    expect(ask(state, { kind: "attest-password", reason: "reset on the domain controller" }).ok).toBe(true);
    expect(ask({ ...state, passwordProof: "attested" }, run("reenable-account", { handedOver: true })).ok).toBe(true);
  });
  it("is made anew only for a reason", () => {
    const state = incident({ steps: { ...threeDone, "reset-password": "verified" }, passwordProof: "set-by-petra" });
    expect(ask(state, run("reset-password"))).toMatchObject({ ok: false, code: "already-done" });
    expect(ask(state, run("reset-password", { reasons: { "reset-password": "lost" } })).ok).toBe(true);
  });
});

describe("leftover persistence", () => {
  it("a disabled inbox rule is still leftover persistence, a deleted one is not [R66]", () => {
    expect(openThings(incident({ artifacts: [rule("disabled")] })).map((t) => t.key)).toContain("f1");
    expect(openThings(incident({ artifacts: [rule("deleted")] })).map((t) => t.key)).not.toContain("f1");
  });
  it("lets the same step run again for a rule that was only disabled", () => {
    const state = incident({ steps: threeDone, artifacts: [rule("disabled")] });
    expect(ask(state, run("disable-persistence", { artifactAction: "delete" })).ok).toBe(true);
    expect(ask({ ...state, artifacts: [rule("deleted")] }, run("disable-persistence")).ok).toBe(false);
  });
});

describe("closing", () => {
  const green = { ...threeDone, "reset-password": "verified", "reenable-account": "verified" } as const;
  it("needs all green, or a reason in words for each thing that is not [R101]", () => {
    expect(ask(incident({ steps: green }), { kind: "mark-remediated", reasons: {} }).ok).toBe(true);
    const state = incident({ steps: { ...green, "reenable-account": "waiting" }, artifacts: [rule("disabled")] });
    expect(ask(state, { kind: "mark-remediated", reasons: {} }).ok).toBe(false);
    expect(ask(state, { kind: "mark-remediated", reasons: { "reenable-account": "left the company" } }).ok).toBe(false);
    const reasons = { "reenable-account": "left the company", f1: "kept for the lawyers" };
    expect(ask(state, { kind: "mark-remediated", reasons }).ok).toBe(true);
    expect(ask(state, run("mark-remediated", { reasons })).ok).toBe(true);
  });
  it("keeps a remediated incident remediated for ever [R68]", () => {
    const state = incident({ status: "remediated", steps: green });
    expect(ask(state, { kind: "mark-remediated", reasons: {} })).toMatchObject({ ok: false, lasting: true });
    expect(ask(state, { kind: "dismiss", reason: "mistake" })).toMatchObject({ ok: false, code: "closed" });
    expect(mayBegin(state, "disable-persistence").ok).toBe(false);
  });
  it("leaves orders possible after closing [R104]", () => {
    const state = incident({ status: "remediated", steps: green, phish: { tagged: 1, open: 2 } });
    expect(ask(state, { kind: "undo", actionId: "x" }).ok).toBe(true);
    expect(ask(state, run("retract-phish")).ok).toBe(true);
    expect(ask(state, { kind: "tag-phish", internetMessageId: "<1@x>" }).ok).toBe(true);
  });
  it("an incident that was dismissed takes nothing but undo and tags", () => {
    const state = incident({ status: "dismissed" });
    expect(ask(state, run("revoke-and-lock"))).toMatchObject({ ok: false, code: "closed" });
    expect(ask(state, { kind: "undo", actionId: "x" }).ok).toBe(true);
  });
});

describe("the same order again", () => {
  it("the slower of two persons hears that it is done", () => {
    const state = incident({ steps: { "revoke-and-lock": "accepted" } });
    expect(ask(state, run("revoke-and-lock"))).toMatchObject({ ok: false, code: "already-done", lasting: true });
  });
  it("an account that was handed back can be locked again", () => {
    const steps = { ...threeDone, "reset-password": "verified", "reenable-account": "verified" } as const;
    expect(ask(incident({ steps }), run("revoke-and-lock")).ok).toBe(true);
  });
});

describe("approval", () => {
  it("only an analyst answers, and only what waits", () => {
    const state = incident({ steps: { "revoke-and-lock": "awaiting-approval" } });
    const approve: CommandInput = { kind: "approve", step: "revoke-and-lock" };
    expect(ask(state, approve)).toMatchObject({ ok: false, code: "no-right" });
    expect(ask(state, approve, { actor: analyst }).ok).toBe(true);
    expect(ask(incident(), approve, { actor: analyst })).toMatchObject({ ok: false, code: "already-done" });
  });
});

describe("old orders", () => {
  it("re-enable, undo, dismiss and approve expire after 15 minutes, a lock never", () => {
    const later = "2026-11-20T10:15:00.000Z";
    expect(commandExpiresAt(run("reenable-account"), now)).toBe(later);
    expect(commandExpiresAt({ kind: "undo", actionId: "x" }, now)).toBe(later);
    expect(commandExpiresAt({ kind: "dismiss", reason: "x" }, now)).toBe(later);
    expect(commandExpiresAt({ kind: "approve", step: "revoke-and-lock" }, now)).toBe(later);
    expect(commandExpiresAt(run("revoke-and-lock"), now)).toBeUndefined();
  });
  it("an expired order is refused and says so", () => {
    const answer = ask(incident(), { kind: "undo", actionId: "x" }, { expiresAt: "2026-11-20T09:59:59.000Z" });
    expect(answer).toMatchObject({ ok: false, code: "expired" });
  });
  it("what was previewed is what happens: changed targets refuse the order", () => {
    const state = incident({ steps: { "revoke-and-lock": "accepted" }, planVersion: 2 });
    expect(ask(state, run("retract-phish"), { planVersion: 1 })).toMatchObject({ ok: false, code: "plan-changed" });
    expect(ask(state, run("retract-phish"), { planVersion: 2 }).ok).toBe(true);
    expect(ask(incident({ planVersion: 2 }), run("revoke-and-lock"), { planVersion: 1 }).ok).toBe(true);
  });
});
