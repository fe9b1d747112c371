import { expect, it } from "vitest";
import { RuleSet } from "./rule-set.ts";
import { load, ruleOf } from "./testing/rules.ts";

it("a count is read with its group, its field and its time", () => {
  const { rules, refused } = load(
    ruleOf("sel:\n  Operation: UserLoginFailed\ntimeframe: 10m\ncondition: sel | count(UserId) by ClientIP >= 5"),
  );
  expect(refused).toEqual([]);
  expect(rules[0]?.threshold).toEqual({ compare: ">=", than: 5, withinMs: 600_000 });
  const set = new RuleSet(rules.map((r) => r.variants));
  expect(set.match("ual", { Operation: "UserLoginFailed", UserId: "A@x.y", ClientIP: "1.2.3.4" })).toEqual([
    { rule: 0, by: "1.2.3.4", of: "a@x.y" },
  ]);
});

it("a correlation counts the rules it names, which then do not fire by themselves", () => {
  const base =
    "title: Failed\nid: base-rule-1\nname: failed_login\nlogsource:\n  product: m365\ndetection:\n  sel:\n    Operation: UserLoginFailed\n  condition: sel\n";
  const correlation =
    "title: Many failed\nid: many-failed-1\nlevel: high\ncorrelation:\n  type: value_count\n  rules: [failed_login]\n  group-by: [ClientIP]\n  timespan: 1h\n  condition:\n    field: UserId\n    gte: 10\n";
  const { rules, refused } = load(`${base}---\n${correlation}`);
  expect(refused).toEqual([]);
  expect(rules.map((r) => [r.id, r.level, r.threshold])).toEqual([
    ["many-failed-1", "high", { compare: ">=", than: 10, withinMs: 3_600_000 }],
  ]);
});

it.each([
  ["a rule that is not there", "event_count", "[nobody]", /not there/],
  ["an order of events", "temporal_ordered", "[base-rule-2]", /"temporal_ordered" is not supported/],
])("a correlation over %s is refused", (_, type, rules, reason) => {
  const text = `title: C\nid: corr-1\ncorrelation:\n  type: ${type}\n  rules: ${rules}\n  timespan: 1h\n  condition:\n    gte: 2\n`;
  expect(load(text).refused[0]?.reason).toMatch(reason);
});
