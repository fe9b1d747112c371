/** A value of a rule, its wildcards apart from its plain text. */
export type Piece = { text: string } | "*" | "?";

const STAR = Symbol("star");
const ANY = Symbol("any");

/** `*` and `?` are wildcards, a backslash before one makes it plain, two backslashes are one. */
export function piecesOf(value: string): Piece[] {
  const out: Piece[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") out.push({ text });
    text = "";
  };
  for (let i = 0; i < value.length; i++) {
    const char = value[i]!;
    const next = value[i + 1];
    if (char === "\\" && (next === "*" || next === "?" || next === "\\")) {
      text += next;
      i += 1;
    } else if (char === "*" || char === "?") {
      flush();
      if (char === "?" || out.at(-1) !== "*") out.push(char);
    } else text += char;
  }
  flush();
  return out;
}

export const isPlain = (pieces: readonly Piece[]): boolean => pieces.every((piece) => typeof piece === "object");
export const textOf = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === "object" ? piece.text : "")).join("");

/** The longest plain text that every match must hold. */
export function longestText(pieces: readonly Piece[]): string {
  return pieces.reduce<string>(
    (best, piece) => (typeof piece === "object" && piece.text.length > best.length ? piece.text : best),
    "",
  );
}

/** A whole-value match; a star is tried back to at most once per position, so text times pattern bounds the time. */
export function matcherOf(pieces: readonly Piece[]): (text: string) => boolean {
  const tokens = pieces.flatMap((piece): (string | typeof STAR | typeof ANY)[] =>
    typeof piece === "object" ? piece.text.split("") : [piece === "*" ? STAR : ANY],
  );
  return (text) => {
    let at = 0;
    let token = 0;
    let star = -1;
    let mark = 0;
    while (at < text.length) {
      const want = tokens[token];
      if (want === STAR) {
        star = token;
        mark = at;
        token += 1;
      } else if (want !== undefined && (want === ANY || want === text[at])) {
        at += 1;
        token += 1;
      } else if (star >= 0) {
        token = star + 1;
        mark += 1;
        at = mark;
      } else return false;
    }
    while (tokens[token] === STAR) token += 1;
    return token >= tokens.length;
  };
}
