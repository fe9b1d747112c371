import { z } from "@hono/zod-openapi";
import type { SecondWordView } from "#domain/view/second-word.ts";
import { actorSchema, id, time } from "./parts.ts";

export const secondWordSchema = z
  .object({
    id,
    what: z.string(),
    reason: z.string(),
    tenantId: id.nullable(),
    incidentId: id.nullable(),
    by: actorSchema,
    askedAt: time,
    expiresAt: time,
    isMine: z.boolean(),
    mayAnswer: z.boolean(),
  })
  .openapi("SecondWord") satisfies z.ZodType<SecondWordView>;

/** A change that was not made yet. */
export const waitingSchema = z.object({ waits: z.literal(true) }).openapi("Waiting");
