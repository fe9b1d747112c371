import type { AnalysisInput, IncidentDraft, InventoryItem, Notable } from "#domain/incident/analysis.ts";
import type { World } from "../world/world.ts";

export function leftovers(
  _world: World,
  _raised: readonly IncidentDraft[],
  _input: AnalysisInput,
): { incidents: IncidentDraft[]; notable: Notable[]; items?: InventoryItem[] } {
  return { incidents: [], notable: [] };
}
