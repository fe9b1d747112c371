import { and, eq } from "drizzle-orm";
import { organizations } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

/** Whether everybody of the organization who acts must have a second factor (S9). */
export async function setRequiresFactor(tx: ScopedTx, orgId: string, requiresFactor: boolean): Promise<void> {
  await tx
    .update(organizations)
    .set({ requiresFactor })
    .where(and(own(tx, organizations.id), eq(organizations.id, orgId)));
}
