import { hash } from "node:crypto";
import type { AccountMention } from "#db/repos/account.ts";
import type { EventFacts, EventSource, NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord, type OwnRules } from "#domain/event/normalize/index.ts";

export type Understood = {
  event: NormalizedEvent;
  facts: EventFacts;
  index: number;
  /** The account the event is about; undefined for services and for nobody. */
  mention: AccountMention | undefined;
};
export type Unreadable = { index: number; raw: unknown; reason: string };

const OBJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whose event it is: the person who acted, else the person it was done to. */
export function mentionOf({ actor, target }: NormalizedEvent): AccountMention | undefined {
  if (actor.kind === "person" || actor.kind === "guest") {
    const objectId = actor.objectId && OBJECT_ID.test(actor.objectId) ? actor.objectId : undefined;
    if (objectId || actor.upn || actor.puid) return { objectId, upn: actor.upn, puid: actor.puid };
  }
  if (!target?.upn) return undefined;
  return {
    upn: target.upn,
    objectId: target.kind === "user" && target.id && OBJECT_ID.test(target.id) ? target.id : undefined,
  };
}

/** Attackers write evidence: a record that names another organization than the tenant it was read from is put aside (S47). */
const isForeign = ({ source, organizationId }: NormalizedEvent, microsoftTenantId: string | undefined): boolean =>
  source === "ual" &&
  organizationId !== undefined &&
  microsoftTenantId !== undefined &&
  organizationId !== microsoftTenantId.toLowerCase();

const digest = (bytes: Uint8Array): string => hash("sha256", bytes);

/** Every record of a page in our language, with the facts of its address and agent. */
export function understandPage(
  records: unknown[],
  source: EventSource,
  factsOf: (event: NormalizedEvent) => EventFacts,
  microsoftTenantId?: string,
  ownRules?: OwnRules,
): { understood: Understood[]; unreadable: Unreadable[]; notRelevant: number } {
  const understood: Understood[] = [];
  const unreadable: Unreadable[] = [];
  let notRelevant = 0;
  for (const [index, raw] of records.entries()) {
    const result = normalizeRecord(raw, { source, digest, ...(ownRules ? { ownRules } : {}) });
    if (result.kind === "unreadable") unreadable.push({ index, raw, reason: result.reason });
    else if (result.kind === "not-relevant") notRelevant += 1;
    else if (isForeign(result.event, microsoftTenantId))
      unreadable.push({ index, raw, reason: "names another organization than this tenant" });
    else
      understood.push({ event: result.event, facts: factsOf(result.event), index, mention: mentionOf(result.event) });
  }
  return { understood, unreadable, notRelevant };
}
