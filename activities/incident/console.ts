import { addApproval, addQuestion, answerQuestion, listApprovals } from "#db/repos/approval.ts";
import { queueMessage } from "#db/repos/notify.ts";
import type { OrderRow } from "#db/repos/order.ts";
import { writeAudit } from "#db/repos/order.ts";
import { loadCase, updateIncident } from "#db/repos/remediate.ts";
import { listNotificationAddresses } from "#db/repos/tenant.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { Actor } from "#domain/access/actor.ts";
import { SECOND_PERSON_MS } from "#domain/command/command.ts";
import { questionMessage } from "#domain/notification/message.ts";
import { about } from "./take-up.ts";

type At = { orgId: string; tenantId: string; incidentId: string };
type Ending = { state: "done"; reason: string; result: Record<string, unknown> };

/**
 * One word for a step that two people must agree to (D19): keeps it, and answers how the order ends while the second is
 * missing. Undefined: the step may run.
 */
export async function hearWord(tx: ScopedTx, at: At, order: OrderRow, now: string): Promise<Ending | undefined> {
  const { input, actor } = order;
  if (input.kind !== "approve" || !("memberId" in actor)) return undefined;
  const row = await loadCase(tx, at.incidentId);
  const step = row?.steps.find((one) => one.stepId === input.step);
  if (!row || step?.authority !== "two") return undefined;
  const { planVersion } = row.incident;
  const place = { ...at, stepId: input.step, planVersion };
  await addApproval(tx, { ...place, memberId: actor.memberId, by: actor, commandId: order.id, at: now });
  const recent = new Date(Date.parse(now) - SECOND_PERSON_MS).toISOString();
  const asked = step.decision?.waitingSince ?? recent;
  const words = await listApprovals(tx, { ...place, since: asked > recent ? asked : recent });
  if (new Set(words.map((word) => word.memberId)).size >= 2) return undefined;
  await writeAudit(tx, { ...about(at, now), actor, action: "step.agreed", detail: { step: input.step, of: 2 } });
  const reason = "One of two has agreed. The step runs when another person agrees within 30 minutes.";
  return { state: "done", reason, result: { step: "awaiting-approval", agreed: 1, of: 2 } };
}

/** Puts an analyst's question on the incident and sends it to every notification method of the tenant. */
export async function askMsp(
  tx: ScopedTx,
  at: At,
  order: Pick<OrderRow, "id" | "actor">,
  question: string,
  { now, publicUrl }: { now: string; publicUrl: string },
): Promise<void> {
  const row = await loadCase(tx, at.incidentId);
  if (!row) return;
  await addQuestion(tx, { ...at, id: order.id, question, by: order.actor, askedAt: now });
  const message = questionMessage({
    account: row.account.upn,
    tenant: row.tenant.name,
    number: row.incident.number,
    question,
    url: `${publicUrl}/incidents/${at.incidentId}`,
  });
  for (const recipient of await listNotificationAddresses(tx, at.tenantId))
    await queueMessage(tx, {
      ...at,
      key: `question:${order.id}:${recipient.toLowerCase()}`,
      channel: "email",
      recipient,
      ...message,
      nextAt: now,
      createdAt: now,
    });
}

/** The MSP's answer, once; false when there is nothing to answer. */
export async function answerMsp(
  tx: ScopedTx,
  at: At,
  order: Pick<OrderRow, "actor">,
  input: { questionId: string; answer: string },
  now: string,
): Promise<boolean> {
  const values = { answer: input.answer, answeredBy: order.actor, answeredAt: now };
  const isNew = await answerQuestion(tx, input.questionId, at.incidentId, values);
  if (isNew)
    await writeAudit(tx, { ...about(at, now), actor: order.actor, action: "msp.answer", object: input.questionId });
  return isNew;
}

export const setNote = (tx: ScopedTx, incidentId: string, note: string, now: string): Promise<void> =>
  updateIncident(tx, incidentId, { note: note.trim() === "" ? null : note, updatedAt: now });

export const markNotable = (
  tx: ScopedTx,
  incidentId: string,
  notable: { by: Actor; reason: string; at: string },
): Promise<void> => updateIncident(tx, incidentId, { notable, updatedAt: notable.at });
