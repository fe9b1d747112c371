import type { Clock } from "#domain/clock.ts";

/** What came back, whatever it was: parsing and judging come later. */
export type WireAnswer = {
  status: number;
  headers: Headers;
  text: string;
  requestId: string | undefined;
  receivedAt: Date;
};

/** No answer. `sent` false: the connection was refused, so Microsoft cannot have seen the request. */
export class WireLost extends Error {
  readonly sent: boolean;
  constructor(reason: string, sent: boolean) {
    super(reason);
    this.name = "WireLost";
    this.sent = sent;
  }
}

export type Wire = {
  /** Performs one HTTP exchange at a real Microsoft URL; throws WireLost when no complete answer came. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  clock: Clock;
};

const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED"]);

/**
 * The one place that knows the origin map ({"https://graph.microsoft.com": "https://127.0.0.1:4000/graph.microsoft.com"});
 * empty against the real cloud. Only https, and only to the hosts listed: a link in an answer cannot carry our token away.
 */
export function createWire(input: {
  originMap: Record<string, string>;
  allowedOrigins: readonly string[];
  timeoutMs: number;
  clock: Clock;
}): Wire {
  const allowed = new Set(input.allowedOrigins);
  return {
    clock: input.clock,
    async fetch(url, init) {
      const target = new URL(url);
      if (!allowed.has(target.origin)) throw new WireLost(`host ${target.host} is not one of Microsoft's APIs`, false);
      const mapped = input.originMap[target.origin];
      try {
        return await fetch(mapped ? `${mapped}${target.pathname}${target.search}` : url, {
          ...init,
          redirect: "error",
          signal: AbortSignal.timeout(input.timeoutMs),
        });
      } catch (error) {
        throw lost(error);
      }
    },
  };
}

/** Reads an answer to its end. A body that breaks off keeps the status: a 2xx was still a 2xx. */
export async function readAnswer(response: Response, clock: Clock): Promise<WireAnswer & { isCut: boolean }> {
  const requestId = response.headers.get("request-id") ?? response.headers.get("x-ms-request-id") ?? undefined;
  const base = { status: response.status, headers: response.headers, requestId };
  try {
    return { ...base, text: await response.text(), receivedAt: clock.now(), isCut: false };
  } catch {
    return { ...base, text: "", receivedAt: clock.now(), isCut: true };
  }
}

function lost(error: unknown): WireLost {
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  const name = (error as Error).name;
  return new WireLost(`no answer (${cause ?? name})`, !(cause && NOT_SENT.has(cause)));
}
