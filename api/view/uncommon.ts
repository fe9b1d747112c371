import type { EventRecord } from "#db/repos/portal-events.ts";
import type { findUncommon, listUncommon } from "#db/repos/portal-uncommon.ts";
import { CATALOG } from "#detections/catalog.ts";
import { UNCOMMON_TYPES, uncommonLabel } from "#domain/incident/uncommon.ts";
import type { Period, UncommonEntry, UncommonPage, UncommonRow } from "#domain/view/detection.ts";
import { eventRow } from "./events.ts";

type Listed = Awaited<ReturnType<typeof listUncommon>>;
type Found = NonNullable<Awaited<ReturnType<typeof findUncommon>>>;

const TITLES = new Map(CATALOG.map((detection) => [detection.id, detection.title]));

function uncommonRow(entry: Found["entry"], displayName: string | null): UncommonRow {
  const { id, type, kind, upn, at, lastAt, why, innocent, country, networkKind, network, records } = entry;
  return {
    id,
    type,
    label: uncommonLabel(type, entry.homeCountry),
    detection: TITLES.get(kind) ?? null,
    upn,
    displayName,
    at,
    lastAt,
    why,
    innocent,
    country,
    networkKind,
    network,
    records,
  };
}

/** A page of Uncommon Activity with the types there are, each with its count whatever is filtered. */
export function uncommonPage(
  listed: Listed,
  { period, page, chosen, coverage }: { period: Period; page: number; chosen: string | undefined; coverage: string[] },
): UncommonPage {
  const types = UNCOMMON_TYPES.flatMap((type) => {
    const rows = listed.types.filter((row) => row.type === type);
    const home = rows.toSorted((a, b) => b.n - a.n)[0]?.homeCountry ?? null;
    return rows.length > 0
      ? [{ type, label: uncommonLabel(type, home), count: rows.reduce((sum, row) => sum + row.n, 0) }]
      : [];
  });
  return {
    period,
    types,
    rows: listed.rows.map(({ entry, displayName }) => uncommonRow(entry, displayName)),
    total: types.filter((row) => !chosen || row.type === chosen).reduce((sum, row) => sum + row.count, 0),
    nextPage: listed.hasMore ? page + 1 : null,
    coverage,
  };
}

/** One entry with the records it cites. */
export function uncommonEntry(found: Found, events: EventRecord[], phish: ReadonlySet<string>): UncommonEntry {
  const { entry, account, tenant } = found;
  const known = new Set(events.map((event) => event.recordId));
  return {
    ...uncommonRow(entry, account?.displayName ?? null),
    tenant,
    account: account
      ? { id: account.id, upn: account.upn, displayName: account.displayName, jobTitle: account.jobTitle }
      : null,
    recordIds: entry.recordIds,
    events: events.map((event) => eventRow(event, phish)),
    missing: entry.recordIds.filter((recordId) => !known.has(recordId)).length,
  };
}
