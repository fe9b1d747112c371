import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { verifySignature } from "#db/signing.ts";
import { show } from "#domain/event/show.ts";
import { type Known, type Verdict, verifyEvidence } from "#domain/evidence/verify.ts";

const USAGE = `Usage: npm run verify-evidence -- FILE [--key KEY_ID] [--head POSITION:HASH]

Checks an evidence file that Petra exported. Needs no database and no network.
  --key    the key id of your installation (GET /api/evidence/key): tells a file that was rewritten and signed anew
  --head   a head of the audit that you kept (GET /api/evidence/heads): tells an audit that was rebuilt later

Exit code 0: whole. 1: not whole, with what and where. 2: the file or the options cannot be read.`;

const FAULTS_SHOWN = 50;

function knownOf(key: string | undefined, head: string | undefined): Known | undefined {
  const parts = head === undefined ? undefined : /^(\d{1,15}):([0-9a-f]{64})$/.exec(head);
  if (head !== undefined && !parts) return undefined;
  if (key !== undefined && !/^[0-9a-f]{16}$/.test(key)) return undefined;
  return {
    ...(key === undefined ? {} : { keyId: key }),
    ...(parts ? { head: { position: Number(parts[1]), hash: parts[2] ?? "" } } : {}),
  };
}

function summaryOf({ lines }: Verdict): string {
  const count = (type: string) => lines.filter((line) => line.type === type).length;
  const { incident, tenantName, exportedAt } = lines[0]?.body ?? {};
  return [
    `Incident ${show(String(incident), 20)} of ${show(String(tenantName), 80)}, exported ${show(String(exportedAt), 40)}`,
    `${count("record")} records, ${count("signal")} signals, ${count("action")} actions, ${count("audit")} rows of the audit`,
  ].join("\n");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: "string" }, head: { type: "string" }, help: { type: "boolean" } },
  });
  const [file] = positionals;
  const known = knownOf(values.key, values.head);
  if (values.help || file === undefined || positionals.length > 1 || !known) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes) {
    console.error(`${show(file, 200)} cannot be read.`);
    return 2;
  }
  const verdict = verifyEvidence(bytes, verifySignature, known);
  if (verdict.faults.length === 0) {
    console.log(`Whole: every byte is as it was sealed.\n${summaryOf(verdict)}`);
    for (const note of verdict.notes) console.log(note);
    return 0;
  }
  console.log("NOT whole:");
  for (const { what } of verdict.faults.slice(0, FAULTS_SHOWN)) console.log(`- ${show(what, 400)}`);
  const more = verdict.faults.length - FAULTS_SHOWN;
  if (more > 0) console.log(`- and ${more} more`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : "The file could not be checked.");
  process.exitCode = 2;
}
