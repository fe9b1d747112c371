import { expect, it } from "vitest";
import { factsOf } from "#activities/enrich/index.ts";
import type { AnalysisInput, IncidentDraft, InventoryItem } from "#domain/incident/analysis.ts";
import { JUDGEMENT } from "../weights.ts";
import { leftovers } from "./leftover.ts";
import { worldOf } from "./testing/parts.ts";

const ANN = { objectId: "id-ann", upn: "ann@fabrikam.example" };
const BOB = { objectId: "id-bob", upn: "bob@fabrikam.example" };
const INPUT: AnalysisInput = {
  events: [],
  factsOf,
  asOf: "2026-07-01T00:00:00.000Z",
  ownDomains: ["fabrikam.example"],
};

let made = 0;
function item(kind: InventoryItem["kind"], name: string, more: Partial<InventoryItem> = {}): InventoryItem {
  made += 1;
  return { kind, objectId: `obj-${made}`, name, mailbox: ANN, enabled: true, detail: {}, ...more };
}
/** Nobody honest has it: without a name, out of sight and to a free mailbox. */
const evilRule = (more: Partial<InventoryItem> = {}) =>
  item("inbox-rule", ".", { detail: { forwardsTo: "box@gmail.com", deletes: "true", conditions: "bank" }, ...more });
const forward = (more: Partial<InventoryItem> = {}) =>
  item("mailbox-forwarding", "box@gmail.com", { detail: { forwardTo: "box@gmail.com" }, ...more });
const plain = (more: Partial<InventoryItem> = {}) => item("inbox-rule", "Newsletters", more);

const judged = (inventory: InventoryItem[], raised: IncidentDraft[] = [], input = INPUT) =>
  leftovers(worldOf([], inventory), raised, input);
const raisedFor = (account: typeof ANN, more: Partial<IncidentDraft> = {}) =>
  ({ account, persistence: [], recordIds: [], ...more }) as unknown as IncidentDraft;

it("what weighs enough together is one incident of the account that tells each thing with its points", () => {
  const [rule, sent] = [
    evilRule({ createdAt: "2026-03-02T00:00:00.000Z" }),
    forward({ createdAt: "2026-02-01T00:00:00.000Z" }),
  ];
  const { incidents, notable } = judged([rule, sent, plain()], [], { ...INPUT, blindSpots: ["Audit was off"] });
  expect(notable).toEqual([]);
  expect(incidents).toHaveLength(1);
  const [one] = incidents;
  const score = one!.signals.reduce((sum, s) => sum + s.weight, 0);
  expect(one).toMatchObject({
    key: "id-ann|leftover",
    account: ANN,
    kind: "leftover-persistence",
    severity: score >= JUDGEMENT.high ? "high" : "medium",
    firstAttackerActivity: sent.createdAt,
    lastAttackerActivity: sent.createdAt,
    detectableAt: INPUT.asOf,
    attack: ["T1098", "T1114.003"],
    attacker: { ips: [], asns: [], userAgents: [], sessions: [], apps: [] },
    headline: 'Something an intruder left is still there: inbox rule "." and mailbox forwarding "box@gmail.com"',
    recordIds: [`inventory/inbox-rule/${rule.objectId}`, `inventory/mailbox-forwarding/${sent.objectId}`],
    against: [],
    notVisible: ["No log shows who made this or when", "Audit was off"],
    phish: [],
  });
  expect(one!.confidence).toBeCloseTo(1 - Math.exp(-score / JUDGEMENT.confidenceScale), 3);
  expect(one!.signals[1]).toEqual({
    detection: "leftover-persistence",
    title: "Left behind by an intruder",
    at: sent.createdAt,
    account: ANN,
    recordIds: [`inventory/mailbox-forwarding/${sent.objectId}`],
    dedupKey: `leftover-persistence:mailbox-forwarding:${sent.objectId}`,
    weight: 2.5,
    attack: ["T1098"],
    reason: '"box@gmail.com" sends all mail to box@gmail.com.',
  });
  expect(one!.for.map((e) => [e.text, e.weight, e.recordIds])).toEqual(
    one!.signals.map((s) => [s.reason, s.weight, s.recordIds]),
  );
  expect(one!.persistence.map((p) => [p.name, p.state, p.byAttacker, p.objectId, p.mailbox])).toEqual([
    [".", "active", true, rule.objectId, ANN.upn],
    ["box@gmail.com", "active", true, sent.objectId, ANN.upn],
  ]);
  expect(one!.story).toContain('The mailbox forwarding "box@gmail.com" sends all mail to box@gmail.com.');
});

