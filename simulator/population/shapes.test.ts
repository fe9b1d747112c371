import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SchemaCheck } from "../testing/schema.ts";
import type { Source } from "./contract.ts";
import { population } from "./population.ts";

const folder = join(process.env.PETRA_SHARED ?? join(import.meta.dirname, "../../../shared"), "reference");
const present = existsSync(join(folder, "msgraph-subset.openapi.json"));
if (!present)
  console.warn(`SKIPPED: the Graph schema is not at ${folder}; the population's records are not compared with it.`);

describe.skipIf(!present)("records of the population pass the official Graph schema", () => {
  const p = population({ seed: "shapes", people: 60, days: 28, attacks: 30, volume: 0.3 });
  const load = (name: string): SchemaCheck => new SchemaCheck(JSON.parse(readFileSync(join(folder, name), "utf8")));
  const of = (source: Source): object[] =>
    p.companies.flatMap((c) => [...p.records(c.tenantId)].flatMap((r) => (r.source === source ? [r.record] : [])));

  it("as sign-ins of the beta", () => {
    const value = of("signin");
    expect(value.length).toBeGreaterThan(1000);
    const problems = load("msgraph-beta-signins.openapi.json").problems("GET", "/auditLogs/signIns", 200, { value });
    expect(problems.slice(0, 10)).toEqual([]);
  });

  it("as directory audits", () => {
    const value = of("directory-audit");
    expect(value.length).toBeGreaterThan(100);
    const problems = load("msgraph-subset.openapi.json").problems("GET", "/auditLogs/directoryAudits", 200, { value });
    expect(problems.slice(0, 10)).toEqual([]);
  });
});
