import type { Context } from "hono";
import type { Db } from "#db/client.ts";
import { findViewer } from "#db/repos/viewer.ts";
import { type ScopedTx, withScope } from "#db/tenancy.ts";
import type { Actor } from "#domain/access/actor.ts";
import { scopeOf, type Viewer } from "#domain/access/may.ts";
import type { Clock } from "#domain/clock.ts";
import type { Auth } from "./auth.ts";
import type { Bell, Decoder, PartnerDirectory } from "./bell.ts";
import type { Changes } from "./changes.ts";
import type { Log } from "./log.ts";
import type { Mailer } from "./mail.ts";

/** What the composition root gives (api/serve.ts, or a test). */
export type ApiDeps = {
  app: Db;
  operator: Db;
  auth: Auth;
  clock: Clock;
  bell: Bell;
  partner: PartnerDirectory;
  decoder: Decoder;
  changes: Changes;
  mailer: Pick<Mailer, "sendSignInLink">;
  masterKey: Uint8Array;
  log: Log;
  config: {
    mode: "demo" | "production";
    publicUrl: string;
    temporalUiUrl: string | null;
    /** Origin of Microsoft's sign-in pages, and our application there. */
    loginOrigin: string;
    clientId: string;
  };
};

/** How strongly the person proved who he is. One factor is all there is until second factors exist. */
export type AuthLevel = "one-factor";

export type ApiEnv = {
  Variables: { deps: ApiDeps; requestId: string; viewer: Viewer; authLevel: AuthLevel };
};
export type ApiContext = Context<ApiEnv>;

/** The member behind the request's session cookie, read from Postgres each time; undefined without one. */
export async function viewerOf(deps: ApiDeps, headers: Headers): Promise<Viewer | undefined> {
  const session = await deps.auth.api.getSession({ headers });
  if (!session) return undefined;
  const { id, email, emailVerified } = session.user;
  return findViewer(deps.app, { authUserId: id, verifiedEmail: emailVerified ? email : null });
}

/** The login role for this person: an analyst's width is a role of its own, never a setting (S2). */
export const dbOf = (deps: ApiDeps, viewer: Viewer): Db => (viewer.role === "analyst" ? deps.operator : deps.app);

/** Runs in the scope of the viewer. */
export function inScope<T>(c: ApiContext, fn: (tx: ScopedTx) => Promise<T>): Promise<T> {
  const viewer = c.get("viewer");
  return withScope(dbOf(c.get("deps"), viewer), scopeOf(viewer), fn);
}

export const nowOf = (c: ApiContext): string => c.get("deps").clock.now().toISOString();

/** The person as it stands in commands and audit rows. */
export function actorOf(viewer: Viewer): Actor {
  const { memberId, name, role, orgId } = viewer;
  return role === "analyst" || orgId === null
    ? { kind: "analyst", memberId, name }
    : { kind: "member", memberId, orgId, name, role };
}
