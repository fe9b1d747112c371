import { eq } from "drizzle-orm";
import { organizations, partnerSignIns } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type PartnerSignInRow = typeof partnerSignIns.$inferSelect;

/** The sign-in of the scope's organization; `hold`: nobody else uses it until the transaction ends. */
export async function findPartnerSignIn(
  tx: ScopedTx,
  orgId: string,
  options: { hold?: boolean } = {},
): Promise<PartnerSignInRow | undefined> {
  const query = tx.select().from(partnerSignIns).where(eq(partnerSignIns.orgId, orgId));
  const [row] = options.hold ? await query.for("update") : await query;
  return row;
}

/** Keeps a new sign-in in place of the one before, and the partner tenant as the organization's. */
export async function keepPartnerSignIn(
  tx: ScopedTx,
  row: Pick<PartnerSignInRow, "orgId" | "partnerTenantId" | "upn" | "sealed" | "signedInAt">,
): Promise<void> {
  const fresh = { ...row, usedAt: null, lostAt: null, lostReason: null };
  await tx.insert(partnerSignIns).values(fresh).onConflictDoUpdate({ target: partnerSignIns.orgId, set: fresh });
  await tx.update(organizations).set({ partnerTenantId: row.partnerTenantId }).where(own(tx, organizations.id));
}

export async function notePartnerSignIn(
  tx: ScopedTx,
  orgId: string,
  values: Partial<Pick<PartnerSignInRow, "sealed" | "usedAt" | "lostAt" | "lostReason">>,
): Promise<void> {
  await tx.update(partnerSignIns).set(values).where(eq(partnerSignIns.orgId, orgId));
}
