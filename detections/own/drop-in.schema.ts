import { z } from "zod";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { SEVERITIES } from "#domain/incident/analysis.ts";
import type { Detection } from "../define-detection.ts";

const texts = z.array(z.string().max(500)).max(50);
/** A detection of one's own, as its file gives it. */
export const dropInShape = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{2,63}$/, "must be lower-case letters, digits and hyphens"),
  title: z.string().min(3).max(200),
  severity: z.enum(SEVERITIES),
  stage: z.enum(["access", "act", "foothold"]),
  sources: z
    .array(z.enum(["sign-in-log", "unified-audit-log", "directory-audit", "mailbox-audit", "live-inventory"]))
    .min(1),
  needs: z.array(z.enum(["ip", "agent", "baseline", "session", "own-domains", "inventory"])),
  attack: z.array(
    z.object({ tactic: z.string().regex(/^TA\d{4}$/), technique: z.string().regex(/^T\d{4}(\.\d{3})?$/) }),
  ),
  falsePositives: texts,
  knownGaps: texts,
  runbook: texts,
  find: z.custom<Detection["find"]>((value) => typeof value === "function", "must be a function"),
});
/** Its cases. */
export const caseShape = z.array(
  z.object({
    name: z.string().min(1).max(200),
    kind: z.enum(["positive", "negative", "near-miss"]),
    events: z.array(z.custom<NormalizedEvent>((value) => typeof value === "object" && value !== null)).max(5_000),
    expect: z.union([
      z.object({ fires: z.literal(false) }),
      z.object({ fires: z.literal(true), title: z.string().optional(), dedupKey: z.string().optional() }),
    ]),
  }),
);
