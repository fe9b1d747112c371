import { z } from "@hono/zod-openapi";
import { NETWORK_KINDS } from "#domain/event/event.ts";
import { SEVERITIES } from "#domain/incident/analysis.ts";
import { FAILED_ATTACK_KINDS } from "#domain/incident/failed-attack.ts";
import { UNCOMMON_TYPES } from "#domain/incident/uncommon.ts";
import type {
  DetectionCatalogView,
  FailedAttacksView,
  ImpactView,
  UncommonEntry,
  UncommonPage,
} from "#domain/view/detection.ts";
import { eventRowSchema } from "./incident.ts";
import { id, optionalText, time } from "./parts.ts";

const texts = z.array(z.string());
const named = z.object({ id, name: z.string() });
const period = z.object({ from: time, to: time, days: z.int() });

const firedSchema = z.object({
  signals: z.int(),
  incidents: z.int(),
  dismissed: z.int(),
  remediated: z.int(),
  uncommon: z.int(),
  lastAt: time.nullable(),
});

export const detectionCatalogSchema = z
  .object({
    tenant: named.nullable(),
    tenants: z.int(),
    period,
    detections: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        severity: z.enum(SEVERITIES),
        stage: z.enum(["access", "act", "foothold"]),
        looksFor: optionalText,
        attack: z.array(z.object({ tactic: z.string(), technique: z.string() })),
        sources: z.array(z.object({ id: z.string(), label: z.string(), licence: z.string() })),
        licence: z.string(),
        needs: texts,
        knownGaps: texts,
        falsePositives: texts,
        runbook: texts,
        fired: firedSchema,
        quality: z.object({ precision: z.string(), interval: optionalText, basis: z.string() }).nullable(),
      }),
    ),
    qualityMeasured: optionalText,
    unseen: z.array(z.object({ source: z.string(), reason: z.string() })),
    own: z
      .object({
        readAt: time,
        loaded: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            severity: z.enum(SEVERITIES),
            kind: z.enum(["sigma", "code"]),
            file: z.string(),
            techniques: texts,
            decides: z.boolean(),
            fired: firedSchema,
          }),
        ),
        refused: z.array(z.object({ file: z.string(), title: z.string(), reason: z.string() })),
      })
      .nullable(),
  })
  .openapi("DetectionCatalog") satisfies z.ZodType<DetectionCatalogView>;

const uncommonShape = {
  id,
  type: z.enum(UNCOMMON_TYPES),
  label: z.string(),
  detection: optionalText,
  upn: z.string(),
  displayName: optionalText,
  at: time,
  lastAt: time,
  why: z.string(),
  innocent: texts,
  country: optionalText,
  networkKind: z.enum(NETWORK_KINDS).nullable(),
  network: optionalText,
  records: z.int(),
};

export const uncommonPageSchema = z
  .object({
    period,
    types: z.array(z.object({ type: z.enum(UNCOMMON_TYPES), label: z.string(), count: z.int() })),
    rows: z.array(z.object(uncommonShape)),
    total: z.int(),
    nextPage: z.int().nullable(),
    coverage: texts,
  })
  .openapi("UncommonPage") satisfies z.ZodType<UncommonPage>;

export const uncommonEntrySchema = z
  .object({
    ...uncommonShape,
    tenant: named,
    account: z.object({ id, upn: z.string(), displayName: optionalText, jobTitle: optionalText }).nullable(),
    recordIds: texts,
    events: z.array(eventRowSchema),
    missing: z.int(),
  })
  .openapi("UncommonEntry") satisfies z.ZodType<UncommonEntry>;

const kind = z.enum(FAILED_ATTACK_KINDS);
const origin = z.object({
  ip: z.string(),
  country: optionalText,
  org: optionalText,
  kind: z.enum(NETWORK_KINDS),
  attempts: z.int(),
});

export const failedAttacksSchema = z
  .object({
    tenant: named,
    period,
    attempts: z.int(),
    attacks: z.int(),
    byKind: z.array(z.object({ kind, attacks: z.int(), attempts: z.int(), accounts: z.int() })),
    byCountry: z.array(z.object({ country: optionalText, attempts: z.int(), addresses: z.int() })),
    byDay: z.array(z.object({ day: z.string(), attempts: z.int() })),
    tools: z.array(z.object({ name: z.string(), attempts: z.int() })),
    targeted: z.array(
      z.object({
        upn: z.string(),
        displayName: optionalText,
        attempts: z.int(),
        attacks: z.int(),
        kinds: z.array(kind),
        countries: texts,
        advice: z.string(),
        incidentId: id.nullable(),
      }),
    ),
    rows: z.array(
      z.object({
        id,
        kind,
        from: time,
        to: time,
        attempts: z.int(),
        accounts: z.int(),
        firstAccounts: texts,
        countries: texts,
        origins: z.array(origin),
        tools: texts,
      }),
    ),
    nextPage: z.int().nullable(),
    coverage: texts,
  })
  .openapi("FailedAttacks") satisfies z.ZodType<FailedAttacksView>;

export const impactSchema = z
  .object({
    counts: z.object({ accessed: z.int(), sent: z.int(), modified: z.int(), deleted: z.int(), files: z.int() }),
    mails: z.array(
      z.object({
        key: z.string(),
        subject: optionalText,
        operations: texts,
        folder: optionalText,
        from: optionalText,
        to: texts,
        hasAttachments: z.boolean(),
        lastAt: time,
        recordIds: texts,
        isSent: z.boolean(),
      }),
    ),
    files: z.array(
      z.object({
        key: z.string(),
        name: z.string(),
        path: optionalText,
        operations: texts,
        lastAt: time,
        recordIds: texts,
      }),
    ),
    recipients: z.array(
      z.object({
        address: z.string(),
        isInternal: z.boolean(),
        mails: z.int(),
        subjects: texts,
        state: optionalText,
      }),
    ),
    marked: z.object({ attacker: z.int(), owner: z.int(), unclear: z.int() }),
    completeness: z.array(z.object({ text: z.string(), isGap: z.boolean() })),
  })
  .openapi("Impact") satisfies z.ZodType<ImpactView>;
