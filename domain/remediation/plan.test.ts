import { expect, test } from "vitest";
import { ARTIFACT_KINDS } from "#domain/incident/analysis.ts";
import { type PlannedArtifact, planArtifact, UNDO_OF } from "./plan.ts";
import { residualUntil } from "./residual.ts";
import { ACTION_KINDS } from "./steps.ts";

const artifact = (change: Partial<PlannedArtifact>): PlannedArtifact => ({
  id: "a",
  kind: "inbox-rule",
  name: "..",
  objectId: "id",
  mailboxObjectId: "box",
  state: "active",
  byAttacker: true,
  detail: {},
  ...change,
});

test("only what the attacker made is selected beforehand", () => {
  expect(planArtifact(artifact({}), "user").isSelected).toBe(true);
  expect(planArtifact(artifact({ byAttacker: false }), "user").isSelected).toBe(false);
});

test("an inbox rule is deleted with a way back, everything else that has a switch is disabled [R66]", () => {
  expect(planArtifact(artifact({}), "user")).toMatchObject({
    action: "delete-inbox-rule",
    targetId: "box/id",
    undo: "recreate-inbox-rule",
    becomes: "deleted",
  });
  const switched = [
    "transport-rule",
    "inbound-connector",
    "outbound-connector",
    "service-principal",
    "app-registration",
    "device",
  ] as const;
  for (const kind of switched)
    expect(planArtifact(artifact({ kind }), "user")).toMatchObject({ becomes: "disabled", undo: expect.any(String) });
});

test("deleting and disabling are different choices and say so [R96]", () => {
  expect(planArtifact(artifact({}), "user", "disable").action).toBe("disable-inbox-rule");
  const connector = artifact({ kind: "inbound-connector" });
  expect(planArtifact(connector, "user", "delete")).toMatchObject({ action: "remove-connector", undo: null });
});

test("what was not found at Microsoft yet has no action and says what happens", () => {
  const item = planArtifact(artifact({ objectId: null }), "user");
  expect(item.action).toBeNull();
  expect(item.words).toContain("looks again");
});

test("every kind of artifact has a treatment, belongs to the step of the mails, or is a role that a person takes away", () => {
  for (const kind of ARTIFACT_KINDS) {
    const { action } = planArtifact(artifact({ kind }), "user");
    expect(action === null).toBe(kind.endsWith("-phish") || kind === "role-assignment");
  }
});

test("an undo is never itself undone by a loop", () => {
  for (const kind of ACTION_KINDS) {
    const undo = UNDO_OF[kind];
    if (undo) expect(UNDO_OF[undo]).toBeNull();
  }
});

test("tokens issued before a revocation live an hour, a quarter of it with continuous access evaluation", () => {
  expect(residualUntil("2026-08-01T03:12:00.000Z")).toBe("2026-08-01T04:12:00.000Z");
  expect(residualUntil("2026-08-01T03:12:00.000Z", { hasContinuousEvaluation: true })).toBe("2026-08-01T03:27:00.000Z");
});
