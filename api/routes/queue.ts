import { z } from "@hono/zod-openapi";
import { auditLooks } from "#db/repos/look.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import { listAwaiting, targetsOf } from "#db/repos/portal-queue.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { QueueItem } from "#domain/view/portal.ts";
import { inScope, nowOf } from "../context.ts";
import { createRouter, json, route } from "../route.ts";
import { queueItemSchema } from "../schema/incident.ts";

const queue = route("queue.view", {
  method: "get",
  path: "/api/queue",
  summary: "Steps that wait for an analyst, over all organizations, longest waiting first",
  responses: { 200: json(z.array(queueItemSchema), "What waits.") },
});

const KIND_WORDS: Record<string, string> = { mail: "Retract the mail", "inbox-rule": "Delete the inbox rule" };

function accountActs(step: RemediationStepId, upn: string): string[] {
  if (step === "revoke-and-lock") return [`End all sessions of ${upn}`, `Disable the account ${upn}`];
  if (step === "reset-password") return [`Set a new password for ${upn}`];
  return step === "reenable-account" ? [`Enable the account ${upn}`] : [];
}

export const queueRoutes = createRouter().openapi(queue, async (c) => {
  const viewer = c.get("viewer");
  const items = await inScope(c, async (tx) => {
    const waiting = await listAwaiting(tx);
    const tenantIds = [...new Set(waiting.map((row) => row.incident.tenantId))];
    await auditLooks(tx, { tenantIds, object: "queue", name: viewer.name, now: nowOf(c) });
    const found: QueueItem[] = [];
    for (const { step, incident, org } of waiting) {
      const [card] = await listIncidentCards(tx, { id: incident.id });
      if (!card) continue;
      const { stepId } = step;
      const targets =
        stepId === "disable-persistence" || stepId === "retract-phish" ? await targetsOf(tx, incident.id, stepId) : [];
      found.push({
        incident: card,
        org,
        step: stepId,
        reason: step.reason ?? "Policy asks a person before this step.",
        since: step.askedAt ?? step.updatedAt,
        wouldHappen: [
          ...accountActs(stepId, card.account.upn),
          ...targets.map(
            (target) =>
              `${KIND_WORDS[target.kind] ?? `Disable the ${target.kind.replaceAll("-", " ")}`} “${target.name}”`,
          ),
        ],
        evidence: incident.draft.for,
        against: incident.draft.against,
      });
    }
    return found;
  });
  return c.json(items, 200);
});
