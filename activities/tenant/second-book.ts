import type { Db } from "#db/client.ts";
import { findWatermark, saveWatermark } from "#db/repos/ingest.ts";
import { queueMessage } from "#db/repos/notify.ts";
import { writeAudit } from "#db/repos/order.ts";
import {
  listAnalystAddresses,
  listOnboardings,
  listSentWrites,
  listUncomparedActs,
  noteAct,
  SECOND_BOOK,
} from "#db/repos/second-book.ts";
import { findTenant, listNotificationAddresses } from "#db/repos/tenant.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { isOnboarding, writeBehind } from "#domain/evidence/second-book.ts";
import { outsideActMessage } from "#domain/notification/outside-act.ts";

export type SecondBookDeps = { db: Db; clock: Clock; ownAppId: string; publicUrl: string };
type Owner = { orgId: string; tenantId: string };

/** Records come late, and not in order. */
const LOOK_BACK_MS = 3 * 86_400_000;
const OVERLAP_MS = 5 * 60_000;
const WRITES_BEFORE_MS = 3_600_000;

/**
 * Microsoft keeps a second book about us (S49): every act of Petra's own principal in the tenant's audit log is looked up in
 * the action ledger. One that no write explains means a stolen key, or somebody who went around Petra: the organization
 * and the operator are told at once. Answers how many there were.
 */
export async function compareBooks(deps: SecondBookDeps, owner: Owner): Promise<number> {
  const now = deps.clock.now().toISOString();
  const { orgId, tenantId } = owner;
  return withWorkerScope(deps.db, { orgId, tenantId }, async (tx) => {
    const tenant = await findTenant(tx, tenantId);
    if (!tenant?.onboardedAt) return 0;
    const mark = await findWatermark(tx, tenantId, SECOND_BOOK);
    const since = typeof mark?.cursor.at === "string" ? Date.parse(mark.cursor.at) - OVERLAP_MS : 0;
    const oldest = Math.max(Date.parse(tenant.onboardedAt), Date.parse(now) - LOOK_BACK_MS);
    const found = await listUncomparedActs(tx, {
      tenantId,
      appId: deps.ownAppId.toLowerCase(),
      occurredSince: new Date(oldest).toISOString(),
      ingestedSince: new Date(since).toISOString(),
    });
    await saveWatermark(tx, { orgId, tenantId }, SECOND_BOOK, { cursor: { at: now }, lastPolledAt: now });
    const first = found[0];
    if (!first) return 0;
    const writes = await listSentWrites(
      tx,
      tenantId,
      new Date(Date.parse(first.occurredAt) - WRITES_BEFORE_MS).toISOString(),
    );
    const onboardings = await listOnboardings(tx, tenantId);
    let outside = 0;
    for (const { actKey, operation, occurredAt, event } of found) {
      const act = { operation, occurredAt, targets: targetsOf(event) };
      const write = writeBehind(act, writes);
      const verdict = write ? "ours" : isOnboarding(act, onboardings) ? "onboarding" : "outside";
      const target = event.target?.upn ?? event.target?.name ?? event.target?.id ?? "the tenant";
      const row = { orgId, tenantId, actKey, operation, target, occurredAt, foundAt: now, verdict } as const;
      const isNews = await noteAct(tx, { ...row, actionId: write?.id ?? null });
      if (!isNews || verdict !== "outside") continue;
      outside += 1;
      await raise(tx, deps, { ...row, tenantName: tenant.name, isDrill: tenant.isDrill });
    }
    return outside;
  });
}

const targetsOf = ({ target }: NormalizedEvent): string[] =>
  [target?.id, target?.upn, target?.name].flatMap((one) => (one === undefined ? [] : [one]));

async function raise(
  tx: ScopedTx,
  deps: SecondBookDeps,
  act: {
    orgId: string;
    tenantId: string;
    tenantName: string;
    isDrill: boolean;
    actKey: string;
    operation: string;
    target: string;
    occurredAt: string;
    foundAt: string;
  },
): Promise<void> {
  const { orgId, tenantId, foundAt: now, actKey, operation, target, occurredAt } = act;
  const place = { orgId, tenantId, incidentId: null };
  await writeAudit(tx, {
    ...place,
    at: now,
    actor: { kind: "system", room: "tenant" },
    action: "second-book.outside",
    object: actKey,
    detail: { operation, target, occurredAt },
  });
  const message = outsideActMessage({ ...act, url: `${deps.publicUrl}/tenants/${tenantId}` });
  const analysts = act.isDrill ? [] : await listAnalystAddresses(tx);
  const addresses = [...(await listNotificationAddresses(tx, tenantId)), ...analysts];
  for (const recipient of new Set(addresses.map((address) => address.toLowerCase())))
    await queueMessage(tx, {
      ...place,
      key: `outside:${tenantId}:${actKey}:${recipient}`,
      channel: "email",
      recipient,
      ...message,
      nextAt: now,
      createdAt: now,
    });
}
