import { expect, it } from "vitest";
import { holds, load, reasonOf, ruleOf } from "./testing/rules.ts";

const sel = (line: string): string => ruleOf(`sel:\n  ${line}\ncondition: sel`);
const condition = (text: string): string => ruleOf(`sel:\n  Operation: x\ncondition: ${text}`);

it.each([
  ["a placeholder nobody here can fill", sel("UserId|expand: '%Admins%'"), /modifier "expand" needs the values/],
  ["a bare placeholder", sel("UserId: '%Admins%'"), /placeholder/],
  ["an unknown modifier", sel("UserId|sounds: x"), /"sounds" is not known/],
  ["two comparisons at once", sel("UserId|contains|re: x"), /do not go together/],
  ["a field no record has", sel("Initiatied.By: x"), /"Initiatied.By" is not in the audit log records/],
  ["a name of an object's own workings", sel("__proto__.polluted: x"), /"__proto__.polluted" is not in/],
  ["constructor as a field", sel("constructor: x"), /"constructor" is not in/],
  ["a network that is none", sel("ClientIP|cidr: 300.1.1.1/8"), /is no network/],
  ["a number that is none", sel("OperationCount|gt: many"), /is no number/],
  ["look-around", sel("Operation|re: '(?=a)b'"), /look-around/],
  ["a back reference", sel("Operation|re: '(a)\\1'"), /refers back/],
  ["an expression that grows too large", sel("Operation|re: '((a{100}){100}){100}'"), /too large/],
  ["an expression that cannot be read", sel("Operation|re: 'a(b'"), /cannot be read at character/],
  ["a selection that is not there", condition("other"), /names "other", which is no selection/],
  ["a pattern that matches none", condition("1 of filter_*"), /No selection is called like/],
  ["two of them", condition("2 of them"), /"2 of" is not supported/],
  ["an open bracket", condition("(sel"), /ends too early/],
  ["an empty condition", condition("''"), /ends too early/],
  ["near", ruleOf("sel:\n  Operation: x\ntimeframe: 5m\ncondition: sel | near other"), /"near" is not supported/],
  [
    "another aggregation",
    ruleOf("sel:\n  Operation: x\ntimeframe: 5m\ncondition: sel | sum(a) > 5"),
    /"sum" is not supported/,
  ],
  ["a count without a time", condition("sel | count() > 5"), /without a timeframe/],
  [
    "a count over months",
    ruleOf("sel:\n  Operation: x\ntimeframe: 90d\ncondition: sel | count() > 5"),
    /longer than seven days/,
  ],
  ["no title", "id: abc-1\ndetection:\n  condition: a\n", /no title/],
  ["no id", "title: A\nlogsource:\n  product: m365\ndetection:\n  a:\n    Operation: x\n  condition: a\n", /no id/],
  ["no logsource", "title: A\nid: abc-1\ndetection:\n  a:\n    Operation: x\n  condition: a\n", /no logsource/],
  ["no detection", "title: A\nid: abc-1\nlogsource:\n  product: m365\n", /no detection/],
  ["not a map", "- a\n- b\n", /not a Sigma rule/],
  ["not YAML", "title: [a\nid: }", /not valid YAML/],
  ["a name twice", "title: A\ntitle: B\n", /not valid YAML|twice/],
  ["aliases", "title: &a A\nid: abc-1\nauthor: *a\n", /aliases/],
  ["a nest", `a: ${"[".repeat(40)}${"]".repeat(40)}`, /nested deeper/],
  ["a huge file", `title: ${"x".repeat(70_000)}`, /longer than 64 kB/],
  ["a deep condition", condition(`${"(".repeat(40)}sel${")".repeat(40)}`), /nested deeper/],
  ["Windows", ruleOf("sel:\n  Image: x\ncondition: sel", "", "product: windows"), /Logs of "windows" are not read/],
  [
    "Azure's activity log",
    ruleOf("sel:\n  operationName: x\ncondition: sel", "", "product: azure\nservice: activitylogs"),
    /activity log/,
  ],
  [
    "alerts about standing roles",
    ruleOf("sel:\n  riskEventType: x\ncondition: sel", "", "product: azure\nservice: pim"),
    /Privileged Identity/,
  ],
  ["a log nobody knows", ruleOf("sel:\n  a: x\ncondition: sel", "", "product: m365\nservice: toString"), /is not read/],
  [
    "a risk that names no sign-in",
    ruleOf("sel:\n  riskEventType: leakedCredentials\ncondition: sel", "", "product: azure\nservice: riskdetection"),
    /on the user/,
  ],
])("%s is refused with the reason", (_, text, reason) => {
  expect(reasonOf(text)).toMatch(reason);
});

it("a rule of a twin's id is refused by the twin's file, and a broken file stops nobody else", () => {
  const good = sel("Operation: x");
  const loaded = load("title: [", good, good);
  expect(loaded.rules).toHaveLength(1);
  expect(loaded.refused.map((r) => r.reason)).toEqual([
    expect.stringMatching(/not valid YAML/),
    'Its id is already taken by "rule-1.yml".',
  ]);
});

it("an expression that would hold up another engine for ages is answered at once", () => {
  const text = "a".repeat(16_000);
  expect(holds(sel("Operation|re: '^(a+)+$'"), { Operation: `${text}!` })).toBe(false);
  expect(holds(sel("Operation|re: '(a|a)*(a|a)*b'"), { Operation: text })).toBe(false);
  expect(holds(sel(`Subject: '${"a*".repeat(100)}b'`), { Subject: text })).toBe(false);
});

it("a record's own traps change nothing", () => {
  const record = JSON.parse(
    '{"__proto__": {"Operation": "x"}, "hasOwnProperty": 1, "Parameters": [[[[null]]]]}',
  ) as Record<string, unknown>;
  expect(holds(sel("Operation: x"), record)).toBe(false);
  expect(holds(sel("Parameters|contains: 'null'"), record)).toBe(true);
});

it("a title cannot turn or hide what stands beside it", () => {
  const text = sel("Operation: x").replace(/^title: .*/, 'title: "Pay\\u202Elave\\u0007 \\e[31mnow"');
  const title = load(text).rules[0]?.title ?? "";
  expect(title.replace(/ +/g, " ")).toBe("Pay lave [31mnow");
  expect(title).not.toMatch(/\p{C}/u);
});
