import { readEnv } from "./env.ts";
import { startSimulator } from "./start.ts";

const SHARE_OF_DELAY: Record<"ual" | "interactive" | "nonInteractive" | "directory", number> = {
  ual: 1,
  interactive: 0.4,
  nonInteractive: 1,
  directory: 0.5,
};

/** The simulated Microsoft cloud as a process of its own. Prints one JSON line when it is ready. */
async function main(): Promise<void> {
  const env = readEnv();
  const delay = (source: keyof typeof SHARE_OF_DELAY): number => Math.round(env.SIM_DELAY_MS * SHARE_OF_DELAY[source]);
  const simulator = await startSimulator({
    cloudPort: env.SIM_CLOUD_PORT,
    adminPort: env.SIM_ADMIN_PORT,
    truthPort: env.SIM_TRUTH_PORT,
    certDir: env.SIM_CERT_DIR,
    seed: env.SIM_SEED,
    clientId: env.SIM_CLIENT_ID,
    clientSecret: env.SIM_CLIENT_SECRET,
    ...(env.SIM_STATE_FILE ? { stateFile: env.SIM_STATE_FILE } : {}),
    delays: {
      ual: delay("ual"),
      interactive: delay("interactive"),
      nonInteractive: delay("nonInteractive"),
      directory: delay("directory"),
    },
  });
  process.stdout.write(
    `${JSON.stringify({ ready: true, cloud: simulator.cloudUrl, admin: simulator.adminUrl, truth: simulator.truthUrl, ca: simulator.certPath })}\n`,
  );
  let closing = false;
  const stop = (): void => {
    if (closing) return;
    closing = true;
    void simulator.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
