import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker, type WorkflowBundleWithSourceMap } from "@temporalio/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleWorkflows } from "#temporal/bundle.ts";
import { HISTORIES, PLAIN_CONVERTER, quietRuntime } from "#temporal/testing/rig.ts";
import * as workflows from "#workflows/index.ts";

type Saved = { name: string; json: { events: Record<string, Record<string, unknown>>[] } };
const saved: Saved[] = readdirSync(HISTORIES, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".json"))
  .map((name) => ({ name, json: JSON.parse(readFileSync(join(HISTORIES, name), "utf8")) as Saved["json"] }));

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  quietRuntime();
  workflowBundle = await bundleWorkflows();
});
const replay = ({ name, json }: Saved, bundle = workflowBundle) =>
  Worker.runReplayHistory({ workflowBundle: bundle, dataConverter: PLAIN_CONVERTER }, historyFromJSON(json), name);
const typeOf = (s: Saved) =>
  (s.json.events[0]?.workflowExecutionStartedEventAttributes?.workflowType as { name?: string } | undefined)?.name;

describe("saved histories", () => {
  it.each(saved.map((s) => [s.name, s] as const))("today's code replays %s [L13]", async (_, one) => {
    await replay(one);
  });
  it("there is one of every workflow", () => {
    expect([...new Set(saved.map(typeOf))].sort()).toEqual(Object.keys(workflows).sort());
  });
  it("a later build replays them behind its dated patch, and without the patch it is refused [L13]", async () => {
    const incidents = saved.filter((s) => typeOf(s) === "respondToIncident");
    const build = (name: string) => bundleWorkflows(fileURLToPath(new URL(`./testing/${name}.ts`, import.meta.url)));
    const [next, careless] = [await build("next-build"), await build("careless-build")];
    for (const one of incidents) {
      await replay(one, next);
      await expect(replay(one, careless)).rejects.toThrow(/nondeterminism|Determinism|TMPRL1100/i);
    }
    expect(incidents.length).toBeGreaterThan(1);
  });
  it("a history that another code would have written is refused", async () => {
    const [one] = saved.filter((s) => typeOf(s) === "respondToIncident");
    if (!one) throw new Error("no saved history of an incident");
    const json = structuredClone(one.json);
    const scheduled = json.events.find((e) => e.activityTaskScheduledEventAttributes);
    const activityType = scheduled?.activityTaskScheduledEventAttributes?.activityType as { name: string };
    activityType.name = "somethingElse";
    await expect(replay({ name: one.name, json })).rejects.toThrow(/nondeterminism|Determinism|TMPRL1100/i);
  });
});
