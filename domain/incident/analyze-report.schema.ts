import { z } from "zod";
import { ARTIFACT_KINDS, INCIDENT_KINDS, SEVERITIES } from "./analysis.ts";

const isoTime = z.iso.datetime();
const ids = z.array(z.string().min(1));
const citedIds = ids.min(1);

/** The JSON of `npm run analyze`: a public contract, documented in docs/analyze.md. Version 1. */
export const analyzeReportSchema = z.strictObject({
  version: z.literal(1),
  asOf: isoTime,
  sources: z.array(
    z.strictObject({
      file: z.string(),
      format: z.string(),
      records: z.int().nonnegative(),
      distinct: z.int().nonnegative(),
      understood: z.int().nonnegative(),
      notRelevant: z.int().nonnegative(),
      unreadable: z.int().nonnegative(),
      from: isoTime.nullable(),
      to: isoTime.nullable(),
    }),
  ),
  unreadable: z.array(z.strictObject({ file: z.string(), line: z.int().nonnegative(), reason: z.string() })),
  accounts: z.int().nonnegative(),
  incidents: z.array(
    z.strictObject({
      id: z.string(),
      account: z.strictObject({ upn: z.string(), objectId: z.string().nullable() }),
      kind: z.enum(INCIDENT_KINDS),
      severity: z.enum(SEVERITIES),
      confidence: z.number().min(0).max(1),
      headline: z.string(),
      firstAttackerActivity: isoTime,
      lastAttackerActivity: isoTime,
      detectableAt: isoTime,
      attack: z.array(z.string()),
      attacker: z.strictObject({
        ips: z.array(z.string()),
        asns: z.array(z.string()),
        userAgents: z.array(z.string()),
        sessions: z.array(z.string()),
        apps: z.array(z.string()),
      }),
      signals: z
        .array(z.strictObject({ detection: z.string(), title: z.string(), at: isoTime, recordIds: citedIds }))
        .min(1),
      recordIds: citedIds,
      persistence: z.array(
        z.strictObject({
          kind: z.enum(ARTIFACT_KINDS),
          name: z.string(),
          state: z.enum(["active", "disabled", "deleted", "unknown"]),
          recordId: z.string().nullable(),
        }),
      ),
    }),
  ),
  failedAttacks: z.array(
    z.strictObject({
      kind: z.enum(["PASSWORD_SPRAY", "PASSWORD_GUESSING", "LEGACY_AUTH", "AITM_KIT", "MFA_REFUSED"]),
      sourceIps: z.array(z.string()),
      accounts: z.array(z.string()),
      from: isoTime,
      to: isoTime,
      recordIds: citedIds,
    }),
  ),
  notable: z.array(
    z.strictObject({
      account: z.strictObject({ upn: z.string(), objectId: z.string().nullable() }),
      kind: z.string(),
      at: isoTime,
      recordIds: citedIds,
      why: z.string(),
    }),
  ),
});

export type AnalyzeReport = z.infer<typeof analyzeReportSchema>;
