import { type Checkpoint, checkpointText, tombstoneText } from "#domain/evidence/chain.ts";
import {
  chainAudit,
  dropAuditRows,
  findHead,
  findLastCheckpoint,
  keepCheckpoint,
  keepTombstone,
  listCheckpoints,
} from "./repos/evidence.ts";
import { writeAudit } from "./repos/order.ts";
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

const DAY_MS = 86_400_000;
const AT_ONCE = 5_000;

/**
 * Retention of the audit (S48): rows older than so many days are dropped, their links stay, and a signed tombstone says so.
 * The dropping is a row of the audit itself. Answers whether there may be more.
 */
export async function retireAudit(
  tx: ScopedTx,
  signer: Signer,
  of: { orgId: string; now: string; days: number },
): Promise<boolean> {
  const { orgId, now } = of;
  const before = new Date(Date.parse(now) - of.days * DAY_MS).toISOString();
  const dropped = await dropAuditRows(tx, orgId, before, AT_ONCE);
  if (!dropped) return false;
  const text = { orgId, ...dropped, before, at: now };
  await keepTombstone(tx, { ...text, keyId: signer.keyId, signature: signer.sign(tombstoneText(text)) });
  await writeAudit(tx, {
    orgId,
    tenantId: null,
    incidentId: null,
    at: now,
    actor: { kind: "system", room: "evidence" },
    action: "audit.retired",
    detail: { from: dropped.from, to: dropped.to, before },
  });
  return dropped.to - dropped.from + 1 >= AT_ONCE;
}
