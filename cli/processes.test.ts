import { describe, expect, test } from "vitest";
import { readApiEnv } from "#api/env.ts";
import { readMigrateEnv } from "#db/env.ts";
import { readEnv as readSimulatorEnv } from "#simulator/env.ts";
import { readWorkerEnv } from "#temporal/env.ts";
import { API, type Context, databaseUrl, MAIL_SINK, MIGRATE, SIMULATOR, WORKER } from "./processes.ts";

const context: Context = {
  root: "/repo",
  dataDir: "/data",
  ports: {
    portal: 4100,
    simulator: 5001,
    simulatorAdmin: 5002,
    simulatorTruth: 5003,
    mailSmtp: 5004,
    mailHttp: 5005,
    workerHealth: 5006,
  },
  secrets: {
    masterKey: Buffer.alloc(32, 1).toString("base64"),
    sessionSecret: "session-secret-session-secret-session-secret",
    m365ClientId: "6f7b1a52-7d1c-4c53-9d2a-0d3f1c1f0a11",
    m365ClientSecret: "client-secret",
    databasePasswords: { app: "pw-app", worker: "pw-worker", auth: "pw-auth", operator: "pw-operator" },
    demoPasswords: { admin: "one", guest: "two", analyst: "three" },
  },
  superuserUrl: "postgres://postgres:superuser-password@127.0.0.1:5432/postgres",
  temporal: { address: "127.0.0.1:7233", uiUrl: "http://localhost:8233", namespace: "petra" },
};

describe("what the launcher tells each process", () => {
  test("is accepted by the schema of the API", () => {
    expect(readApiEnv(API.env(context))).toMatchObject({
      PETRA_MODE: "demo",
      TEMPORAL_UI_URL: "http://localhost:8233",
    });
  });

  test("is accepted by the schema of the workers", () => {
    expect(readWorkerEnv(WORKER.env(context))).toMatchObject({ PETRA_MODE: "demo", PETRA_WORKER_HEALTH_PORT: 5006 });
  });

  test("is accepted by the schema of the simulated cloud", () => {
    expect(readSimulatorEnv(SIMULATOR.env(context))).toMatchObject({
      SIM_CLOUD_PORT: 5001,
      SIM_CERT_DIR: "/data/simulator",
    });
  });

  test("is accepted by the schema of the migrations", () => {
    expect(readMigrateEnv(MIGRATE.env(context)).PETRA_DB_URL_APP).toBe(databaseUrl(context, "app"));
  });

  test("holds the superuser's password for nobody but the migrations", () => {
    const holders = [API, MAIL_SINK, MIGRATE, SIMULATOR, WORKER].filter((spec) =>
      JSON.stringify(spec.env(context)).includes("superuser-password"),
    );
    expect(holders.map(({ name }) => name)).toEqual(["migrate"]);
  });

  test("holds each database role's password only where that role signs in", () => {
    const passwords = (spec: typeof API) =>
      [...JSON.stringify(spec.env(context)).matchAll(/pw-(\w+)/g)].map((match) => match[1]);
    expect([API, WORKER, SIMULATOR, MAIL_SINK].map(passwords)).toEqual([
      ["app", "auth", "operator"],
      ["worker"],
      [],
      [],
    ]);
  });

  test("sends every Microsoft address to the simulated cloud, under the real host's name", () => {
    const map = readApiEnv(API.env(context)).M365_ORIGIN_MAP!;
    expect(map["https://graph.microsoft.com"]).toBe("https://127.0.0.1:5001/graph.microsoft.com");
    expect(Object.entries(map).every(([real, local]) => local.endsWith(`/${new URL(real).host}`))).toBe(true);
  });
});
