import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { factsOf } from "#activities/enrich/index.ts";
import { loadOwnContent } from "./load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "petra-own-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RULE =
  "title: A rule\nid: a-rule-1\nlogsource:\n  product: m365\ndetection:\n  sel:\n    Operation: x\n  condition: sel\n";

function dropIn(name: string, more: { id?: string; find?: string; cases?: string; body?: string } = {}): void {
  mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, name, "detection.mjs"),
    more.body ??
      `export default { id: "${more.id ?? name}", title: "Mail exported at night", severity: "high", stage: "act",
        sources: ["unified-audit-log"], needs: [], attack: [{ tactic: "TA0009", technique: "T1114.002" }],
        falsePositives: [], knownGaps: [], runbook: [],
        find: ${
          more.find ??
          `(world) => world.byAction("mailbox.export").filter((s) => s.account).map((seen) => ({
          account: seen.account, events: [seen], dedup: seen.event.occurredAt, reason: "exported",
          weight: { key: "x", own: 99, linked: 99, why: "x" } }))`
        } };`,
  );
  const event = (action: string) =>
    `{ recordId: "r", source: "ual", contentHash: "0", occurredAt: "2026-06-01T00:00:00.000Z", category: "exchange",
      action: "${action}", operation: "${action}", outcome: "success", actor: { kind: "person", objectId: "o", upn: "ann@x.example" },
      client: {}, handles: {}, params: {} }`;
  writeFileSync(
    join(folder, name, "cases.mjs"),
    more.cases ??
      `export const cases = [
        { kind: "positive", name: "an export", events: [${event("mailbox.export")}], expect: { fires: true, title: "Mail exported at night" } },
        { kind: "negative", name: "nothing", events: [], expect: { fires: false } },
        { kind: "near-miss", name: "a search", events: [${event("mail.read")}], expect: { fires: false } }];`,
  );
}

it("rules and detections of one's own load beside each other, and settings say which decide", async () => {
  writeFileSync(join(folder, "a.yml"), RULE);
  dropIn("night-export");
  writeFileSync(join(folder, "settings.json"), JSON.stringify({ verdicts: ["night-export"] }));
  const content = await loadOwnContent(folder, factsOf);
  expect(content.refused).toEqual([]);
  expect(content.sigma.map((r) => r.id)).toEqual(["a-rule-1"]);
  expect(content.dropIns.map((d) => [d.detection.id, d.file])).toEqual([
    ["night-export", "night-export/detection.mjs"],
  ]);
  expect([...content.verdicts]).toEqual(["night-export"]);
});

it("what is broken is refused with its reason and stops nobody else", async () => {
  dropIn("fine");
  dropIn("throws-at-once", { body: "throw new Error('no');" });
  dropIn("other-name", { id: "another" });
  dropIn("mfa-fatigue");
  dropIn("never-fires", { find: "() => []" });
  dropIn("fails", { find: "() => { throw new Error('boom'); }" });
  dropIn("no-cases", { cases: "export const cases = [];" });
  dropIn("no-shape", { body: "export default { id: 'no-shape' };" });
  writeFileSync(join(folder, "bad.yml"), "title: [");
  const content = await loadOwnContent(folder, factsOf);
  expect(content.dropIns.map((d) => d.detection.id)).toEqual(["fine"]);
  expect(Object.fromEntries(content.refused.map((r) => [r.file.split("/")[0], r.reason]))).toEqual({
    "bad.yml": expect.stringMatching(/not valid YAML/),
    fails: 'Its case "an export" failed: boom.',
    "mfa-fatigue": "Its id is one of Petra's own detections.",
    "never-fires": 'Its case "an export" does not fire and should.',
    "no-cases": "It has no positive and no negative and no near-miss case.",
    "no-shape": expect.stringMatching(/^Its detection is not in shape: title/),
    "other-name": "Its id is not the name of its folder.",
    "throws-at-once": "It cannot be loaded: no.",
  });
});

it("a wrong folder and wrong settings are one sentence; a verdict nobody is called by is named", async () => {
  await expect(loadOwnContent(join(folder, "nowhere"), factsOf)).rejects.toThrow(/is not a folder that can be read/);
  writeFileSync(join(folder, "settings.json"), "{");
  await expect(loadOwnContent(folder, factsOf)).rejects.toThrow(/is not JSON/);
  writeFileSync(join(folder, "settings.json"), '{"verdict": true}');
  await expect(loadOwnContent(folder, factsOf)).rejects.toThrow(/must hold only "verdicts"/);
  writeFileSync(join(folder, "settings.json"), '{"verdicts": ["ghost"]}');
  expect((await loadOwnContent(folder, factsOf)).refused).toMatchObject([{ id: "ghost", file: "settings.json" }]);
  expect(await loadOwnContent(undefined, factsOf)).toMatchObject({ sigma: [], dropIns: [] });
});
