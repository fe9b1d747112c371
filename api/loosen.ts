import { queueMessage } from "#db/repos/notify.ts";
import { listAdminAddresses } from "#db/repos/portal-policy.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { loosenedMessage } from "#domain/notification/message.ts";
import { type ApiContext, asHouse, nowOf } from "./context.ts";

/** What took protection away, for the mail about it. */
type Loosening = {
  orgId: string;
  tenantId: string | null;
  incidentId?: string | null;
  /** Tells this mail from another: the action and its object. */
  key: string;
  what: string;
  reason: string;
  /** Of the portal, where it can be looked at. */
  path: string;
  /** People who hear of it besides the Admins; the first ones first. */
  before?: string[];
};

/**
 * Mails every Admin of the organization that protection was loosened, in the transaction that loosens it, so that whoever
 * holds a stolen session cannot do it unseen (S14). An old notification method hears of its own end before anybody else. A
 * guest and an analyst do not see who the Admins are: for them the house writes, before their own transaction commits.
 */
export async function tellLoosened(c: ApiContext, tx: ScopedTx, loosening: Loosening): Promise<void> {
  const { orgId, tenantId } = loosening;
  const isInside = tx.scope.kind === "member" || tx.scope.kind === "worker";
  if (isInside) return queueNotice(c, tx, loosening);
  if (tenantId) await asHouse(c, { orgId, tenantId }, (house) => queueNotice(c, house, loosening));
}

async function queueNotice(c: ApiContext, tx: ScopedTx, loosening: Loosening): Promise<void> {
  const { orgId, tenantId, incidentId = null, key, what, reason, path, before = [] } = loosening;
  const at = nowOf(c);
  const url = `${c.get("deps").config.publicUrl}${path}`;
  const message = loosenedMessage({ what, reason, by: c.get("viewer").name, at, url });
  const recipients = [...before, ...(await listAdminAddresses(tx, orgId))].map((one) => one.toLowerCase());
  for (const recipient of new Set(recipients))
    await queueMessage(tx, {
      orgId,
      tenantId,
      incidentId,
      key: `loosened:${key}:${at}:${recipient}`,
      channel: "email",
      recipient,
      ...message,
      nextAt: before.some((one) => one.toLowerCase() === recipient)
        ? new Date(Date.parse(at) - 1000).toISOString()
        : at,
      createdAt: at,
    });
}
