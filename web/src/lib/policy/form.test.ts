import { expect, test } from "vitest";
import {
  ACCOUNT_KINDS,
  applyOverride,
  DEFAULT_POLICY,
  POLICY_STEPS,
  type PolicyDocument,
} from "#domain/policy/document.ts";
import { overrideOf } from "./form.ts";

/** The form as the page draws it for a document. */
function drawn(document: PolicyDocument): FormData {
  const form = new FormData();
  for (const id of POLICY_STEPS) {
    for (const kind of ACCOUNT_KINDS) form.set(`${id}:${kind}`, document.steps[id].answers[kind]);
    form.set(`${id}:floor`, String(document.steps[id].confidenceFloor * 100));
    form.set(`${id}:below`, document.steps[id].belowFloor);
  }
  if (document.mode === "shadow") form.set("shadow", "on");
  const { quietHours, approval } = document;
  if (quietHours) {
    form.set("quiet", "on");
    form.set("quiet-answer", quietHours.answer);
    form.set("quiet-zone", quietHours.zone);
    form.set("quiet-from", quietHours.from);
    form.set("quiet-to", quietHours.to);
    for (const step of quietHours.steps) form.append("quiet-step", step);
    for (const day of quietHours.days) form.append("quiet-day", String(day));
  }
  if (approval) {
    form.set("limit", "on");
    form.set("limit-minutes", String(approval.minutes));
    form.set("limit-end", approval.otherwise);
  }
  return form;
}

test("a form nobody touched says nothing differently", () => {
  expect(overrideOf(drawn(DEFAULT_POLICY), DEFAULT_POLICY, [])).toEqual({});
});

test("what the form shows is what holds after saving, and only the difference is kept", () => {
  const wanted = applyOverride(DEFAULT_POLICY, {
    mode: "shadow",
    steps: { "revoke-and-lock": { answers: { vip: "two" }, confidenceFloor: 0.9 } },
    quietHours: {
      zone: "Europe/London",
      from: "22:00",
      to: "06:00",
      days: [1, 2],
      steps: ["retract-phish"],
      answer: "ask",
    },
    approval: { minutes: 15, otherwise: "give-up" },
  });
  const override = overrideOf(drawn(wanted), DEFAULT_POLICY, []);
  expect(override?.steps).toEqual({ "revoke-and-lock": { answers: { vip: "two" }, confidenceFloor: 0.9 } });
  expect(applyOverride(DEFAULT_POLICY, override ?? {})).toEqual(wanted);
});

test("what the organization says and the tenant takes back is kept as a difference too", () => {
  const org = applyOverride(DEFAULT_POLICY, { mode: "shadow", approval: { minutes: 15, otherwise: "act" } });
  expect(overrideOf(drawn(DEFAULT_POLICY), org, [])).toEqual({ mode: "live", approval: null });
});

test("an incomplete form is none", () => {
  const form = drawn(DEFAULT_POLICY);
  form.delete("revoke-and-lock:vip");
  expect(overrideOf(form, DEFAULT_POLICY, [])).toBeUndefined();
});
