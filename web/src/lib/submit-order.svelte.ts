import { newCommandId } from "#lib/command-id.ts";
import { askAgain, stepUpIn } from "#lib/step-up.svelte.ts";
import { toast } from "#lib/ui/toasts.svelte.ts";
import { applyAction, type SubmitFunction } from "$app/forms";
import { invalidateAll } from "$app/navigation";

type Choice = {
  /** The form's answer, with the id under which it was sent. */
  onsuccess?: (data: Record<string, unknown>, commandId: string) => void;
  /** Previews change nothing: the page is not read again. */
  isReading?: () => boolean;
};

/**
 * What a form that sends an order does with its press and its answer, for `use:enhance`. The id is made when the button is
 * drawn and kept over retries: it is what makes two presses one order (D15).
 */
export function createOrderForm({ onsuccess, isReading }: Choice) {
  let commandId = $state(newCommandId());
  let busy = $state(false);
  const submit: SubmitFunction<Record<string, unknown>, Record<string, unknown>> = ({ cancel, formElement }) => {
    if (busy) return cancel();
    busy = true;
    return async ({ result }) => {
      busy = false;
      if (result.type === "redirect") return applyAction(result);
      if (result.type === "error")
        return toast("The portal does not answer. Nothing was changed; try again.", "notable");
      // Asked to show who he is: the same order, with the same id, is posted again afterwards.
      const asked = stepUpIn(result);
      if (asked) return askAgain(asked, formElement);
      const refused = result.data?.refused as string | undefined;
      if (refused) toast(refused, result.type === "failure" && result.data?.isAlready ? "plain" : "notable");
      // After an answer the button is drawn anew; after a lost one the same order is tried again.
      const isAnswered = result.type === "success" || result.status < 500;
      if (!isAnswered) return;
      if (result.type === "success") onsuccess?.(result.data ?? {}, commandId);
      commandId = newCommandId();
      if (!isReading?.()) await invalidateAll();
    };
  };
  return {
    submit,
    get commandId() {
      return commandId;
    },
    get busy() {
      return busy;
    },
  };
}
