import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KINDS } from "./attacks/plan.ts";
import type { Account, Population, PopulationCompany, Source } from "./contract.ts";

const FILES: Record<Source, string> = {
  ual: "unified-audit-log.ndjson",
  signin: "sign-ins.ndjson",
  "directory-audit": "directory-audits.ndjson",
};
const COLUMNS = "episode verdict techniques signal first_utc last_utc records actors ips why record_ids".split(" ");
const GUESSING: Record<string, string> = { spray: "T1110.003", "slow-spray": "T1110.003", "brute-force": "T1110.001" };
const REFUSED: Record<string, string> = { "mfa-refused": "T1621", "kit-stopped": "T1557" };

/** What LABELS.tsv says of a record besides its id. */
interface Seen {
  first: string;
  last: string;
  ips: Set<string>;
}

/**
 * One folder per company under `dir`, named by its domain: the raw records, one JSON object a line, in the order in
 * which Microsoft shows them, and LABELS.tsv. `truth.json` beside the folders holds all that is true.
 */
export async function writeFolder(population: Population, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const company of population.companies) {
    const folder = join(dir, company.domain);
    await mkdir(folder, { recursive: true });
    const seen = await writeLogs(population, company, folder);
    await writeFile(join(folder, "LABELS.tsv"), labels(population, company, seen));
  }
  const { seed, startAt, endAt, companies, truth } = population;
  await writeFile(join(dir, "truth.json"), `${JSON.stringify({ seed, startAt, endAt, companies, truth }, null, 1)}\n`);
}

async function writeLogs(
  population: Population,
  company: PopulationCompany,
  folder: string,
): Promise<Map<string, Seen>> {
  const wanted = labelled(population, company.tenantId);
  const seen = new Map<string, Seen>();
  const open = new Map<Source, WriteStream>();
  for (const { source, record } of population.records(company.tenantId)) {
    const id = String(record.Id ?? record.id);
    if (wanted.has(id)) note(seen, id, record);
    const out = open.get(source) ?? createWriteStream(join(folder, FILES[source]));
    open.set(source, out);
    if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, "drain");
  }
  for (const out of open.values()) {
    out.end();
    await once(out, "finish");
  }
  return seen;
}

function labelled(population: Population, tenantId: string): Set<string> {
  const { attacks, innocents, failed } = population.truth;
  return new Set(
    [...attacks, ...innocents, ...failed].filter((e) => e.tenantId === tenantId).flatMap((e) => e.recordIds),
  );
}

function note(seen: Map<string, Seen>, id: string, record: Record<string, unknown>): void {
  const time = String(record.CreationTime ?? record.createdDateTime ?? record.activityDateTime).slice(0, 19);
  const ip = record.ClientIP ?? record.ClientIPAddress ?? record.ipAddress;
  const known = seen.get(id) ?? { first: time, last: time, ips: new Set<string>() };
  if (time < known.first) known.first = time;
  if (time > known.last) known.last = time;
  if (typeof ip === "string" && ip !== "") known.ips.add(ip.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1"));
  seen.set(id, known);
}

function labels(population: Population, company: PopulationCompany, seen: Map<string, Seen>): string {
  const lines = [COLUMNS.join("\t")];
  const here = <T extends { tenantId: string }>(list: T[]): T[] => list.filter((e) => e.tenantId === company.tenantId);
  const add = (
    episode: string,
    verdict: string,
    techniques: string,
    signal: string,
    who: Account[],
    why: string,
    ids: string[],
  ): void => {
    const known = ids.flatMap((id) => seen.get(id) ?? []);
    const first = known.reduce((a, s) => (a === "" || s.first < a ? s.first : a), "");
    const last = known.reduce((a, s) => (s.last > a ? s.last : a), "");
    const ips = [...new Set(known.flatMap((s) => [...s.ips]))].slice(0, 20).join(",");
    lines.push(
      [
        episode,
        verdict,
        techniques,
        signal,
        first,
        last,
        ids.length,
        who.map((a) => a.upn).join(","),
        ips,
        why,
        ids.join(" "),
      ].join("\t"),
    );
  };
  for (const a of here(population.truth.attacks)) {
    const techniques = KINDS.find((k) => k.kind === a.kind)?.techniques ?? "";
    add(a.id, "attack", techniques, a.kind, a.victims, `goal at ${a.goalAt}: ${a.goalStep}`, a.recordIds);
  }
  for (const f of here(population.truth.failed))
    add(
      f.id,
      GUESSING[f.kind] ? "attack" : "suspicious",
      GUESSING[f.kind] ?? REFUSED[f.kind] ?? "",
      f.kind,
      f.targets,
      "ended without success",
      f.recordIds,
    );
  const traps = here(population.truth.innocents).filter((i) => i.kind !== "clean-up-after-attack");
  for (const [n, i] of traps.entries())
    add(`I${String(n + 1).padStart(3, "0")}`, "benign_trap", "", i.kind, i.accounts, "honest work", i.recordIds);
  return `${lines.join("\n")}\n`;
}
