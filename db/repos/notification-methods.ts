import { and, asc, eq } from "drizzle-orm";
import { notificationMethods } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";
import { own } from "./own.ts";

export type NotificationMethod = typeof notificationMethods.$inferSelect;

/** The organization's notification methods, oldest first. */
export const listNotificationMethods = (tx: ScopedTx): Promise<NotificationMethod[]> =>
  tx
    .select()
    .from(notificationMethods)
    .where(own(tx, notificationMethods.orgId))
    .orderBy(asc(notificationMethods.createdAt), asc(notificationMethods.id));

/** Adds an address, or switches the one that is there on or off. */
export async function setNotificationMethod(
  tx: ScopedTx,
  method: { orgId: string; tenantId: string | null; address: string; isEnabled: boolean; now: string },
): Promise<NotificationMethod> {
  const { orgId, tenantId, address, isEnabled, now } = method;
  const known = (await listNotificationMethods(tx)).find((row) => row.tenantId === tenantId && row.address === address);
  const [row] = known
    ? await tx
        .update(notificationMethods)
        .set({ isEnabled })
        .where(and(eq(notificationMethods.id, known.id), own(tx, notificationMethods.orgId)))
        .returning()
    : await tx
        .insert(notificationMethods)
        .values({ orgId, tenantId, kind: "email", address, isEnabled, createdAt: now })
        .returning();
  if (!row) throw new Error("The notification method was not stored.");
  return row;
}