it("what weighs too little is a note, and what says nothing is neither", () => {
  const sent = forward();
  expect(judged([sent, plain()])).toEqual({
    incidents: [],
    notable: [
      {
        account: ANN,
        kind: "leftover-persistence",
        at: INPUT.asOf,
        recordIds: [`inventory/mailbox-forwarding/${sent.objectId}`],
        why: '"box@gmail.com" sends all mail to box@gmail.com.',
      },
    ],
  });
});

it("each account has an incident of its own, by id or else by name", () => {
  const nameless = { upn: "Cle@fabrikam.example" };
  const { incidents } = judged([
    evilRule(),
    forward(),
    evilRule({ mailbox: BOB }),
    forward({ mailbox: BOB }),
    evilRule({ mailbox: nameless }),
    forward({ mailbox: { upn: "cle@fabrikam.example" } }),
  ]);
  expect(incidents.map((i) => [i.key, i.signals.length])).toEqual([
    ["id-ann|leftover", 2],
    ["id-bob|leftover", 2],
    ["Cle@fabrikam.example|leftover", 2],
  ]);
});

it("things of an account with an incident join it: his as his, a twin as a twin, the rest not at all", () => {
  const open = raisedFor(ANN);
  const device = item("device", "LAPTOP-1");
  expect(judged([evilRule(), plain({ enabled: false }), device], [open])).toEqual({ incidents: [], notable: [] });
  expect(open.persistence.map((p) => [p.name, p.byAttacker, p.state])).toEqual([
    [".", true, "active"],
    ["Newsletters", false, "disabled"],
  ]);
  expect(open.persistence[1]?.why).toBe("nothing ties it to the attacker; it stays");
});

it("what the incident tells of already is not told twice, and one of an alias is the account's", () => {
  const rule = evilRule();
  const known = {
    kind: "inbox-rule" as const,
    name: ".",
    state: "active" as const,
    mailbox: ANN.upn,
    byAttacker: true,
    why: "",
    effect: "",
    detail: {},
  };
  const open = raisedFor(ANN, { persistence: [known] });
  judged([rule], [open]);
  expect(open.persistence).toEqual([known]);
  const alias = raisedFor({ objectId: "ID-ANN", upn: "other@fabrikam.example" });
  judged([evilRule()], [alias]);
  expect(alias.persistence).toHaveLength(1);
  const byName = raisedFor({ objectId: "else", upn: "ann@alias.example" });
  judged([evilRule()], [byName]);
  expect(byName.persistence).toHaveLength(1);
  const stranger = raisedFor({ objectId: "else", upn: "eve@fabrikam.example" });
  expect(judged([evilRule(), forward()], [stranger]).incidents).toHaveLength(1);
  expect(stranger.persistence).toEqual([]);
});

it("what somebody else's attacker set up here is his incident's", () => {
  const rule = evilRule({ mailbox: BOB });
  const held = {
    kind: "inbox-rule" as const,
    name: ".",
    state: "active" as const,
    objectId: rule.objectId,
    mailbox: BOB.upn,
    byAttacker: true,
    why: "",
    effect: "",
    detail: {},
  };
  expect(judged([rule, forward({ mailbox: BOB })], [raisedFor(ANN, { persistence: [held] })])).toMatchObject({
    incidents: [],
    notable: [{ account: BOB }],
  });
  const twin = raisedFor(ANN, { persistence: [{ ...held, byAttacker: false }] });
  expect(judged([rule, forward({ mailbox: BOB })], [twin]).incidents).toHaveLength(1);
});

