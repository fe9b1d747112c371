import { z } from "@hono/zod-openapi";
import { LATENCY_LEGS, LATENCY_LINES, type LatencyLedger, type LatencyReport } from "#domain/evidence/latency.ts";
import { id, time } from "./parts.ts";

export const keySchema = z
  .object({
    keyId: z.string().openapi({ description: "What people compare: the first 16 digits of the key's hash" }),
    algorithm: z.literal("Ed25519"),
    publicKey: z.string().openapi({ description: "32 bytes, hex" }),
  })
  .openapi("EvidenceKey");

export const headSchema = z
  .object({
    orgId: id,
    orgName: z.string(),
    position: z.int(),
    hash: z.string(),
    at: time,
    keyId: z.string(),
    signature: z.string(),
  })
  .openapi("AuditHead");

const seconds = z.number().nullable();
const owner = z.enum(["microsoft", "petra", "person", "shared"]);

export const ledgerSchema = z
  .object({
    legs: z.array(
      z.object({
        id: z.enum(LATENCY_LEGS),
        owner,
        from: time.nullable(),
        to: time.nullable(),
        seconds,
      }),
    ),
    microsoft: seconds,
    petra: seconds,
    person: seconds,
    shared: seconds,
    unsplit: seconds,
    total: seconds,
  })
  .openapi("LatencyLedger") satisfies z.ZodType<LatencyLedger>;

const percentiles = z.object({ count: z.int(), p50: seconds, p90: seconds, p99: seconds });
const summary = z
  .object({ incidents: z.int(), availableUnknown: z.int(), lines: z.record(z.enum(LATENCY_LINES), percentiles) })
  .openapi("LatencySummary");

export const latencySchema = z
  .object({
    since: time,
    all: summary,
    tenants: z.array(z.object({ tenant: z.object({ id, name: z.string() }), summary })),
  })
  .openapi("LatencyReport") satisfies z.ZodType<LatencyReport>;
