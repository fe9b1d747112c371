import type { WorkflowBell } from "#activities/bell.ts";
import { untilStopped } from "#activities/loop.ts";
import type { Db } from "#db/client.ts";
import { findMessage, settleMessage } from "#db/repos/notify.ts";
import { markRung } from "#db/repos/order.ts";
import {
  listOpenIncidents,
  listWaitingCommands,
  listWaitingOutbox,
  listWorkerTenants,
  lookForTaggedPhish,
  type WaitingMessage,
} from "#db/repos/platform.ts";
import type { Signer } from "#db/signing.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import { keepChains } from "./keep-chains.ts";
import type { MailSender } from "./send-mail.ts";

export type RelayDeps = {
  db: Db;
  clock: Clock;
  bell: WorkflowBell;
  mail: MailSender;
  /** Signs the heads of the audit's chains. */
  signer: Signer;
  /** How long rows of the audit are kept, days; undefined: for ever. */
  auditDays?: number | undefined;
  /** How often to look, ms. */
  everyMs: number;
  /** How long one activity runs, ms. */
  lengthMs: number;
};
export type RelayActivities = ReturnType<typeof createRelayActivities>;

/** An order is rung again after this time without an answer. */
const RING_AGAIN_MS = 10_000;
const HEAL_EVERY_MS = 5 * 60_000;
const CHAIN_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const LONGEST_WAIT_MS = 30 * 60_000;

/** The loop of what must arrive although something was down: mail, orders, workflows, searches of tagged phish. */
export function createRelayActivities(deps: RelayDeps) {
  const iso = (ms: number) => new Date(ms).toISOString();
  const nowMs = () => deps.clock.now().getTime();

  async function sendOne(waiting: WaitingMessage): Promise<void> {
    const tenantId = waiting.tenantId ?? "";
    if (!tenantId) return;
    const owner = { orgId: waiting.orgId, tenantId };
    const row = await withWorkerScope(deps.db, owner, (tx) => findMessage(tx, waiting.outboxId));
    if (!row) return;
    const attempts = row.attempts + 1;
    const outcome = await deps.mail
      .send({ messageId: `${row.id}@petra`, to: row.recipient, subject: row.subject, text: row.text, html: row.html })
      .then(() => ({ state: "sent" as const, sentAt: iso(nowMs()), error: null }))
      .catch((error: unknown) => ({
        state: "waiting" as const,
        nextAt: iso(nowMs() + Math.min(LONGEST_WAIT_MS, 5_000 * 2 ** Math.min(row.attempts, 12))),
        error: mailError(error),
      }));
    await withWorkerScope(deps.db, owner, (tx) => settleMessage(tx, row.id, { attempts, ...outcome }));
  }

  async function ringUnheard(): Promise<void> {
    for (const order of await listWaitingCommands(deps.db, iso(nowMs() - RING_AGAIN_MS))) {
      if (order.incidentId) await deps.bell.ringIncident(order.tenantId, order.incidentId, order.commandId);
      else if (order.phishId) await deps.bell.ringPhish(order.tenantId, order.phishId, order.commandId);
      else await deps.bell.ringTenant(order.tenantId, order.commandId);
      await withWorkerScope(deps.db, order, (tx) => markRung(tx, order.commandId, iso(nowMs())));
    }
  }

  /** Postgres is the truth: what is open there has a workflow, also after Temporal's store was lost (D29, L14). */
  async function heal(isFirst: boolean): Promise<void> {
    for (const { tenantId, incidentId } of await listOpenIncidents(deps.db))
      await deps.bell.ensureIncident(tenantId, incidentId);
    if (!isFirst) return;
    for (const tenant of await listWorkerTenants(deps.db))
      if (tenant.phase === "consent") await deps.bell.startOnboarding(tenant.tenantId);
      else await deps.bell.startMonitor(tenant.tenantId);
  }

  return {
    relayLoop: async (): Promise<void> => {
      let healAt = 0;
      let chainAt = 0;
      let lookAt = 0;
      let isFirst = true;
      await untilStopped({ everyMs: deps.everyMs, lengthMs: deps.lengthMs }, async () => {
        for (const waiting of await listWaitingOutbox(deps.db, iso(nowMs()))) await sendOne(waiting);
        if (performance.now() >= lookAt) {
          await lookForTaggedPhish(deps.db, iso(nowMs()));
          lookAt = performance.now() + LOOK_EVERY_MS;
        }
        await ringUnheard();
        if (performance.now() >= healAt) {
          await heal(isFirst);
          isFirst = false;
          healAt = performance.now() + HEAL_EVERY_MS;
        }
        if (performance.now() >= chainAt) {
          await keepChains(deps);
          chainAt = performance.now() + CHAIN_EVERY_MS;
        }
      });
    },
  };
}

/** Code and status only: an SMTP answer may quote the message (S41). */
function mailError(error: unknown): string {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  return ["mail was not taken", code, responseCode].filter((p) => p !== undefined).join(" ");
}
