import { Live } from "#lib/live.svelte.ts";
import { invalidate, invalidateAll } from "$app/navigation";
import { connection } from "./connection.svelte.ts";

/**
 * Keeps the page up to date from a stream while `url()` gives one; undefined (a terminal state) stops it.
 * Call it while a component is being set up.
 */
export function livePage(url: () => string | undefined): void {
  $effect(() => {
    const address = url();
    if (address === undefined) return;
    const live = new Live(address, () => invalidateAll());
    const unmirror = $effect.root(() => {
      $effect(() => {
        connection.state = live.state === "ended" ? "none" : live.state;
      });
    });
    return () => {
      unmirror();
      live.stop();
      connection.state = "none";
    };
  });
}

/** Keeps only the frame up to date, so that a form somebody fills in is left alone. Call it while a component is being set up. */
export function liveFrame(url: () => string | undefined): void {
  $effect(() => {
    const address = url();
    if (address === undefined) return;
    const live = new Live(address, () => invalidate("petra:frame"));
    return () => live.stop();
  });
}
