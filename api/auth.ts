import { betterAuth } from "better-auth";
import { magicLink } from "better-auth/plugins/magic-link";
import { authStore } from "#db/auth-store.ts";
import type { Db } from "#db/client.ts";
import { SESSION_SECONDS, SIGN_IN_LINK_SECONDS } from "#domain/limits.ts";

/** Path of the portal's page that shows a sign-in link's button; the token stands in the fragment, which no server sees. */
export const LINK_PAGE = "/sign-in/link";

/**
 * Sign-in by password and by e-mail link; nobody can sign up. Links are stored hashed and work once (S10). Sessions live
 * in Postgres, one look-up a request, so that an ended one ends at once (S13). Second factors are ours, not the library's
 * plugin: that one challenges sign-in by password alone and takes the same code twice in its half minute (S9, S11).
 */
export function createAuth(options: {
  db: Db;
  publicUrl: string;
  secret: string;
  sendLink: (mail: { email: string; link: string }) => Promise<void>;
}) {
  const isSecure = options.publicUrl.startsWith("https://");
  const origin = new URL(options.publicUrl).origin;
  return betterAuth({
    appName: "Petra",
    baseURL: origin,
    basePath: "/api/auth",
    secret: options.secret,
    database: authStore(options.db),
    trustedOrigins: [origin],
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    plugins: [
      magicLink({
        expiresIn: SIGN_IN_LINK_SECONDS,
        storeToken: "hashed",
        disableSignUp: true,
        sendMagicLink: async ({ email, token }) => {
          await options.sendLink({ email, link: `${origin}${LINK_PAGE}#token=${encodeURIComponent(token)}` });
        },
      }),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: isSecure ? "__Host-petra_session" : "petra_session",
          attributes: { httpOnly: true, sameSite: "lax", secure: isSecure, path: "/" },
        },
      },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** Makes a sign-in identity with a proven address, or gives an existing one this password. Returns its id. */
export async function addPerson(
  auth: Auth,
  person: { email: string; name: string; password: string },
): Promise<string> {
  const { internalAdapter, password } = await auth.$context;
  const hash = await password.hash(person.password);
  const known = await internalAdapter.findUserByEmail(person.email, { includeAccounts: true });
  if (known) {
    if (known.accounts.some((account) => account.providerId === "credential"))
      await internalAdapter.updatePassword(known.user.id, hash);
    return known.user.id;
  }
  const { email, name } = person;
  const made = await internalAdapter.createUser({ email, name, emailVerified: true }, { method: "email" });
  await internalAdapter.linkAccount({
    userId: made.id,
    providerId: "credential",
    accountId: made.id,
    password: hash,
  });
  return made.id;
}
