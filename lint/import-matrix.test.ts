import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const house = mkdtempSync(join(tmpdir(), "petra-matrix-"));

const FILES: Record<string, string> = {
  "package.json": JSON.stringify({
    type: "module",
    imports: Object.fromEntries(
      ["domain", "db", "activities", "workflows", "temporal", "api", "simulator"].map((floor) => [
        `#${floor}/*`,
        `./${floor}/*`,
      ]),
    ),
  }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: { module: "nodenext", allowImportingTsExtensions: true, noEmit: true, verbatimModuleSyntax: true },
  }),
  "domain/thing.ts": "export const thing = 1; export type Thing = number;",
  "domain/thing.schema.ts": "export const schema = 1;",
  "db/rows.ts": 'import { thing } from "#domain/thing.ts"; export const rows = thing; export type Row = number;',
  "activities/ingest/pull.ts":
    'import { rows } from "#db/rows.ts"; export const pull = rows; export type Pull = number;',
  "workflows/good.ts":
    'import type { Pull } from "#activities/ingest/pull.ts"; import { thing } from "#domain/thing.ts"; export const good: Pull = thing;',
  "workflows/messages.ts": "export const message = 1;",
  "api/good.ts": 'import { message } from "#workflows/messages.ts"; export const good = message;',
  "simulator/main.ts": "export const cloud = 1;",
  "activities/ingest/pull.test.ts": 'import { cloud } from "#simulator/main.ts"; export const used = cloud;',
};

const BROKEN: [string, string, string][] = [
  ["domain importing db", "domain/bad.ts", 'import { rows } from "#db/rows.ts"; export const bad = rows;'],
  [
    "a workflow importing an activity's code",
    "workflows/bad.ts",
    'import { pull } from "#activities/ingest/pull.ts"; export const bad = pull;',
  ],
  [
    "a workflow importing a schema",
    "workflows/bad.ts",
    'import { schema } from "#domain/thing.schema.ts"; export const bad = schema;',
  ],
  [
    "a workflow importing Node",
    "workflows/bad.ts",
    'import { readFileSync } from "node:fs"; export const bad = readFileSync;',
  ],
  [
    "db importing an activity",
    "db/bad.ts",
    'import { pull } from "#activities/ingest/pull.ts"; export const bad = pull;',
  ],
  [
    "the API importing workflow code",
    "api/bad.ts",
    'import { good } from "#workflows/good.ts"; export const bad = good;',
  ],
  [
    "the simulated cloud importing a type of ours",
    "simulator/bad.ts",
    'import type { Thing } from "#domain/thing.ts"; export const bad: Thing = 1;',
  ],
  [
    "an activity importing the simulated cloud",
    "activities/ingest/bad.ts",
    'import { cloud } from "#simulator/main.ts"; export const bad = cloud;',
  ],
  [
    "one room of activities importing another",
    "activities/remediate/bad.ts",
    'import { pull } from "../ingest/pull.ts"; export const bad = pull;',
  ],
  [
    "postgres outside of db",
    "activities/ingest/bad.ts",
    'import postgres from "postgres"; export const bad = postgres;',
  ],
  [
    "the Temporal client outside of temporal",
    "api/bad.ts",
    'import { Client } from "@temporalio/client"; export const bad = Client;',
  ],
];

const put = (file: string, content: string): void => {
  mkdirSync(dirname(join(house, file)), { recursive: true });
  writeFileSync(join(house, file), content);
};

function violations(): string[] {
  const result = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs"),
      "--config",
      join(root, ".dependency-cruiser.cjs"),
      "--no-cache",
      "--output-type",
      "json",
      "domain",
      "db",
      "activities",
      "workflows",
      "api",
      "simulator",
    ],
    { cwd: house, encoding: "utf8", maxBuffer: 64e6 },
  );
  if (!result.stdout.startsWith("{")) throw new Error(`dependency-cruiser did not run: ${result.stderr}`);
  return (JSON.parse(result.stdout) as { summary: { violations: { from: string }[] } }).summary.violations.map(
    ({ from }) => from,
  );
}

beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(house, "node_modules"));
  for (const [file, content] of Object.entries(FILES)) put(file, content);
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

test("the matrix lets a tidy house through", () => {
  expect(violations()).toEqual([]);
});

test.each(BROKEN)("the matrix refuses %s", (_what, file, content) => {
  put(file, content);
  try {
    expect(violations()).toContain(file);
  } finally {
    rmSync(join(house, file));
  }
});
