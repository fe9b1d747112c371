/** Keeps us under Microsoft's limits for one tenant; waiting, never refusing. */
export type Limiter = {
  /** Reporting endpoints: 5 requests in any 10 s, per app and tenant ("Microsoft Graph service-specific limits"). */
  reporting(tenantId: string): Promise<void>;
  /** Outlook: 4 requests at once per app and mailbox. */
  mailbox<T>(mailboxId: string, work: () => Promise<T>): Promise<T>;
};

export type LimiterConfig = {
  reporting: { calls: number; perMs: number };
  mailboxConcurrency: number;
};

export const MICROSOFT_LIMITS: LimiterConfig = { reporting: { calls: 5, perMs: 10_000 }, mailboxConcurrency: 4 };

/** A sliding window, because a fixed one lets twice the limit through at its edge. Uses the machine's clock: it paces sockets. */
export function createLimiter(config: LimiterConfig = MICROSOFT_LIMITS): Limiter {
  const windows = new Map<string, number[]>();
  const mailboxes = new Map<string, { running: number; waiting: (() => void)[] }>();

  return {
    async reporting(tenantId) {
      const slots = windows.get(tenantId) ?? [];
      windows.set(tenantId, slots);
      const now = performance.now();
      const blocking =
        slots.length >= config.reporting.calls ? slots[slots.length - config.reporting.calls] : undefined;
      const startAt = blocking === undefined ? now : Math.max(now, blocking + config.reporting.perMs);
      slots.push(startAt);
      if (slots.length > config.reporting.calls) slots.shift();
      if (startAt > now) await new Promise((resolve) => setTimeout(resolve, startAt - now));
    },
    async mailbox(mailboxId, work) {
      const lane = mailboxes.get(mailboxId) ?? { running: 0, waiting: [] };
      mailboxes.set(mailboxId, lane);
      if (lane.running >= config.mailboxConcurrency) await new Promise<void>((resolve) => lane.waiting.push(resolve));
      else lane.running += 1;
      try {
        return await work();
      } finally {
        const next = lane.waiting.shift();
        if (next) next();
        else {
          lane.running -= 1;
          if (lane.running === 0) mailboxes.delete(mailboxId);
        }
      }
    },
  };
}
