import { ApplicationFailure } from "@temporalio/common";
import type { WorkflowBell } from "#activities/bell.ts";
import type { M365Cloud } from "#activities/clients/m365/m365.ts";
import { withHeartbeat } from "#activities/heartbeat.ts";
import type { Db } from "#db/client.ts";
import { writeAudit } from "#db/repos/order.ts";
import { firstTrialEnd, orgOfTenant } from "#db/repos/platform.ts";
import { ensureScan } from "#db/repos/scan.ts";
import { findTenant, lockTenant, noteTenant, saveTenantState, tenantState } from "#db/repos/tenant.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { Clock } from "#domain/clock.ts";
import { advance, afterConsent, SCAN_ONLY_PAUSE_REASON } from "#domain/tenant/lifecycle.ts";
import { LOOKBACK_DAYS, type TenantPhase } from "#domain/tenant/phases.ts";
import { type Access, proveAccess, readCapabilities } from "./access.ts";
import { carryOutTenantOrder, failTenantOrder } from "./orders.ts";

export type TenantDeps = { db: Db; clock: Clock; cloud: M365Cloud; bell: WorkflowBell };
export type TenantActivities = ReturnType<typeof createTenantActivities>;
type At = { tenantId: string };
const DAY_MS = 86_400_000;

/** The activities of onboardTenant and monitorTenant. */
export function createTenantActivities(deps: TenantDeps) {
  const now = () => deps.clock.now().toISOString();
  const inScope = async <T>(at: At, fn: (tx: ScopedTx, owner: { orgId: string; tenantId: string }) => Promise<T>) => {
    const orgId = await orgOfTenant(deps.db, at.tenantId);
    if (!orgId) throw ApplicationFailure.nonRetryable("No such tenant", "NotFound");
    const owner = { orgId, tenantId: at.tenantId };
    return withWorkerScope(deps.db, owner, (tx) => fn(tx, owner));
  };
  const system = { kind: "system", room: "tenant" } as const;

  return {
    verifyAccess: (at: At): Promise<Access> =>
      withHeartbeat(async () => {
        const row = await inScope(at, (tx) => findTenant(tx, at.tenantId));
        if (!row || row.phase === "removed") return { state: "gone", reason: "The tenant was removed." };
        if (!row.microsoftTenantId) return { state: "no-consent", reason: "Nobody has approved the app yet." };
        return proveAccess(deps.cloud, row.microsoftTenantId);
      }),

    prepareTenant: (at: At): Promise<void> =>
      withHeartbeat(async () => {
        const row = await inScope(at, (tx) => findTenant(tx, at.tenantId));
        if (!row?.microsoftTenantId) throw ApplicationFailure.nonRetryable("No Microsoft tenant", "NotFound");
        const learned = await readCapabilities(deps.cloud.tenant(row.microsoftTenantId), now(), {
          responseEnabled: row.responseEnabled,
          emergencyObjectIds: row.emergencyAccounts.map((one) => one.objectId),
        });
        const trialEndsAt = await firstTrialEnd(deps.db, row.microsoftTenantId);
        await inScope(at, async (tx, owner) => {
          const locked = await lockTenant(tx, at.tenantId);
          if (!locked) return;
          await noteTenant(tx, at.tenantId, { ...learned, accessLostAt: null, accessLostReason: null });
          const state = await tenantState(tx, locked);
          if (state.phase !== "consent") return;
          const next = afterConsent({ ...state, trialEndsAt: state.trialEndsAt ?? trialEndsAt }, now());
          await saveTenantState(tx, at.tenantId, next);
          const detail = { capabilities: learned.capabilities.filter((c) => !c.ok).map((c) => c.id) };
          await writeAudit(tx, {
            ...owner,
            incidentId: null,
            at: now(),
            actor: system,
            action: "tenant.onboard",
            detail,
          });
        });
      }),

    /** Starts the scan and the monitoring at the same time (R1). */
    startWatching: async (at: At): Promise<void> => {
      const scan = await inScope(at, async (tx, owner) => {
        const row = await findTenant(tx, at.tenantId);
        if (!row || row.scanCompletedAt) return undefined;
        const toAt = now();
        const fromAt = new Date(Date.parse(toAt) - LOOKBACK_DAYS * DAY_MS).toISOString();
        return ensureScan(tx, owner, { fromAt, toAt });
      });
      if (scan) await deps.bell.startScan(at.tenantId, scan.id);
      await deps.bell.startMonitor(at.tenantId);
    },

    /** Moves the tenant to where the clock has brought it; answers when to look again, ms from now. */
    advanceTenant: (at: At): Promise<{ phase: TenantPhase; nextInMs: number | null }> =>
      inScope(at, async (tx, owner) => {
        const row = await lockTenant(tx, at.tenantId);
        if (!row) return { phase: "removed", nextInMs: null };
        const before = await tenantState(tx, row);
        const { state, nextAt } = advance(before, now());
        if (state.phase !== before.phase) {
          await saveTenantState(
            tx,
            at.tenantId,
            state,
            state.phase === "paused" ? { pausedReason: SCAN_ONLY_PAUSE_REASON } : {},
          );
          const detail = { from: before.phase, to: state.phase };
          await writeAudit(tx, {
            ...owner,
            incidentId: null,
            at: now(),
            actor: system,
            action: "tenant.phase",
            detail,
          });
        }
        const nextInMs = nextAt === undefined ? null : Math.max(0, Date.parse(nextAt) - deps.clock.now().getTime());
        return { phase: state.phase, nextInMs };
      }),

    carryOutTenant: ({ commandId, ...at }: At & { commandId: string }): Promise<void> =>
      withHeartbeat(async () => {
        const wake = await inScope(at, (tx, owner) => carryOutTenantOrder(tx, owner, commandId, now()));
        for (const incidentId of wake) await deps.bell.wakeIncident(at.tenantId, incidentId, "response");
      }),

    failTenantCommand: ({ commandId, ...at }: At & { commandId: string }): Promise<void> =>
      inScope(at, (tx, owner) => failTenantOrder(tx, owner, commandId, now())),
  };
}
