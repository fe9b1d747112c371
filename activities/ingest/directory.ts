import type { M365Tenant } from "#activities/clients/m365/m365.ts";
import type { Db } from "#db/client.ts";
import { upsertDirectoryUsers } from "#db/repos/account.ts";
import { withWorkerScope } from "#db/tenancy.ts";

/** Reads who is in the directory into the accounts; one transaction a page. Answers how many. */
export async function refreshDirectory(
  db: Db,
  tenant: M365Tenant,
  owner: { orgId: string; tenantId: string },
  now: () => string,
): Promise<number> {
  const { federatedDomains } = await tenant.readOrganization();
  const federated = new Set(federatedDomains.map((d) => d.toLowerCase()));
  let count = 0;
  for await (const users of tenant.listUsers()) {
    count += users.length;
    const rows = users.map((user) => ({
      objectId: user.objectId,
      upn: user.upn,
      mail: user.mail,
      displayName: user.displayName,
      jobTitle: user.jobTitle,
      userType: user.userType,
      accountEnabled: user.accountEnabled,
      isSynced: user.isSynced,
      isFederated: federated.has(user.upn.split("@")[1]?.toLowerCase() ?? ""),
      licenseSkuIds: user.licenseSkuIds,
      lastPasswordChangeAt: user.lastPasswordChangeAt,
    }));
    await withWorkerScope(db, owner, (tx) => upsertDirectoryUsers(tx, owner, rows, now()));
  }
  return count;
}
