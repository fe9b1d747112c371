import { describe, expect, it } from "vitest";
import type { ArtifactKind, InventoryItem } from "#domain/incident/analysis.ts";
import type { ArtifactSeed } from "../define-detection.ts";
import { HOUR, type Seen } from "../world/seen.ts";
import { findingsLeftBehind, isSameArtifact } from "./persistence.ts";
import { accountOf, NOON, part, seenAt, worldOf } from "./testing/parts.ts";

const ANN = "ann@fabrikam.example";
const seedOf = (kind: ArtifactKind, more: Partial<ArtifactSeed> = {}): ArtifactSeed => ({
  kind,
  name: "Thing",
  mailbox: ANN,
  effect: "does harm",
  detail: { from: "log" },
  ...more,
});
const made = (...artifacts: ArtifactSeed[]) =>
  part(3, { id: "foothold", events: [seenAt({ at: NOON, id: "made" })], more: { artifacts } });
const left = (seed: ArtifactSeed, events: Seen[] = [], inventory: InventoryItem[] = []) =>
  findingsLeftBehind([made(seed)], worldOf(events, inventory))[0]!;
const later = (action: string, more: Partial<Seen["event"]> = {}, at = NOON + HOUR) =>
  seenAt({ at, event: { action, target: { kind: "x", name: "Thing", upn: ANN }, ...more } });
const item = (more: Partial<InventoryItem> = {}): InventoryItem => ({
  kind: "inbox-rule",
  objectId: "obj-1",
  name: "Thing",
  mailbox: { upn: ANN },
  enabled: true,
  detail: {},
  ...more,
});

describe("what was left behind", () => {
  it("is told once, with its making, its effect and its details", () => {
    const again = seedOf("inbox-rule", { name: "THING", effect: "other" });
    expect(findingsLeftBehind([made(seedOf("inbox-rule"), again), made(again)], worldOf())).toEqual([
      {
        kind: "inbox-rule",
        name: "Thing",
        state: "active",
        byAttacker: true,
        why: "Reason of foothold",
        effect: "does harm",
        detail: { from: "log" },
        recordId: "made",
        mailbox: ANN,
      },
    ]);
    const others = [
      seedOf("inbox-rule"),
      seedOf("device"),
      seedOf("inbox-rule", { mailbox: "bob@fabrikam.example" }),
      seedOf("inbox-rule", { name: "Other" }),
    ];
    expect(findingsLeftBehind([made(...others)], worldOf())).toHaveLength(4);
    expect(findingsLeftBehind([part(3)], worldOf())).toEqual([]);
  });

  it("is what the live inventory says it is, over anything in the log", () => {
    const removed = later("inbox-rule.remove");
    expect(left(seedOf("inbox-rule"), [removed], [item({ detail: { now: "on" } })])).toMatchObject({
      state: "active",
      objectId: "obj-1",
      detail: { from: "log", now: "on" },
    });
    expect(left(seedOf("inbox-rule"), [], [item({ enabled: false })]).state).toBe("disabled");
    expect(left(seedOf("inbox-rule", { objectId: "own" }), [], [])).toMatchObject({ objectId: "own" });
    expect(left(seedOf("inbox-rule", { mailbox: undefined }))).not.toHaveProperty("mailbox");
  });
});

