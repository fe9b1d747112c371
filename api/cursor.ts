import { z } from "zod";
import type { EventKey } from "#db/repos/portal-events.ts";
import { seal, unseal } from "#db/sealing.ts";
import { fail } from "./problem.ts";

const keySchema = z.object({ at: z.string(), recordId: z.string(), source: z.string(), contentHash: z.string() });
const PURPOSE = "cursor";

/** A cursor nobody can read or make, good for the same person and filter alone (S30). */
export function sealCursor(masterKey: Uint8Array, context: string, key: EventKey): string {
  const plain = new TextEncoder().encode(JSON.stringify(key));
  return Buffer.from(seal(masterKey, PURPOSE, context, plain)).toString("base64url");
}

/** Throws 400 for a cursor of somebody else, of another filter, or one that was changed. */
export function openCursor(masterKey: Uint8Array, context: string, cursor: string): EventKey {
  try {
    const plain = unseal(masterKey, PURPOSE, context, Buffer.from(cursor, "base64url"));
    return keySchema.parse(JSON.parse(new TextDecoder().decode(plain)));
  } catch {
    throw fail("invalid", "This cursor belongs to another list. Start again at its first page.");
  }
}
