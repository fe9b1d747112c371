import type { Json, StoredSignIn, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

type Source = "ual" | "interactive" | "nonInteractive" | "directory";

/** When Microsoft first shows an event: the source's usual delay, never before it is written down. */
function availability(world: World, tenant: Tenant, at: number, source: Source, writtenAt: number | null): number {
  const usual = at + world.availability[source];
  if (writtenAt === null) return usual;
  const late = tenant.faults.find((f) => f.kind === "late-records");
  const extra = late && world.rng.chance(late.probability) ? Number(late.settings.delayMs ?? 3_600_000) : 0;
  return Math.max(usual, writtenAt + 1) + extra;
}

/**
 * Files a unified audit log record. `live` records are written now and cannot be seen earlier;
 * history is written as if it had always been there.
 */
export function addUal(world: World, tenant: Tenant, at: number, record: Json, live: boolean): void {
  const availableAt = availability(world, tenant, at, "ual", live ? world.clock.now() : null);
  tenant.ual.push({ at, availableAt, record });
  if (!live) return;
  const again = duplicateAfter(world, tenant);
  if (again !== null) tenant.ual.push({ at, availableAt: availableAt + again, record: { ...record, Version: 2 } });
}

export function addSignIn(
  world: World,
  tenant: Tenant,
  at: number,
  stream: StoredSignIn["stream"],
  record: Json,
  live: boolean,
  laterBy = 0,
): void {
  const source = stream === "interactiveUser" ? "interactive" : "nonInteractive";
  const availableAt = availability(world, tenant, at, source, live ? world.clock.now() : null) + laterBy;
  tenant.signIns.push({ at, availableAt, stream, record });
  if (!live) return;
  const again = duplicateAfter(world, tenant);
  if (again !== null) {
    const risen = { ...record, riskLevelDuringSignIn: "medium", riskLevelAggregated: "medium", riskState: "atRisk" };
    tenant.signIns.push({ at, availableAt: availableAt + again, stream, record: risen });
  }
}

export function addDirectoryAudit(world: World, tenant: Tenant, at: number, record: Json, live: boolean): void {
  const availableAt = availability(world, tenant, at, "directory", live ? world.clock.now() : null);
  tenant.directoryAudits.push({ at, availableAt, record });
}

function duplicateAfter(world: World, tenant: Tenant): number | null {
  const fault = tenant.faults.find((f) => f.kind === "duplicate-records");
  if (!fault || !world.rng.chance(fault.probability)) return null;
  return Number(fault.settings.afterMs ?? 60_000);
}
