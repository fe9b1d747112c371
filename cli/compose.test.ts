import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readApiEnv } from "#api/env.ts";
import { readMigrateEnv } from "#db/env.ts";
import { readWorkerEnv } from "#temporal/env.ts";
import { QUEUE_NAMES } from "#temporal/task-queues.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const text = read("docker-compose.yml");

const condition = z.enum(["service_started", "service_healthy", "service_completed_successfully"]);
const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.array(z.string()).min(2),
    interval: z.string(),
    timeout: z.string(),
    retries: z.number().int(),
    start_period: z.string().optional(),
  }),
]);
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  user: z.string(),
  environment: z.record(z.string(), z.string()).optional(),
  networks: z.array(z.string()).min(1),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  configs: z.array(z.strictObject({ source: z.string(), target: z.string(), mode: z.number().optional() })).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  healthcheck,
  restart: z.enum(["unless-stopped", "no"]),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  init: z.literal(true),
  tmpfs: z.array(z.string()).min(1),
  shm_size: z.string().optional(),
  pids_limit: z.number().int().positive(),
  mem_limit: z.string(),
  cpus: z.number().positive(),
  stop_grace_period: z.string(),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
});
// The parts of the Compose specification that we use; anything else is a typing error until it is added here.
const compose = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })),
});

const file = compose.parse(parse(text, { merge: true }));
const services = Object.entries(file.services);
const uses = [...text.matchAll(/(?<!\$)\$\{([A-Z0-9_]+)([^}]*)\}/g)].map((match) => ({
  name: match[1]!,
  rest: match[2]!,
}));

/** What a process would get, with every value of .env filled in. */
function environmentOf(name: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(file.services[name]?.environment ?? {}).map(([key, value]) => [
      key,
      value.replace(/\$\{([A-Z0-9_]+)[^}]*\}/g, (_whole, variable: string) => values[variable] ?? ""),
    ]),
  );
}
const filled: Record<string, string> = {
  ...Object.fromEntries(uses.map(({ name }) => [name, "Kq7vT2mXw9ZpL4cR8sB1nD6fH3gJ5yA0eUiOtQ"])),
  PETRA_PUBLIC_URL: "https://petra.msp.example",
  PETRA_HOSTNAME: "petra.msp.example",
  PETRA_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
  PETRA_SMTP_URL: "smtps://name:password@mail.msp.example:465",
  PETRA_MAIL_FROM: "Petra <petra@msp.example>",
};

