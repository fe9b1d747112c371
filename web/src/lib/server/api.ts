import { type ActionFailure, error, fail, type RequestEvent, redirect } from "@sveltejs/kit";
import { STEP_UP_NEEDS, type StepUpNeed } from "#domain/access/step-up.ts";
import { apiOrigin } from "./env.ts";

/** RFC 9457, as the API answers; `blockedBecause` and `command` come with 409. */
export type Problem = { title?: string; detail?: string; code?: string; [key: string]: unknown };
export type ApiAnswer<T> = { ok: true; status: number; data: T } | { ok: false; status: number; problem: Problem };

type InProcess = (request: Request) => Response | Promise<Response>;
/** The API process puts its own `fetch` here before it mounts the portal, so that no socket lies between the two. */
const IN_PROCESS = Symbol.for("petra.api.fetch");

function send(request: Request): Promise<Response> | Response {
  const inProcess = (globalThis as Record<symbol, unknown>)[IN_PROCESS] as InProcess | undefined;
  if (inProcess) return inProcess(request);
  const origin = apiOrigin();
  if (!origin)
    error(503, {
      message: "The portal does not know where its API is",
      fix: "Set PETRA_API_ORIGIN, or start the portal through the API process.",
    });
  const url = new URL(request.url);
  return fetch(new Request(new URL(url.pathname + url.search, origin), request));
}

/** Calls the API with the viewer's cookie and passes the answer on as it is. */
export async function apiRaw(
  event: RequestEvent,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<Response> {
  const headers = new Headers({
    accept: "application/json",
    origin: event.url.origin,
    "sec-fetch-site": "same-origin",
    "x-request-id": event.locals.requestId,
    "user-agent": event.request.headers.get("user-agent") ?? "",
  });
  const cookie = event.request.headers.get("cookie");
  if (cookie) headers.set("cookie", cookie);
  const method = init.method ?? "GET";
  if (init.body !== undefined) headers.set("content-type", "application/json");
  const request = new Request(new URL(path, event.url), {
    method,
    headers,
    redirect: "manual",
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  try {
    return await send(request);
  } catch (cause) {
    if (cause && typeof cause === "object" && "status" in cause) throw cause;
    return Response.json({ title: "The API does not answer" }, { status: 503 });
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 200) };
  }
}

export async function apiSend<T>(
  event: RequestEvent,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer<T>> {
  const response = await apiRaw(event, path, body === undefined ? { method } : { method, body });
  const data = await bodyOf(response);
  return response.ok
    ? { ok: true, status: response.status, data: data as T }
    : { ok: false, status: response.status, problem: (data ?? {}) as Problem };
}

/** Reads for a page; a refusal becomes a page that says what to do. */
export async function apiGet<T>(event: RequestEvent, path: string): Promise<T> {
  const answer = await apiSend<T>(event, "GET", path);
  if (answer.ok) return answer.data;
  const requestId = event.locals.requestId;
  if (answer.status === 401)
    redirect(
      303,
      `${answer.problem.needs === "factor" ? "/sign-in/code" : "/sign-in"}?next=${encodeURIComponent(event.url.pathname + event.url.search)}`,
    );
  if (answer.status === 403) {
    error(403, {
      message: "You may not see this",
      fix: answer.problem.detail ?? "Ask an Admin of your organization for access.",
      requestId,
    });
  }
  if (answer.status === 404) {
    error(404, {
      message: "There is nothing here",
      fix: "It does not exist, or it belongs to a tenant you cannot see.",
      requestId,
    });
  }
  error(503, {
    message: "The API does not answer",
    fix: "Nothing was changed. The page tries again by itself; Petra goes on working.",
    requestId,
  });
}

/** What a form's failure hands to the page: the sentence, and what the person is asked to show before the same form goes on (S14). */
export function refusal(answer: { status: number; problem: Problem }) {
  const { code, needs } = answer.problem;
  const isAsked = code === "second_factor_required" && STEP_UP_NEEDS.some((known) => known === needs);
  const stepUp = isAsked ? { needs: needs as StepUpNeed, detail: refusalText(answer) } : undefined;
  return { refused: refusalText(answer), ...(stepUp ? { stepUp } : {}) };
}

/** A form's answer when the API refused or did not answer; `more` goes back to the page with it. */
export function refuse<T extends object = object>(
  answer: { status: number; problem: Problem },
  more?: T,
): ActionFailure<ReturnType<typeof refusal> & T> {
  return fail(answer.status >= 500 ? 503 : answer.status, { ...refusal(answer), ...(more as T) });
}

/** The sentence for a person when a mutation was refused or failed. */
export function refusalText(answer: { status: number; problem: Problem }): string {
  if (answer.status >= 500) return "The API does not answer. Nothing was changed; try again.";
  if (answer.status === 401) return "You were signed out. Sign in again; nothing was changed.";
  if (answer.status === 429) return "Too many tries. Wait a minute and try again.";
  return answer.problem.detail ?? answer.problem.title ?? "The API refused this.";
}
