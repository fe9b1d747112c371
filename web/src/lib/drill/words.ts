import type { DrillView } from "#domain/view/drill.ts";

export const DRILL_STATES: Record<DrillView["state"], string> = {
  preparing: "Being prepared",
  ready: "Ready",
  attacked: "Under attack",
  ended: "Ended",
};
