import type { Context } from "hono";
import type { FactorStore, SessionProof } from "#db/auth-factors.ts";
import type { Db } from "#db/client.ts";
import { findViewer } from "#db/repos/viewer.ts";
import { type ScopedTx, withScope } from "#db/tenancy.ts";
import type { Actor } from "#domain/access/actor.ts";
import { scopeOf, type Viewer } from "#domain/access/may.ts";
import type { Clock } from "#domain/clock.ts";
import type { Auth } from "./auth.ts";
import type { Bell, Decoder, PartnerDirectory } from "./bell.ts";
import type { Changes } from "./changes.ts";
import type { DrillCloud } from "./drill-cloud.ts";
import type { Log } from "./log.ts";
import type { Mailer } from "./mail.ts";

/** What the composition root gives (api/serve.ts, or a test). */
export type ApiDeps = {
  app: Db;
  operator: Db;
  auth: Auth;
  factors: FactorStore;
  clock: Clock;
  bell: Bell;
  partner: PartnerDirectory;
  /** The simulated cloud of this installation, where drills run; null without one. */
  drillCloud: DrillCloud | null;
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

/** Who a session belongs to and what it proves. */
export type SignedIn = { sessionId: string; authUserId: string; proof: SessionProof };

export type ApiEnv = {
  Variables: { deps: ApiDeps; requestId: string; viewer: Viewer; signedIn: SignedIn };
};
export type ApiContext = Context<ApiEnv>;

/** The member behind the request's session cookie, read from Postgres each time; undefined without one. */
export async function identify(
  deps: ApiDeps,
  headers: Headers,
): Promise<{ viewer: Viewer; signedIn: SignedIn } | undefined> {
  const found = await deps.auth.api.getSession({ headers });
  if (!found) return undefined;
  const { id, email, emailVerified } = found.user;
  const [viewer, proof] = await Promise.all([
    findViewer(deps.app, { authUserId: id, verifiedEmail: emailVerified ? email : null }),
    deps.factors.proofOf(found.session.id),
  ]);
  return viewer && proof && { viewer, signedIn: { sessionId: found.session.id, authUserId: id, proof } };
}

/** The same, of a session that owes nothing more. */
export async function viewerOf(deps: ApiDeps, headers: Headers): Promise<Viewer | undefined> {
  const found = await identify(deps, headers);
  return found?.signedIn.proof.owesFactor ? undefined : found?.viewer;
}

/** The login role for this person: an analyst's width is a role of its own, never a setting (S2). */
export const dbOf = (deps: ApiDeps, viewer: Viewer): Db => (viewer.role === "analyst" ? deps.operator : deps.app);

/** Runs in the scope of the viewer. */
export function inScope<T>(c: ApiContext, fn: (tx: ScopedTx) => Promise<T>): Promise<T> {
  const viewer = c.get("viewer");
  return withScope(dbOf(c.get("deps"), viewer), scopeOf(viewer), fn);
}

/** Runs as the house itself in one organization: for what the viewer may not write or see himself, such as a mail to its Admins. */
export function asHouse<T>(
  c: ApiContext,
  at: { orgId: string; tenantId: string },
  fn: (tx: ScopedTx) => Promise<T>,
): Promise<T> {
  return withScope(c.get("deps").app, { kind: "worker", ...at }, fn);
}

export const nowOf = (c: ApiContext): string => c.get("deps").clock.now().toISOString();

/** The person as it stands in commands and audit rows. */
export function actorOf(viewer: Viewer): Actor {
  const { memberId, name, role, orgId } = viewer;
  return role === "analyst" || orgId === null
    ? { kind: "analyst", memberId, name }
    : { kind: "member", memberId, orgId, name, role };
}
