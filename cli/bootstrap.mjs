// Runs on the system's own Node (20 or later), before anything is installed: no dependencies, no TypeScript.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const stamp = join(modules, ".petra-lock");
const say = (line) => process.stderr.write(`${line}\n`);
const fail = (line) => {
  say(line);
  process.exit(1);
};

const [name, ...args] = process.argv.slice(2);
const [command, ...variant] = (name ?? "").split(":");

function checkPlatform() {
  if (Number(process.versions.node.split(".")[0]) < 20)
    fail(`Petra needs Node 20 or later to begin; this is ${process.version}.`);
  if (process.platform === "win32")
    fail("Petra runs on Windows inside WSL2 only: open a WSL2 shell and run the same command there.");
  if (process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime)
    fail("Petra needs a Linux with glibc (Debian, Ubuntu, Fedora and the like); this one has another C library.");
  if (process.platform === "linux" && process.arch === "x64") return;
  if (Number(process.versions.node.split(".")[0]) < 24)
    fail(`On ${process.platform} ${process.arch} (untested) Petra needs your own Node 24; this is ${process.version}.`);
  say(`Note: ${process.platform} ${process.arch} is untested.`);
}

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

function run(program, programArgs, what) {
  const result = spawnSync(program, programArgs, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.error) fail(`${what} failed: ${program} cannot be started (${result.error.code}).`);
  if (result.status !== 0) fail(`${what} failed (exit ${result.status ?? result.signal}); the lines above say why.`);
}

function install() {
  const wanted = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const started = Date.now();
  say("Installing packages (about a minute) ...");
  rmSync(stamp, { force: true });
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], "Installing packages");
  writeFileSync(stamp, wanted);
  say(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function syncWeb() {
  if (!existsSync(join(root, "web", "vite.config.ts"))) return;
  if (!["check", "test"].includes(command) && existsSync(join(root, "web", "node_modules", "$app"))) return;
  const kit = join(modules, "@sveltejs", "kit", "svelte-kit.js");
  const result = spawnSync(node(), [kit, "sync", "--config", "web/vite.config.ts"], { cwd: root, encoding: "utf8" });
  if (result.status !== 0)
    say(`Types of the portal's routes could not be made: ${(result.stderr || result.stdout || "").trim()}`);
}

// A regular package brings Node 24 for Linux; elsewhere the person's own was checked above.
function node() {
  const own = join(modules, ".bin", "node");
  return process.platform === "linux" && existsSync(own) ? own : process.execPath;
}

checkPlatform();
if (!command || !existsSync(join(root, "cli", `${command}.ts`)))
  fail(`There is no command "${name ?? ""}"; see "scripts" in package.json.`);
install();
if (!["analyze", "detections", "evaluate", "requirements", "verify-evidence"].includes(command)) syncWeb();

// A session of its own would lose the terminal; the signals reach both, and the child decides when to end.
const child = spawn(node(), [join(root, "cli", `${command}.ts`), ...variant, ...args], {
  stdio: "inherit",
  env: { NODE_COMPILE_CACHE: join(root, ".cache", "compiled"), ...process.env },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`Node 24 cannot be started: ${error.message}`));
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
