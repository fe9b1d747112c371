import type { Rate } from "#detections/evaluation-bounds.ts";
import type { EpisodeScore } from "#detections/evaluation-score.ts";
import { show } from "#domain/event/show.ts";
import type { Measured } from "./evaluate-measure.ts";

export const percent = (share: number | null): string => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
export const number = (value: number | null): string => (value === null ? "–" : value.toFixed(1));
export const cell = (text: string): string => show(text, 120).replaceAll("|", "\\|");

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return ["None.", ""];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

export const readShare = ({ intake }: Measured): number | null =>
  intake.records === 0 ? null : (intake.understood + intake.notRelevant) / intake.records;

export const rightCases = (sets: readonly Measured[]): { right: number; of: number } => {
  const cases = sets.flatMap((s) => s.cases);
  return { right: cases.filter((c) => c.got === c.wanted).length, of: cases.length };
};

export const outcome = (e: EpisodeScore): string => {
  if (e.verdict === "trap") return e.cited > 0 ? "RAISED" : "silent";
  if (!e.hit) return e.verdict === "attack" ? "MISSED" : "not raised";
  return e.by === "failed-attack" ? "failed attack" : "incident";
};

export function bounded(rate: Rate | undefined): string {
  if (!rate || rate.per1000 === null) return "–";
  return `${number(rate.per1000)} (at most ${number(rate.upper)})`;
}

export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
