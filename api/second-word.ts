import { writeAudit } from "#db/repos/order.ts";
import { addSecondWord, type SecondWordRow } from "#db/repos/second-words.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { type Capability, may, type Viewer } from "#domain/access/may.ts";
import type { SecondWordPayload } from "#domain/access/second-word.ts";
import { SECOND_PERSON_MS } from "#domain/command/command.ts";
import type { SecondWordView } from "#domain/view/second-word.ts";
import { type ApiContext, actorOf, asHouse, nowOf } from "./context.ts";
import { tellLoosened } from "./loosen.ts";
import { actorFor } from "./view/actor.ts";

type Deed = {
  id: string;
  orgId: string;
  tenantId: string | null;
  incidentId: string | null;
  capability: Capability;
  payload: SecondWordPayload;
  what: string;
  reason: string;
  path: string;
  /** People who hear of it before the Admins. */
  before?: string[];
};

/** Keeps a deed until a second person agrees, and tells every Admin that it waits. */
export async function askSecond(c: ApiContext, tx: ScopedTx, deed: Deed): Promise<SecondWordRow> {
  const viewer = c.get("viewer");
  const { id, orgId, tenantId, incidentId, capability, payload, what, reason, path, before = [] } = deed;
  const askedAt = nowOf(c);
  const row: SecondWordRow = {
    id,
    orgId,
    tenantId,
    incidentId,
    capability,
    payload,
    what,
    reason,
    by: actorOf(viewer),
    memberId: viewer.memberId,
    askedAt,
    expiresAt: new Date(Date.parse(askedAt) + SECOND_PERSON_MS).toISOString(),
    state: "waiting",
    decidedBy: null,
    decidedAt: null,
  };
  // A guest sees nothing of the others' changes: the house keeps his.
  if (viewer.role === "external-guest" && tenantId)
    await asHouse(c, { orgId, tenantId }, (house) => addSecondWord(house, row));
  else await addSecondWord(tx, row);
  await writeAudit(tx, {
    orgId,
    tenantId,
    incidentId,
    at: askedAt,
    actor: row.by,
    action: "second-word.ask",
    object: id,
    detail: { what, reason },
  });
  await tellLoosened(c, tx, {
    orgId,
    tenantId,
    incidentId,
    key: `asked:${id}`,
    what: `${what}, when a second person agrees`,
    reason,
    path,
    before,
  });
  return row;
}

export function secondWordView(viewer: Viewer, row: SecondWordRow): SecondWordView {
  const isMine = row.memberId === viewer.memberId;
  const { id, what, reason, tenantId, incidentId, askedAt, expiresAt } = row;
  return {
    id,
    what,
    reason,
    tenantId,
    incidentId,
    by: actorFor(viewer, row.by),
    askedAt,
    expiresAt,
    isMine,
    mayAnswer: may(viewer, row.capability).ok,
  };
}
