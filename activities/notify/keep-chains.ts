import { keepChain, retireAudit } from "#db/chain-head.ts";
import type { Db } from "#db/client.ts";
import { listWorkerTenants } from "#db/repos/platform.ts";
import type { Signer } from "#db/signing.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";

/** The audit's chain of each organization, caught up, signed from time to time and cleared of what is too old; one that fails holds no other up. */
export async function keepChains(deps: {
  db: Db;
  clock: Clock;
  signer: Signer;
  /** Rows of the audit are kept so long; undefined: for ever. */
  auditDays?: number | undefined;
}): Promise<void> {
  const now = deps.clock.now().toISOString();
  const owners = new Map<string, string>();
  for (const { orgId, tenantId } of await listWorkerTenants(deps.db)) owners.set(orgId, tenantId);
  const failures: unknown[] = [];
  for (const [orgId, tenantId] of owners)
    await withWorkerScope(deps.db, { orgId, tenantId }, async (tx) => {
      await keepChain(tx, deps.signer, orgId, now);
      if (deps.auditDays !== undefined) await retireAudit(tx, deps.signer, { orgId, now, days: deps.auditDays });
    }).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, "Not every chain could be kept.");
}
