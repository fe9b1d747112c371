import { readFile, stat, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { loadOwnContent } from "#activities/detect/own/load.ts";
import { factsOf, factsWithFeed } from "#activities/enrich/index.ts";
import { analyze } from "#detections/engine.ts";
import { type OwnContent, ownRules } from "#detections/own/content.ts";
import { show } from "#domain/event/show.ts";
import { analyzeReportSchema } from "#domain/incident/analyze-report.schema.ts";
import { readFolder } from "./analyze-folder.ts";
import { reportOf, tableOf } from "./analyze-report.ts";
import { ownFolder } from "./own-folder.ts";

const USAGE = `Usage: npm run analyze -- FOLDER [--json OUT] [--networks FEED.csv] [--own-domains a.com,b.com] [--own-detections DIR]

Reads Microsoft 365 and Entra logs below FOLDER and prints the incidents found in them. Nothing leaves this machine.
Own detections come from DIR, or else from the folder in PETRA_OWN_DETECTIONS.`;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Own content, its refusals told; undefined where the folder is wrong, which is told as well. */
async function ownContent(folder: string | undefined, facts: typeof factsOf): Promise<OwnContent | undefined> {
  try {
    const content = await loadOwnContent(folder ?? ownFolder(), facts);
    const loaded = content.sigma.length + content.dropIns.length;
    if (loaded + content.refused.length > 0)
      say(`${loaded} own detections loaded, ${content.refused.length} refused (npm run detections -- list says why).`);
    return content;
  } catch (error) {
    say(error instanceof Error ? show(error.message, 300) : "The folder of own detections cannot be read.");
    return undefined;
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "string" },
      networks: { type: "string" },
      "own-domains": { type: "string" },
      "own-detections": { type: "string" },
      help: { type: "boolean" },
    },
  });
  const folder = positionals[0];
  if (values.help || folder === undefined || positionals.length > 1) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const is = await stat(folder).catch(() => undefined);
  if (!is?.isDirectory()) {
    say(`${show(folder)} is not a folder.`);
    return 2;
  }
  const facts = values.networks ? factsWithFeed(await readFile(values.networks, "utf8")) : factsOf;
  const content = await ownContent(values["own-detections"], facts);
  if (!content) return 2;
  const logs = await readFolder(
    folder,
    (file, records) => say(`${show(file, 120)}: ${records} records`),
    ownRules(content),
  );
  say(`${logs.events.length} distinct records; judging …`);
  const asOf = logs.events.reduce(
    (latest, e) => (e.occurredAt > latest ? e.occurredAt : latest),
    "1970-01-01T00:00:00.000Z",
  );
  const ownDomains = values["own-domains"]?.split(",").map((d) => d.trim().toLowerCase());
  const input = { events: logs.events, factsOf: facts, asOf, ...(ownDomains ? { ownDomains } : {}) };
  const analysis = analyze(input, content, (id) => say(`Own detection ${show(id, 80)} failed and was left out.`));
  const report = reportOf(logs, analysis, asOf);
  process.stdout.write(tableOf(report, analysis));
  if (values.json) {
    const checked = analyzeReportSchema.parse(report);
    try {
      await writeFile(values.json, `${JSON.stringify(checked, null, 1)}\n`, { flag: "wx" });
    } catch (error) {
      say(
        error instanceof Error && "code" in error && error.code === "EEXIST"
          ? `${show(values.json)} is there already; nothing is overwritten.`
          : `${show(values.json)} cannot be written.`,
      );
      return 1;
    }
  }
  return 0;
}

process.exitCode = await main();
