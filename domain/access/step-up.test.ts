import { describe, expect, test } from "vitest";
import { COMMAND_KINDS, type CommandInput } from "#domain/command/command.ts";
import { classOfOrder, isFresh, type Proof, stepUp } from "./step-up.ts";

const NOW = "2026-11-20T12:00:00.000Z";
const ago = (minutes: number) => new Date(Date.parse(NOW) - minutes * 60_000).toISOString();
const nobody: Proof = { hasFactor: false, hasPassword: true, factorAt: null, passwordAt: null };
const ask = (deed: Parameters<typeof stepUp>[0], proof: Partial<Proof>, orgRequiresFactor = false) =>
  stepUp(deed, { proof: { ...nobody, ...proof }, orgRequiresFactor, now: NOW });
const needs = (what: string) => ({ ok: false, needs: what });

describe("the class of an order [S14]", () => {
  const sorted: [CommandInput, string][] = [
    [{ kind: "publish" }, "contain"],
    [{ kind: "run-step", step: "revoke-and-lock" }, "contain"],
    [{ kind: "run-step", step: "reset-password" }, "act"],
    [{ kind: "run-step", step: "reenable-account", handedOver: true }, "act"],
    [{ kind: "run-step", step: "mark-remediated", reasons: { a: "kept" } }, "loosen"],
    [{ kind: "approve", step: "revoke-and-lock" }, "contain"],
    [{ kind: "approve", step: "retract-phish" }, "act"],
    [{ kind: "mark-remediated", reasons: {} }, "act"],
    [{ kind: "mark-remediated", reasons: { a: "kept" } }, "loosen"],
    [{ kind: "dismiss", reason: "x" }, "loosen"],
    [{ kind: "set-response", enabled: true }, "act"],
    [{ kind: "set-response", enabled: false }, "loosen"],
    [{ kind: "pause" }, "loosen"],
    [{ kind: "remove" }, "loosen"],
    [{ kind: "resume" }, "act"],
    [{ kind: "ask-msp", question: "?" }, "none"],
  ];
  test.each(sorted)("%j is %s", (input, deed) => expect(classOfOrder(input)).toBe(deed));

  test("of an undo is what it takes back: a lock loosens, a moved mail does not, an unknown action counts as a lock", () => {
    const undo: CommandInput = { kind: "undo", actionId: "a" };
    for (const undoes of ["disable-account", "add-to-block-group", "disable-mailbox-protocols"] as const)
      expect(classOfOrder(undo, { undoes })).toBe("loosen");
    expect(classOfOrder(undo, { undoes: "move-message" })).toBe("act");
    expect(classOfOrder(undo)).toBe("loosen");
  });

  test("is known for every kind", () => {
    for (const kind of COMMAND_KINDS)
      expect(["none", "contain", "act", "loosen"]).toContain(classOfOrder({ kind, reasons: {} } as never));
  });
});

describe("what is asked of a person [S14]", () => {
  test("with a second factor: its code, no older than ten minutes, for all three classes; never the password instead", () => {
    for (const deed of ["contain", "act", "loosen"] as const) {
      expect(ask(deed, { hasFactor: true, factorAt: ago(10) })).toEqual({ ok: true });
      expect(ask(deed, { hasFactor: true, factorAt: ago(10.01) })).toEqual(needs("factor"));
      expect(ask(deed, { hasFactor: true, passwordAt: ago(0) })).toEqual(needs("factor"));
    }
  });

  test("without one: the password locks always, acts unless factors are required, and never loosens", () => {
    for (const required of [false, true]) {
      expect(ask("contain", { passwordAt: ago(3) }, required)).toEqual({ ok: true });
      expect(ask("contain", {}, required)).toEqual(needs("password"));
      expect(ask("loosen", { passwordAt: ago(0) }, required)).toEqual(needs("enrolment"));
    }
    expect(ask("act", { passwordAt: ago(3) })).toEqual({ ok: true });
    expect(ask("act", { passwordAt: ago(11) })).toEqual(needs("password"));
    expect(ask("act", { passwordAt: ago(3) }, true)).toEqual(needs("enrolment"));
  });

  test("a factor that was taken away proves nothing any more, and somebody without any password must set one up", () => {
    expect(ask("act", { hasFactor: false, factorAt: ago(1) })).toEqual(needs("password"));
    expect(ask("contain", { hasPassword: false })).toEqual(needs("enrolment"));
  });

  test("nothing for what changes nothing, and a proof from the future is none", () => {
    expect(ask("none", {})).toEqual({ ok: true });
    expect(isFresh(ago(-1), NOW)).toBe(false);
  });
});
