import { z } from "zod";

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

const schema = z
  .object({
    PETRA_MODE: z.enum(["demo", "production"]),
    PETRA_PORT: z.coerce.number().int().min(1).max(65_535),
    PETRA_HOST: z.string().default("127.0.0.1"),
    PETRA_PUBLIC_URL: z.url({ protocol: /^https?$/ }),
    PETRA_DB_URL_APP: postgresUrl,
    PETRA_DB_URL_AUTH: postgresUrl,
    PETRA_DB_URL_OPERATOR: postgresUrl,
    TEMPORAL_ADDRESS: z.string().min(1),
    TEMPORAL_NAMESPACE: z.string().min(1).default("petra"),
    TEMPORAL_UI_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** 32 bytes in base64 */
    PETRA_MASTER_KEY: z.base64().refine((text) => Buffer.from(text, "base64").length === 32),
    PETRA_SESSION_SECRET: z.string().min(32),
    PETRA_SMTP_URL: z.url({ protocol: /^smtps?$/ }),
    PETRA_MAIL_FROM: z.string().min(3),
    M365_CLIENT_ID: z.string().min(1),
    M365_CLIENT_SECRET: z.string().min(1).optional(),
    /** demo only: real origin → origin of the simulated cloud, as JSON */
    M365_ORIGIN_MAP: z
      .string()
      .transform((text, context) => {
        const parsed = z.record(z.url(), z.url()).safeParse(safeJson(text));
        if (parsed.success) return parsed.data;
        context.addIssue({ code: "custom", message: "not a JSON object of origins" });
        return z.NEVER;
      })
      .optional(),
    /** demo only: the port that builds and moves the simulated cloud, for drills */
    PETRA_DRILL_URL: z.url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ }).optional(),
    /** demo and tests only: a file that moves the clock of every process together */
    PETRA_CLOCK_FILE: z.string().min(1).optional(),
    WEB_HANDLER: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  })
  .superRefine((env, context) => {
    if (env.PETRA_MODE === "demo") return;
    const refuse = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if (env.M365_ORIGIN_MAP) refuse("M365_ORIGIN_MAP", "is for the demo only");
    if (env.PETRA_DRILL_URL) refuse("PETRA_DRILL_URL", "is for the demo only");
    if (env.PETRA_CLOCK_FILE) refuse("PETRA_CLOCK_FILE", "is for the demo only");
    if (!env.PETRA_PUBLIC_URL.startsWith("https://")) refuse("PETRA_PUBLIC_URL", "must begin with https://");
  });

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const HINTS: Record<string, string> = {
  PETRA_MODE: "demo or production",
  PETRA_PORT: "the port of API and portal, for example 4100",
  PETRA_PUBLIC_URL: "the address people open, for example https://petra.example.com",
  PETRA_MASTER_KEY: "32 random bytes in base64 (openssl rand -base64 32)",
  PETRA_SESSION_SECRET: "at least 32 random characters",
  TEMPORAL_ADDRESS: "host:port of the Temporal server",
  PETRA_SMTP_URL: "smtp:// or smtps:// URL of the mail server",
  PETRA_MAIL_FROM: "the sender of Petra's mail",
  M365_CLIENT_ID: "the application id of Petra's app registration",
  PETRA_CLOCK_FILE: "unset in production: there the clock is the system's",
  M365_ORIGIN_MAP: "unset in production: it points Microsoft's addresses at a simulated cloud",
};

const DEVELOPMENT_ONLY = ["NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED"];

export type ApiEnv = z.output<typeof schema>;

/** The environment of the API process, checked once at the start; throws a sentence for every missing or wrong variable. */
export function readApiEnv(env: Record<string, string | undefined> = process.env): ApiEnv {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    const lines = names.map((name) => `${name} is ${env[name] ? "wrong" : "missing"}: ${HINTS[name] ?? "a URL"}.`);
    throw new Error(`The API cannot start.\n${lines.join("\n")}`);
  }
  const forbidden = parsed.data.PETRA_MODE === "production" ? DEVELOPMENT_ONLY.filter((name) => env[name]) : [];
  if (forbidden.length > 0)
    throw new Error(`Unset ${forbidden.join(", ")}: production does not change whom it trusts.`);
  return parsed.data;
}

/** Header in which our server tells the portal under which scheme people reach it. */
export const PROTOCOL_HEADER = "x-petra-protocol";

/** Settings of SvelteKit's built handler, which it reads from the environment when it is imported. */
export function prepareWebEnv(): void {
  process.env.PROTOCOL_HEADER = PROTOCOL_HEADER;
}
