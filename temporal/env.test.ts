import { describe, expect, it } from "vitest";
import { readWorkerEnv } from "./env.ts";

const good = {
  TEMPORAL_ADDRESS: "127.0.0.1:7233",
  PETRA_DB_URL_WORKER: "postgres://petra_worker:x@127.0.0.1/petra",
  PETRA_MASTER_KEY: "k",
  PETRA_MODE: "demo",
  PETRA_PUBLIC_URL: "http://127.0.0.1:3000",
  PETRA_SMTP_URL: "smtp://127.0.0.1:2525",
  PETRA_MAIL_FROM: "Petra <petra@demo.example>",
  M365_CLIENT_ID: "id",
  M365_CLIENT_SECRET: "secret",
};

describe("the worker's settings", () => {
  it("name every missing or wrong variable in one sentence and no value", () => {
    expect(() => readWorkerEnv({ ...good, PETRA_MODE: "toy", TEMPORAL_ADDRESS: undefined })).toThrow(
      /TEMPORAL_ADDRESS.*PETRA_MODE/,
    );
    expect(() => readWorkerEnv({ ...good, PETRA_QUEUES: "kitchen" })).toThrow("PETRA_QUEUES");
  });
  it("run every queue unless told which", () => {
    expect(readWorkerEnv(good).PETRA_QUEUES).toEqual(["containment", "monitor", "scan", "mail", "notify"]);
    expect(readWorkerEnv({ ...good, PETRA_QUEUES: "scan, notify" }).PETRA_QUEUES).toEqual(["scan", "notify"]);
  });
  it("a moved clock and a planned death do not start in production [S55]", () => {
    for (const more of [{ PETRA_CLOCK_FILE: "/tmp/clock" }, { PETRA_KILL_AT: "disable-account:after-effect" }]) {
      expect(() => readWorkerEnv({ ...good, ...more })).not.toThrow();
      expect(() => readWorkerEnv({ ...good, ...more, PETRA_MODE: "production" })).toThrow("demo and tests only");
    }
  });
  it("a swapped wire does not start in production [S55]", () => {
    const M365_ORIGIN_MAP = JSON.stringify({
      "https://graph.microsoft.com": "https://127.0.0.1:4000/graph.microsoft.com",
    });
    expect(readWorkerEnv({ ...good, M365_ORIGIN_MAP }).M365_ORIGIN_MAP).toBeDefined();
    expect(() => readWorkerEnv({ ...good, M365_ORIGIN_MAP, PETRA_MODE: "production" })).toThrow("M365_ORIGIN_MAP");
  });
});
