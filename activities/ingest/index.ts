import { type CollectDeps, collectShard } from "./collect-shard.ts";

export type CollectActivities = ReturnType<typeof createCollectActivities>;

/** The activity of collect. */
export function createCollectActivities(deps: CollectDeps) {
  return { collectShard: (shard: { shard: number; shards: number }): Promise<void> => collectShard(deps, shard) };
}
