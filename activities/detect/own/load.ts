import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { NO_CONTENT, type OwnContent, sigmaId } from "#detections/own/content.ts";
import { checkDropIn } from "#detections/own/drop-in.ts";
import { loadRules, type RefusedRule } from "#detections/sigma/load.ts";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import { readRuleFiles } from "./rule-files.ts";

const SETTINGS = "settings.json";
const settingsShape = z.strictObject({ verdicts: z.array(z.string().min(1).max(120)).max(1_000) });
const DETECTION = /^detection\.(ts|mjs|js)$/;

/**
 * What stands in the folder of own detections: Sigma rules, and folders with a `detection` and its `cases`. Throws one
 * sentence for a folder or settings that are wrong; whatever else is broken is refused by name and stops nothing.
 * Code found there runs with this process's rights.
 */
export async function loadOwnContent(
  folder: string | undefined,
  factsOf: (event: NormalizedEvent) => EventFacts,
): Promise<OwnContent> {
  if (folder === undefined) return NO_CONTENT;
  const { sigma, refused } = await loadOwnRules(folder);
  const dropIns: OwnContent["dropIns"][number][] = [];
  for (const found of await dropInFolders(folder)) {
    const checked = await loadDropIn(folder, found, factsOf);
    if ("refused" in checked)
      refused.push({ file: found.file, title: found.name, id: found.name, reason: checked.refused });
    else dropIns.push({ file: found.file, detection: checked.detection });
  }
  const verdicts = await readVerdicts(folder);
  const known = new Set([...sigma.flatMap((rule) => [rule.id, sigmaId(rule)]), ...dropIns.map((d) => d.detection.id)]);
  for (const id of verdicts)
    if (!known.has(id))
      refused.push({
        file: SETTINGS,
        title: "",
        id,
        reason: "It is to decide by itself, but no loaded detection is called so.",
      });
  return { sigma, dropIns, verdicts, refused };
}

/** Only the Sigma rules of the folder: text that is read, never code that is run. */
export async function loadOwnRules(folder: string): Promise<{ sigma: OwnContent["sigma"]; refused: RefusedRule[] }> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new Error(`PETRA_OWN_DETECTIONS names ${folder}, which is not a folder that can be read.`);
  const read = await readRuleFiles(folder);
  const { rules, refused } = loadRules(read.files);
  return { sigma: rules, refused: [...refused, ...read.refused.map((r) => ({ ...r, title: "", id: "" }))] };
}

export type DropInFolder = { name: string; file: string };

/** The folders right below that hold a detection of one's own, by name; nothing in them is run. */
export async function dropInFolders(folder: string): Promise<DropInFolder[]> {
  const out: DropInFolder[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const inside = await readdir(join(folder, entry.name)).catch((): string[] => []);
    const main = inside.filter((name) => DETECTION.test(name)).sort()[0];
    if (main) out.push({ name: entry.name, file: `${entry.name}/${main}` });
  }
  return out;
}

async function loadDropIn(
  folder: string,
  { name, file }: DropInFolder,
  factsOf: (event: NormalizedEvent) => EventFacts,
) {
  try {
    const root = await realpath(folder);
    const path = join(root, file);
    const cases = join(root, file.replace(/detection(\.\w+)$/, "cases$1"));
    for (const one of [path, cases]) {
      const found = await lstat(one).catch(() => undefined);
      if (!found?.isFile())
        return { refused: `${one === path ? "Its detection" : "Its file of cases"} is missing or no plain file.` };
    }
    const detection = (await import(pathToFileURL(path).href)) as { default?: unknown };
    const tested = (await import(pathToFileURL(cases).href)) as { cases?: unknown };
    return checkDropIn(name, { detection: detection.default, cases: tested.cases }, factsOf);
  } catch (error) {
    return {
      refused: `It cannot be loaded: ${error instanceof Error ? error.message.split("\n")[0]!.slice(0, 200) : "it threw something"}.`,
    };
  }
}

async function readVerdicts(folder: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(folder, SETTINGS), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`${SETTINGS} in the folder of own detections cannot be read.`);
  });
  if (text === undefined) return new Set();
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(`${SETTINGS} in the folder of own detections is not JSON.`);
  }
  const parsed = settingsShape.safeParse(given);
  if (!parsed.success)
    throw new Error(`${SETTINGS} in the folder of own detections must hold only "verdicts", a list of ids.`);
  return new Set(parsed.data.verdicts);
}
