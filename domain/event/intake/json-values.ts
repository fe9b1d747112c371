/** A complete JSON text found in a stream, with the line it began on; or why a stretch of it cannot be used. */
export type JsonValue = { line: number; text: string } | { line: number; fault: string };

const MAX_VALUE = 64 * 1024 * 1024;
const MAX_DEPTH = 512;

/**
 * Cuts a stream into its JSON values without building them: one value a line, several after each other, or the
 * elements of one outer array. Depth is counted, not recursed. An over-long or over-deep value is reported and
 * reading goes on at the next line that begins one.
 */
export class JsonValues {
  #rest = "";
  #line = 1;
  #inArray = false;
  #started = false;

  push(piece: string): JsonValue[] {
    this.#rest += piece;
    return this.#drain(false);
  }

  end(): JsonValue[] {
    const out = this.#drain(true);
    if (this.#rest.trim() !== "") out.push({ line: this.#line, fault: "JSON ends in the middle of a value" });
    else if (this.#inArray) out.push({ line: this.#line, fault: "JSON array is never closed" });
    this.#rest = "";
    return out;
  }

  #drain(last: boolean): JsonValue[] {
    const out: JsonValue[] = [];
    let at = 0;
    while (at < this.#rest.length) {
      const c = this.#rest[at]!;
      if (c === "\n") this.#line += 1;
      if (/[\s,\u001e\uFEFF]/.test(c)) {
        at += 1;
        continue;
      }
      if (c === "[" && !this.#started) {
        this.#started = true;
        this.#inArray = true;
        at += 1;
        continue;
      }
      if (c === "]" && this.#inArray) {
        this.#inArray = false;
        at += 1;
        continue;
      }
      this.#started = true;
      const found = c === "{" || c === "[" ? this.#value(at) : this.#word(at, last);
      if (found === undefined) break;
      out.push(found.value);
      for (let i = at; i < found.next; i++) if (this.#rest.charCodeAt(i) === 10) this.#line += 1;
      at = found.next;
    }
    this.#rest = this.#rest.slice(at);
    return out;
  }

  /** The value that begins at `start`; undefined when its end is not here yet. */
  #value(start: number): { value: JsonValue; next: number } | undefined {
    const text = this.#rest;
    let depth = 0;
    let inString = false;
    for (let i = start; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (inString) {
        if (c === 92) i += 1;
        else if (c === 34) inString = false;
        else if (c === 10)
          return { value: { line: this.#line, fault: "a text runs over the end of its line" }, next: i };
        continue;
      }
      if (c === 34) inString = true;
      else if (c === 123 || c === 91) {
        depth += 1;
        if (depth > MAX_DEPTH) return this.#giveUp(i, `nested deeper than ${MAX_DEPTH}`);
      } else if (c === 125 || c === 93) {
        depth -= 1;
        if (depth === 0) return { value: { line: this.#line, text: text.slice(start, i + 1) }, next: i + 1 };
      }
      if (i - start > MAX_VALUE) return this.#giveUp(i, "value is too long");
    }
    return undefined;
  }

  #giveUp(at: number, fault: string): { value: JsonValue; next: number } {
    const newline = this.#rest.indexOf("\n", at);
    return { value: { line: this.#line, fault }, next: newline < 0 ? this.#rest.length : newline };
  }

  /** Something that is no object: a number, a word, broken text. Reported up to the end of its line. */
  #word(at: number, last: boolean): { value: JsonValue; next: number } | undefined {
    const newline = this.#rest.indexOf("\n", at);
    if (newline < 0 && !last && this.#rest.length - at < 65_536) return undefined;
    return { value: { line: this.#line, fault: "not a JSON object" }, next: newline < 0 ? this.#rest.length : newline };
  }
}
