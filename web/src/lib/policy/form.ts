import {
  ACCOUNT_KINDS,
  APPROVAL_ENDS,
  POLICY_STEPS,
  type PolicyDocument,
  type PolicyOverride,
  RESERVED_ANSWERS,
} from "#domain/policy/document.ts";
import { AUTHORITY_ANSWERS } from "#domain/remediation/steps.ts";

const pick = <T extends string>(known: readonly T[], value: FormDataEntryValue | null): T | undefined =>
  known.find((one) => one === value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function quietHours(form: FormData): PolicyDocument["quietHours"] | undefined {
  if (form.get("quiet") !== "on") return null;
  const answer = pick(RESERVED_ANSWERS, form.get("quiet-answer"));
  const steps = POLICY_STEPS.filter((step) => form.getAll("quiet-step").includes(step));
  const days = form.getAll("quiet-day").map(Number);
  if (!answer || steps.length === 0 || days.length === 0) return undefined;
  const text = (name: string) => String(form.get(name) ?? "");
  return { zone: text("quiet-zone"), from: text("quiet-from"), to: text("quiet-to"), days, steps, answer };
}

function approval(form: FormData): PolicyDocument["approval"] | undefined {
  if (form.get("limit") !== "on") return null;
  const otherwise = pick(APPROVAL_ENDS, form.get("limit-end"));
  return otherwise && { minutes: Number(form.get("limit-minutes")), otherwise };
}

/**
 * What a posted policy form says differently from what is inherited: the rest stays inherited and moves with it. Undefined
 * when the form is not complete. The API judges the values.
 */
export function overrideOf(
  form: FormData,
  inherited: PolicyDocument,
  marked: PolicyOverride["marked"],
): PolicyOverride | undefined {
  const steps: NonNullable<PolicyOverride["steps"]> = {};
  for (const id of POLICY_STEPS) {
    const base = inherited.steps[id];
    const answers: Partial<typeof base.answers> = {};
    for (const kind of ACCOUNT_KINDS) {
      const answer = pick(AUTHORITY_ANSWERS, form.get(`${id}:${kind}`));
      if (!answer) return undefined;
      if (answer !== base.answers[kind]) answers[kind] = answer;
    }
    const confidenceFloor = Number(form.get(`${id}:floor`)) / 100;
    const belowFloor = pick(RESERVED_ANSWERS, form.get(`${id}:below`));
    if (!belowFloor) return undefined;
    const own = {
      ...(Object.keys(answers).length > 0 ? { answers } : {}),
      ...(confidenceFloor === base.confidenceFloor ? {} : { confidenceFloor }),
      ...(belowFloor === base.belowFloor ? {} : { belowFloor }),
    };
    if (Object.keys(own).length > 0) steps[id] = own;
  }
  const [quiet, limit] = [quietHours(form), approval(form)];
  if (quiet === undefined || limit === undefined) return undefined;
  const mode = form.get("shadow") === "on" ? "shadow" : "live";
  return {
    ...(mode === inherited.mode ? {} : { mode }),
    ...(Object.keys(steps).length > 0 ? { steps } : {}),
    ...(same(quiet, inherited.quietHours) ? {} : { quietHours: quiet }),
    ...(same(limit, inherited.approval) ? {} : { approval: limit }),
    ...(marked && marked.length > 0 ? { marked } : {}),
  };
}
