import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type Capability, may } from "#domain/access/may.ts";
import { type ApiEnv, viewerOf } from "./context.ts";
import { fail, invalidInput, problemSchema } from "./problem.ts";

/** `public`: no session is asked for. `signed-in`: any member. Everything else is asked of `may`. */
export type Access = Capability | "public" | "signed-in";

/** Every route of the API with what it needs; the matrix test fails for one it does not know (H1). */
export const ROUTES: { method: string; path: string; access: Access }[] = [];

const guard =
  (access: Access): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    if (access === "public") return next();
    const viewer = await viewerOf(c.get("deps"), c.req.raw.headers);
    if (!viewer)
      throw fail("unauthenticated", "Your session has ended, or you never signed in. Sign in and try again.");
    c.set("viewer", viewer);
    c.set("authLevel", "one-factor");
    if (access !== "signed-in") {
      const answer = may(viewer, access);
      if (!answer.ok) throw fail("forbidden", answer.reason);
    }
    return next();
  };

const problems = {
  description: "A refusal or fault (RFC 9457).",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** Declares a route together with the right it needs; nothing else makes routes. */
export function route<const R extends Omit<RouteConfig, "middleware">>(access: Access, config: R) {
  ROUTES.push({ method: config.method, path: config.path, access });
  return createRoute({
    ...config,
    ...(access === "public" ? {} : { security: [{ session: [] }] }),
    middleware: [guard(access)] as MiddlewareHandler<ApiEnv>[],
    responses: { ...config.responses, default: problems } as R["responses"],
  });
}

/** A JSON answer in a route's `responses`. */
export const json = <const S>(schema: S, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** A required JSON body in a route's `request`. */
export const body = <const S>(schema: S) => ({ required: true as const, content: { "application/json": { schema } } });

export const createRouter = () =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => {
      if (!result.success) return invalidInput(c, result.error);
      return undefined;
    },
  });
