import { cp, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { loadOwnContent } from "#activities/detect/own/load.ts";
import { type RuleFile, readRuleFiles } from "#activities/detect/own/rule-files.ts";
import { factsOf } from "#activities/enrich/index.ts";
import { type OwnContent, sigmaId } from "#detections/own/content.ts";
import { type Loaded, loadRules } from "#detections/sigma/load.ts";
import { show } from "#domain/event/show.ts";
import { ownFolder } from "./own-folder.ts";

const USAGE = `Usage: npm run detections -- import-sigma DIR [--to FOLDER]
       npm run detections -- list [FOLDER]

import-sigma reads the Sigma rules below DIR and prints which load, which do not, and why. With --to the files of those
that load are copied into FOLDER, the folder of your own detections; nothing there is overwritten.
list prints what loads from FOLDER, or else from the folder in PETRA_OWN_DETECTIONS: Sigma rules, and detections of your
own with their cases. It runs their code.`;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const cell = (text: string, width: number): string => {
  const short = show(text.replace(/\s+/g, " "), width);
  return short.padEnd(width);
};

/** One line a rule: what became of it, its level and title, its file, and the reason where it was refused. */
function tableOf(loaded: Loaded): string {
  const lines = [
    ...loaded.rules.map((rule) => ({
      file: rule.file,
      line: `loaded   ${cell(rule.level, 8)}  ${cell(rule.title, 62)}  ${show(rule.file, 90)}`,
    })),
    ...loaded.refused.map((rule) => ({
      file: rule.file,
      line: `refused  ${cell("", 8)}  ${cell(rule.title || "(no title)", 62)}  ${show(rule.file, 90)}\n           ${show(rule.reason, 240)}`,
    })),
  ];
  const sorted = lines.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)).map((entry) => entry.line);
  return `${sorted.join("\n")}\n\n${loaded.rules.length} loaded, ${loaded.refused.length} refused.\n`;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Copies the files of which at least one rule loads; answers how many, and how many were there already. */
async function copyLoaded(
  loaded: Loaded,
  files: readonly RuleFile[],
  to: string,
): Promise<{ copied: number; there: number }> {
  const wanted = new Set(loaded.rules.map((rule) => rule.file));
  const out = { copied: 0, there: 0 };
  for (const { file, path } of files) {
    if (!wanted.has(file)) continue;
    const target = join(to, file);
    if (await stat(target).catch(() => undefined)) {
      out.there += 1;
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    await cp(path, target, { errorOnExist: true, force: false });
    out.copied += 1;
  }
  return out;
}

async function importSigma(folder: string, to: string | undefined): Promise<number> {
  if (!(await isFolder(folder))) {
    say(`${show(folder)} is not a folder.`);
    return 2;
  }
  const read = await readRuleFiles(folder);
  const loaded = loadRules(read.files);
  for (const { file, reason } of read.refused) loaded.refused.push({ file, title: "", id: "", reason });
  process.stdout.write(tableOf(loaded));
  if (to !== undefined) {
    await mkdir(to, { recursive: true });
    const { copied, there } = await copyLoaded(loaded, read.files, to);
    say(
      `${copied} files copied to ${show(to)}${there > 0 ? `; ${there} were there already and were left alone` : ""}.`,
    );
  }
  return 0;
}

async function list(folder: string | undefined): Promise<number> {
  if (folder === undefined) {
    say("Name a folder, or set PETRA_OWN_DETECTIONS.");
    return 2;
  }
  let content: OwnContent;
  try {
    content = await loadOwnContent(folder, factsOf);
  } catch (error) {
    say(error instanceof Error ? show(error.message, 300) : "The folder cannot be read.");
    return 2;
  }
  const says = (...ids: string[]): string => (ids.some((id) => content.verdicts.has(id)) ? "verdict" : "signal");
  const rows = [
    ...content.dropIns.map((d) => [
      d.detection.severity,
      says(d.detection.id),
      d.detection.id,
      d.detection.title,
      d.file,
    ]),
    ...content.sigma.map((rule) => [rule.level, says(rule.id, sigmaId(rule)), sigmaId(rule), rule.title, rule.file]),
  ];
  for (const [level = "", kind = "", id = "", title = "", file = ""] of rows)
    process.stdout.write(
      `${cell(level, 8)}  ${cell(kind, 7)}  ${cell(id, 42)}  ${cell(title, 62)}  ${show(file, 90)}\n`,
    );
  for (const { file, reason } of content.refused)
    process.stdout.write(`refused   ${show(file, 90)}\n            ${show(reason, 240)}\n`);
  process.stdout.write(`\n${rows.length} loaded, ${content.refused.length} refused.\n`);
  return content.refused.length > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { to: { type: "string" }, help: { type: "boolean" } },
  });
  const [command, folder, ...rest] = positionals;
  if (!values.help && command === "import-sigma" && folder !== undefined && rest.length === 0)
    return importSigma(folder, values.to);
  if (!values.help && command === "list" && rest.length === 0) return list(folder ?? ownFolder());
  say(USAGE);
  return values.help ? 0 : 2;
}

process.exitCode = await main();
