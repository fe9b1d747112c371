import { z } from "@hono/zod-openapi";
import type { Actor } from "#domain/access/actor.ts";
import { MEMBER_ROLES } from "#domain/access/actor.ts";
import { COMMAND_KINDS, COMMAND_STATES, type CommandInput } from "#domain/command/command.ts";
import { NAME_MAX, TEXT_FIELD_MAX } from "#domain/limits.ts";
import { REMEDIATION_STEP_IDS } from "#domain/remediation/steps.ts";
import type { CommandView } from "#domain/view/portal.ts";

export const id = z.uuid();
export const time = z.iso.datetime().openapi({ example: "2026-11-20T12:00:00.000Z" });
export const optionalText = z.string().nullable();
export const sentence = z.string().trim().min(1).max(TEXT_FIELD_MAX);

export const actorSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("member"),
    memberId: z.string(),
    orgId: z.string(),
    name: z.string(),
    role: z.enum(MEMBER_ROLES),
  }),
  z.object({ kind: z.literal("analyst"), memberId: z.string(), name: z.string() }),
  z.object({ kind: z.literal("system"), room: z.string(), workflowId: z.string().exactOptional() }),
  z.object({ kind: z.literal("response"), workflowId: z.string() }),
]) satisfies z.ZodType<Actor>;

const step = z.enum(REMEDIATION_STEP_IDS);
const reasons = z.record(z.string().max(NAME_MAX), z.string().max(TEXT_FIELD_MAX));
const messageId = z.string().trim().min(1).max(1_000);

/** The input of an order, strict: a field that is not ours is refused. */
export const commandInputSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("publish") }),
  z.strictObject({
    kind: z.literal("run-step"),
    step,
    artifactIds: z.array(id).max(200).exactOptional(),
    artifactAction: z.enum(["disable", "delete"]).exactOptional(),
    handedOver: z.boolean().exactOptional(),
    reasons: reasons.exactOptional(),
  }),
  z.strictObject({ kind: z.literal("skip-step"), step: z.literal("retract-phish"), reason: sentence }),
  z.strictObject({
    kind: z.literal("tag-phish"),
    internetMessageId: messageId,
    subject: z.string().max(TEXT_FIELD_MAX).exactOptional(),
    sender: z.string().max(TEXT_FIELD_MAX).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("untag-phish"), internetMessageId: messageId }),
  z.strictObject({ kind: z.literal("approve"), step, reason: sentence.exactOptional() }),
  z.strictObject({ kind: z.literal("refuse"), step, reason: sentence }),
  z.strictObject({ kind: z.literal("ask-msp"), question: sentence }),
  z.strictObject({ kind: z.literal("answer-msp"), questionId: id, answer: sentence }),
  z.strictObject({ kind: z.literal("set-note"), note: z.string().trim().max(TEXT_FIELD_MAX) }),
  z.strictObject({ kind: z.literal("mark-notable"), reason: sentence }),
  z.strictObject({ kind: z.literal("undo"), actionId: id, reason: sentence.exactOptional() }),
  z.strictObject({ kind: z.literal("attest-password"), reason: sentence }),
  z.strictObject({ kind: z.literal("mark-remediated"), reasons }),
  z.strictObject({ kind: z.literal("dismiss"), reason: sentence }),
  z.strictObject({ kind: z.literal("act-on-open-incidents") }),
  z.strictObject({ kind: z.literal("set-response"), enabled: z.boolean(), reason: sentence.exactOptional() }),
  z.strictObject({ kind: z.literal("pause"), reason: sentence.exactOptional() }),
  z.strictObject({ kind: z.literal("resume") }),
  z.strictObject({ kind: z.literal("remove"), reason: sentence.exactOptional() }),
]) satisfies z.ZodType<CommandInput>;

/** An order as the browser sends it; the id was made when the button was drawn (D15). */
export const orderSchema = z
  .strictObject({
    commandId: id,
    planVersion: z.int().min(0).optional(),
    input: commandInputSchema,
  })
  .openapi("Order");

export const commandSchema = z
  .object({
    id,
    kind: z.enum(COMMAND_KINDS),
    step: z.enum(REMEDIATION_STEP_IDS).nullable(),
    state: z.enum(COMMAND_STATES),
    reason: optionalText,
    actor: actorSchema,
    issuedAt: time,
    acceptedAt: time.nullable(),
    finishedAt: time.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi("Command") satisfies z.ZodType<CommandView>;
