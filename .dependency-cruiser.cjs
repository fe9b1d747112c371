/** Who may import whom. A room not named in `may` of a floor is forbidden to it. */
const FLOORS = [
  "domain",
  "detections",
  "workflows",
  "activities",
  "db",
  "api",
  "web",
  "temporal",
  "simulator",
  "cli",
  "bench",
  "lint",
  "scenarios",
];
const MAY = {
  domain: [],
  detections: ["domain"],
  workflows: ["domain"],
  activities: ["domain", "detections", "db"],
  db: ["domain"],
  api: ["domain", "detections", "db", "temporal", "workflows"],
  web: ["domain"],
  temporal: ["domain", "db", "detections", "activities"],
  simulator: [],
  cli: ["domain", "detections", "activities", "db", "temporal", "api", "lint"],
  lint: [],
};
// A test may in addition use the simulated cloud, the database's test factories and the test servers.
const TEST = "(\\.test\\.ts|/testing/|/test/|^scenarios/)";
const TEST_EXTRA = ["simulator", "cli/servers", "db", "temporal", "detections", "domain"];

const floorRules = Object.entries(MAY).map(([floor, allowed]) => ({
  name: `floor-${floor}`,
  severity: "error",
  comment: `${floor}/ may import only ${[floor, ...allowed].join(", ")}: move the code, or receive it from the composition root.`,
  from: { path: `^${floor}/`, pathNot: TEST },
  to: {
    path: `^(${FLOORS.filter((other) => other !== floor && !allowed.includes(other)).join("|")})/`,
    dependencyTypesNot: ["type-only"],
  },
}));
const typeRules = Object.entries({
  ...MAY,
  workflows: [...MAY.workflows, "activities", "temporal"],
  temporal: [...MAY.temporal, "workflows"],
  web: [...MAY.web, "api"],
}).map(([floor, allowed]) => ({
  name: `floor-${floor}-types`,
  severity: "error",
  comment: `${floor}/ may take types only from ${[floor, ...allowed].join(", ")}.`,
  from: { path: `^${floor}/`, pathNot: TEST },
  to: {
    path: `^(${FLOORS.filter((other) => other !== floor && !allowed.includes(other)).join("|")})/`,
    dependencyTypes: ["type-only"],
  },
}));
const testRules = Object.entries(MAY).map(([floor, allowed]) => ({
  name: `floor-${floor}-tests`,
  severity: "error",
  comment: `Tests of ${floor}/ may import its own column, simulator/, db/ and cli/servers/.`,
  from: { path: `^${floor}/.*${TEST}` },
  to: {
    path: `^(${FLOORS.join("|")})/`,
    pathNot: `^(${[...new Set([floor, ...allowed, ...TEST_EXTRA, "activities", "workflows"])].join("|")})/`,
  },
}));

const only = (name, packages, places, comment) => ({
  name,
  severity: "error",
  comment,
  from: { pathNot: `(${places.join("|")})` },
  to: { path: `node_modules/(${packages.join("|")})(/|$)` },
});

module.exports = {
  forbidden: [
    ...floorRules,
    ...typeRules,
    ...testRules,
    {
      name: "workflows-know-no-schemas",
      severity: "error",
      comment: "Workflow code stays free of zod: use the plain type.",
      from: { path: "^workflows/", pathNot: TEST },
      to: { path: "^domain/.*\\.schema\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "api-knows-workflow-messages-only",
      severity: "error",
      comment: "The API sends commands: it may import messages.ts of workflows/, everything else as a type.",
      from: { path: "^api/", pathNot: TEST },
      to: { path: "^workflows/", pathNot: "/messages\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "web-takes-types-from-the-api",
      severity: "error",
      comment: "web/ may import the type AppType of api/ and nothing else.",
      from: { path: "^web/", pathNot: TEST },
      to: { path: "^api/", pathNot: "^api/app\\.ts$" },
    },
    {
      name: "domain-is-pure",
      severity: "error",
      comment:
        "domain/ and detections/ use no packages and no Node; zod only in *.schema.ts, yaml where rules are read.",
      from: { path: "^(domain|detections)/", pathNot: `(${TEST}|\\.schema\\.ts$|^detections/sigma/yaml\\.ts$)` },
      to: { path: "node_modules/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "schemas-use-zod-only",
      severity: "error",
      comment: "A schema file of domain/ uses zod and nothing else.",
      from: { path: "^domain/.*\\.schema\\.ts$" },
      to: { path: "node_modules/", pathNot: "node_modules/zod/" },
    },
    {
      name: "pure-rooms-know-no-node",
      severity: "error",
      comment: "domain/, detections/ and workflows/ run without Node's modules.",
      from: { path: "^(domain|detections|workflows)/", pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "rooms-of-activities-keep-apart",
      severity: "error",
      comment:
        "A room of activities/ does not reach into another: share through domain/, db/ or clients/. Two doors stand open: " +
        "judging what was read, and laying a message into the outbox.",
      from: {
        path: "^activities/(ingest|normalize|enrich|detect|incident|remediate|notify|report|bill|tenant)/",
        pathNot: TEST,
      },
      to: {
        path: "^activities/(ingest|normalize|enrich|detect|incident|remediate|notify|report|bill|tenant)/",
        pathNot: ["^activities/$1/", "^activities/detect/run-detections[.]ts$", "^activities/notify/queue[.]ts$"],
      },
    },
    only(
      "drizzle-and-postgres-in-db",
      ["drizzle-orm", "drizzle-kit", "postgres"],
      ["^db/", "^cli/servers/", "^node_modules", TEST],
      "SQL lives in db/ (cli/servers/ makes clusters and databases).",
    ),
    only(
      "microsoft-in-its-client",
      ["@microsoft", "@azure"],
      ["^activities/clients/m365/", "^node_modules", "^simulator/.*\\.test\\.ts$"],
      "Microsoft's libraries are used only in activities/clients/m365/.",
    ),
    only(
      "stripe-in-its-client",
      ["stripe"],
      ["^activities/clients/stripe/", "^api/webhooks/stripe\\.ts$", "^node_modules"],
      "Stripe is used only in its client and its webhook.",
    ),
    only(
      "pdf-in-draw",
      ["pdf-lib", "fontkit"],
      ["^activities/report/draw/", "^node_modules", TEST],
      "PDFs are drawn only in activities/report/draw/.",
    ),
    only(
      "temporal-client-in-temporal",
      ["@temporalio/client"],
      ["^temporal/", "^cli/servers/", "^node_modules", TEST],
      "@temporalio/client is used in temporal/ and, to register namespaces, in cli/servers/; others receive it.",
    ),
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle: move what both need into a third file.",
      from: { pathNot: "^node_modules" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "everything-resolves",
      severity: "error",
      comment: "This import leads nowhere.",
      from: { pathNot: "^(node_modules|web)" },
      to: { couldNotResolve: true, pathNot: "^(virtual:|\\$app|\\$env)" },
    },
    {
      name: "go-module-alone",
      severity: "error",
      comment: "temporal/server is a Go module; only cli/servers/ reads it, as files.",
      from: {},
      to: { path: "^temporal/server/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(build|\\.svelte-kit|histories)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types", "svelte"],
      extensions: [".ts", ".js", ".mjs", ".svelte", ".json"],
    },
    cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
  },
};
