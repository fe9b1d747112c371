import { z } from "@hono/zod-openapi";
import {
  ACCOUNT_KINDS,
  APPROVAL_ENDS,
  MARKED_KINDS,
  POLICY_MODES,
  POLICY_STEPS,
  RESERVED_ANSWERS,
} from "#domain/policy/document.ts";
import { EXCEPTION_KINDS } from "#domain/policy/exception.ts";
import { policyOverrideSchema } from "#domain/policy/policy.schema.ts";
import { DECISION_CAUSES } from "#domain/remediation/authorize.ts";
import { AUTHORITY_ANSWERS } from "#domain/remediation/steps.ts";
import type { ClaimView, DecisionView, KillSwitchView, PolicyView, QuestionView } from "#domain/view/policy.ts";
import { actorSchema, id, optionalText, time } from "./parts.ts";

const named = z.object({ id, name: z.string() });
const answers = z.enum(AUTHORITY_ANSWERS);
const stepPolicy = z.object({
  answers: z.record(z.enum(ACCOUNT_KINDS), answers),
  confidenceFloor: z.number(),
  belowFloor: z.enum(RESERVED_ANSWERS),
});
const document = z.object({
  mode: z.enum(POLICY_MODES),
  steps: z.record(z.enum(POLICY_STEPS), stepPolicy),
  quietHours: z
    .object({
      zone: z.string(),
      from: z.string(),
      to: z.string(),
      days: z.array(z.int()),
      steps: z.array(z.enum(POLICY_STEPS)),
      answer: z.enum(RESERVED_ANSWERS),
    })
    .nullable(),
  approval: z.object({ minutes: z.int(), otherwise: z.enum(APPROVAL_ENDS) }).nullable(),
  marked: z.array(z.object({ objectId: z.string(), kind: z.enum(MARKED_KINDS), name: z.string() })),
});

export const decisionSchema = z
  .object({
    answer: answers,
    cause: z.enum(DECISION_CAUSES),
    reason: z.string(),
    policyVersion: z.string(),
    decidedAt: time,
    would: z.enum(["auto", "ask", "two"]).nullable(),
    dueAt: time.nullable(),
    otherwise: z.enum(APPROVAL_ENDS).nullable(),
    escalatedAt: time.nullable(),
  })
  .openapi("Decision") satisfies z.ZodType<DecisionView>;

export const questionSchema = z
  .object({
    id,
    question: z.string(),
    by: actorSchema,
    askedAt: time,
    answer: optionalText,
    answeredBy: actorSchema.nullable(),
    answeredAt: time.nullable(),
  })
  .openapi("Question") satisfies z.ZodType<QuestionView>;

export const claimSchema = z
  .object({ memberId: z.string(), name: z.string(), at: time })
  .openapi("Claim") satisfies z.ZodType<ClaimView>;

export const killSwitchSchema = z
  .object({ isOn: z.boolean(), by: actorSchema, at: time, reason: optionalText })
  .openapi("KillSwitch") satisfies z.ZodType<KillSwitchView>;

export const policySchema = z
  .object({
    org: named,
    tenant: named.nullable(),
    policyVersion: z.string(),
    document,
    inherited: document,
    version: z.int(),
    override: policyOverrideSchema,
    history: z.array(z.object({ version: z.int(), by: actorSchema, reason: z.string(), at: time })),
    overrides: z.array(z.object({ tenant: named, version: z.int() })),
    tenants: z.array(named),
    killSwitch: killSwitchSchema.nullable(),
    exceptions: z.array(
      z.object({
        id,
        tenant: named,
        kind: z.enum(EXCEPTION_KINDS),
        account: z.object({ objectId: z.string(), name: z.string() }),
        countries: z.array(z.string()),
        addresses: z.array(z.string()),
        startsAt: time,
        endsAt: time,
        reason: z.string(),
        by: actorSchema,
      }),
    ),
    may: z.object({ change: z.boolean(), except: z.boolean(), stop: z.boolean(), release: z.boolean() }),
  })
  .openapi("Policy") satisfies z.ZodType<PolicyView>;
