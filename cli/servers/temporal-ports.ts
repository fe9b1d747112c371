import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./ports.ts";

/** Where the pieces of a Temporal server listen, all on 127.0.0.1. */
export type TemporalPorts = { frontend: number; ui: number; services: number[]; membership: number[] };

/**
 * Chooses ports and keeps those of the frontend and the UI in the data folder, so that others can be told the address before
 * the server is built, and find it there again at the next start.
 */
export async function planPorts(dataDir: string): Promise<TemporalPorts> {
  const folder = join(dataDir, "temporal");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "ports.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { frontend?: number; ui?: number }) : {};
  const frontend = await freePort(kept.frontend);
  const ui = await freePort(kept.ui);
  writeFileSync(file, JSON.stringify({ frontend, ui }));
  const four = async () => [await freePort(), await freePort(), await freePort(), await freePort()];
  return { frontend, ui, services: await four(), membership: await four() };
}

/** The address for clients and, by the name under which the portal is opened too, the UI. */
export const temporalUrls = ({ frontend, ui }: TemporalPorts): { address: string; uiUrl: string } => ({
  address: `127.0.0.1:${frontend}`,
  uiUrl: `http://localhost:${ui}`,
});
