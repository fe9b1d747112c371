import { type Checkpoint, checkpointText } from "#domain/evidence/chain.ts";
import { chainAudit, findHead, findLastCheckpoint, keepCheckpoint, listCheckpoints } from "./repos/evidence.ts";
import type { Signer } from "./signing.ts";
import type { ScopedTx } from "./tenancy.ts";

/** Signs the newest link of an organization's chain and keeps what was signed; undefined before its first row. */
export async function signHead(
  tx: ScopedTx,
  signer: Signer,
  orgId: string,
  now: string,
): Promise<Checkpoint | undefined> {
  await chainAudit(tx, orgId);
  const head = await findHead(tx, orgId);
  if (!head) return undefined;
  const { position } = head;
  const known = (await listCheckpoints(tx, orgId, position, position)).find((p) => p.keyId === signer.keyId);
  if (known) return known;
  const text = { orgId, ...head, at: now };
  const point = { ...text, keyId: signer.keyId, signature: signer.sign(checkpointText(text)) };
  await keepCheckpoint(tx, point);
  return point;
}

const EVERY_MS = 15 * 60_000;
const EVERY_ROWS = 1_000;

/**
 * Takes along the rows that wait for the chain, and signs its head where the last signed one is fifteen minutes or a
 * thousand rows old (S48): whoever rebuilds the chain later must have had the key as well.
 */
export async function keepChain(tx: ScopedTx, signer: Signer, orgId: string, now: string): Promise<void> {
  await chainAudit(tx, orgId);
  const head = await findHead(tx, orgId);
  if (!head) return;
  const last = await findLastCheckpoint(tx, orgId, signer.keyId);
  const isDue =
    !last ||
    (head.position > last.position &&
      (Date.parse(now) - Date.parse(last.at) >= EVERY_MS || head.position - last.position >= EVERY_ROWS));
  if (isDue) await signHead(tx, signer, orgId, now);
}
