import { z } from "@hono/zod-openapi";
import { COMMAND_STATES } from "#domain/command/command.ts";
import { FINGERPRINT_STATES, MATCH_STATES, MATCHED_BY, PHISH_ACTS, PHISH_ORDER_STATES } from "#domain/phish/phish.ts";
import type { CrossTenantView, NeverTouchView, PhishPreviewView } from "#domain/view/phish.ts";
import { actorSchema, id, optionalText, time } from "./parts.ts";

const named = z.object({ id, name: z.string() });
const tenantOrder = z.object({
  commandId: id,
  kind: z.enum(["find-phish", "retract-mail", "restore-mail"]),
  state: z.enum(COMMAND_STATES),
  reason: optionalText,
  at: time,
  progress: z.object({ done: z.int(), total: z.int() }).nullable(),
});
const copy = z.object({
  id,
  mailbox: z.string(),
  sender: optionalText,
  subject: z.string(),
  receivedAt: time.nullable(),
  matchedBy: z.enum(MATCHED_BY),
  why: z.string(),
  state: z.enum(MATCH_STATES),
  error: optionalText,
  isNeverTouch: z.boolean(),
});
const order = z.object({
  id,
  act: z.enum(PHISH_ACTS),
  state: z.enum(PHISH_ORDER_STATES),
  mails: z.int(),
  mailboxes: z.int(),
  tenants: z.array(named),
  matchIds: z.array(id),
  previewHash: z.string(),
  needsSecond: z.boolean(),
  notBefore: time.nullable(),
  by: actorSchema,
  at: time,
  expiresAt: time,
  answeredBy: actorSchema.nullable(),
  answeredAt: time.nullable(),
  reason: optionalText,
  isMine: z.boolean(),
});

export const crossTenantSchema = z
  .object({
    id,
    tenant: named,
    incidentId: id.nullable(),
    internetMessageId: z.string(),
    sender: optionalText,
    subject: optionalText,
    fingerprintState: z.enum(FINGERPRINT_STATES),
    by: actorSchema,
    createdAt: time,
    tenants: z.array(
      z.object({
        tenant: named,
        isOwn: z.boolean(),
        look: tenantOrder.nullable(),
        act: tenantOrder.nullable(),
        copies: z.array(copy),
      }),
    ),
    orders: z.array(order),
  })
  .openapi("CrossTenantPhish") satisfies z.ZodType<CrossTenantView>;

export const phishPreviewSchema = z
  .object({
    act: z.enum(PHISH_ACTS),
    hash: z.string(),
    mails: z.int(),
    mailboxes: z.int(),
    tenants: z.array(named.extend({ mails: z.int(), mailboxes: z.int(), responseEnabled: z.boolean() })),
    leftOut: z.array(z.object({ id, mailbox: z.string(), why: z.enum(["never-touch", "nothing-to-do"]) })),
    needsSecond: z.boolean(),
    mayWaitInstead: z.boolean(),
  })
  .openapi("PhishPreview") satisfies z.ZodType<PhishPreviewView>;

export const neverTouchSchema = z
  .object({ mailboxObjectId: id, mailbox: z.string(), reason: z.string(), by: actorSchema, at: time })
  .openapi("NeverTouch") satisfies z.ZodType<NeverTouchView>;
