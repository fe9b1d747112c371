import { z } from "@hono/zod-openapi";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { NAME_MAX, SIGN_IN_LINK_SECONDS, SIGN_IN_TRIES_PER_MINUTE } from "#domain/limits.ts";
import type { ApiContext } from "../context.ts";
import { safeError } from "../log.ts";
import { fail } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";

const email = z
  .email()
  .max(NAME_MAX)
  .transform((text) => text.toLowerCase());
const doneSchema = z.object({ ok: z.literal(true) });
const done = { ok: true } as const;
const signedInSchema = z.object({
  ok: z.literal(true),
  /** `factor`: the session opens nothing until POST /api/auth/prove was given a code. */
  owes: z.enum(["factor"]).nullable(),
});

const tries = new RateLimiterMemory({ points: SIGN_IN_TRIES_PER_MINUTE, duration: 60 });

/** Tries per address; the same for addresses that exist and that do not. */
async function countTry(address: string): Promise<void> {
  try {
    await tries.consume(address);
  } catch {
    throw fail("rate_limited", "Too many tries for this address. Wait a minute and try again.");
  }
}

/**
 * Our own gate after every way of signing in (S9): the new session is open only when its person has no second factor, else it
 * owes it. Says which of the two.
 */
async function openSession(
  c: ApiContext,
  answer: Response,
  by: "password" | "link",
): Promise<{ ok: true; owes: Owed }> {
  const { token } = (await answer.clone().json()) as { token: string };
  const { factors, clock } = c.get("deps");
  const { owesFactor } = await factors.open(token, { passwordAt: by === "password" ? clock.now() : null });
  takeCookies(c, answer);
  return { ok: true, owes: owesFactor ? "factor" : null };
}
type Owed = "factor" | null;

/** Passes the cookies of an answer of the sign-in library on, and nothing else of it. */
function takeCookies(c: ApiContext, answer: Response): void {
  for (const cookie of answer.headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
}

const password = route("public", {
  method: "post",
  path: "/api/auth/sign-in/email",
  summary: "Sign in with e-mail address and password",
  request: { body: body(z.strictObject({ email, password: z.string().min(1).max(NAME_MAX) })) },
  responses: { 200: json(signedInSchema, "Signed in; the session cookie is set.") },
});

const askLink = route("public", {
  method: "post",
  path: "/api/auth/sign-in/magic-link",
  summary: "Ask for a sign-in link by mail",
  description: "Answers the same whether or not the address belongs to a member.",
  request: { body: body(z.strictObject({ email })) },
  responses: { 200: json(doneSchema, "If the address belongs to a member, a link is on its way.") },
});

const useLink = route("public", {
  method: "post",
  path: "/api/auth/magic-link/verify",
  summary: "Sign in with the token of a link",
  description: "The token works once, within ten minutes. Opening the link changes nothing; this POST signs in.",
  request: { body: body(z.strictObject({ token: z.string().min(16).max(200) })) },
  responses: { 200: json(signedInSchema, "Signed in; the session cookie is set.") },
});

const signOut = route("public", {
  method: "post",
  path: "/api/auth/sign-out",
  summary: "End this session",
  responses: { 200: json(doneSchema, "The session has ended.") },
});

export const authRoutes = createRouter()
  .openapi(password, async (c) => {
    const input = c.req.valid("json");
    await countTry(input.email);
    const { auth } = c.get("deps");
    const answer = await auth.api.signInEmail({ body: input, headers: c.req.raw.headers, asResponse: true });
    if (!answer.ok) throw fail("unauthenticated", "Address or password is wrong. Ask for a sign-in link instead.");
    return c.json(await openSession(c, answer, "password"), 200);
  })
  .openapi(askLink, async (c) => {
    const { email: address } = c.req.valid("json");
    await countTry(address);
    const { auth, log } = c.get("deps");
    const { internalAdapter } = await auth.$context;
    if (await internalAdapter.findUserByEmail(address)) {
      // Not awaited: how long the mail server takes would tell who is a member.
      auth.api.signInMagicLink({ body: { email: address }, headers: c.req.raw.headers }).catch((error: unknown) => {
        log.error("sign-in.link-failed", { requestId: c.get("requestId"), ...safeError(error) });
      });
    }
    return c.json(done, 200);
  })
  .openapi(useLink, async (c) => {
    const { token } = c.req.valid("json");
    const { auth } = c.get("deps");
    const answer = await auth.api.magicLinkVerify({ query: { token }, headers: c.req.raw.headers, asResponse: true });
    if (!answer.ok) {
      throw fail(
        "unauthenticated",
        `The link was used already, or is older than ${SIGN_IN_LINK_SECONDS / 60} minutes. Ask for a new one.`,
      );
    }
    return c.json(await openSession(c, answer, "link"), 200);
  })
  .openapi(signOut, async (c) => {
    const answer = await c.get("deps").auth.api.signOut({ headers: c.req.raw.headers, asResponse: true });
    takeCookies(c, answer);
    c.header("clear-site-data", '"cache", "storage"');
    return c.json(done, 200);
  });
