import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSource, type Finding, pathsNamed } from "../lint/house-rules.ts";

const ROOT = join(import.meta.dirname, "..");
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
  ".ci",
];
const floors = FLOORS.filter((floor) => existsSync(join(ROOT, floor)));
const env = {
  ...process.env,
  PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
  NO_COLOR: "1",
  FORCE_COLOR: "0",
};

const isFix = process.argv[2] === "fix";

/** Files of the repository: tracked, or new and not ignored. */
function ownFiles(): string[] {
  const git = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64e6,
  });
  if (git.status !== 0) throw new Error("npm run check reads the list of files from git, and git failed here.");
  return git.stdout.split("\0").filter((file) => file && existsSync(join(ROOT, file)));
}

function houseRules(files: readonly string[]): Finding[] {
  const topLevel = new Set(files.map((file) => file.split("/")[0]!));
  const findings: Finding[] = [];
  for (const file of files) {
    if (/\.(ts|mjs|cjs|svelte)$/.test(file))
      findings.push(...checkSource(file, readFileSync(join(ROOT, file), "utf8")));
    if (/^(README|CONTRIBUTING|docs\/.*|.*\/(README|story))\.md$/.test(file))
      for (const { line, path, isLink } of pathsNamed(readFileSync(join(ROOT, file), "utf8"), topLevel)) {
        const there = [join(ROOT, path), ...(isLink ? [join(ROOT, file, "..", path)] : [])].some((place) =>
          existsSync(place),
        );
        if (!there) findings.push({ file, line, message: `names ${path}, which does not exist` });
      }
  }
  return findings;
}

type Step = { name: string; run: () => { ok: boolean; output: string } };

const tool = (name: string, command: string, args: readonly string[]): Step => ({
  name,
  run: () => {
    const result = spawnSync(command, args, { cwd: ROOT, env, encoding: "utf8", maxBuffer: 64e6 });
    return {
      ok: result.status === 0,
      output: `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`,
    };
  },
});

const svelteFiles = (files: readonly string[]) => files.filter((file) => file.endsWith(".svelte"));

function steps(files: readonly string[]): Step[] {
  const svelte = svelteFiles(files);
  const web = existsSync(join(ROOT, "web/tsconfig.json"));
  const formatSvelte =
    svelte.length > 0 ? [tool("format of .svelte", "prettier", [isFix ? "--write" : "--check", ...svelte])] : [];
  if (isFix) return [tool("format and lint", "biome", ["check", "--write", "."]), ...formatSvelte];
  return [
    tool("format and lint", "biome", ["check", "--diagnostic-level=warn", "."]),
    ...formatSvelte,
    tool("promises", "oxlint", ["--type-aware", "--deny-warnings", ...floors]),
    tool("types", "tsc", ["--noEmit", "-p", "tsconfig.json"]),
    ...(web
      ? [
          tool("types of the portal", "svelte-check", [
            "--workspace",
            "web",
            "--tsconfig",
            "./tsconfig.json",
            "--fail-on-warnings",
            "--output",
            "human",
          ]),
        ]
      : []),
    tool("who imports whom", "depcruise", [
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "err",
      ...floors.filter((floor) => floor !== ".ci"),
    ]),
    tool("dead code", "knip", ["--no-progress"]),
    {
      name: "house rules",
      run: () => {
        const findings = houseRules(files);
        return {
          ok: findings.length === 0,
          output: findings.map(({ file, line, message }) => `${file}:${line} ${message}`).join("\n"),
        };
      },
    },
  ];
}

let failed = 0;
for (const step of steps(ownFiles())) {
  const started = Date.now();
  const { ok, output } = step.run();
  console.log(`${ok ? "ok  " : "FAIL"} ${step.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) {
    failed++;
    console.log(output.trim().replace(/^/gm, "     "));
  }
}
if (failed > 0) {
  console.log(`${failed} of the checks failed.${isFix ? "" : " npm run fix repairs format and simple lint."}`);
  process.exitCode = 1;
}
