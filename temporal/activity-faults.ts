import { ApplicationFailure } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import { M365Fault } from "#activities/clients/m365/m365.ts";

const JITTER_MS = 500;

/**
 * Microsoft's faults as Temporal's: a Retry-After becomes the next-retry delay, what only a person can mend is not tried
 * again (L11). Messages of the fault are ours; nothing of Microsoft's answer travels along.
 */
export function toFailure(fault: M365Fault): ApplicationFailure {
  const { faultClass, message, retryAfterMs } = fault;
  if (faultClass !== "retry" && faultClass !== "unknown")
    return ApplicationFailure.create({ message, type: `M365.${faultClass}`, nonRetryable: true });
  return ApplicationFailure.create({
    message,
    type: "M365.retry",
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs + Math.floor(Math.random() * JITTER_MS) }),
  });
}

export const mapFaults: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        throw error instanceof M365Fault ? toFailure(error) : error;
      }
    },
  },
});
