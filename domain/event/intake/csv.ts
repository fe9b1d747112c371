/** A row of a delimited file with the line it began on; `fault` says why it cannot be used. */
export type CsvRow = { line: number; fields: string[] } | { line: number; fault: string };

export const MAX_FIELD = 1024 * 1024;
export const MAX_COLUMNS = 2000;
export const MAX_LINE = 4 * 1024 * 1024;

/** Comma, semicolon or tab: what the header line holds most of outside quotes. */
export function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((d) => ({ d, n: bare.split(d).length }));
  return counts.sort((a, b) => b.n - a.n)[0]?.d ?? ",";
}

/**
 * Reads delimited text piece by piece. Quotes double inside quotes and may span lines. An unclosed or over-long quote
 * is reported once, and reading goes on with the line after the one it began on.
 */
export class CsvReader {
  readonly #delimiter: string;
  #rest = "";
  #line: number;
  #skipping = false;

  constructor(delimiter: string, firstLine: number) {
    this.#delimiter = delimiter;
    this.#line = firstLine;
  }

  /** Rows that this piece completes. */
  push(piece: string): CsvRow[] {
    this.#rest += piece;
    return this.#drain(false);
  }

  /** The rows left at the end of the file. */
  end(): CsvRow[] {
    return this.#drain(true);
  }

  #drain(last: boolean): CsvRow[] {
    const out: CsvRow[] = [];
    let at = 0;
    while (at < this.#rest.length) {
      if (this.#skipping) {
        const end = this.#rest.indexOf("\n", at);
        if (end < 0) {
          at = this.#rest.length;
          break;
        }
        at = end + 1;
        this.#line += 1;
        this.#skipping = false;
        continue;
      }
      const row = this.#row(at, last);
      if (row === undefined) {
        if (this.#rest.length - at <= MAX_LINE) break;
        out.push({ line: this.#line, fault: "line or quoted field is too long" });
        this.#skipping = true;
        continue;
      }
      if ("fault" in row.row) {
        out.push(row.row);
        const end = this.#rest.indexOf("\n", at);
        at = end < 0 ? this.#rest.length : end + 1;
        this.#line += 1;
        continue;
      }
      if (row.row.fields.length > 1 || row.row.fields[0] !== "") out.push(row.row);
      this.#line += row.lines;
      at = row.next;
    }
    this.#rest = this.#rest.slice(at);
    return out;
  }

  /** One row from `start`; undefined when it is not complete yet. */
  #row(start: number, last: boolean): { row: CsvRow; next: number; lines: number } | undefined {
    const text = this.#rest;
    const fields: string[] = [];
    const line = this.#line;
    let at = start;
    let lines = 0;
    for (;;) {
      if (fields.length >= MAX_COLUMNS)
        return { row: { line, fault: `more than ${MAX_COLUMNS} columns` }, next: at, lines };
      if (text[at] === '"') {
        const closed = this.#quoted(at + 1);
        if (closed === undefined) {
          if (!last && text.length - start <= MAX_LINE) return undefined;
          return { row: { line, fault: "a quote is never closed" }, next: at, lines };
        }
        if (closed.value.length > MAX_FIELD) return { row: { line, fault: "a field is too long" }, next: at, lines };
        const after = text[closed.next];
        if (after === undefined && !last) return undefined;
        if (after !== undefined && after !== this.#delimiter && after !== "\n" && after !== "\r") {
          return { row: { line, fault: "broken quotes" }, next: at, lines };
        }
        fields.push(closed.value);
        lines += closed.lines;
        at = closed.next;
      } else {
        const end = this.#bareEnd(at);
        if (end < 0 && !last) return undefined;
        const stop = end < 0 ? text.length : end;
        fields.push(text.slice(at, stop).replace(/\r$/, ""));
        at = stop;
      }
      const next = text[at];
      if (next === this.#delimiter) at += 1;
      else if (next === undefined) return last ? { row: { line, fields }, next: at, lines } : undefined;
      else {
        const newline = text.indexOf("\n", at);
        if (newline < 0 && !last) return undefined;
        return { row: { line, fields }, next: newline < 0 ? text.length : newline + 1, lines: lines + 1 };
      }
    }
  }

  #bareEnd(at: number): number {
    const text = this.#rest;
    for (let i = at; i < text.length; i++) {
      const c = text[i];
      if (c === this.#delimiter || c === "\n") return i;
    }
    return -1;
  }

  #quoted(start: number): { value: string; next: number; lines: number } | undefined {
    const text = this.#rest;
    const parts: string[] = [];
    let from = start;
    let lines = 0;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0) return undefined;
      const piece = text.slice(from, quote);
      for (let i = piece.indexOf("\n"); i >= 0; i = piece.indexOf("\n", i + 1)) lines += 1;
      parts.push(piece);
      if (text[quote + 1] === '"') {
        parts.push('"');
        from = quote + 2;
      } else {
        return { value: parts.join(""), next: quote + 1, lines };
      }
    }
  }
}
