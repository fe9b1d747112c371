import { createHash } from "node:crypto";
import { findCommand, insertCommand, markSignalled } from "#db/repos/commands.ts";
import { listNeverTouch } from "#db/repos/never-touch.ts";
import { queueMessage } from "#db/repos/notify.ts";
import { writeAudit } from "#db/repos/order.ts";
import { listMatches, listPhishTenants, type MatchRow, type ReportedPhish } from "#db/repos/phish.ts";
import { countRemediators, type PhishOrderRow } from "#db/repos/phish-orders.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { waitingRetractionMessage } from "#domain/notification/message.ts";
import type { PhishAct } from "#domain/phish/phish.ts";
import { type PhishPreview, previewOf, previewText } from "#domain/phish/preview.ts";
import type { PhishPreviewView } from "#domain/view/phish.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "./context.ts";
import { ring } from "./orders.ts";
import { fail } from "./problem.ts";
import type { PhishTenant } from "./view/phish.ts";

export type Rung = { tenantId: string; commandId: string };

/** The same id for the same part of the same order, however often it is pressed (D15). */
export function commandIdOf(orderId: string, part: string): string {
  const hex = createHash("sha256").update(`${orderId}/${part}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The session a request came with, as a hash: who agrees must have signed in for himself. */
export async function sessionOf(c: ApiContext): Promise<string> {
  const session = await c.get("deps").auth.api.getSession({ headers: c.req.raw.headers });
  return hashOf(session?.session.id ?? "");
}

/** Why a tenant cannot be looked into now, as a sentence. */
function closedBecause(tenant: PhishTenant): string | undefined {
  if (tenant.phase === "consent" || !tenant.microsoftTenantId) return "The tenant is not connected to Petra yet.";
  if (tenant.phase === "paused") return "The tenant is paused. Resume it to look for the phish there.";
  return undefined;
}

/** Orders every tenant the viewer sees to be looked into; one that cannot be says why and holds nobody up. */
export async function placeLooks(c: ApiContext, tx: ScopedTx, phish: ReportedPhish, orderId: string): Promise<Rung[]> {
  const rung: Rung[] = [];
  for (const tenant of await listPhishTenants(tx, phish.orgId, phish.tenantId)) {
    if (tenant.phase === "removed") continue;
    const input: CommandInput = { kind: "find-phish", phishId: phish.id };
    const placed = await place(c, tx, { phish, orderId, tenantId: tenant.id, input, refusal: closedBecause(tenant) });
    if (placed) rung.push(placed);
  }
  return rung;
}

/** Gives every tenant of an order its command, in the name of the person who asked for it. */
export async function placeActs(
  c: ApiContext,
  tx: ScopedTx,
  phish: ReportedPhish,
  order: PhishOrderRow,
): Promise<Rung[]> {
  const rung: Rung[] = [];
  const kind = order.act === "retract" ? ("retract-mail" as const) : ("restore-mail" as const);
  for (const tenantId of order.tenantIds) {
    const input: CommandInput = { kind, phishId: phish.id, orderId: order.id };
    const placed = await place(c, tx, { phish, orderId: order.id, tenantId, input, by: order.by });
    if (placed) rung.push(placed);
  }
  return rung;
}

async function place(
  c: ApiContext,
  tx: ScopedTx,
  part: {
    phish: ReportedPhish;
    orderId: string;
    tenantId: string;
    input: CommandInput;
    by?: PhishOrderRow["by"];
    refusal?: string | undefined;
  },
): Promise<Rung | undefined> {
  const { phish, orderId, tenantId, input, refusal } = part;
  const now = nowOf(c);
  const id = commandIdOf(orderId, tenantId);
  const actor = part.by ?? actorOf(c.get("viewer"));
  const at = { orgId: phish.orgId, tenantId, incidentId: null };
  const isNew = await insertCommand(tx, {
    ...at,
    id,
    kind: input.kind,
    input,
    actor,
    phishId: phish.id,
    manyId: orderId,
    state: refusal ? "refused" : "sent",
    reason: refusal ?? null,
    issuedAt: now,
    finishedAt: refusal ? now : null,
  });
  if (!isNew) {
    const known = await findCommand(tx, id);
    return known?.state === "sent" ? { tenantId, commandId: id } : undefined;
  }
  const action = refusal ? "command.refuse" : "command.send";
  const detail = { kind: input.kind, phish: phish.id, ...(refusal ? { reason: refusal } : {}) };
  await writeAudit(tx, { ...at, at: now, actor, action, object: id, detail });
  return refusal ? undefined : { tenantId, commandId: id };
}

/** Rings after the commit, all tenants beside one another; what is not heard the relay rings again. */
export async function ringAll(c: ApiContext, phishId: string, rung: Rung[]): Promise<void> {
  const { bell } = c.get("deps");
  await Promise.all(
    rung.map(async ({ tenantId, commandId }) => {
      if (await ring(c, () => bell.ringPhish(tenantId, phishId, commandId)))
        await inScope(c, (tx) => markSignalled(tx, commandId, nowOf(c)));
    }),
  );
}

export type Previewed = {
  preview: PhishPreview;
  hash: string;
  copies: MatchRow[];
  tenants: PhishTenant[];
};

/** What an order over these copies would do now; a copy outside the viewer's scope does not exist. */
export async function previewChosen(
  tx: ScopedTx,
  phish: ReportedPhish,
  chosen: { act: PhishAct; matchIds: string[] },
): Promise<Previewed> {
  const tenants = await listPhishTenants(tx, phish.orgId);
  const copies = (await listMatches(tx, [phish.id])).filter((row) => chosen.matchIds.includes(row.id));
  const listed = await listNeverTouch(tx, [...new Set(copies.map((row) => row.tenantId))]);
  const isNeverTouch = (row: MatchRow) =>
    chosen.act === "retract" &&
    listed.some((one) => one.tenantId === row.tenantId && one.mailboxObjectId === row.mailboxObjectId);
  const preview = previewOf(
    chosen.act,
    copies.map((row) => ({ ...row, isNeverTouch: isNeverTouch(row) })),
  );
  return { preview, hash: hashOf(previewText(preview)), copies, tenants };
}

/** May the viewer wait instead of asking somebody: only where nobody else of the organization could agree (S45). */
export async function mayWaitInstead(c: ApiContext, tx: ScopedTx, phish: ReportedPhish): Promise<boolean> {
  return c.get("viewer").orgId !== null && (await countRemediators(tx, phish.orgId)) <= 1;
}

export const previewView = ({ preview, hash, copies, tenants }: Previewed, mayWait: boolean): PhishPreviewView => ({
  act: preview.act,
  hash,
  mails: preview.mails,
  mailboxes: preview.mailboxes,
  tenants: preview.tenants.map(({ tenantId, ...counts }) => {
    const tenant = tenants.find((one) => one.id === tenantId);
    return { id: tenantId, name: tenant?.name ?? "", responseEnabled: tenant?.responseEnabled ?? false, ...counts };
  }),
  leftOut: preview.leftOut.map(({ id, why }) => ({
    id,
    why,
    mailbox: copies.find((row) => row.id === id)?.mailbox ?? "",
  })),
  needsSecond: preview.needsSecond,
  mayWaitInstead: preview.needsSecond && mayWait,
});

/** Tells every notification method of the tenants that an order waits instead of a second person's word. */
export async function tellWaiting(
  c: ApiContext,
  tx: ScopedTx,
  phish: ReportedPhish,
  order: PhishOrderRow,
): Promise<void> {
  const { name } = c.get("viewer");
  const now = nowOf(c);
  const message = waitingRetractionMessage({
    name,
    act: order.act,
    subject: phish.subject ?? "",
    mailboxes: order.mailboxes,
    tenants: order.tenantIds.length,
    notBefore: order.notBefore ?? now,
    url: `${c.get("deps").config.publicUrl}/phish/${phish.id}`,
  });
  for (const tenantId of order.tenantIds)
    for (const recipient of await listNotificationAddresses(tx, tenantId))
      await queueMessage(tx, {
        orgId: phish.orgId,
        tenantId,
        incidentId: null,
        key: `phish-wait:${order.id}:${recipient.toLowerCase()}`,
        channel: "email",
        recipient,
        ...message,
        nextAt: now,
        createdAt: now,
      });
}

/** The order is no longer what the person saw. */
export const planChanged = () =>
  fail("conflict", "Plan changed: the mails are no longer those that were shown. Look at the new preview.", {
    reason: "plan-changed",
  });
