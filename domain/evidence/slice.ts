/** End of the string whose opening quote stands at `at`: the index behind its closing quote. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

const isSpace = (sign: string | undefined): boolean => sign === " " || sign === "\n" || sign === "\r" || sign === "\t";

/** Index of the bracket that opens the list of records: the page itself, or its member `value`. */
function listStart(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') {
      const end = stringEnd(text, i);
      if (depth === 1 && text.slice(i, end) === '"value"') {
        let next = end;
        while (isSpace(text[next]) || text[next] === ":") next += 1;
        if (text[next] === "[") return next;
      }
      i = end - 1;
    } else if (sign === "[" && depth === 0) return i;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
  }
  return undefined;
}

/**
 * The records of a page as they came, letter for letter: of a JSON array, or of the member `value` of an object (OData).
 * Empty when the text is neither. Parsing and writing again would lose digits, spelling and doubled members.
 */
export function sliceRecords(page: string): string[] {
  const start = listStart(page);
  if (start === undefined) return [];
  const found: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let i = start; i < page.length; i++) {
    const sign = page[i];
    if (sign === '"') i = stringEnd(page, i) - 1;
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    if (depth === 0 || (depth === 1 && sign === ",")) {
      const text = page.slice(from, i).trim();
      if (text !== "") found.push(text);
      if (depth === 0) return found;
      from = i + 1;
    }
  }
  return found;
}
