import type { StepUpNeed } from "#domain/access/step-up.ts";
import { applyAction, type SubmitFunction } from "$app/forms";

/** What the API still wants to see of the person before it does what was asked. */
type StepUp = { needs: StepUpNeed; detail: string };
type Asked = StepUp & { again: () => void };

/** The one question that stands open; the dialog in the frame asks it. */
export const stepUp = $state<{ asked: Asked | null }>({ asked: null });

/** The question in a form's answer, if that is what was answered. */
export function stepUpIn(result: { type: string; data?: Record<string, unknown> | undefined }): StepUp | undefined {
  return result.type === "failure" ? (result.data?.stepUp as StepUp | undefined) : undefined;
}

/** Asks, and posts the same form once more when it was shown: with the same fields, so with the same command id (D15). */
export function askAgain(asked: StepUp, form: HTMLFormElement): void {
  stepUp.asked = { ...asked, again: () => form.requestSubmit() };
}

/** `use:enhance` for a form that may be asked for a proof; otherwise like the plain one. */
export const guarded: SubmitFunction = ({ formElement }) => {
  return async ({ result, update }) => {
    const asked = stepUpIn(result);
    if (asked) return askAgain(asked, formElement);
    if (result.type === "redirect") return applyAction(result);
    await update();
  };
};
