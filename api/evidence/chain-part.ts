import { signHead } from "#db/chain-head.ts";
import {
  type AuditRow,
  listAuditRows,
  listCheckpoints,
  listGone,
  listLinks,
  listTombstones,
} from "#db/repos/evidence.ts";
import type { Signer } from "#db/signing.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { actorHash, type Checkpoint, type Link, type Tombstone } from "#domain/evidence/chain.ts";
import type { AuditLine, GoneLine, LinksLine } from "#domain/evidence/file.ts";

/** Links of other rows that stand on one line of the file. */
const LINKS_A_LINE = 500;

/** So many rows that are missing are named. */
const GONE_MAX = 100;

export type ChainPart = (
  | { type: "audit"; body: AuditLine }
  | { type: "links"; body: LinksLine }
  | { type: "checkpoint"; body: Checkpoint }
  | { type: "gone"; body: GoneLine }
  | { type: "tombstone"; body: Tombstone }
)[];

function auditLine(link: Link, row: AuditRow, showsActor: boolean): AuditLine {
  const { position, recordedAt, previousHash, entryHash, hash } = link;
  const { body, bodySalt, actor, actorSalt } = row;
  return {
    position,
    recordedAt,
    previousHash,
    entryHash,
    hash,
    bodySalt,
    body,
    actorHash: actorHash(actorSalt, actor),
    ...(showsActor ? { actor, actorSalt } : {}),
  };
}

/**
 * The audit from the incident's first row to the organization's head, which is signed here: the rows of the incident in
 * full, everything between as hashes, and every head signed on the way.
 */
export async function chainPart(
  tx: ScopedTx,
  of: { incidentId: string; orgId: string; signer: Signer; now: string; showsActor: (actor: string) => boolean },
): Promise<ChainPart> {
  const { orgId, signer, now } = of;
  const head = await signHead(tx, signer, orgId, now);
  const rows = new Map((await listAuditRows(tx, of.incidentId)).map((row) => [row.position, row]));
  const [first] = rows.keys();
  if (!head || first === undefined) return [];
  const part: ChainPart = [];
  let others: LinksLine | undefined;
  for (const link of await listLinks(tx, orgId, first, head.position)) {
    const row = rows.get(link.position);
    if (row) {
      part.push({ type: "audit", body: auditLine(link, row, of.showsActor(row.actor)) });
      others = undefined;
      continue;
    }
    if (!others || others.links.length >= LINKS_A_LINE) {
      others = { from: link.position, previousHash: link.previousHash, links: [] };
      part.push({ type: "links", body: others });
    }
    others.links.push([link.recordedAt, link.entryHash, link.hash]);
  }
  for (const point of await listCheckpoints(tx, orgId, first, head.position))
    part.push({ type: "checkpoint", body: point });
  for (const stone of await listTombstones(tx, orgId)) part.push({ type: "tombstone", body: stone });
  const positions = await listGone(tx, orgId, GONE_MAX);
  if (positions.length > 0) part.push({ type: "gone", body: { positions } });
  return part;
}
