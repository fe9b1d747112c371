import { type LatencyClock, latencyOf, summarizeLatency } from "#domain/evidence/latency.ts";
import { TENANTS } from "./tenants.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 3, 11) + second * 1000).toISOString();

/** One invented way from act to lock; every third one without Microsoft's word on when it could show the record. */
const clockOf = (n: number): LatencyClock => ({
  eventAt: at(0),
  availableAt: n % 3 === 2 ? null : at(90 + n * 7),
  ingestedAt: at(104 + n * 7),
  detectedAt: at(104.6 + n * 7),
  askedAt: at(n % 4 === 3 ? 704 : 105.1 + n * 7),
  acceptedAt: at(n % 4 === 3 ? 706 : 106.4 + n * 7),
  verifiedAt: at(n % 4 === 3 ? 715 : 114 + n * 7),
  isByPerson: n % 4 === 3,
});
const clocks = (count: number): LatencyClock[] => Array.from({ length: count }, (_, n) => clockOf(n));

const PATHS: [RegExp, (query: URLSearchParams) => object][] = [
  [/^GET \/api\/incidents\/i-tom\/latency$/, () => latencyOf(clockOf(2))],
  [/^GET \/api\/incidents\/[^/]+\/latency$/, () => latencyOf(clockOf(0))],
  [
    /^GET \/api\/latency$/,
    (query) => {
      const shown = TENANTS.filter((t) => !query.get("tenantId") || t.id === query.get("tenantId")).slice(0, 4);
      return {
        since: at(-90 * 86_400),
        all: summarizeLatency(shown.flatMap((_, i) => clocks(i + 2))),
        tenants: shown.map(({ id, name }, i) => ({ tenant: { id, name }, summary: summarizeLatency(clocks(i + 2)) })),
      };
    },
  ],
];

/** The latency ledger and the evidence file on invented data; undefined for any other call. */
export function latencyMock(key: string, query: URLSearchParams): Response | undefined {
  if (/^POST \/api\/incidents\/[^/]+\/evidence$/.test(key))
    return new Response('{"n":1,"type":"header"}\n', {
      headers: { "content-type": "text/jsonl", "content-disposition": 'attachment; filename="incident-1.jsonl"' },
    });
  const found = PATHS.find(([pattern]) => pattern.test(key));
  return found && Response.json(found[1](query));
}
