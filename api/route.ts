import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type Capability, may } from "#domain/access/may.ts";
import { type Classed, classOfRoute } from "./classes.ts";
import { type ApiEnv, identify } from "./context.ts";
import { demand } from "./demand.ts";
import { fail, invalidInput, problemSchema } from "./problem.ts";

/**
 * `public`: no session is asked for. `half-signed-in`: also a session that still owes its second factor. `signed-in`: any
 * member. Everything else is asked of `may`.
 */
export type Access = Capability | "public" | "half-signed-in" | "signed-in";

/** Every route of the API with what it needs; the matrix test fails for one it does not know (H1). */
export const ROUTES: { method: string; path: string; access: Access }[] = [];

const guard =
  (access: Access, deed: ReturnType<typeof classOfRoute>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    if (access === "public") return next();
    const found = await identify(c.get("deps"), c.req.raw.headers);
    const owes = found?.signedIn.proof.owesFactor === true;
    if (!found || (owes && !found.signedIn.proof.hasFactor))
      throw fail("unauthenticated", "Your session has ended, or you never signed in. Sign in and try again.");
    const { viewer, signedIn } = found;
    c.set("viewer", viewer);
    c.set("signedIn", signedIn);
    if (access === "half-signed-in") return next();
    if (owes)
      throw fail("unauthenticated", "Your second factor is still asked for. Enter its code and try again.", {
        needs: "factor",
      });
    if (access !== "signed-in") {
      const answer = may(viewer, access);
      if (!answer.ok) throw fail("forbidden", answer.reason);
    }
    if (deed !== "by-input") demand(c, deed);
    return next();
  };

const problems = {
  description: "A refusal or fault (RFC 9457).",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** Declares a route together with the right it needs; nothing else makes routes. Its class stands in ROUTE_CLASSES. */
export function route<const R extends Omit<RouteConfig, "middleware">>(
  access: Access,
  config: R & Classed<R["method"], R["path"]>,
) {
  ROUTES.push({ method: config.method, path: config.path, access });
  return createRoute({
    ...config,
    ...(access === "public" ? {} : { security: [{ session: [] }] }),
    middleware: [guard(access, classOfRoute(config.method, config.path))] as MiddlewareHandler<ApiEnv>[],
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
