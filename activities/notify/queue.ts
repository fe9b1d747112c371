import { findHead } from "#db/repos/evidence.ts";
import { queueMessage } from "#db/repos/notify.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { incidentMessage, type Message, scanMessage } from "#domain/notification/message.ts";

type Owner = { orgId: string; tenantId: string };

async function queueToAll(
  tx: ScopedTx,
  owner: Owner,
  about: { key: string; incidentId: string | null; message: Message; now: string },
): Promise<void> {
  for (const recipient of await listNotificationAddresses(tx, owner.tenantId)) {
    await queueMessage(tx, {
      ...owner,
      incidentId: about.incidentId,
      key: `${about.key}:email:${recipient.toLowerCase()}`,
      channel: "email",
      recipient,
      ...about.message,
      nextAt: about.now,
      createdAt: about.now,
    });
  }
}

/** Tells every method of the tenant about a new incident; it goes out whether or not Response may act (R80). */
export async function queueIncidentMessages(
  tx: ScopedTx,
  input: {
    owner: Owner;
    tenantName: string;
    incident: { id: string; number: number; headline: string; severity: string };
    upn: string;
    responseEnabled: boolean;
    publicUrl: string;
    now: string;
  },
): Promise<void> {
  const { incident } = input;
  const head = await findHead(tx, input.owner.orgId);
  const message = incidentMessage({
    account: input.upn,
    tenant: input.tenantName,
    number: incident.number,
    headline: incident.headline,
    severity: incident.severity,
    responseEnabled: input.responseEnabled,
    detectedAt: input.now,
    url: `${input.publicUrl}/incidents/${incident.id}`,
    ...(head ? { auditHead: `${head.position}:${head.hash}` } : {}),
  });
  const about = { key: `incident:${incident.id}:open`, incidentId: incident.id, message, now: input.now };
  return queueToAll(tx, input.owner, about);
}

/** "Petra Scan Complete" to every method of the tenant, once a scan. */
export function queueScanMessages(
  tx: ScopedTx,
  owner: Owner,
  scanId: string,
  facts: Parameters<typeof scanMessage>[0],
  now: string,
): Promise<void> {
  return queueToAll(tx, owner, { key: `scan:${scanId}:complete`, incidentId: null, message: scanMessage(facts), now });
}
