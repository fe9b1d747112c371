import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError, type AppErrorCode } from "#domain/errors.ts";

const STATUS = {
  not_found: 404,
  forbidden: 403,
  unauthenticated: 401,
  second_factor_required: 403,
  conflict: 409,
  invalid: 400,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<AppErrorCode, number>;

const TITLES: Record<AppErrorCode, string> = {
  not_found: "There is nothing here",
  forbidden: "You may not do this",
  unauthenticated: "Sign in first",
  second_factor_required: "Show once more that it is you",
  conflict: "This cannot be done any more",
  invalid: "The request is not complete",
  rate_limited: "Too many tries",
  unavailable: "Not available right now",
  internal: "Something went wrong on our side",
};

/** RFC 9457. `type` and `code` come from a closed list, `detail` says what to do; nothing tells of the inside (S30). */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    pointers: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");

export const NOT_FOUND = "It does not exist, or it belongs to a tenant you cannot see.";

/** An error the caller sees. */
export const fail = (code: AppErrorCode, detail: string, more: Record<string, unknown> = {}): AppError =>
  new AppError(code, detail, more);

export const notFound = (): AppError => fail("not_found", NOT_FOUND);

/** The answer for an error: the same bytes for every reader who may not know more (S5). */
export function problemResponse(c: Context, error: unknown): Response {
  const known = error instanceof AppError && error.code !== "internal" ? error : undefined;
  const code = known?.code ?? "internal";
  const status = STATUS[code];
  const body = {
    type: `/problems/${code}`,
    title: TITLES[code],
    status,
    code,
    detail: known?.message ?? "Try again. If it happens again, give us the request id of this answer.",
    ...known?.detail,
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (status === 429) headers["retry-after"] = String(known?.detail.retryAfterSeconds ?? 60);
  return c.body(JSON.stringify(body), status, headers);
}

/** The 400 for input that does not fit its schema, with a pointer to each place. */
export function invalidInput(c: Context, error: { issues: { path: PropertyKey[]; message: string }[] }): Response {
  const pointers = error.issues.slice(0, 20).map((issue) => ({
    pointer: `/${issue.path.map((part) => String(part)).join("/")}`,
    detail: issue.message,
  }));
  return problemResponse(c, fail("invalid", "Some fields are missing or not understood; see pointers.", { pointers }));
}
