import { expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import { factsOf } from "../../activities/enrich/index.ts";
import { defineDetection } from "../define-detection.ts";
import { analyze } from "../engine.ts";
import { loadRules } from "../sigma/load.ts";
import { at, event, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";
import { describeOwn, NO_CONTENT, type OwnContent, ownRules } from "./content.ts";

const sigma = (detection: string, level = "high"): OwnContent => ({
  ...NO_CONTENT,
  sigma: loadRules([
    {
      file: "mine.yml",
      text: `title: Rule of mine\nid: rule-of-mine\nlevel: ${level}\ntags: [attack.collection, attack.t1114.003]\nlogsource:\n  product: m365\ndetection:\n${detection.replace(/^/gm, "  ")}\n`,
    },
  ]).rules,
});

let count = 0;
function record(content: OwnContent, when: string, more: Record<string, unknown> = {}): NormalizedEvent {
  count += 1;
  const raw = {
    Id: `own-${count}`,
    CreationTime: when,
    Operation: "Search",
    Workload: "Exchange",
    RecordType: 1,
    UserType: 0,
    UserId: "ann@fabrikam.example",
    ClientIP: HOME,
    ...more,
  };
  const read = normalizeRecord(raw, { ownRules: ownRules(content) });
  if (read.kind !== "event") throw new Error("not read");
  return read.event;
}
const judge = (events: NormalizedEvent[], content: OwnContent) =>
  analyze({ events, factsOf, asOf: "2026-07-01T00:00:00Z" }, content);
/** A stolen account as Petra itself sees it: a strange sign-in and a rule that hides mail. */
const attack = (): NormalizedEvent[] => [
  ...usual(),
  signIn(at(20, "03:00"), HOSTING),
  event("inbox-rule.create", at(20, "03:10"), {
    ip: HOSTING,
    rule: { name: "..", conditions: { SubjectContainsWords: "invoice" }, deletes: true },
  }),
];

it("an own rule alone is notable and never an incident, whatever its level", () => {
  const content = sigma("sel:\n  Operation: Search\ncondition: sel", "critical");
  const result = judge([...usual(), record(content, at(20, "10:00"))], content);
  expect(result.incidents).toEqual([]);
  expect(result.notable).toContainEqual(
    expect.objectContaining({ kind: "sigma-rule-of-mine", why: 'Your own rule "Rule of mine" holds for one record.' }),
  );
});

it("beside an incident of the account it is a signal on it, and changes neither its weight nor its records", () => {
  const content = sigma("sel:\n  Operation: Search\ncondition: sel");
  const without = judge(attack(), NO_CONTENT).incidents;
  const mine = record(content, at(20, "03:05"));
  const { incidents, notable } = judge([...attack(), mine], content);
  expect(incidents).toHaveLength(1);
  const [incident] = incidents;
  expect(incident?.signals.find((s) => s.detection === "sigma-rule-of-mine")).toMatchObject({
    title: "Rule of mine",
    weight: 0,
    attack: ["T1114.003"],
    recordIds: [mine.recordId],
  });
  expect(incident?.for.at(-1)).toMatchObject({ weight: 0, recordIds: [mine.recordId] });
  expect({ ...incident, signals: [], for: [], recordIds: [] }).toMatchObject({
    confidence: without[0]?.confidence,
    severity: without[0]?.severity,
  });
  expect(incident?.recordIds).not.toContain(mine.recordId);
  expect(notable.filter((n) => n.kind === "sigma-rule-of-mine")).toEqual([]);
});

it("told to decide, it raises an incident of its level by itself", () => {
  const content = { ...sigma("sel:\n  Operation: Search\ncondition: sel"), verdicts: new Set(["rule-of-mine"]) };
  const { incidents, notable } = judge([...usual(), record(content, at(20, "10:00"))], content);
  expect(incidents).toMatchObject([{ severity: "high", signals: [{ detection: "sigma-rule-of-mine" }] }]);
  expect(notable.filter((n) => n.kind === "sigma-rule-of-mine")).toEqual([]);
});

it("a count fires where so many fall within the time, for each group apart, and once for one stretch", () => {
  const content = sigma("sel:\n  Operation: Search\ntimeframe: 10m\ncondition: sel | count() by ClientIP > 3");
  const minute = (m: number, ip = HOME) =>
    record(content, at(20, `10:${String(m).padStart(2, "0")}`), { ClientIP: ip });
  const spread = [0, 15, 30, 45, 59].map((m) => minute(m));
  expect(judge([...usual(), ...spread], content).notable).toEqual([]);
  const close = [...[0, 2, 4, 6, 8, 9].map((m) => minute(m)), ...[1, 3, 5].map((m) => minute(m, "81.130.14.99"))];
  expect(judge([...usual(), ...close], content).notable).toMatchObject([
    { kind: "sigma-rule-of-mine", why: 'Your own rule "Rule of mine" counted 6 records, all of this account.' },
  ]);
});

it("different values are counted once each", () => {
  const content = sigma("sel:\n  Operation: Search\ntimeframe: 10m\ncondition: sel | count(ObjectId) by UserId >= 3");
  const about = (m: number, what: string) => record(content, at(20, `10:0${m}`), { ObjectId: what });
  expect(judge([about(0, "a"), about(1, "a"), about(2, "b"), about(3, "B")], content).notable).toEqual([]);
  expect(judge([about(0, "a"), about(1, "a"), about(2, "b"), about(3, "c")], content).notable).toHaveLength(1);
});

it("records read under another text of the rule, or with the rule gone, say nothing", () => {
  const before = sigma("sel:\n  Operation: Search\ncondition: sel");
  const after = sigma("sel:\n  Operation: [Search, Other]\ncondition: sel");
  const mine = record(before, at(20, "10:00"));
  expect(judge([mine], before).notable).toHaveLength(1);
  expect(judge([mine], after).notable).toEqual([]);
  expect(judge([mine], NO_CONTENT).notable).toEqual([]);
});

const dropIn = (find: Parameters<typeof defineDetection>[0]["find"]): OwnContent => ({
  ...NO_CONTENT,
  dropIns: [
    {
      file: "mine/detection.ts",
      detection: defineDetection({
        id: "mine",
        title: "Mine",
        severity: "high",
        stage: "act",
        sources: ["unified-audit-log"],
        needs: [],
        attack: [],
        falsePositives: [],
        knownGaps: [],
        runbook: [],
        find,
      }),
    },
  ],
});

it("a detection of one's own is a signal however much it says it weighs", () => {
  const content = dropIn((world) =>
    world.accounts.map((account) => ({
      account,
      events: [account.events[0]!],
      dedup: "1",
      weight: { key: "x", own: 99, linked: 99, why: "x" },
      reason: "mine",
    })),
  );
  const result = judge(usual(), content);
  expect(result.incidents).toEqual([]);
  expect(result.notable).toMatchObject([{ kind: "mine", why: "mine" }]);
});

it("one that fails or gives nonsense is told of and stops nothing", () => {
  const faults: string[] = [];
  const told = (content: OwnContent) =>
    analyze({ events: attack(), factsOf, asOf: "2026-07-01T00:00:00Z" }, content, (id) => faults.push(id));
  expect(
    told(
      dropIn(() => {
        throw new Error("no");
      }),
    ).incidents,
  ).toHaveLength(1);
  expect(told(dropIn(() => [{ account: {}, events: [{}], reason: "", dedup: "" }] as never)).incidents).toHaveLength(1);
  expect(new Set(faults)).toEqual(new Set(["mine"]));
});

it("is told in words: what decides by itself, what is a signal, what was refused, and never more than a page can hold", () => {
  const rules = sigma("sel:\n  Operation: Search\ncondition: sel");
  const refused = Array.from({ length: 4_000 }, (_, n) => ({
    file: `${n}.yml`,
    title: "",
    id: "",
    reason: "x".repeat(9_000),
  }));
  const told = describeOwn({ ...rules, refused });
  expect(told.loaded).toMatchObject([
    { id: "sigma-rule-of-mine", title: "Rule of mine", kind: "sigma", severity: "high", decides: false },
  ]);
  expect(told.refused).toHaveLength(3_000);
  expect(JSON.stringify(told).length).toBeLessThan(2_000_000);
  expect(describeOwn({ ...rules, verdicts: new Set(["rule-of-mine"]) }).loaded[0]?.decides).toBe(true);
});