it("things of nobody known are noted for the organization where they weigh enough", () => {
  const { mailbox: _, ...rule } = item("transport-rule", ".", {
    detail: { BlindCopyTo: "box@gmail.com", SetAuditSeverity: "DoNotAudit" },
  });
  expect(judged([rule])).toMatchObject({ incidents: [], notable: [{ account: { upn: "(the organization)" } }] });
  const { mailbox: __, ...honest } = item("transport-rule", "Disclaimer", { detail: { ApplyHtmlDisclaimerText: "x" } });
  expect(judged([honest])).toEqual({ incidents: [], notable: [] });
});

const grant = (name: string, more: Record<string, string>) => {
  const { mailbox: _, ...rest } = item("oauth-grant", name, {
    detail: { scope: "Mail.ReadWrite Mail.Send offline_access", ...more },
  });
  return rest;
};
const application = (appId: string) => {
  const { mailbox: _, ...rest } = item("service-principal", "rnicrosoft Mail Backup", { detail: { appId } });
  return rest;
};

it("an application is his who let it in, named as such, with three things the headline tells two", () => {
  const given = grant("rnicrosoft Mail Backup", { principalId: "id-ann", appId: "app-1" });
  const { incidents } = judged([evilRule(), given, application("app-1")]);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.attacker.apps).toEqual(["rnicrosoft Mail Backup"]);
  expect(incidents[0]?.signals.map((s) => s.recordIds[0]?.split("/")[1])).toEqual([
    "inbox-rule",
    "oauth-grant",
    "service-principal",
  ]);
  expect(incidents[0]?.headline).toBe(
    'Something an intruder left is still there: inbox rule "." and OAuth grant "rnicrosoft Mail Backup"',
  );
  expect(incidents[0]?.severity).toBe("high");
});

it("an application two people let in, or whose grants are for another one, is nobody's own", () => {
  const both = [
    grant("rnicrosoft Mail Backup", { principalId: "id-ann", appId: "app-1" }),
    grant("rnicrosoft Mail Backup", { principalId: "id-bob", appId: "app-1" }),
  ];
  const kindsOf = (inventory: InventoryItem[]) =>
    judged(inventory).incidents.flatMap((i) => i.signals.map((s) => s.recordIds[0]?.split("/")[1]));
  expect(kindsOf([...both, application("app-1")])).not.toContain("service-principal");
  expect(kindsOf([both[0]!, application("app-2")])).not.toContain("service-principal");
});

it("a person without a mailbox here is known by the name he has, one with a mailbox by its name", () => {
  const stranger = grant("rnicrosoft Mail Backup", { principalId: "id-guest", appId: "app-1" });
  const twice = [stranger, { ...stranger, objectId: "obj-twin" }];
  expect(judged(twice).incidents.map((i) => i.account)).toEqual([{ objectId: "id-guest", upn: "id-guest" }]);
  const known = judged([...twice, plain({ mailbox: { objectId: "id-guest", upn: "gus@partner.example" } })]);
  expect(known.incidents.map((i) => i.account.upn)).toEqual(["gus@partner.example"]);
});

it("is medium where it is enough for an incident and not more, high above, and a note where it is too little", () => {
  const ways = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      forward({ name: `box${n}@gmail.com`, detail: { forwardTo: `box${n}@gmail.com` } }),
    );
  expect(judged(ways(2))).toMatchObject({ incidents: [], notable: [{ account: ANN }, { account: ANN }] });
  expect(judged(ways(3)).incidents.map((i) => i.severity)).toEqual(["medium"]);
  expect(judged(ways(4)).incidents.map((i) => i.severity)).toEqual(["high"]);
});
