import { proxyActivities } from "@temporalio/workflow";

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: "10s" });

/** The least that Temporal can be asked for: one workflow with one activity, which does nothing. */
export async function empty(): Promise<void> {
  await nothing();
}
