import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const HERE = import.meta.dirname;
const BUILT = join(HERE, "build/handler.js");

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Builds the portal before the tests that open it, when its sources are newer than the build. */
export default function setup(): void {
  const sources = Math.max(newest(join(HERE, "src")), statSync(join(HERE, "vite.config.ts")).mtimeMs);
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > sources) return;
  const root = join(HERE, "..");
  execFileSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "web"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production" },
    stdio: "pipe",
  });
}
