import { z } from "@hono/zod-openapi";
import type { DrillDebrief, DrillList, DrillView } from "#domain/view/drill.ts";
import { id } from "./parts.ts";

const time = z.string();
const optionalTime = z.string().nullable();
const optionalSeconds = z.number().nullable();

const drill = z.object({
  id,
  tenantName: z.string(),
  title: z.string(),
  story: z.string(),
  responseEnabled: z.boolean(),
  trainee: z.string(),
  state: z.enum(["preparing", "ready", "attacked", "ended"]),
  startedAt: time,
  attackedAt: optionalTime,
  endedAt: optionalTime,
});

export const drillListSchema = z
  .object({
    isAvailable: z.boolean(),
    stories: z.array(z.object({ id: z.string(), title: z.string() })),
    drills: z.array(drill),
  })
  .openapi("DrillList") satisfies z.ZodType<DrillList>;

export const drillSchema = drill
  .extend({
    debrief: z.object({
      incidents: z.array(
        z.object({
          id,
          number: z.int(),
          headline: z.string(),
          status: z.string(),
          detectedAt: time,
          publishedAt: optionalTime,
          containedAt: optionalTime,
          remediatedAt: optionalTime,
          secondsToContain: optionalSeconds,
          secondsOfPeople: optionalSeconds,
          missed: z.array(z.string()),
        }),
      ),
      timeline: z.array(z.object({ at: time, who: z.string(), isPerson: z.boolean(), text: z.string() })),
    }),
  })
  .openapi("Drill") satisfies z.ZodType<DrillView & { debrief: DrillDebrief }>;

export const startDrillSchema = z
  .strictObject({ story: z.string().min(1).max(100), responseEnabled: z.boolean() })
  .openapi("StartDrill");
