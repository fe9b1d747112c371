import { lstat, opendir, readFile, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { MAX_RULE_CHARS } from "#detections/sigma/yaml.ts";

const MAX_FILES = 10_000;
const MAX_DEPTH = 8;

export type RuleFile = { file: string; path: string; text: string };
export type RefusedFile = { file: string; reason: string };

/**
 * The `.yml` and `.yaml` files below a folder in name order, by their path in it. Links are not followed; what is no
 * plain file, too big or not readable is refused by name.
 */
export async function readRuleFiles(folder: string): Promise<{ files: RuleFile[]; refused: RefusedFile[] }> {
  const root = await realpath(folder);
  const out = { files: [] as RuleFile[], refused: [] as RefusedFile[] };
  await walk(root, root, 1, out);
  return out;
}

async function walk(
  root: string,
  folder: string,
  depth: number,
  out: { files: RuleFile[]; refused: RefusedFile[] },
): Promise<void> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder)) names.push(entry.name);
  } catch {
    out.refused.push({ file: relative(root, folder) || ".", reason: "The folder cannot be read." });
    return;
  }
  for (const name of names.sort()) {
    const path = join(folder, name);
    const file = relative(root, path).split(sep).join("/");
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isDirectory()) {
      if (name === "node_modules" || name.startsWith(".")) continue;
      if (depth >= MAX_DEPTH) out.refused.push({ file, reason: `Folders are nested deeper than ${MAX_DEPTH}.` });
      else await walk(root, path, depth + 1, out);
      continue;
    }
    if (!/\.ya?ml$/i.test(name)) continue;
    const reason = !stat
      ? "The file cannot be read."
      : stat.isSymbolicLink()
        ? "It is a link; links are not followed."
        : !stat.isFile()
          ? "It is no plain file."
          : stat.size > MAX_RULE_CHARS * 4
            ? `The file is longer than ${MAX_RULE_CHARS / 1024} kB.`
            : out.files.length >= MAX_FILES
              ? `More than ${MAX_FILES} files; the rest is not read.`
              : undefined;
    if (reason) {
      out.refused.push({ file, reason });
      continue;
    }
    try {
      out.files.push({ file, path, text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)) });
    } catch {
      out.refused.push({ file, reason: "The file is not UTF-8 text." });
    }
  }
}
