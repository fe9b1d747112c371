import { continueAsNew, proxyActivities } from "@temporalio/workflow";
import type { RelayActivities } from "#activities/notify/index.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * What must reach people and workflows although something was down: messages of the outbox, orders whose bell was not
 * heard, open incidents without a running workflow (D15, D29, L14).
 */
const loop = proxyActivities<RelayActivities>(PROFILES.loop);
const ROUNDS = 100;

export async function relay(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await loop.relayLoop.executeWithOptions({ summary: "Outbox, unheard orders, healing" }, []);
  }
  await continueAsNew<typeof relay>();
}
