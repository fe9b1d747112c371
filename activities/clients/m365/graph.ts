import type { Context, Middleware } from "@microsoft/microsoft-graph-client";
import {
  AuthenticationHandler,
  AuthenticationHandlerOptions,
  Client,
  ResponseType,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";
import { withToken } from "./bearer.ts";
import { asRows, asText, faultOf, parseObject } from "./faults.ts";
import type { Limiter } from "./limiter.ts";
import type { WriteOutcome } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { TokenSource } from "./tokens.ts";
import type { Wire, WireAnswer } from "./wire.ts";
import { readAnswer, WireLost } from "./wire.ts";
import type { Fixes } from "./writes.ts";
import { outcomeOf, outcomeOfLost } from "./writes.ts";

export type GraphCall = {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** "/users/…" with encoded parts, or an absolute link exactly as Microsoft gave it. */
  path: string;
  version?: "v1.0" | "beta";
  /** Values are encoded here; keys like $filter stay. */
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  lane?: "reporting" | { mailbox: string };
};

export type GraphPage = { rows: Record<string, unknown>[]; text: string; receivedAt: string };

/** One tenant's way to Microsoft Graph. Retries nothing: the caller owns retries. */
export type Graph = {
  readonly tenantId: string;
  get(call: GraphCall): Promise<Record<string, unknown>>;
  /** null for 404. */
  find(call: GraphCall): Promise<Record<string, unknown> | null>;
  /** Every page, empty ones included; headers go along with each. */
  pages(call: GraphCall): AsyncGenerator<GraphPage>;
  all(call: GraphCall): Promise<Record<string, unknown>[]>;
  /** `newId` is the id in the answer. Throws M365Fault where nothing can have happened. */
  write(call: GraphCall, fixes?: Fixes): Promise<WriteOutcome & { newId?: string }>;
};

export function createGraph(deps: { tenantId: string; wire: Wire; tokens: TokenSource; limiter: Limiter }): Graph {
  const client = Client.initWithMiddleware({ middleware: chain(deps.wire), defaultVersion: "v1.0" });

  const sendOnce = async (call: GraphCall, token: string): Promise<Answer> => {
    const note = new FetchNote();
    const request = client
      .api(withQuery(call))
      .responseType(ResponseType.RAW)
      .middlewareOptions([new AuthenticationHandlerOptions(undefined, { scopes: [token] }), note])
      .headers(call.headers ?? {});
    if (call.version) request.version(call.version);
    try {
      return await readAnswer((await dispatch(request, call)) as Response, deps.wire.clock);
    } catch (error) {
      throw note.lost ?? error;
    }
  };
  const send = (call: GraphCall): Promise<Answer> => {
    const work = async () => {
      if (call.lane === "reporting") await deps.limiter.reporting(deps.tenantId);
      return withToken(deps.tokens, { tenantId: deps.tenantId, resource: "graph" }, (token) => sendOnce(call, token));
    };
    return typeof call.lane === "object" ? deps.limiter.mailbox(`${deps.tenantId}/${call.lane.mailbox}`, work) : work();
  };
  const read = async (call: GraphCall): Promise<Answer & { json: Record<string, unknown> }> => {
    const answer = await send(call).catch(retryLater);
    if (answer.status < 200 || answer.status > 299) throw faultOf(answer, nameOf(call));
    const json = answer.text.trim() === "" ? {} : parseObject(answer.text);
    if (answer.isCut || !json) throw new M365Fault("retry", `${nameOf(call)}: answer broke off`, answer);
    return { ...answer, json };
  };

  async function* pages(call: GraphCall): AsyncGenerator<GraphPage> {
    let next: GraphCall | undefined = call;
    while (next) {
      const page: Answer & { json: Record<string, unknown> } = await read(next);
      yield { rows: asRows(page.json.value), text: page.text, receivedAt: page.receivedAt.toISOString() };
      const link = asText(page.json["@odata.nextLink"]);
      next = link ? { ...linkOnly(call), path: link } : undefined;
    }
  }

  return {
    tenantId: deps.tenantId,
    pages,
    async get(call) {
      return (await read(call)).json;
    },
    async find(call) {
      try {
        return (await read(call)).json;
      } catch (error) {
        if (error instanceof M365Fault && error.faultClass === "not-found") return null;
        throw error;
      }
    },
    async all(call) {
      const rows: Record<string, unknown>[] = [];
      for await (const page of pages(call)) rows.push(...page.rows);
      return rows;
    },
    async write(call, fixes) {
      try {
        return outcomeOf(await send(call), nameOf(call), fixes);
      } catch (error) {
        if (error instanceof WireLost) return outcomeOfLost(error, nameOf(call));
        throw error;
      }
    },
  };
}

type Answer = WireAnswer & { isCut: boolean };

/** Set by the last handler, because the client turns every error into one of its own. */
class FetchNote {
  lost: WireLost | undefined;
}

/** The explicit chain: token, telemetry, then our own fetch. No retry handler: one layer retries, and it is not this one. */
function chain(wire: Wire): Middleware {
  const auth = new AuthenticationHandler({
    getAccessToken: async (options) => options?.scopes?.[0] ?? "",
  });
  const telemetry = new TelemetryHandler();
  auth.setNext(telemetry);
  telemetry.setNext({
    setNext() {},
    async execute(context: Context) {
      const note = context.middlewareControl?.getMiddlewareOptions(FetchNote as never) as FetchNote | undefined;
      const url = typeof context.request === "string" ? context.request : context.request.url;
      try {
        context.response = await wire.fetch(url, context.options as RequestInit);
      } catch (error) {
        if (note && error instanceof WireLost) note.lost = error;
        throw error;
      }
    },
  });
  return auth;
}

function dispatch(request: ReturnType<Client["api"]>, call: GraphCall): Promise<unknown> {
  switch (call.method ?? "GET") {
    case "GET":
      return request.get();
    case "POST":
      return request.post(call.body ?? {});
    case "PATCH":
      return request.patch(call.body ?? {});
    case "DELETE":
      return request.delete();
  }
}

function withQuery(call: GraphCall): string {
  const pairs = Object.entries(call.query ?? {}).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? call.path : `${call.path}?${pairs.join("&")}`;
}

/** Follow-up pages: the link holds version and query already. */
const linkOnly = (call: GraphCall): GraphCall => ({
  path: call.path,
  ...(call.headers ? { headers: call.headers } : {}),
  ...(call.lane ? { lane: call.lane } : {}),
});

/** "GET /users/…" without query: fit for errors and logs. */
const nameOf = (call: GraphCall): string =>
  `${call.method ?? "GET"} ${call.path.startsWith("https://") ? new URL(call.path).pathname : call.path}`;

export function retryLater(error: unknown): never {
  throw error instanceof WireLost ? new M365Fault("retry", error.message) : error;
}

/** A path segment; ids may hold characters that cut a URL. */
export const segment = (id: string): string => encodeURIComponent(id);

/** A string inside an OData expression. */
export const odataText = (value: string): string => `'${value.replaceAll("'", "''")}'`;
