import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isSameProcess, markProcess, type ProcessMark } from "./process-id.ts";

/** One line of progress for a person. */
export type Progress = (line: string) => void;

/** The three programs of our own build. */
export type TemporalBinaries = { server: string; sqlTool: string; ui: string };

const MODULE = join(import.meta.dirname, "../../temporal/server");
const PROGRAMS = [
  ["temporal-server", "go.temporal.io/server/cmd/server"],
  ["temporal-sql-tool", "go.temporal.io/server/cmd/tools/sql"],
  ["temporal-ui", "github.com/temporalio/ui-server/v2/cmd/server"],
] as const;

/** Names the build: other sources, other folder. */
export function buildId(module = MODULE): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  return hash.digest("hex").slice(0, 16);
}

/** The user's cache folder for Temporal builds. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "petra", "temporal");

const inFolder = (folder: string): TemporalBinaries => ({
  server: join(folder, "temporal-server"),
  sqlTool: join(folder, "temporal-sql-tool"),
  ui: join(folder, "temporal-ui"),
});

/** The cached build of exactly our module's versions, if there is one. */
export function cachedBinaries(): TemporalBinaries | undefined {
  const binaries = inFolder(join(cacheFolder(), buildId()));
  return Object.values(binaries).every((file) => existsSync(file)) ? binaries : undefined;
}

/** Go's answer to "can it build our module": its version, or why not, in words. */
export function goVerdict(version: string | undefined, toolchain: string): { ok: true } | { ok: false; why: string } {
  const [, major, minor, patch] = version?.match(/go(\d+)\.(\d+)(?:\.(\d+))?/) ?? [];
  if (major === undefined) return { ok: false, why: "Go is not installed" };
  const number = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch ?? 0);
  if (number >= 1_026_008) return { ok: true };
  if (number >= 1_021_000 && toolchain !== "local") return { ok: true };
  return { ok: false, why: `Go ${major}.${minor}${patch ? `.${patch}` : ""} is too old` };
}

/** Whether the Go on PATH can build the server. */
export function canBuild(): { ok: true } | { ok: false; why: string } {
  const result = spawnSync("go", ["env", "GOVERSION", "GOTOOLCHAIN"], {
    encoding: "utf8",
    cwd: "/",
    env: goEnvironment(),
  });
  const [version, toolchain] = result.status === 0 ? result.stdout.split("\n") : [];
  return goVerdict(version, toolchain ?? "");
}

function goEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([key]) =>
    /^(GO[A-Z0-9]*|PATH|HOME|TMPDIR|XDG_CACHE_HOME|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy)$/i.test(key),
  );
  return { ...Object.fromEntries(passed), CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" };
}

function runGo(args: readonly string[], onLine: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const go = spawn("go", args, { cwd: MODULE, env: goEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    const end = () => go.kill();
    process.once("exit", end);
    let output = "";
    let errors = "";
    go.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    go.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-4000);
      for (const line of text.split("\n")) if (line) onLine(line);
    });
    go.once("error", reject);
    go.once("close", (code, signal) => {
      process.off("exit", end);
      if (code === 0) return resolve(output);
      const why = errors.trim().split("\n").slice(-8).join("\n");
      reject(new Error(`Building Temporal failed (go ${args[0]}, ${signal ?? `exit ${code}`}):\n${why}`));
    });
  });
}

async function holdLock(lock: string, progress: Progress, isDone: () => boolean): Promise<boolean> {
  const own = JSON.stringify(markProcess(process.pid));
  for (let told = false; ; ) {
    if (isDone()) return false;
    try {
      writeFileSync(lock, own, { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readLock(lock);
    if (holder && !isSameProcess(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) progress("Another process is building Temporal; waiting for it.");
    told = true;
    await sleep(500);
  }
}

function readLock(lock: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8")) as ProcessMark;
  } catch {
    return undefined;
  }
}

/**
 * Builds server, schema tool and UI from the pinned module into the user's cache (about six minutes on two cores the first
 * time, 2.2 GB of memory for the linker). Two processes never build at once; a broken build leaves nothing behind.
 */
export async function buildBinaries(progress: Progress): Promise<TemporalBinaries> {
  const folder = join(cacheFolder(), buildId());
  mkdirSync(dirname(folder), { recursive: true });
  const lock = `${folder}.lock`;
  if (!(await holdLock(lock, progress, () => cachedBinaries() !== undefined))) return inFolder(folder);
  for (const name of readdirSync(dirname(folder)))
    if (name.startsWith(`${buildId()}.building-`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  const temporary = mkdtempSync(`${folder}.building-`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let compiled = 0;
  let total = 0;
  const ticker = setInterval(() => {
    progress(
      total === 0
        ? `Temporal: fetching sources, ${seconds()} s`
        : `Temporal: building, ${compiled} packages of at most ${total}, ${seconds()} s`,
    );
  }, 10_000);
  try {
    progress("Building the Temporal server from its pinned sources (first time only, about six minutes on two cores).");
    const packages = await runGo(["list", "-deps", ...PROGRAMS.map(([, source]) => source)], () => {});
    total = packages.trim().split("\n").length;
    for (const [name, source] of PROGRAMS)
      await runGo(["build", "-v", "-trimpath", "-ldflags", "-s -w", "-o", join(temporary, name), source], () => {
        compiled++;
      });
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    progress(`Temporal built in ${seconds()} s.`);
    return inFolder(folder);
  } finally {
    clearInterval(ticker);
    rmSync(temporary, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

/** A `temporal` of at least 1.9 on PATH, whose dev server can stand in for our build. */
export function temporalOnPath(): string | undefined {
  const result = spawnSync("temporal", ["--version"], { encoding: "utf8", cwd: "/" });
  return result.status === 0 && isRecentCli(result.stdout) ? "temporal" : undefined;
}

/** Reads `temporal --version`; true from 1.9 on. */
export function isRecentCli(text: string): boolean {
  const [, major, minor] = text.match(/version v?(\d+)\.(\d+)/) ?? [];
  return major !== undefined && Number(major) * 1000 + Number(minor) >= 1009;
}

/** What to do when there is neither a server, nor a CLI, nor Go. */
export const installHint = (why: string): string =>
  `No Temporal server: ${why}. Install Go 1.26.8 or later (${
    process.platform === "darwin"
      ? "brew install go"
      : "curl -fsSL https://go.dev/dl/go1.26.8.linux-amd64.tar.gz | sudo tar -C /usr/local -xz && export PATH=$PATH:/usr/local/go/bin"
  }), or put a temporal CLI 1.9 or later on PATH, or set TEMPORAL_ADDRESS, or run again with --download.`;