describe("its end, as the log tells it", () => {
  const ENDINGS: [ArtifactKind, string, string][] = [
    ["inbox-rule", "inbox-rule.remove", "deleted"],
    ["inbox-rule", "inbox-rule.disable", "disabled"],
    ["mailbox-forwarding", "mailbox.forwarding.remove", "deleted"],
    ["mailbox-delegate", "mailbox.delegate.remove", "deleted"],
    ["transport-rule", "transport-rule.remove", "deleted"],
    ["transport-rule", "transport-rule.disable", "disabled"],
    ["inbound-connector", "connector.inbound.remove", "deleted"],
    ["outbound-connector", "connector.outbound.remove", "deleted"],
    ["oauth-grant", "app.grant.remove", "deleted"],
    ["oauth-grant", "service-principal.delete", "deleted"],
    ["oauth-grant", "service-principal.disable", "disabled"],
    ["app-registration", "app.delete", "deleted"],
    ["service-principal", "service-principal.delete", "deleted"],
    ["service-principal", "service-principal.disable", "disabled"],
    ["role-assignment", "role.remove", "deleted"],
    ["device", "device.delete", "deleted"],
    ["mfa-method", "auth-method.remove", "deleted"],
  ];
  for (const [kind, action, state] of ENDINGS)
    it(`a ${kind} is ${state} by ${action}`, () => {
      expect(left(seedOf(kind), [later(action)]).state).toBe(state);
      expect(left(seedOf(kind), [later("mail.read")]).state).toBe("active");
    });

  it("counts from its making on, and not where it failed", () => {
    const rule = seedOf("inbox-rule");
    expect(left(rule, [later("inbox-rule.remove", {}, NOON)]).state).toBe("deleted");
    expect(left(rule, [later("inbox-rule.remove", {}, NOON - 1)]).state).toBe("active");
    expect(left(rule, [later("inbox-rule.remove", { outcome: "failure" })]).state).toBe("active");
  });

  it("is found by any name the record gives the thing, also at the end of a path", () => {
    const rule = seedOf("inbox-rule", { objectId: "77" });
    const by = (event: Partial<Seen["event"]>) =>
      left(rule, [later("inbox-rule.remove", { target: { kind: "mailbox", upn: ANN }, ...event })]).state;
    const empty = { conditions: {} };
    expect(by({ rule: { ...empty, name: "thing" } })).toBe("deleted");
    expect(by({ rule: { ...empty, id: "77" } })).toBe("deleted");
    expect(by({ params: { Identity: "forest/ann\\Thing" } })).toBe("deleted");
    expect(by({ params: { Identity: "forest/ann/77" } })).toBe("deleted");
    expect(by({ params: { Name: "Thing" } })).toBe("deleted");
    expect(by({ params: { grantee: "THING" } })).toBe("deleted");
    expect(by({ app: { name: "Thing" } })).toBe("deleted");
    expect(by({ app: { objectId: "77" } })).toBe("deleted");
    expect(by({ target: { kind: "mailbox", upn: ANN, id: "77" } })).toBe("deleted");
    expect(by({ params: { Identity: "Something" } })).toBe("active");
    expect(by({})).toBe("active");
    expect(
      left(seedOf("inbox-rule", { name: "" }), [
        later("inbox-rule.remove", { target: { kind: "x", upn: ANN, name: "" } }),
      ]).state,
    ).toBe("active");
  });

  it("must be of the same mailbox for rules and settings of mailboxes, and need not for the tenant's objects", () => {
    const elsewhere = { target: { kind: "mailbox", name: "Thing", upn: "bob@fabrikam.example" } };
    expect(left(seedOf("inbox-rule"), [later("inbox-rule.remove", elsewhere)]).state).toBe("active");
    expect(left(seedOf("mailbox-delegate"), [later("mailbox.delegate.remove", elsewhere)]).state).toBe("active");
    expect(left(seedOf("transport-rule"), [later("transport-rule.remove", elsewhere)]).state).toBe("deleted");
    expect(left(seedOf("inbox-rule", { mailbox: undefined }), [later("inbox-rule.remove", elsewhere)]).state).toBe(
      "deleted",
    );
    const alias = { target: { kind: "mailbox", name: "Thing", upn: "ann@alias.example" } };
    expect(left(seedOf("inbox-rule"), [later("inbox-rule.remove", alias)]).state).toBe("deleted");
  });

  it("of forwarding needs the mailbox only, whatever it is called, and may name it by its name or its account", () => {
    const forwarding = seedOf("mailbox-forwarding", { name: "out@evil.example" });
    const by = (event: Partial<Seen["event"]>, account = accountOf()) =>
      left(forwarding, [{ ...later("mailbox.forwarding.remove", event), account }]).state;
    expect(by({ target: { kind: "mailbox", upn: ANN } })).toBe("deleted");
    expect(by({ target: { kind: "mailbox", name: "ann" } })).toBe("deleted");
    expect(by({ target: { kind: "mailbox" } })).toBe("deleted");
    expect(by({ target: { kind: "mailbox", upn: "bob@fabrikam.example" } })).toBe("active");
    expect(by({ target: { kind: "mailbox" } }, { ...accountOf(), ref: { upn: "bob@fabrikam.example" } })).toBe(
      "active",
    );
  });
});

describe("a live object is the one the log tells of", () => {
  const seed = (more: Partial<ArtifactSeed> = {}) => seedOf("inbox-rule", more);
  it("by its id, whatever its name is now", () => {
    expect(isSameArtifact(item({ name: "Renamed", objectId: "OBJ-1" }), seed({ objectId: "obj-1" }))).toBe(true);
    expect(isSameArtifact(item({ name: "Renamed" }), seed())).toBe(false);
    expect(isSameArtifact(item({ name: "Renamed" }), seed({ objectId: "obj-2" }))).toBe(false);
  });

  it("by its name in the same mailbox, and only if it is of the kind", () => {
    expect(isSameArtifact(item({ name: "THING" }), seed())).toBe(true);
    expect(isSameArtifact(item({ mailbox: { upn: "bob@fabrikam.example" } }), seed())).toBe(false);
    expect(isSameArtifact(item({ mailbox: { upn: "ann@alias.example" } }), seed())).toBe(true);
    const { mailbox: _, ...tenants } = item();
    expect(isSameArtifact(tenants, seed())).toBe(true);
    expect(isSameArtifact(item(), seed({ mailbox: undefined }))).toBe(true);
    expect(isSameArtifact(item({ kind: "device" }), seed({ objectId: "obj-1" }))).toBe(false);
  });

  it("by the person it is named after, where one of the two is only an alias", () => {
    const delegate = (live: string, logged: string, kind: ArtifactKind = "mailbox-delegate") =>
      isSameArtifact(item({ kind, name: live }), seedOf(kind, { name: logged }));
    expect(delegate("eve@fabrikam.example", "eve")).toBe(true);
    expect(delegate("eve", "eve@fabrikam.example", "role-assignment")).toBe(true);
    expect(delegate("eve@fabrikam.example", "eve@other.example")).toBe(false);
    expect(delegate("eve@fabrikam.example", "bob")).toBe(false);
    expect(delegate("eve@fabrikam.example", "eve", "inbox-rule")).toBe(false);
  });
});
