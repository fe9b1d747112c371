import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65_535).default(0);

const schema = z.object({
  SIM_CLOUD_PORT: port,
  SIM_ADMIN_PORT: port,
  SIM_TRUTH_PORT: port,
  SIM_CERT_DIR: z.string().default(join(tmpdir(), "petra-simulated-cloud")),
  SIM_SEED: z.string().default("1"),
  SIM_CLIENT_ID: z.string().min(1),
  SIM_CLIENT_SECRET: z.string().min(1),
  SIM_STATE_FILE: z.string().min(1).optional(),
  /** Milliseconds after an event until each log shows it; 0 makes everything visible at once. */
  SIM_DELAY_MS: z.coerce.number().int().min(0).default(0),
});

type SimulatorEnv = z.infer<typeof schema>;

/** Reads the process environment; throws one sentence that names every wrong variable. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): SimulatorEnv {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The simulated Microsoft cloud cannot start: ${problems.join("; ")}.`);
}
