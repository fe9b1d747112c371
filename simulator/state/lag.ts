import type { Fault, Json, Tenant } from "./types.ts";

/** Milliseconds by which reads trail writes in this tenant; 0 when its replicas are quick. */
function lagOf(tenant: Tenant): number {
  const fault: Fault | undefined = tenant.faults.find((f) => f.kind === "replica-lag");
  return fault ? Number(fault.settings.ms ?? 30_000) : 0;
}

/** Remember what readers go on seeing after a write. Call before the change with the present value. */
export function keepOldView(tenant: Tenant, key: string, value: object | null, now: number): void {
  const ms = lagOf(tenant);
  if (ms === 0) return;
  tenant.lag.push({ key, until: now + ms, value: value === null ? null : (structuredClone(value) as Json) });
}

/** The value a reader sees now: the oldest view still within its lag, else the present one. */
export function seen<T extends object>(tenant: Tenant, key: string, current: T | null, now: number): T | null {
  tenant.lag = tenant.lag.filter((view) => view.until > now);
  const view = tenant.lag.find((v) => v.key === key);
  return view ? (view.value as T | null) : current;
}

/** A collection as readers see it: changed members in their old form, deleted ones still there. */
export function seenAll<T extends { id: string }>(
  tenant: Tenant,
  kind: string,
  current: readonly T[],
  now: number,
): T[] {
  const out: T[] = [];
  const present = new Set<string>();
  for (const item of current) {
    present.add(item.id);
    const visible = seen(tenant, `${kind}/${item.id}`, item, now);
    if (visible) out.push(visible);
  }
  for (const view of tenant.lag) {
    const [viewKind, id] = view.key.split("/");
    if (viewKind === kind && id && view.value && !present.has(id)) {
      present.add(id);
      out.push(view.value as unknown as T);
    }
  }
  return out;
}
