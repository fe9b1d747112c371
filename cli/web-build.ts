import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Names the portal's sources: two equal ids build the same portal. */
export function sourceId(root: string): string {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const add = (path: string) => {
    hash.update(relative(root, path)).update(readFileSync(path));
  };
  for (const folder of ["web/src", "web/static", "domain"])
    if (existsSync(join(root, folder)))
      for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).sort((a, b) =>
        join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
      ))
        if (entry.isFile() && !entry.name.endsWith(".test.ts")) add(join(entry.parentPath, entry.name));
  add(join(root, "web/vite.config.ts"));
  return hash.digest("hex");
}

/** Builds the portal when its sources changed since the last build; says whether it did. */
export async function buildWeb(root: string, logFile: string): Promise<"built" | "fresh"> {
  const stamp = join(root, "web/build/.petra-sources");
  const id = sourceId(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === id && existsSync(join(root, "web/build/handler.js")))
    return "fresh";
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "web"], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/", NODE_ENV: "production" },
    stdio: ["ignore", log, log],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0)
    throw new Error(
      `Building the portal failed (log: ${logFile}):\n${readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-8).join("\n")}`,
    );
  // The fonts are written into web/src by the build itself, so the sources are named again.
  writeFileSync(stamp, sourceId(root));
  return "built";
}
