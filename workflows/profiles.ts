import type { ActivityOptions } from "@temporalio/common";

/**
 * The retry profiles. Temporal is the only layer that retries (L11): Microsoft's Retry-After arrives here as the failure's
 * next-retry delay. A profile without an end keeps trying, because an open door is worse than a late one.
 */
export const PROFILES = {
  /** A write to Microsoft or what must come before it: a killed worker costs seconds (D27). */
  graphWrite: {
    startToCloseTimeout: "30s",
    heartbeatTimeout: "5s",
    retry: { initialInterval: "500ms", backoffCoefficient: 2, maximumInterval: "30s" },
  },
  /** A person's order: the same, but it ends with a spoken no instead of holding up later orders. */
  order: {
    startToCloseTimeout: "10m",
    heartbeatTimeout: "5s",
    scheduleToCloseTimeout: "15m",
    retry: { initialInterval: "500ms", backoffCoefficient: 2, maximumInterval: "30s" },
  },
  /** Reading a lot from Microsoft; resumes from its rows. */
  graphRead: {
    startToCloseTimeout: "6h",
    heartbeatTimeout: "60s",
    scheduleToCloseTimeout: "48h",
    retry: { initialInterval: "2s", backoffCoefficient: 2, maximumInterval: "5m" },
  },
  database: {
    startToCloseTimeout: "30s",
    retry: { initialInterval: "500ms", backoffCoefficient: 2, maximumInterval: "1m" },
  },
  /** The loops of a shard and of the relay: one activity for hours (D26), in another process seconds after its own died. */
  loop: {
    startToCloseTimeout: "6h",
    heartbeatTimeout: "6s",
    retry: { initialInterval: "1s", backoffCoefficient: 2, maximumInterval: "30s" },
  },
} as const satisfies Record<string, ActivityOptions>;
