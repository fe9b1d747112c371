import { continueAsNew, proxyActivities, setCurrentDetails } from "@temporalio/workflow";
import type { CollectActivities } from "#activities/ingest/index.ts";
import { PROFILES } from "#workflows/profiles.ts";

/*
 * A shard of tenants, for ever: one long activity polls, stores, judges and looks after watches; its cursors lie in
 * Postgres (D26). The activity ends after some hours so that new code and a short history come by themselves.
 */
export type CollectInput = { shard: number; shards: number };

const loop = proxyActivities<CollectActivities>(PROFILES.loop);
const ROUNDS = 100;

export async function collect(input: CollectInput): Promise<void> {
  setCurrentDetails(`Shard ${input.shard} of ${input.shards}`);
  for (let round = 0; round < ROUNDS; round++) {
    await loop.collectShard.executeWithOptions({ summary: "Poll, store, judge" }, [input]);
  }
  await continueAsNew<typeof collect>(input);
}
