import { z } from "@hono/zod-openapi";
import type { SecondBook } from "#domain/view/second-book.ts";

const optionalText = z.string().nullable();

export const secondBookSchema = z
  .object({
    outside: z.array(
      z.object({
        actKey: z.string(),
        operation: z.string(),
        target: z.string(),
        occurredAt: z.string(),
        foundAt: z.string(),
        explainedBy: optionalText,
        explainedReason: optionalText,
      }),
    ),
    unconfirmed: z.array(
      z.object({
        actionId: z.string(),
        incidentId: optionalText,
        kind: z.string(),
        target: z.string(),
        acceptedAt: z.string(),
      }),
    ),
  })
  .openapi("SecondBook") satisfies z.ZodType<SecondBook>;

export const explainSchema = z
  .strictObject({ actKey: z.string().min(1).max(200), reason: z.string().trim().min(1).max(2_000) })
  .openapi("ExplainAct");
