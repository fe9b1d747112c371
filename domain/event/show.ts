import type { HostileText } from "./text.ts";

const COMBINING = /\p{M}/u;
const MAX_COMBINING_RUN = 4;

/** Controls, bidi controls, zero-width and other invisible characters, separators, the tag block, private marks. */
function isForbidden(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0x00ad ||
    code === 0x034f ||
    code === 0x061c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x3164 ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

function mark(code: number): string {
  return `⟦U+${code.toString(16).toUpperCase().padStart(4, "0")}⟧`;
}

/** The cut leaves this sign, and `show` leaves an existing one alone, so showing twice changes nothing. */
const CUT = /…⟦\+\d+⟧$/;

/**
 * Display form of text from outside: forbidden characters become visible marks such as ⟦U+202E⟧, long runs of
 * combining marks and long texts are cut with a count. `show(show(x)) === show(x)`.
 * @param max longest number of characters kept before the cut sign (default 300).
 */
export function show(text: string | HostileText | undefined, max = 300): string {
  if (text === undefined) return "";
  const raw = typeof text === "string" ? text : text.raw;
  const parts: string[] = [];
  let run = 0;
  let hidden = 0;
  const flush = (): void => {
    if (hidden > 0) parts.push(`⟦+${hidden} marks⟧`);
    hidden = 0;
  };
  for (const char of raw) {
    const code = char.codePointAt(0) ?? 0;
    if (isForbidden(code)) {
      flush();
      run = 0;
      parts.push(mark(code));
    } else if (COMBINING.test(char)) {
      run += 1;
      if (run > MAX_COMBINING_RUN) hidden += 1;
      else parts.push(char);
    } else {
      flush();
      run = 0;
      parts.push(char);
    }
    if (parts.length > max * 2 + 64) break;
  }
  flush();
  return cut(parts.join(""), raw.length, max);
}

function cut(shown: string, rawLength: number, max: number): string {
  const chars = [...shown];
  if (chars.length <= max) return shown;
  const tail = CUT.exec(shown);
  if (tail && [...shown.slice(0, tail.index)].length <= max) return shown;
  return `${chars.slice(0, max).join("")}…⟦+${Math.max(rawLength - max, 1)}⟧`;
}
