import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../clock.ts";
import type { Json } from "../state/types.ts";
import type { Population, PopulationRecord } from "./contract.ts";
import { population } from "./population.ts";
import { writeFolder } from "./write-folder.ts";

const OPTIONS = { seed: "tests", people: 120, days: 35, attacks: 45, volume: 0.5 };
const everything = (p: Population): Map<string, PopulationRecord[]> =>
  new Map(p.companies.map((c) => [c.tenantId, [...p.records(c.tenantId)]]));
const idOf = ({ record }: PopulationRecord): string => String(record.Id ?? record.id);
const timeOf = ({ record }: PopulationRecord): number => {
  const text = String(record.CreationTime ?? record.createdDateTime ?? record.activityDateTime);
  return Date.parse(text.endsWith("Z") ? text : `${text}Z`);
};
const fingerprint = (p: Population): string => {
  const hash = createHash("sha256").update(JSON.stringify([p.companies, p.truth]));
  for (const c of p.companies) for (const r of p.records(c.tenantId)) hash.update(JSON.stringify(r));
  return hash.digest("hex");
};

describe("a population", () => {
  let p: Population;
  let records: Map<string, PopulationRecord[]>;
  let all: PopulationRecord[];
  beforeAll(() => {
    p = population(OPTIONS);
    records = everything(p);
    all = [...records.values()].flat();
  });

  it("is the same to the byte for the same seed, another for another, and the same when it is read again", () => {
    const small = { people: 30, days: 21, attacks: 8, volume: 0.3 };
    const first = population({ ...small, seed: "a" });
    const once = fingerprint(first);
    expect(fingerprint(first)).toBe(once);
    expect(fingerprint(population({ ...small, seed: "a" }))).toBe(once);
    expect(fingerprint(population({ ...small, seed: "b" }))).not.toBe(once);
  });

  it("comes in the order in which Microsoft shows the records, none before it happened", () => {
    for (const list of records.values()) {
      let last = "";
      const wrong = list.filter((r) => {
        const ordered = r.availableAt >= last;
        last = r.availableAt;
        return !ordered || Date.parse(r.availableAt) <= timeOf(r);
      });
      expect(wrong).toEqual([]);
    }
  });

  it("names every record once in each source, and one sign-in alike in both logs", () => {
    for (const list of records.values()) {
      const ual = new Map(list.filter((r) => r.source === "ual").map((r) => [idOf(r), r.record]));
      expect(ual.size).toBe(list.filter((r) => r.source === "ual").length);
      const graph = list.filter((r) => r.source !== "ual");
      expect(new Set(graph.map(idOf)).size).toBe(graph.length);
      for (const { source, record } of graph) {
        const twin = ual.get(String(record.id));
        if (source !== "signin" || !twin) continue;
        expect([twin.UserId, twin.ClientIP, `${twin.CreationTime}Z`].map((v) => String(v).toLowerCase())).toEqual(
          [record.userPrincipalName, record.ipAddress, record.createdDateTime].map((v) => String(v).toLowerCase()),
        );
      }
    }
  });

  it("writes no Graph sign-in where nobody pays for them, and risk only where P2 states it", () => {
    expect(new Set(p.companies.map((c) => c.licence))).toEqual(new Set(["none", "P1", "P2"]));
    for (const company of p.companies) {
      const signIns = records.get(company.tenantId)?.filter((r) => r.source === "signin") ?? [];
      const levels = new Set(signIns.map((r) => r.record.riskLevelDuringSignIn));
      if (company.licence === "none") expect(signIns).toHaveLength(0);
      if (company.licence === "P1") expect([...levels]).toEqual(["hidden"]);
      if (company.licence === "P2") expect(levels.has("none") && !levels.has("hidden")).toBe(true);
      expect(records.get(company.tenantId)?.some((r) => r.record.Operation === "UserLoggedIn")).toBe(true);
    }
  });

  it("gives each attack rows that exist, a taking after its start and a goal after both", () => {
    expect(p.truth.attacks).toHaveLength(OPTIONS.attacks);
    expect(new Set(p.truth.attacks.map((a) => a.kind)).size).toBeGreaterThanOrEqual(14);
    for (const attack of p.truth.attacks) {
      const known = new Set(records.get(attack.tenantId)?.map(idOf));
      expect(attack.recordIds.length, attack.id).toBeGreaterThanOrEqual(3);
      for (const id of [...attack.recordIds, ...attack.ambiguousIds])
        expect(known.has(id), `${attack.id} ${id}`).toBe(true);
      expect(attack.startAt <= attack.takenAt && attack.takenAt < attack.goalAt, `${attack.id} ${attack.kind}`).toBe(
        true,
      );
      expect(attack.goalAt < p.endAt, attack.id).toBe(true);
      expect(attack.victims.length, attack.id).toBeGreaterThan(0);
    }
  });

  it("tells every episode's rows apart: nobody's row belongs to two of them and nobody is attacked twice", () => {
    const { attacks, failed, innocents } = p.truth;
    const cited = [
      ...attacks.flatMap((a) => [...a.recordIds, ...a.ambiguousIds]),
      ...failed.flatMap((f) => f.recordIds),
      ...innocents.flatMap((i) => i.recordIds),
    ];
    expect(new Set(cited).size).toBe(cited.length);
    const victims = attacks.flatMap((a) => a.victims.map((v) => v.objectId));
    expect(new Set(victims).size).toBe(victims.length);
    for (const f of failed) expect(f.recordIds.length, f.id).toBeGreaterThan(0);
    for (const i of innocents) expect(i.recordIds.length, i.kind).toBeGreaterThan(0);
  });

  it("holds the shapes Microsoft's records have", () => {
    const members = "CreationTime Id Operation OrganizationId RecordType UserKey UserType Workload UserId".split(" ");
    const holds = ({ source, record }: PopulationRecord): boolean => {
      if (source === "ual")
        return (
          members.every((m) => record[m] !== undefined) &&
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(String(record.CreationTime))
        );
      if (source === "directory-audit")
        return typeof record.activityDisplayName === "string" && Array.isArray(record.targetResources);
      const application = String(record.signInEventTypes) === "servicePrincipal";
      return (
        String(record.createdDateTime).endsWith("Z") &&
        typeof (record.status as Json).errorCode === "number" &&
        /^[0-9a-f-]{36}$/.test(String(application ? record.servicePrincipalId : record.userId))
      );
    };
    expect(all.filter((r) => !holds(r))).toEqual([]);
    expect(all.some((r) => String(r.record.signInEventTypes) === "servicePrincipal")).toBe(true);
  });

  it("is busy in working hours and quiet at night and at weekends", () => {
    const attacked = new Set([...p.truth.attacks, ...p.truth.failed].flatMap((e) => e.recordIds));
    const company = p.companies.find((c) => c.country === "GB");
    const own = (records.get(company?.tenantId ?? "") ?? []).filter(
      (r) =>
        ["Send", "FileAccessed"].includes(String(r.record.Operation)) &&
        !attacked.has(idOf(r)) &&
        !String(r.record.UserId).startsWith("scanner"),
    );
    const local = own.map((r) => new Date(timeOf(r) + HOUR));
    const weekend = local.filter((t) => [0, 6].includes(t.getUTCDay())).length;
    const day = local.filter((t) => t.getUTCHours() >= 7 && t.getUTCHours() < 20).length;
    expect(local.length).toBeGreaterThan(1000);
    expect(weekend / local.length).toBeLessThan(0.08);
    expect(day / local.length).toBeGreaterThan(0.85);
    expect(Math.max(...own.map(timeOf))).toBeLessThan(Date.parse(p.endAt) + DAY);
  });

  it("lets honest people change country no faster than people, roaming telephones and VPNs do", () => {
    const attacked = new Set([...p.truth.attacks, ...p.truth.failed].flatMap((e) => e.recordIds));
    const last = new Map<unknown, PopulationRecord>();
    let moves = 0;
    let jumps = 0;
    const signIns = all.filter(
      (r) =>
        r.source === "signin" &&
        (r.record.status as Json).errorCode === 0 &&
        r.record.userId !== "" &&
        !attacked.has(idOf(r)),
    );
    for (const r of signIns.sort((a, b) => timeOf(a) - timeOf(b))) {
      const before = last.get(r.record.userId);
      last.set(r.record.userId, r);
      if (!before) continue;
      moves++;
      const country = ({ record }: PopulationRecord): unknown => (record.location as Json).countryOrRegion;
      if (country(before) !== country(r) && timeOf(r) - timeOf(before) < HOUR) jumps++;
    }
    expect(moves).toBeGreaterThan(2000);
    expect(jumps / moves).toBeLessThan(0.01);
  });

  it("guesses at every tenant, also where nobody is attacked", () => {
    for (const list of records.values()) {
      const failures = list.filter((r) => r.record.Operation === "UserLoginFailed");
      expect(failures.length).toBeGreaterThan(OPTIONS.days / 2);
    }
  });

  it("writes folders of raw records with labels that name their rows", async () => {
    const dir = await mkdtemp(join(tmpdir(), "population-"));
    try {
      const small = population({ seed: "folder", people: 40, days: 21, attacks: 12, volume: 0.2 });
      await writeFolder(small, dir);
      expect((await readdir(dir)).sort()).toEqual([...small.companies.map((c) => c.domain), "truth.json"].sort());
      let episodes = 0;
      for (const company of small.companies) {
        const read = async (name: string): Promise<string[]> =>
          (await readFile(join(dir, company.domain, name), "utf8")).trim().split("\n");
        const written = (
          await Promise.all((await readdir(join(dir, company.domain))).filter((f) => f.endsWith(".ndjson")).map(read))
        ).flat();
        expect(written).toHaveLength([...small.records(company.tenantId)].length);
        const ids = new Set(written.map((line) => JSON.parse(line) as Json).map((r) => String(r.Id ?? r.id)));
        const [head, ...lines] = await read("LABELS.tsv");
        expect(head?.split("\t").slice(0, 3)).toEqual(["episode", "verdict", "techniques"]);
        for (const line of lines) {
          const columns = line.split("\t");
          expect(columns).toHaveLength(11);
          for (const id of columns[10]?.split(" ") ?? []) expect(ids.has(id), `${columns[0]} ${id}`).toBe(true);
          if (columns[1] === "attack") episodes++;
        }
      }
      expect(episodes).toBeGreaterThanOrEqual(12);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it("refuses what it cannot draw", () => {
    expect(() => population({ seed: "x", people: 5 })).toThrow(RangeError);
    expect(() => population({ seed: "x", people: 30, attacks: 200 })).toThrow(RangeError);
    expect(() => p.records("unknown")).toThrow(RangeError);
  });
});
