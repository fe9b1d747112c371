import type { OwnRules } from "#domain/event/normalize/index.ts";
import type { OwnDetections } from "#domain/view/detection.ts";
import type { Detection } from "../define-detection.ts";
import type { LoadedRule, RefusedRule } from "../sigma/load.ts";
import { RuleSet } from "../sigma/rule-set.ts";

export type DropIn = { file: string; detection: Detection };

/** What stands in the folder of own detections. */
export type OwnContent = {
  sigma: readonly LoadedRule[];
  dropIns: readonly DropIn[];
  /** Ids of those that raise an incident by themselves; all others are signals. */
  verdicts: ReadonlySet<string>;
  refused: readonly RefusedRule[];
};

const MOST_TOLD = 3_000;
const MOST_TEXT = 300;

export const NO_CONTENT: OwnContent = { sigma: [], dropIns: [], verdicts: new Set(), refused: [] };

/** Under which id the firings of a Sigma rule are kept. */
export const sigmaId = (rule: { id: string }): string => `sigma-${rule.id}`;

/** By what a record remembers a rule: another text of it is another rule. */
export const ruleKey = (rule: { id: string; version: string }): string => `${rule.id}@${rule.version}`;

/** The Sigma rules as normalization holds them against each record. */
export function ownRules(content: OwnContent): OwnRules {
  if (content.sigma.length === 0) return () => [];
  const set = new RuleSet(content.sigma.map((rule) => rule.variants));
  const keys = content.sigma.map(ruleKey);
  return (kind, record) => set.match(kind, record).map(({ rule, ...counted }) => ({ rule: keys[rule]!, ...counted }));
}

/** A Sigma rule told as a detection, for titles, techniques and keys. */
export function asDetection(rule: LoadedRule): Detection {
  const [tactic = "TA0001"] = rule.attack.tactics;
  return {
    id: sigmaId(rule),
    title: rule.title,
    severity: rule.level,
    stage: "access",
    sources: [],
    needs: [],
    attack: rule.attack.techniques.map((technique) => ({
      tactic: tactic as `TA${string}`,
      technique: technique as `T${string}`,
    })),
    falsePositives: rule.falsePositives,
    knownGaps: [],
    runbook: [],
    find: () => [],
  };
}

/** The folder's content in words, for people. Text is as the files have it (hostile). */
export function describeOwn({ sigma, dropIns, verdicts, refused }: OwnContent): OwnDetections {
  const of = (detection: Detection, kind: "sigma" | "code", file: string, ids: string[]) => ({
    id: detection.id,
    title: detection.title.slice(0, MOST_TEXT),
    severity: detection.severity,
    kind,
    file,
    techniques: [...new Set(detection.attack.map((one) => one.technique))],
    decides: ids.some((id) => verdicts.has(id)),
  });
  return {
    loaded: [
      ...dropIns.map(({ file, detection }) => of(detection, "code", file, [detection.id])),
      ...sigma.map((rule) => of(asDetection(rule), "sigma", rule.file, [rule.id, sigmaId(rule)])),
    ].slice(0, MOST_TOLD),
    refused: refused.slice(0, MOST_TOLD).map(({ file, title, reason }) => ({
      file,
      title: title.slice(0, MOST_TEXT),
      reason: reason.slice(0, MOST_TEXT),
    })),
  };
}
