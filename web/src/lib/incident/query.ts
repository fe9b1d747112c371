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
