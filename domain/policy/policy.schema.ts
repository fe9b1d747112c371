import { z } from "zod";
import { AUTHORITY_ANSWERS } from "#domain/remediation/steps.ts";
import {
  ACCOUNT_KINDS,
  APPROVAL_ENDS,
  MARKED_KINDS,
  POLICY_MODES,
  POLICY_STEPS,
  type PolicyOverride,
  RESERVED_ANSWERS,
} from "./document.ts";

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM");

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const step = z.enum(POLICY_STEPS);
const stepPolicy = z.strictObject({
  answers: z.partialRecord(z.enum(ACCOUNT_KINDS), z.enum(AUTHORITY_ANSWERS)).exactOptional(),
  confidenceFloor: z.number().min(0).max(1).exactOptional(),
  belowFloor: z.enum(RESERVED_ANSWERS).exactOptional(),
});
const quietHours = z.strictObject({
  zone: z.string().max(60).refine(isZone, "Not a time zone."),
  from: clock,
  to: clock,
  days: z.array(z.int().min(1).max(7)).min(1).max(7),
  steps: z.array(step).min(1).max(POLICY_STEPS.length),
  answer: z.enum(RESERVED_ANSWERS),
});
/** A day at most: a question nobody answers for longer is not waiting, it is forgotten. */
const approval = z.strictObject({ minutes: z.int().min(1).max(1_440), otherwise: z.enum(APPROVAL_ENDS) });

/** What may be said differently, strict: a field that is not ours is refused. */
export const policyOverrideSchema = z.strictObject({
  mode: z.enum(POLICY_MODES).exactOptional(),
  steps: z.partialRecord(step, stepPolicy).exactOptional(),
  quietHours: quietHours.nullable().exactOptional(),
  approval: approval.nullable().exactOptional(),
  marked: z
    .array(z.strictObject({ objectId: z.uuid(), kind: z.enum(MARKED_KINDS), name: z.string().trim().min(1).max(200) }))
    .max(500)
    .exactOptional(),
}) satisfies z.ZodType<PolicyOverride>;
