import type { z } from "zod";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import { CATALOG } from "../catalog.ts";
import { type Detection, dedupKey } from "../define-detection.ts";
import { buildWorld } from "../world/world.ts";
import { caseShape, dropInShape } from "./drop-in.schema.ts";

const KINDS = ["positive", "negative", "near-miss"] as const;

/**
 * A detection of somebody's own as its files gave it: its shape is checked, its id must be its folder's name and
 * nobody else's, and each of its cases must come out as it says. Answers the detection or why it is refused.
 */
export function checkDropIn(
  folder: string,
  given: { detection: unknown; cases: unknown },
  factsOf: (event: NormalizedEvent) => EventFacts,
): { detection: Detection } | { refused: string } {
  const parsed = dropInShape.safeParse(given.detection);
  if (!parsed.success) return { refused: `Its detection is not in shape: ${firstIssue(parsed.error)}.` };
  const detection = parsed.data as Detection;
  if (detection.id !== folder) return { refused: "Its id is not the name of its folder." };
  if (CATALOG.some((known) => known.id === detection.id))
    return { refused: "Its id is one of Petra's own detections." };
  const cases = caseShape.safeParse(given.cases);
  if (!cases.success) return { refused: `Its cases are not in shape: ${firstIssue(cases.error)}.` };
  const missing = KINDS.filter((kind) => !cases.data.some((one) => one.kind === kind));
  if (missing.length > 0) return { refused: `It has no ${missing.join(" and no ")} case.` };
  for (const one of cases.data) {
    const fault = caseFault(detection, one, factsOf);
    if (fault) return { refused: `Its case "${one.name}" ${fault}.` };
  }
  return { detection };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  return `${issue.path.join(".") || "it"} ${issue.message}`.slice(0, 200);
}

function caseFault(
  detection: Detection,
  { events, expect }: z.infer<typeof caseShape>[number],
  factsOf: (event: NormalizedEvent) => EventFacts,
): string | undefined {
  let got: { title: string; key: string }[];
  try {
    const latest = events.reduce((last, e) => (e.occurredAt > last ? e.occurredAt : last), "1970-01-01T00:00:00.000Z");
    const world = buildWorld({ events, factsOf, asOf: new Date(Date.parse(latest) + 86_400_000).toISOString() });
    got = detection
      .find(world)
      .map((finding) => ({ title: finding.title ?? detection.title, key: dedupKey(detection, finding) }));
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message.slice(0, 120) : "it threw something"}`;
  }
  if (!expect.fires) return got.length > 0 ? "fires and should not" : undefined;
  if (got.length === 0) return "does not fire and should";
  if (expect.title !== undefined && !got.some((g) => g.title === expect.title)) return "fires under another title";
  if (expect.dedupKey !== undefined && !got.some((g) => g.key === expect.dedupKey)) return "fires under another key";
  return undefined;
}
