import { type StepUpClass, type StepUpNeed, stepUp } from "#domain/access/step-up.ts";
import { STEP_UP_MINUTES } from "#domain/limits.ts";
import { type ApiContext, nowOf } from "./context.ts";
import { fail } from "./problem.ts";

const WHAT: Record<StepUpNeed, string> = {
  factor: `Enter the code of your authenticator; it counts for ${STEP_UP_MINUTES} minutes.`,
  password: `Enter your password; it counts for ${STEP_UP_MINUTES} minutes.`,
  enrolment: "This needs a second factor, and you have none yet. Set one up in Settings, Security.",
};

/**
 * Refuses with 403 `second_factor_required` unless the person proved himself freshly enough for a deed of this class (S14).
 * The answer says what is missing; the same request, with the same command id, goes through afterwards.
 */
export function demand(c: ApiContext, deed: StepUpClass): void {
  const { proof } = c.get("signedIn");
  const answer = stepUp(deed, { proof, orgRequiresFactor: c.get("viewer").requiresFactor, now: nowOf(c) });
  if (!answer.ok)
    throw fail("second_factor_required", `${WHAT[answer.needs]} Then send the same request again.`, {
      needs: answer.needs,
      deed,
      how: answer.needs === "enrolment" ? "/settings/security" : "/api/auth/prove",
    });
}

/** A deed that loosens protection says why (S14). */
export function demandReason(deed: StepUpClass, reason: string | undefined): void {
  if (deed === "loosen" && !reason?.trim())
    throw fail("invalid", "Say in words why: this takes protection away, and every Admin is told.", {
      pointers: [{ pointer: "/reason", detail: "Say why." }],
    });
}
