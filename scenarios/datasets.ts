import { existsSync } from "node:fs";
import { join } from "node:path";

/** A public data set beside the repository (or below PETRA_SHARED); undefined, with one line saying so, when it is not there. */
export function publicDataset(name: string): string | undefined {
  const shared = process.env.PETRA_SHARED ?? join(import.meta.dirname, "../../shared");
  const folder = join(shared, "datasets/public", name);
  if (existsSync(folder)) return folder;
  console.warn(`SKIPPED: ${folder} is not there; set PETRA_SHARED to the folder that holds datasets/public/${name}.`);
  return undefined;
}
