import type { M365User } from "#activities/clients/m365/m365.ts";
import { updateAccount, updateIncident } from "#db/repos/remediate.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { Case } from "./case.ts";

/** What decides about a lock, read from Microsoft a moment ago; undefined where it did not answer. */
export type AccountFacts = {
  user: M365User | undefined;
  roles: string[] | undefined;
  isLastGlobalAdmin: boolean;
  mailboxKind?: string | undefined;
};

/**
 * Reads the account fresh (S44). A Microsoft that does not answer never delays a lock: then the rows as they stand decide;
 * an account whose roles cannot be read counts as a Global Administrator.
 */
export async function readAccountFacts(
  c: Pick<Case, "m365" | "objectId"> & { account: { roles: string[] } },
): Promise<AccountFacts> {
  const [user, roles] = await Promise.allSettled([c.m365.readUser(c.objectId), c.m365.readRoles(c.objectId)]);
  const stored = c.account.roles.length > 0 ? c.account.roles : undefined;
  const held = roles.status === "fulfilled" ? roles.value : stored;
  // Roles nobody ever read count as the highest (S44).
  const isGlobalAdmin = held?.includes("Global Administrator") ?? true;
  const enabledAdmins = isGlobalAdmin ? await c.m365.countEnabledGlobalAdmins().catch(() => 0) : undefined;
  return {
    user: user.status === "fulfilled" ? user.value : undefined,
    roles: held,
    isLastGlobalAdmin: enabledAdmins !== undefined && enabledAdmins <= 1,
  };
}

/** Keeps the account as it was before the first write, brings its row up to date, and answers the case as it now stands. */
export async function keepAccountFacts(tx: ScopedTx, c: Case, facts: AccountFacts, now: string): Promise<Case> {
  const { user, roles, mailboxKind, isLastGlobalAdmin } = facts;
  const { incidentId } = c.at;
  let { accountBefore } = c.incident;
  let kept: Promise<void> | undefined;
  if (!accountBefore && user) {
    accountBefore = {
      accountEnabled: user.accountEnabled,
      lastPasswordChangeAt: user.lastPasswordChangeAt,
      sessionsValidFrom: user.sessionsValidFrom,
      isSynced: user.isSynced,
      roles: roles ?? null,
      isLastGlobalAdmin,
      readAt: now,
    };
    kept = updateIncident(tx, incidentId, { accountBefore, updatedAt: now });
  }
  const fresh = {
    ...(roles ? { roles } : {}),
    ...(mailboxKind ? { mailboxKind } : {}),
    ...(user
      ? {
          accountEnabled: user.accountEnabled,
          isSynced: user.isSynced,
          lastPasswordChangeAt: user.lastPasswordChangeAt,
        }
      : {}),
  };
  await Promise.all([kept, updateAccount(tx, c.account.id, { ...fresh, readAt: now })]);
  return { ...c, incident: { ...c.incident, accountBefore }, account: { ...c.account, ...fresh } };
}
