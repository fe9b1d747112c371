import { describe, expect, it } from "vitest";
import { commandInput } from "./command-input.ts";

const form = (fields: [string, string][]): FormData => {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
};

describe("An order read from a posted form", () => {
  it("names the chosen artifacts and what to do with them", () => {
    const input = commandInput(
      form([
        ["kind", "run-step"],
        ["step", "disable-persistence"],
        ["artifactId", "a"],
        ["artifactId", "b"],
        ["artifactAction", "delete"],
      ]),
    );
    expect(input).toEqual({
      kind: "run-step",
      step: "disable-persistence",
      artifactIds: ["a", "b"],
      artifactAction: "delete",
    });
  });

  it("leaves out what the form does not hold, so that a strict reader takes it", () => {
    expect(
      commandInput(
        form([
          ["kind", "run-step"],
          ["step", "revoke-and-lock"],
        ]),
      ),
    ).toEqual({ kind: "run-step", step: "revoke-and-lock" });
    expect(
      commandInput(
        form([
          ["kind", "approve"],
          ["step", "revoke-and-lock"],
          ["reason", "  "],
        ]),
      ),
    ).toEqual({ kind: "approve", step: "revoke-and-lock" });
  });

  it("carries the hand-over as a yes, never as a default", () => {
    const base: [string, string][] = [
      ["kind", "run-step"],
      ["step", "reenable-account"],
    ];
    expect(commandInput(form(base))).not.toHaveProperty("handedOver");
    expect(commandInput(form([...base, ["handedOver", "yes"]]))).toMatchObject({ handedOver: true });
  });

  it("gathers the reasons for closing by their keys and drops empty ones", () => {
    const input = commandInput(
      form([
        ["kind", "mark-remediated"],
        ["reason:a-rule", " kept as evidence "],
        ["reason:x", ""],
      ]),
    );
    expect(input).toEqual({ kind: "mark-remediated", reasons: { "a-rule": "kept as evidence" } });
  });

  it("is nothing for a kind, a step or a mail we do not know", () => {
    expect(commandInput(form([["kind", "format-disk"]]))).toBeUndefined();
    expect(
      commandInput(
        form([
          ["kind", "run-step"],
          ["step", "unlock"],
        ]),
      ),
    ).toBeUndefined();
    expect(commandInput(form([["kind", "tag-phish"]]))).toBeUndefined();
  });
});
