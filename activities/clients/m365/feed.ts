import { withToken } from "./bearer.ts";
import { asList, asText, faultOf } from "./faults.ts";
import { retryLater } from "./graph.ts";
import type { M365Tenant, RawPage } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { TokenSource } from "./tokens.ts";
import { RESOURCES } from "./tokens.ts";
import type { Wire, WireAnswer } from "./wire.ts";
import { readAnswer } from "./wire.ts";

const DAY_MS = 24 * 3_600_000;
type FeedPage = RawPage & { contentId: string; contentCreated: string };

/**
 * The Office 365 Management Activity API ("Office 365 Management Activity API reference"): bare arrays, paging by
 * response header, windows of at most a day on contentCreated, times without a zone that are UTC.
 * A blob that is gone (AF20050, AF20051) yields a page without records, so that the hole can be seen.
 */
export function activityFeedDoor(deps: {
  tenantId: string;
  publisherId: string;
  wire: Wire;
  tokens: TokenSource;
}): Pick<M365Tenant, "activityFeed"> {
  const root = `${RESOURCES.management}/api/v1.0/${deps.tenantId}/activity/feed`;
  const publisher = `PublisherIdentifier=${encodeURIComponent(deps.publisherId)}`;

  const send = (method: "GET" | "POST", url: string): Promise<WireAnswer & { isCut: boolean }> =>
    withToken(deps.tokens, { tenantId: deps.tenantId, resource: "management" }, async (token) => {
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      return readAnswer(await deps.wire.fetch(url, { method, headers }), deps.wire.clock);
    }).catch(retryLater);

  const startSubscription = async (contentType: string): Promise<void> => {
    const answer = await send("POST", `${root}/subscriptions/start?contentType=${contentType}&${publisher}`);
    if (answer.status < 300) return;
    const fault = faultOf(answer, `start ${contentType}`);
    if (fault.code !== "AF20024") throw fault;
  };

  async function* list(contentType: string, since: Date, until: Date): AsyncGenerator<Record<string, unknown>[]> {
    const window = `startTime=${feedTime(since)}&endTime=${feedTime(until)}`;
    let url: string | undefined = `${root}/subscriptions/content?contentType=${contentType}&${window}&${publisher}`;
    let isStarted = false;
    while (url) {
      const answer: WireAnswer & { isCut: boolean } = await send("GET", url);
      if (answer.status !== 200) {
        const fault = faultOf(answer, `content ${contentType}`);
        if (isStarted || (fault.code !== "AF20022" && fault.code !== "AF20023")) throw fault;
        isStarted = true;
        await startSubscription(contentType);
        continue;
      }
      yield rowsOf(answer) as Record<string, unknown>[];
      url = answer.headers.get("nextpageuri") ?? answer.headers.get("nextpageurl") ?? undefined;
    }
  }

  const fetchBlob = async (uri: string): Promise<RawPage> => {
    const answer = await send("GET", `${uri}${uri.includes("?") ? "&" : "?"}${publisher}`);
    const receivedAt = answer.receivedAt.toISOString();
    if (answer.status === 200) return { records: rowsOf(answer), body: answer.text, receivedAt };
    const fault = faultOf(answer, "content blob");
    if (fault.faultClass !== "not-found") throw fault;
    return { records: [], body: answer.text, receivedAt };
  };

  return {
    async *activityFeed({ contentType, since, until }): AsyncGenerator<FeedPage> {
      // Whole seconds, outwards: their times have no fractions, and a window without length is refused (AF20055).
      const end = Math.ceil(Date.parse(until) / 1000) * 1000;
      for (let from = Math.floor(Date.parse(since) / 1000) * 1000; from < end; from += DAY_MS) {
        const to = Math.min(from + DAY_MS, end);
        for await (const blobs of list(contentType, new Date(from), new Date(to))) {
          for (const blob of blobs) {
            const uri = asText(blob.contentUri);
            if (!uri) continue;
            const page = await fetchBlob(uri);
            yield { ...page, contentId: String(blob.contentId), contentCreated: readFeedTime(blob.contentCreated) };
          }
        }
      }
    },
  };
}

function rowsOf(answer: WireAnswer & { isCut: boolean }): unknown[] {
  if (!answer.isCut) {
    try {
      return asList(JSON.parse(answer.text));
    } catch {
      // falls through: a body that is no JSON is as good as none
    }
  }
  throw new M365Fault("retry", "activity feed: answer broke off", answer);
}

/** Their form has no zone and means UTC. */
const feedTime = (at: Date): string => at.toISOString().slice(0, 19);

function readFeedTime(value: unknown): string {
  const text = String(value);
  const withZone = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  return new Date(withZone).toISOString();
}
