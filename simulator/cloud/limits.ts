import type { Tenant } from "../state/types.ts";

const REPORTING = /\/(v1\.0|beta)\/(auditLogs|reports)\//;
const MAILBOX = /\/(v1\.0|beta)\/users\/([^/]+)\/(messages|mailFolders|mailboxSettings)/;
const REPORTING_CALLS = 5;
const WINDOW_MS = 10_000;
const MAILBOX_CALLS = 4;

/** The documented throttling limits of Graph, counted when a tenant has the switch "real-limits". */
export class RealLimits {
  private readonly reporting = new Map<string, number[]>();
  private readonly mailboxes = new Map<string, number>();

  /** Seconds to wait when the call is over a limit, else a function to call when the call has ended. */
  enter(tenant: Tenant | undefined, path: string, now: number): { retryAfter: number } | { leave: () => void } {
    const free = { leave: () => {} };
    if (!tenant?.faults.some((f) => f.kind === "real-limits")) return free;
    if (REPORTING.test(path)) {
      const recent = (this.reporting.get(tenant.id) ?? []).filter((at) => now - at < WINDOW_MS);
      recent.push(now);
      this.reporting.set(tenant.id, recent);
      if (recent.length > REPORTING_CALLS)
        return { retryAfter: Math.ceil((WINDOW_MS - (now - (recent[0] ?? now))) / 1000) };
      return free;
    }
    const mailbox = MAILBOX.exec(path)?.[2];
    if (!mailbox) return free;
    const key = `${tenant.id}/${mailbox}`;
    const running = this.mailboxes.get(key) ?? 0;
    if (running >= MAILBOX_CALLS) return { retryAfter: 1 };
    this.mailboxes.set(key, running + 1);
    return { leave: () => this.mailboxes.set(key, (this.mailboxes.get(key) ?? 1) - 1) };
  }
}
