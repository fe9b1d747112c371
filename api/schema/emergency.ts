import { z } from "@hono/zod-openapi";
import type { EmergencyView } from "#domain/view/emergency.ts";
import { actorSchema, id, time } from "./parts.ts";

export const emergencySchema = z
  .object({
    accounts: z.array(z.object({ objectId: id, name: z.string(), reason: z.string(), by: actorSchema, at: time })),
    confirmed: z.object({ by: actorSchema, at: time }).nullable(),
    isDue: z.boolean(),
    may: z.object({ add: z.boolean(), change: z.boolean() }),
  })
  .openapi("EmergencyAccounts") satisfies z.ZodType<EmergencyView>;
