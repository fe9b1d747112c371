/** Why what is not found is not found, by set and episode or by rule and case. A miss without a line here says so. */
const WHY: Record<"episode" | "case", Record<string, string>> = {
  episode: {},
  case: {},
};

/** A list of reasons, one a miss. */
export function explain(kind: "episode" | "case", missed: readonly string[]): string[] {
  if (missed.length === 0) return [];
  return [...missed.map((name) => `- ${name}: ${WHY[kind][name] ?? "not explained yet"}`), ""];
}
