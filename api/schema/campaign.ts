import { z } from "@hono/zod-openapi";
import { HANDLE_KINDS } from "#domain/campaign/group.ts";
import { COMMAND_KINDS, COMMAND_STATES } from "#domain/command/command.ts";
import { REMEDIATION_STEP_IDS, STEP_STATES } from "#domain/remediation/steps.ts";
import type { CampaignLine, CampaignView, ManyAnswer } from "#domain/view/campaign.ts";
import { incidentCardSchema } from "./incident.ts";
import { actorSchema, id, optionalText, time } from "./parts.ts";

const step = z.enum(REMEDIATION_STEP_IDS);
const part = z.object({ incidentId: id, commandId: id, state: z.enum(COMMAND_STATES), reason: optionalText });
const line = {
  id,
  incidentIds: z.array(id),
  accounts: z.int(),
  tenants: z.int(),
  organizations: z.array(z.string()),
  open: z.int(),
  notContained: z.int(),
  unpublished: z.int(),
  firstAt: time,
  lastAt: time,
  handles: z.array(z.object({ kind: z.enum(HANDLE_KINDS), value: z.string(), incidents: z.int() })),
};

export const campaignLineSchema = z.object(line).openapi("CampaignLine") satisfies z.ZodType<CampaignLine>;

export const campaignSchema = z
  .object({
    ...line,
    members: z.array(
      z.object({
        incident: incidentCardSchema,
        organization: z.string(),
        isPrivileged: z.boolean(),
        planVersion: z.int(),
        handles: z.array(z.string()),
        steps: z.array(
          z.object({ id: step, state: z.enum(STEP_STATES), allowed: z.boolean(), blockedBecause: optionalText }),
        ),
      }),
    ),
    orders: z.array(
      z.object({
        id,
        kind: z.enum(COMMAND_KINDS),
        step: step.nullable(),
        by: actorSchema,
        at: time,
        parts: z.array(part),
      }),
    ),
  })
  .openapi("Campaign") satisfies z.ZodType<CampaignView>;

export const manyAnswerSchema = z
  .object({ orderId: id, parts: z.array(part) })
  .openapi("ManyAnswer") satisfies z.ZodType<ManyAnswer>;
