import { z } from "@hono/zod-openapi";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { writeAudit } from "#db/repos/order.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { isFresh } from "#domain/access/step-up.ts";
import { FACTORS_MAX, NAME_MAX, PROOF_TRIES, PROOF_TRIES_SECONDS } from "#domain/limits.ts";
import { type ApiContext, actorOf, asHouse, inScope, nowOf } from "../context.ts";
import { demand } from "../demand.ts";
import { tellLoosened } from "../loosen.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { sentence, time } from "../schema/parts.ts";
import { enrolmentOf, hashOfRecoveryCode, newRecoveryCodes, newSeed, stepOf } from "../second-factor.ts";

const securitySchema = z
  .object({
    owes: z.enum(["factor"]).nullable(),
    factors: z.array(z.object({ id: z.string(), name: z.string(), confirmedAt: time.nullable() })),
    recoveryCodesLeft: z.int(),
    hasPassword: z.boolean(),
    orgRequiresFactor: z.boolean(),
    factorAt: time.nullable(),
    passwordAt: time.nullable(),
  })
  .openapi("Security");

const read = route("half-signed-in", {
  method: "get",
  path: "/api/auth/security",
  summary: "The viewer's second factors, and what this session proves",
  responses: { 200: json(securitySchema, "How the viewer signs in.") },
});

const prove = route("half-signed-in", {
  method: "post",
  path: "/api/auth/prove",
  summary: "Show who you are once more: a code of the authenticator, a recovery code, or the password",
  description: "A code also opens a session that still owes its second factor. The proof counts for ten minutes.",
  request: {
    body: body(
      z.union([
        z.strictObject({ code: z.string().trim().min(6).max(60) }),
        z.strictObject({ password: z.string().min(1).max(NAME_MAX) }),
      ]),
    ),
  },
  responses: { 200: json(securitySchema, "What the session proves now.") },
});

const begin = route("signed-in", {
  method: "post",
  path: "/api/auth/factors",
  summary: "Begin to set up an authenticator app",
  request: { body: body(z.strictObject({ name: z.string().trim().min(1).max(60) })) },
  responses: {
    200: json(
      z.object({ uri: z.string(), key: z.string() }),
      "What the authenticator reads, shown this once. It counts after a first code.",
    ),
  },
});

const codesSchema = z.object({ recoveryCodes: z.array(z.string()) });

const confirm = route("signed-in", {
  method: "post",
  path: "/api/auth/factors/confirm",
  summary: "Finish setting up an authenticator with its first code",
  request: { body: body(z.strictObject({ code: z.string().trim().min(6).max(10) })) },
  responses: { 200: json(codesSchema, "Recovery codes, shown this once; empty when there are some already.") },
});

const remove = route("signed-in", {
  method: "post",
  path: "/api/auth/factors/{id}/remove",
  summary: "Take an authenticator away; all other sessions of the person end",
  request: { params: z.object({ id: z.string().max(60) }), body: body(z.strictObject({ reason: sentence })) },
  responses: { 200: json(securitySchema, "How the viewer signs in now.") },
});

const codes = route("signed-in", {
  method: "post",
  path: "/api/auth/recovery-codes",
  summary: "New recovery codes in place of all earlier ones",
  request: { body: body(z.strictObject({})) },
  responses: { 200: json(codesSchema, "Recovery codes, shown this once.") },
});

/** Wrong tries of one session; each is counted before it is looked at, so that many at once count too. */
const tries = new RateLimiterMemory({ points: PROOF_TRIES, duration: PROOF_TRIES_SECONDS });

/** Five tries, then the session waits; one that never showed its factor ends, so that a stolen password guesses no codes. */
async function countTry(c: ApiContext): Promise<void> {
  const { sessionId, proof } = c.get("signedIn");
  try {
    await tries.consume(sessionId);
  } catch {
    if (!proof.owesFactor)
      throw fail("rate_limited", "Too many wrong tries. Wait ten minutes and try again.", {
        retryAfterSeconds: PROOF_TRIES_SECONDS,
      });
    await c.get("deps").factors.endSession(sessionId);
    throw fail("unauthenticated", "Too many wrong codes. Sign in again.");
  }
}

async function view(c: ApiContext): Promise<z.infer<typeof securitySchema>> {
  const { sessionId, authUserId } = c.get("signedIn");
  const { factors } = c.get("deps");
  const [proof, list, recoveryCodesLeft] = await Promise.all([
    factors.proofOf(sessionId),
    factors.list(authUserId),
    factors.countRecoveryCodes(authUserId),
  ]);
  if (!proof) throw fail("unauthenticated", "Your session has ended. Sign in again.");
  const { owesFactor, hasPassword, factorAt, passwordAt } = proof;
  const orgRequiresFactor = c.get("viewer").requiresFactor;
  const owes = owesFactor ? ("factor" as const) : null;
  return { owes, factors: list, recoveryCodesLeft, hasPassword, orgRequiresFactor, factorAt, passwordAt };
}

/** The audit row of a change of one's own sign-in, and the mail to the person and every Admin; an analyst has neither book. */
async function note(c: ApiContext, action: string, what: string, reason: string): Promise<void> {
  const viewer = c.get("viewer");
  const { orgId } = viewer;
  if (orgId === null) return;
  const write = async (tx: ScopedTx) => {
    const place = { orgId, tenantId: null };
    await writeAudit(tx, {
      ...place,
      incidentId: null,
      at: nowOf(c),
      actor: actorOf(viewer),
      action,
      object: viewer.memberId,
      detail: { reason },
    });
    const key = `${action}:${viewer.memberId}`;
    await tellLoosened(c, tx, { ...place, key, what, reason, path: "/settings/security", before: [viewer.email] });
  };
  const [tenantId = ""] = viewer.tenantIds;
  await (viewer.role === "external-guest" ? asHouse(c, { orgId, tenantId }, write) : inScope(c, write));
}

