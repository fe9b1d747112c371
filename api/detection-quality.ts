import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Measured quality of the detections, by detection id. */
export type Quality = {
  measured: string | null;
  of: Map<string, { precision: string; interval: string | null; basis: string }>;
};

const PAGE = join(import.meta.dirname, "../docs/detection-quality.md");
const NOTHING: Quality = { measured: null, of: new Map() };

/**
 * Reads docs/detection-quality.md as `npm run evaluate` writes it: every table with a column "detection" and one that
 * begins with "precision". A detection without a row, or with a dash in it, was not measured.
 */
export function parseQuality(page: string): Quality["of"] {
  const of: Quality["of"] = new Map();
  let columns: { detection: number; precision: number; heads: string[] } | undefined;
  for (const line of page.split("\n")) {
    if (!line.trimStart().startsWith("|")) {
      columns = undefined;
      continue;
    }
    const cells = line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", ""));
    if (!columns) {
      const heads = cells.map((cell) => cell.toLowerCase());
      const detection = heads.indexOf("detection");
      const precision = heads.findIndex((head) => head.startsWith("precision"));
      if (detection >= 0 && precision >= 0) columns = { detection, precision, heads: cells };
      continue;
    }
    const { detection, precision, heads } = columns;
    const interval = heads.findIndex((head) => /interval/i.test(head));
    const [id, value] = [cells[detection], cells[precision]];
    if (!id || !value || !/\d/.test(value)) continue;
    const basis = cells
      .map((cell, index) =>
        index === detection || index === precision || index === interval || !heads[index]
          ? ""
          : `${heads[index]} ${cell}`,
      )
      .filter(Boolean)
      .join(", ");
    of.set(id, { precision: value, interval: cells[interval] ?? null, basis });
  }
  return of;
}

/** The published measurement, or nothing where the page does not exist. */
export async function readQuality(path = PAGE): Promise<Quality> {
  try {
    const page = await readFile(path, "utf8");
    return {
      measured: /\d{4}-\d{2}-\d{2}/.exec(page)?.[0] ?? null,
      of: parseQuality(page),
    };
  } catch {
    return NOTHING;
  }
}
