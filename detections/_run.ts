import { readFileSync } from "node:fs";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze } from "./engine.ts";

const inv = JSON.parse(readFileSync("/tmp/d/inv.json", "utf8"));
const events = inv.map((r: unknown) => normalizeRecord(r)).flatMap((n: any) => (n.kind === "event" ? [n.event] : []));
const t0 = performance.now();
const a = analyze({ events, factsOf, asOf: "2021-06-14T00:00:00Z" });
console.log("ms", performance.now() - t0);
const lab: any[] = readFileSync("/work/shared/datasets/public/invictus_o365_dataset/LABELS.tsv", "utf8")
  .split("\n")
  .slice(1)
  .filter(Boolean)
  .map((l) => {
    const f = l.split("\t");
    return { ep: f[0], verdict: f[1], ids: f[10]!.split(" "), tech: f[2] };
  });
const of = new Map<string, string[]>();
for (const l of lab) for (const i of l.ids) of.set(i, [...(of.get(i) ?? []), l.ep]);
for (const i of a.incidents) {
  console.log(
    `\n## ${i.account.upn} ${i.kind} ${i.severity} ${i.confidence} | ${i.headline}\n   ${i.firstAttackerActivity} .. ${i.lastAttackerActivity} det ${i.detectableAt} key ${i.key} ips ${i.attacker.ips}`,
  );
  for (const s of i.signals)
    console.log(
      `   ${s.weight} ${s.detection} ${s.at.slice(0, 16)} n=${s.recordIds.length} [${[...new Set(s.recordIds.flatMap((r) => of.get(r) ?? ["-"]))]}] ${s.reason.slice(0, 110)}`,
    );
}
for (const f of a.failedAttacks) console.log("FAILED", f.kind, f.sourceIps, f.accounts.length, f.from, f.attempts);
console.log("notable", a.notable.length);
for (const n of a.notable)
  console.log("  ", n.account.upn.split("@")[0], n.kind, n.at.slice(0, 16), n.why.slice(0, 120));
for (const l of lab) {
  const need = Math.min(3, l.ids.length / 3);
  const best = Math.max(
    0,
    ...a.incidents
      .filter((i) => i.severity !== "low")
      .map((i) => {
        const s = new Set(i.signals.flatMap((x) => x.recordIds));
        return l.ids.filter((x: string) => s.has(x)).length;
      }),
    ...(l.tech.split(";").every((t: string) => t.startsWith("T1110"))
      ? a.failedAttacks.map((f) => l.ids.filter((x: string) => f.recordIds.includes(x)).length)
      : []),
  );
  console.log(l.ep, l.verdict, best, "/", l.ids.length, best >= need ? "HIT" : "");
}
const cited = [...new Set([...a.incidents.flatMap((i) => i.recordIds)])];
console.log("cited", cited.length, "labelled", cited.filter((c) => of.has(c)).length);
