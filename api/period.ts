import { z } from "zod";
import type { Period } from "#domain/view/detection.ts";

const DAY_MS = 86_400_000;

/** How far back a page looks: whole days, at most the half year Petra reads. */
export const periodQuery = z.coerce.number().int().min(1).max(180).default(30);

export const periodOf = (days: number, now: string): Period => ({
  from: new Date(Date.parse(now) - days * DAY_MS).toISOString(),
  to: now,
  days,
});
