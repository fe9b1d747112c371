import { sha256 } from "#domain/event/sha256.ts";

/** What stands before the first link of every chain. */
export const CHAIN_START = "0".repeat(64);

/** One link as anybody may see it: it tells nothing about the row it stands for. */
export type Link = { position: number; recordedAt: string; entryHash: string; previousHash: string; hash: string };

/** Commitment to who acted. `actor` is the row's JSON text as the database gives it. */
export const actorHash = (salt: string, actor: string): string => sha256(`petra.audit.actor.v1\n${salt}\n${actor}`);

/** Commitment to what was done: the row without its actor, as JSON text. */
export const bodyHash = (salt: string, body: string): string => sha256(`petra.audit.body.v1\n${salt}\n${body}`);

/** Both commitments together: either can be shown without the other. */
export const entryHash = (actor: string, body: string): string => sha256(`petra.audit.entry.v1\n${actor}\n${body}`);

/** The link's own hash; the database computes the same in `petra.chain_entry`. */
export const linkHash = (orgId: string, link: Omit<Link, "hash">): string =>
  sha256(
    `petra.audit.link.v1\n${orgId}\n${link.position}\n${link.recordedAt}\n${link.previousHash}\n${link.entryHash}`,
  );

/** A head of an organization's chain, signed by the installation. */
export type Checkpoint = {
  orgId: string;
  position: number;
  hash: string;
  at: string;
  keyId: string;
  signature: string;
};

/** The text a checkpoint's signature stands for. */
export const checkpointText = ({ orgId, position, hash, at }: Omit<Checkpoint, "keyId" | "signature">): string =>
  `petra.audit.checkpoint.v1\n${orgId}\n${position}\n${hash}\n${at}`;

/**
 * What retention leaves of rows it dropped: their links stay in the chain, and this says, signed, that the installation
 * dropped them itself, at its time and by its rule. `hash` is that of the last of them.
 */
export type Tombstone = {
  orgId: string;
  from: number;
  to: number;
  hash: string;
  /** Rows older than this were dropped. */
  before: string;
  at: string;
  keyId: string;
  signature: string;
};

/** The text a tombstone's signature stands for. */
export const tombstoneText = ({ orgId, from, to, hash, before, at }: Omit<Tombstone, "keyId" | "signature">): string =>
  `petra.audit.tombstone.v1\n${orgId}\n${from}\n${to}\n${hash}\n${before}\n${at}`;

/** Where a run of links breaks, in words; undefined when it holds. */
export function chainFault(orgId: string, links: readonly Link[]): { position: number; what: string } | undefined {
  let last: Link | undefined;
  for (const link of links) {
    const { position } = link;
    if (last && position !== last.position + 1)
      return { position, what: `the audit jumps from position ${last.position} to ${position}` };
    if (last ? link.previousHash !== last.hash : position === 1 && link.previousHash !== CHAIN_START)
      return { position, what: `position ${position} of the audit does not follow the one before it` };
    if (linkHash(orgId, link) !== link.hash)
      return { position, what: `position ${position} of the audit does not have the hash it claims` };
    last = link;
  }
  return undefined;
}
