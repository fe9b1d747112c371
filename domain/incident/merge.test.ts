import { describe, expect, it } from "vitest";
import type { IncidentDraft, PersistenceFinding } from "./analysis.ts";
import { isSameFinding, mergeDraft, relateToClosed } from "./merge.ts";

const rule = (more: Partial<PersistenceFinding> = {}): PersistenceFinding => ({
  kind: "inbox-rule",
  name: ".",
  mailbox: "Ann@fabrikam.example",
  state: "active",
  byAttacker: true,
  why: "it hides mail",
  effect: "deletes mail",
  detail: {},
  ...more,
});
const draft = (persistence: PersistenceFinding[], more: Partial<IncidentDraft> = {}): IncidentDraft =>
  ({
    key: "k",
    kind: "aitm",
    severity: "high",
    confidence: 0.9,
    firstAttackerActivity: "2026-11-20T08:00:00.000Z",
    lastAttackerActivity: "2026-11-20T09:00:00.000Z",
    detectableAt: "2026-11-20T09:00:00.000Z",
    attack: [],
    attacker: { ips: [], asns: [], userAgents: [], sessions: [], apps: [] },
    signals: [],
    recordIds: [],
    phish: [],
    persistence,
    ...more,
  }) as unknown as IncidentDraft;

describe("an artifact the log tells of and the live inventory shows", () => {
  const logged = rule({ objectId: "Ann\\17", recordId: "r1" });
  const live = rule({ objectId: "AQAAAB", recordId: "r1", mailbox: "ann@fabrikam.example" });

  it("is one, whatever id each knows it by, and keeps Microsoft's present one", () => {
    expect(isSameFinding(logged, live)).toBe(true);
    expect(mergeDraft(draft([logged]), draft([live])).persistence).toEqual([live]);
    const nameless = rule({ recordId: "r1" });
    expect(mergeDraft(draft([live]), draft([nameless])).persistence).toEqual([{ ...nameless, objectId: "AQAAAB" }]);
  });

  it("made again under its name by another record is another one, and so is one of another mailbox or name", () => {
    const others = [
      rule({ objectId: "Ann\\18", recordId: "r2" }),
      rule({ recordId: "r1", mailbox: "bob@fabrikam.example" }),
      rule({ recordId: "r1", name: ".." }),
      rule({ recordId: "r1", kind: "transport-rule" }),
    ];
    for (const other of others) {
      expect(isSameFinding(logged, other)).toBe(false);
      expect(mergeDraft(draft([logged]), draft([other])).persistence).toHaveLength(2);
    }
  });

  it("two live ones of one name do not take each other's place", () => {
    const [first, second] = [rule({ objectId: "a" }), rule({ objectId: "b" })];
    expect(mergeDraft(draft([first]), draft([second, first])).persistence).toEqual([first, second]);
    expect(mergeDraft(draft([first, second]), draft([second])).persistence).toEqual([first, second]);
  });

  it("seen at an inventory after the incident was dismissed is no other artifact [R67]", () => {
    const closed = {
      status: "dismissed" as const,
      closedAt: "2026-11-20T12:00:00.000Z",
      draft: draft([logged], { recordIds: ["r1"] }),
    };
    const later = draft([live], { kind: "leftover-persistence", recordIds: ["r1"] });
    expect(relateToClosed(closed, later, [], "2026-11-20T13:00:00.000Z")).toEqual({ kind: "same" });
    const another = draft([live, rule({ name: "..", objectId: "c" })], { kind: "leftover-persistence" });
    expect(relateToClosed(closed, another, [], "2026-11-20T13:00:00.000Z")).toMatchObject({ kind: "new" });
  });
});
