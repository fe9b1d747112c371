import { z } from "zod";
import { QUEUE_NAMES, type QueueName } from "#temporal/task-queues.ts";

const milliseconds = (fallback: number) => z.coerce.number().int().min(100).default(fallback);
const originMap = z
  .string()
  .default("{}")
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue({ code: "custom", message: "must be a JSON object" });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.url(), z.url()));

const schema = z.object({
  TEMPORAL_ADDRESS: z.string().min(1).describe("host:port of the Temporal frontend"),
  TEMPORAL_NAMESPACE: z.string().min(1).default("petra"),
  PETRA_DB_URL_WORKER: z.url({ protocol: /^postgres(ql)?$/ }).describe("Postgres URL of the role petra_worker"),
  PETRA_AUDIT_DAYS: z.coerce
    .number()
    .int()
    .min(365)
    .optional()
    .describe("how many days rows of the audit are kept, at least 365; without it for ever"),
  PETRA_MASTER_KEY: z.string().min(1).describe("32 bytes in base64 that wrap every data key"),
  PETRA_MODE: z.enum(["demo", "production"]),
  PETRA_PUBLIC_URL: z.url().describe("where people open the portal; used in messages"),
  PETRA_SMTP_URL: z.url({ protocol: /^smtps?$/ }).describe("mail server"),
  PETRA_MAIL_FROM: z.string().min(3).describe("sender of messages"),
  M365_CLIENT_ID: z.string().min(1).describe("id of the app registration"),
  M365_CLIENT_SECRET: z.string().min(1).describe("its secret"),
  M365_ORIGIN_MAP: originMap,
  PETRA_QUEUES: z
    .string()
    .default(QUEUE_NAMES.join(","))
    .transform((csv) => csv.split(",").map((q) => q.trim()))
    .pipe(z.array(z.enum(QUEUE_NAMES as [QueueName, ...QueueName[]])).min(1)),
  PETRA_WORKER_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  PETRA_POLL_MS: z.coerce.number().int().min(250).optional(),
  PETRA_LOCK_AT_ONCE: z
    .enum(["on", "off"])
    .default("on")
    .describe("on: the collector that finds an incident locks the account itself; off: it leaves that to the workflow"),
  PETRA_SHARDS: z.coerce.number().int().min(1).max(256).default(1),
  PETRA_WORKFLOW_BUNDLE: z.string().min(1).optional().describe("prebuilt bundle; built at the start when missing"),
  PETRA_CLOCK_FILE: z.string().min(1).optional().describe("moves the clock of demo and tests"),
  PETRA_KILL_AT: z
    .string()
    .regex(/^[a-z-]+:(before-request|after-effect|after-answer|after-record)$/)
    .optional()
    .describe("kill tests: the worker kills itself at this point of this write"),
  PETRA_KILL_PID: z.coerce.number().int().min(2).optional().describe("kill tests: kills this process there instead"),
  PETRA_LOCK_CAPS: z
    .string()
    .regex(/^\d+,0?\.\d+,\d+,\d+$/)
    .optional()
    .describe(
      "automatic locks an hour: of a tenant at least, its share of accounts, of an organization, of all: 3,0.05,25,100",
    ),
  PETRA_STOP_FILE: z.string().min(1).optional().describe("while this file exists nothing runs by itself"),
  PETRA_OWN_DETECTIONS: z
    .string()
    .regex(/^\//, "must be an absolute path")
    .optional()
    .describe("folder of own detections: Sigma rules, and detections with their cases"),
  PETRA_INVENTORY_MS: milliseconds(24 * 3_600_000),
  PETRA_DIRECTORY_MS: milliseconds(3_600_000),
});

export type WorkerEnv = z.infer<typeof schema>;

/** The worker's settings; throws one sentence that names every missing or wrong variable. A swapped wire is for the demo only (S55). */
export function readWorkerEnv(env: Record<string, string | undefined> = process.env): WorkerEnv {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${String(issue.path[0])} (${issue.message})`);
    throw new Error(`The worker cannot start. Missing or wrong: ${[...new Set(wrong)].join(", ")}.`);
  }
  const { PETRA_MODE, M365_ORIGIN_MAP, PETRA_CLOCK_FILE, PETRA_KILL_AT, PETRA_KILL_PID } = parsed.data;
  if (PETRA_MODE === "production" && (PETRA_CLOCK_FILE || PETRA_KILL_AT || PETRA_KILL_PID))
    throw new Error(
      "The worker cannot start. PETRA_CLOCK_FILE, PETRA_KILL_AT and PETRA_KILL_PID are for demo and tests only.",
    );
  if (PETRA_MODE === "production" && Object.keys(M365_ORIGIN_MAP).length > 0)
    throw new Error("The worker cannot start. M365_ORIGIN_MAP is for the demo; in production Microsoft is Microsoft.");
  return parsed.data;
}
