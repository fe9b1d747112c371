/** The same page with some query values changed; null removes one. */
export function withQuery(
  url: { pathname: string; searchParams: { toString(): string } },
  changes: Record<string, string | null>,
  hash = "",
): string {
  const query = new URLSearchParams(url.searchParams.toString());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return `${url.pathname}${text ? `?${text}` : ""}${hash ? `#${hash}` : ""}`;
}

/** Records a link can carry; the API takes this many at once. */
const CITED_MAX = 50;

/** The same page with its log narrowed to these records, and the way to them. */
export function withRecords(
  url: { pathname: string; searchParams: { toString(): string } },
  recordIds: string[],
): string {
  const query = new URLSearchParams(url.searchParams.toString());
  for (const name of ["record", "at", "tab", "cursor", "verdict"]) query.delete(name);
  for (const id of recordIds.slice(0, CITED_MAX)) query.append("record", id);
  return `${url.pathname}?${query}#activity`;
}