describe.each(services)("the service %s [S54]", (_name, definition) => {
  test("does not run as root", () => {
    expect(definition.user).toMatch(/^(postgres|[1-9]\d{3,}:[1-9]\d{3,})$/);
  });
  test("publishes nothing unless it is the edge", () => {
    expect(definition.ports ?? []).toEqual(_name === "edge" ? ["443:8443"] : []);
  });
  test("depends only on services that exist and can be in the state it waits for", () => {
    for (const [other, wanted] of Object.entries(definition.depends_on ?? {})) {
      const target = file.services[other];
      expect(target, other).toBeDefined();
      if (wanted.condition === "service_healthy") expect(target!.healthcheck).toHaveProperty("test");
      if (wanted.condition === "service_completed_successfully") expect(target!.restart).toBe("no");
    }
  });
  test("has a health check, or is a job that ends", () => {
    expect("disable" in definition.healthcheck).toBe(definition.restart === "no");
  });
  test("names its image with a version", () => {
    expect(definition.image).toMatch(/^(petra(-temporal)?:\$\{PETRA_VERSION:-local\}|[a-z]+:\d+\.\d+(\.\d+)?)$/);
  });
  test("joins networks, volumes and files that are declared", () => {
    for (const network of definition.networks) expect(file.networks).toHaveProperty(network);
    for (const { source } of definition.configs ?? []) expect(file.configs).toHaveProperty(source);
    for (const volume of definition.volumes ?? [])
      if (!volume.startsWith(".")) expect(file.volumes).toHaveProperty(volume.split(":")[0]!);
  });
  test("holds no secret in clear", () => {
    for (const [key, value] of Object.entries(definition.environment ?? {}))
      if (/PASSWORD|PWD|SECRET|_KEY|_DB_URL_|SMTP_URL/.test(key)) expect(value, key).toMatch(/\$\{[A-Z0-9_]+:\?/);
  });
});

describe("the compose file [S54]", () => {
  test("has no default for any secret or address: a missing value stops the start", () => {
    expect(uses.filter(({ name, rest }) => !rest.startsWith(":?") && name !== "PETRA_VERSION")).toEqual([]);
  });

  test("says with each value what it is, once", () => {
    for (const name of new Set(uses.map((use) => use.name).filter((name) => name !== "PETRA_VERSION")))
      expect(
        uses.some((use) => use.name === name && use.rest.length > 10),
        name,
      ).toBe(true);
  });

  test("asks for exactly the values that .env.example documents, which are all empty", () => {
    const documented = read(".env.example")
      .split("\n")
      .filter((line) => /^[A-Z0-9_]+=/.test(line));
    expect(documented.filter((line) => !line.endsWith("="))).toEqual([]);
    const wanted = new Set(uses.map(({ name }) => name).filter((name) => name !== "PETRA_VERSION"));
    expect(documented.map((line) => line.slice(0, -1)).sort()).toEqual([...wanted].sort());
  });

  test("keeps the edge away from the database and from Temporal, and those away from the world", () => {
    expect(file.services.edge?.networks).toEqual(["edge", "public"]);
    for (const name of ["edge", "control", "data"]) expect(file.networks[name]).toEqual({ internal: true });
    const outside = services.filter(([, { networks }]) => networks.includes("egress")).map(([name]) => name);
    expect(outside.sort()).toEqual(["api", ...QUEUE_NAMES.map((queue) => `worker-${queue}`)].sort());
  });

  test("runs a worker for each task queue", () => {
    const queues = services.flatMap(([, { environment }]) => environment?.PETRA_QUEUES ?? []);
    expect(queues.sort()).toEqual([...QUEUE_NAMES].sort());
  });

  test("sets up Temporal's schema before the server and the namespace before the workers", () => {
    expect(file.services.temporal?.depends_on).toHaveProperty("temporal-schema");
    for (const queue of QUEUE_NAMES)
      expect(file.services[`worker-${queue}`]?.depends_on).toHaveProperty("temporal-namespace");
  });
});

describe("the environment that compose gives", () => {
  test("is accepted by the schema of the API", () => {
    expect(readApiEnv(environmentOf("api", filled))).toMatchObject({ PETRA_MODE: "production", PETRA_PORT: 4100 });
  });

  test.each(QUEUE_NAMES)("is accepted by the schema of the workers, for the queue %s", (queue) => {
    expect(readWorkerEnv(environmentOf(`worker-${queue}`, filled))).toMatchObject({
      PETRA_MODE: "production",
      PETRA_QUEUES: [queue],
    });
  });

  test("is accepted by the schema of the migrations", () => {
    expect(readMigrateEnv(environmentOf("migrate", filled)).PETRA_DB_URL_APP).toContain("petra_app");
  });

  test.each(["PETRA_MASTER_KEY", "PETRA_SESSION_SECRET", "PETRA_PUBLIC_URL", "PETRA_SMTP_URL", "M365_CLIENT_ID"])(
    "without %s does not start the API and names it [S54]",
    (name) => {
      expect(() => readApiEnv(environmentOf("api", { ...filled, [name]: "" }))).toThrow(name);
    },
  );

  test.each(["NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "M365_ORIGIN_MAP"])(
    "is refused with %s added [S55]",
    (name) => {
      const value = name === "M365_ORIGIN_MAP" ? '{"https://graph.microsoft.com":"https://127.0.0.1:1"}' : "1";
      expect(() => readApiEnv({ ...environmentOf("api", filled), [name]: value })).toThrow(name);
    },
  );
});

test("the image holds no simulated cloud, launcher, seed or test [S55]", () => {
  const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from|<<)(.+) \S+$/gm)].flatMap((match) =>
    match[1]!.split(" "),
  );
  const allowed = new Set([
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "LICENSE",
    "NOTICE",
    "domain",
    "detections",
    "db",
    "activities",
    "workflows",
    "api",
    "web",
    "temporal/*.ts",
    "temporal/server/go.mod",
    "temporal/server/go.sum",
    // The catalogue page reads the measured precision from it.
    "docs/detection-quality.md",
    "cli/register-namespace.ts",
    "cli/servers/temporal-namespace.ts",
  ]);
  expect(copied.filter((path) => !allowed.has(path))).toEqual([]);
  const ignored = read(".dockerignore").split("\n");
  expect(ignored[0]).toBe("*");
  expect(ignored).toEqual(expect.arrayContaining(["**/*.test.ts", "**/testing", "db/test", "web/mock"]));
  expect(ignored).not.toContain("!simulator");
});