const isPasswordOf = async (c: ApiContext, password: string): Promise<boolean> => {
  const context = await c.get("deps").auth.$context;
  const accounts = await context.internalAdapter.findAccounts(c.get("signedIn").authUserId);
  const hash = accounts.find((one) => one.providerId === "credential")?.password;
  return hash ? context.password.verify({ hash, password }) : false;
};

async function isCodeOf(c: ApiContext, code: string): Promise<boolean> {
  const { authUserId } = c.get("signedIn");
  const { factors, clock } = c.get("deps");
  const now = clock.now();
  const digits = code.replaceAll(/\s/g, "");
  if (/^\d{6}$/.test(digits))
    return (
      (await factors.useCode(authUserId, "confirmed", (seed, after) => stepOf(digits, seed, after, now), now)) !==
      undefined
    );
  if (!(await factors.useRecoveryCode(authUserId, hashOfRecoveryCode(code), now))) return false;
  await note(
    c,
    "factor.recovery-code",
    `${c.get("viewer").name} signed in with a recovery code`,
    "A recovery code was used.",
  );
  return true;
}

/** What a person must have shown before he sets up a factor: a stolen session must not be able to make itself a strong one. */
function demandOwner(c: ApiContext): void {
  const { proof } = c.get("signedIn");
  if (proof.hasFactor || proof.hasPassword) demand(c, "contain");
  else if (!isFresh(proof.signedInAt, new Date().toISOString()))
    throw fail("forbidden", "Sign out, sign in by a new link, and set it up within ten minutes: you have no password.");
}

export const factorRoutes = createRouter()
  .openapi(read, async (c) => c.json(await view(c), 200))
  .openapi(prove, async (c) => {
    const input = c.req.valid("json");
    const { sessionId, proof } = c.get("signedIn");
    const { factors, clock } = c.get("deps");
    await countTry(c);
    if ("code" in input) {
      if (!(await isCodeOf(c, input.code)))
        throw fail(
          "invalid",
          "This is not the code the authenticator shows now. Each code counts once; wait for the next.",
        );
      await factors.provedFactor(sessionId, clock.now());
    } else {
      if (proof.owesFactor || !(await isPasswordOf(c, input.password)))
        throw fail("invalid", "This is not your password.");
      await factors.provedPassword(sessionId, clock.now());
    }
    await tries.delete(sessionId);
    return c.json(await view(c), 200);
  })
  .openapi(begin, async (c) => {
    demandOwner(c);
    const { name } = c.req.valid("json");
    const { authUserId } = c.get("signedIn");
    const { factors, clock } = c.get("deps");
    if ((await factors.list(authUserId)).length >= FACTORS_MAX)
      throw fail("conflict", `You have ${FACTORS_MAX} authenticators. Take one away first.`);
    const seed = newSeed();
    await factors.begin({ id: crypto.randomUUID(), userId: authUserId, name, seed, at: clock.now() });
    return c.json(enrolmentOf(seed, c.get("viewer").email), 200);
  })
  .openapi(confirm, async (c) => {
    const { code } = c.req.valid("json");
    const { sessionId, authUserId } = c.get("signedIn");
    const { factors, clock } = c.get("deps");
    if (!(await factors.hasUnfinished(authUserId)))
      throw fail("conflict", "Nothing is being set up. Begin with a name for the authenticator.");
    await countTry(c);
    const now = clock.now();
    const digits = code.replaceAll(/\s/g, "");
    const made = await factors.useCode(
      authUserId,
      "unfinished",
      (seed, after) => stepOf(digits, seed, after, now),
      now,
    );
    if (!made)
      throw fail("invalid", "This is not the code it shows now. Look at the time of the telephone, and try the next.");
    await tries.delete(sessionId);
    await factors.provedFactor(sessionId, now);
    await factors.endOtherSessions(authUserId, sessionId);
    const recoveryCodes = (await factors.countRecoveryCodes(authUserId)) === 0 ? newRecoveryCodes() : [];
    if (recoveryCodes.length > 0)
      await factors.setRecoveryCodes(authUserId, recoveryCodes.map(hashOfRecoveryCode), now);
    await note(c, "factor.add", `${c.get("viewer").name} set up a second factor`, `Authenticator “${made.name}”.`);
    return c.json({ recoveryCodes }, 200);
  })
  .openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const { sessionId, authUserId } = c.get("signedIn");
    const { factors, clock } = c.get("deps");
    const removed = await factors.remove(authUserId, id);
    if (!removed) throw notFound();
    await factors.endOtherSessions(authUserId, sessionId);
    if ((await factors.list(authUserId)).length === 0) await factors.setRecoveryCodes(authUserId, [], clock.now());
    await note(c, "factor.remove", `${c.get("viewer").name} took a second factor away`, reason);
    return c.json(await view(c), 200);
  })
  .openapi(codes, async (c) => {
    const { authUserId } = c.get("signedIn");
    const { factors, clock } = c.get("deps");
    if ((await factors.list(authUserId)).length === 0) throw fail("conflict", "Set up an authenticator first.");
    const recoveryCodes = newRecoveryCodes();
    await factors.setRecoveryCodes(authUserId, recoveryCodes.map(hashOfRecoveryCode), clock.now());
    await note(
      c,
      "factor.recovery-codes",
      `${c.get("viewer").name} made new recovery codes`,
      "The earlier ones are void.",
    );
    return c.json({ recoveryCodes }, 200);
  });
