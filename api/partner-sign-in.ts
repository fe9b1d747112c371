import { writeAudit } from "#db/repos/order.ts";
import { findPartnerSignIn, keepPartnerSignIn } from "#db/repos/partner.ts";
import { PARTNER_PURPOSE, seal, unseal } from "#db/sealing.ts";
import type { PartnerSignInView } from "#domain/view/portal.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "./context.ts";
import { fail } from "./problem.ts";

const CALLBACK = "/api/partner/callback";
/** What the state is sealed for; so long a person may take at Microsoft. */
const STATE_PURPOSE = "partner-sign-in-state";
const STATE_MS = 15 * 60_000;

function ownerOf(c: ApiContext): { orgId: string; memberId: string } {
  const { orgId, memberId } = c.get("viewer");
  if (!orgId) throw fail("forbidden", "A partner tenant belongs to an organization: its members sign in.");
  return { orgId, memberId };
}

const redirectUri = (c: ApiContext): string => new URL(CALLBACK, c.get("deps").config.publicUrl).toString();

/** Microsoft's sign-in page for the partner's administrator; the state holds whose sign-in it becomes. */
export function startPartnerSignIn(c: ApiContext): { url: string } {
  const owner = ownerOf(c);
  const { config, masterKey } = c.get("deps");
  const content = JSON.stringify({ ...owner, at: nowOf(c) });
  const state = Buffer.from(seal(masterKey, STATE_PURPOSE, owner.orgId, Buffer.from(content))).toString("base64url");
  const url = new URL(`${config.loginOrigin}/organizations/oauth2/v2.0/authorize`);
  url.searchParams.set("client_id", config.clientId);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("redirect_uri", redirectUri(c));
  url.searchParams.set("scope", "https://graph.microsoft.com/.default offline_access");
  url.searchParams.set("state", state);
  return { url: url.toString() };
}

/** Who signed in and whether Microsoft still takes it; the token itself stays where it is. */
export async function readPartnerSignIn(c: ApiContext): Promise<PartnerSignInView | null> {
  const { orgId } = ownerOf(c);
  const row = await inScope(c, (tx) => findPartnerSignIn(tx, orgId));
  return row ? { upn: row.upn, signedInAt: row.signedInAt, lostAt: row.lostAt, lostReason: row.lostReason } : null;
}

export type PartnerSignInOutcome = "signed-in" | "refused" | "expired" | "unknown" | "unavailable";

/**
 * Microsoft's answer. Only the very person who began it, in the same organization and with a session here, ends it: else
 * somebody could have a stranger sign in and act with his rights.
 */
export async function finishPartnerSignIn(
  c: ApiContext,
  answer: { code?: string | undefined; state?: string | undefined; error?: string | undefined },
): Promise<PartnerSignInOutcome> {
  const owner = ownerOf(c);
  const { partner, masterKey } = c.get("deps");
  const begun = openState(masterKey, owner.orgId, answer.state);
  if (!begun || begun.orgId !== owner.orgId || begun.memberId !== owner.memberId) return "unknown";
  const now = nowOf(c);
  if (Date.parse(now) - Date.parse(begun.at) > STATE_MS) return "expired";
  if (answer.error || !answer.code) return "refused";
  const signedIn = await partner.redeem({ code: answer.code, redirectUri: redirectUri(c) }).catch(() => undefined);
  if (!signedIn) return "unavailable";
  const { orgId } = owner;
  const { refreshToken, upn, partnerTenantId } = signedIn;
  const sealed = seal(masterKey, PARTNER_PURPOSE, orgId, Buffer.from(refreshToken));
  await inScope(c, async (tx) => {
    await keepPartnerSignIn(tx, { orgId, partnerTenantId, upn, sealed, signedInAt: now });
    const actor = actorOf(c.get("viewer"));
    const detail = { upn, partnerTenantId };
    await writeAudit(tx, {
      orgId,
      tenantId: null,
      incidentId: null,
      at: now,
      actor,
      action: "partner.sign-in",
      detail,
    });
  });
  return "signed-in";
}

function openState(
  masterKey: Uint8Array,
  orgId: string,
  state: string | undefined,
): { orgId: string; memberId: string; at: string } | undefined {
  try {
    const opened = unseal(masterKey, STATE_PURPOSE, orgId, Buffer.from(state ?? "", "base64url"));
    return JSON.parse(Buffer.from(opened).toString()) as { orgId: string; memberId: string; at: string };
  } catch {
    return undefined;
  }
}
