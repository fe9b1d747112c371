declare const hostile: unique symbol;

/**
 * Text that came from outside (a subject, a rule name, a user agent). It is no `string` for the type checker, so it
 * cannot reach a template, a log line or a file name by accident; `show` is the one way to print it.
 */
export type HostileText = { readonly [hostile]: true; readonly raw: string };

/** Marks text as coming from outside. Matching uses `raw`, never the display form. */
export function hostileText(raw: string): HostileText {
  return { raw } as HostileText;
}
