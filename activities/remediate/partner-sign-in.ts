import type { PartnerSignIn } from "#activities/clients/m365/delegated-tokens.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import type { Db } from "#db/client.ts";
import { findPartnerSignIn, notePartnerSignIn } from "#db/repos/partner.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";

/** Seals an organization's refresh token and opens it again. */
export type PartnerSeal = {
  seal: (orgId: string, token: string) => Uint8Array;
  open: (orgId: string, sealed: Uint8Array) => string;
};

/**
 * The partner sign-in of the organization that owns this tenant. One use at a time: the token that comes back replaces the
 * one that was lent in the same transaction, and of two that race none is left with a used-up token.
 */
export function partnerSignInOf(
  deps: { db: Db; clock: Clock; partnerSeal: PartnerSeal },
  owner: { orgId: string; tenantId: string },
): PartnerSignIn {
  const now = () => deps.clock.now().toISOString();
  return {
    async use(exchange) {
      try {
        return await withWorkerScope(deps.db, owner, async (tx) => {
          const row = await findPartnerSignIn(tx, owner.orgId, { hold: true });
          if (!row || row.lostAt) return undefined;
          const { refreshToken, value } = await exchange(deps.partnerSeal.open(owner.orgId, row.sealed));
          await notePartnerSignIn(tx, owner.orgId, {
            sealed: deps.partnerSeal.seal(owner.orgId, refreshToken),
            usedAt: now(),
          });
          return value;
        });
      } catch (error) {
        if (error instanceof M365Fault && GONE.includes(error.code ?? ""))
          await withWorkerScope(deps.db, owner, (tx) =>
            notePartnerSignIn(tx, owner.orgId, { lostAt: now(), lostReason: error.message }),
          );
        throw error;
      }
    },
  };
}

/** Expired or revoked: no customer will take it again, whoever asks. Others concern one customer. */
const GONE = ["AADSTS700082", "AADSTS50173", "AADSTS70043"];
