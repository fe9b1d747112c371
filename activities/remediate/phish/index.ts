import { withHeartbeat } from "#activities/heartbeat.ts";
import type { RemediateDeps } from "../case.ts";
import { carryOutPhish, failPhish } from "./carry-out.ts";

type Input = { tenantId: string; phishId: string; commandId: string };
export type MailActivities = ReturnType<typeof createMailActivities>;

/** The activities of retractPhish; each may run twice. */
export function createMailActivities(deps: RemediateDeps) {
  return {
    /** One order about one phish in one tenant; `again`: asked once more after this time. */
    carryOutPhish: (input: Input) => withHeartbeat(() => carryOutPhish(deps, input)),
    failPhish: (input: Input) => failPhish(deps, input),
  };
}
