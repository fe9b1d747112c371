import { z } from "@hono/zod-openapi";
import { claimIncident, listClaims, listQuestions, releaseClaim } from "#db/repos/approval.ts";
import { loadIncidentState } from "#db/repos/incident.ts";
import { auditLook, auditLooks } from "#db/repos/look.ts";
import { writeAudit } from "#db/repos/order.ts";
import { findKillSwitch } from "#db/repos/policy.ts";
import { listIncidentCards } from "#db/repos/portal-cards.ts";
import { findIncident } from "#db/repos/portal-incident.ts";
import { listAwaiting, targetsOf } from "#db/repos/portal-queue.ts";
import { wordsThatCount } from "#domain/incident/transitions.ts";
import { lossPerMinute } from "#domain/policy/queue-order.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { QueueItem } from "#domain/view/portal.ts";
import { actorOf, inScope, nowOf } from "../context.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { queueItemSchema } from "../schema/incident.ts";
import { id } from "../schema/parts.ts";
import { claimSchema } from "../schema/policy.ts";
import { questionView } from "../view/policy.ts";

const queue = route("queue.view", {
  method: "get",
  path: "/api/queue",
  summary:
    "Steps that wait for an analyst, over all organizations, the costliest to wait for first; then shadow mode's",
  responses: { 200: json(z.array(queueItemSchema), "What waits.") },
});

const claim = route("queue.view", {
  method: "post",
  path: "/api/queue/{id}/claim",
  summary: "Take an incident's decisions in hand, take them over from another analyst, or hand them back",
  request: {
    params: z.object({ id }),
    body: body(z.strictObject({ claim: z.enum(["take", "take-over", "release"]) })),
  },
  responses: { 200: json(z.object({ claim: claimSchema.nullable() }), "Whose it is now.") },
});

const KIND_WORDS: Record<string, string> = { mail: "Retract the mail", "inbox-rule": "Delete the inbox rule" };

function accountActs(step: RemediationStepId, upn: string): string[] {
  if (step === "revoke-and-lock") return [`End all sessions of ${upn}`, `Disable the account ${upn}`];
  if (step === "reset-password") return [`Set a new password for ${upn}`];
  return step === "reenable-account" ? [`Enable the account ${upn}`] : [];
}

const isShadow = (item: QueueItem): boolean => item.would !== null;

export const queueRoutes = createRouter()
  .openapi(queue, async (c) => {
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const items = await inScope(c, async (tx) => {
      const waiting = await listAwaiting(tx);
      const tenantIds = [...new Set(waiting.map((row) => row.incident.tenantId))];
      await auditLooks(tx, { tenantIds, object: "queue", name: viewer.name, now });
      const ids = [...new Set(waiting.map((row) => row.incident.id))];
      const claims = await listClaims(tx, ids);
      const questions = await listQuestions(tx, ids);
      const switches = new Map<string, boolean>();
      for (const orgId of new Set(waiting.map((row) => row.org.id)))
        switches.set(orgId, (await findKillSwitch(tx, orgId))?.isOn === true);
      const found: QueueItem[] = [];
      for (const { step, incident, org } of waiting) {
        const [card] = await listIncidentCards(tx, { id: incident.id });
        if (!card) continue;
        const { stepId, decision } = step;
        const isTwo = step.authority === "two";
        const state = isTwo ? await loadIncidentState(tx, incident.id) : undefined;
        const targets =
          stepId === "disable-persistence" || stepId === "retract-phish"
            ? await targetsOf(tx, incident.id, stepId)
            : [];
        const held = claims.find((one) => one.incidentId === incident.id);
        found.push({
          incident: card,
          org: { ...org, isStopped: switches.get(org.id) === true },
          step: stepId,
          reason:
            (decision?.would ? decision.reason : step.reason) ??
            decision?.reason ??
            "Policy asks a person before this step.",
          since: decision?.waitingSince ?? decision?.decidedAt ?? step.askedAt ?? step.updatedAt,
          wouldHappen: [
            ...accountActs(stepId, card.account.upn),
            ...targets.map(
              (target) =>
                `${KIND_WORDS[target.kind] ?? `Disable the ${target.kind.replaceAll("-", " ")}`} “${target.name}”`,
            ),
          ],
          evidence: incident.draft.for,
          against: incident.draft.against,
          policyVersion: step.policyVersion,
          needs: isTwo ? 2 : 1,
          agreed: state ? wordsThatCount(state.steps[stepId], now) : [],
          dueAt: decision?.escalatedAt ? null : (decision?.dueAt ?? null),
          otherwise: decision?.otherwise ?? null,
          escalatedAt: decision?.escalatedAt ?? null,
          would: decision?.would ?? null,
          claim: held ? { memberId: held.memberId, name: held.name, at: held.at } : null,
          questions: questions.filter((one) => one.incidentId === incident.id).map((one) => questionView(viewer, one)),
        });
      }
      return found.toSorted(
        (a, b) =>
          Number(isShadow(a)) - Number(isShadow(b)) ||
          lossPerMinute(b) - lossPerMinute(a) ||
          a.since.localeCompare(b.since),
      );
    });
    return c.json(items, 200);
  })
  .openapi(claim, async (c) => {
    const { id: incidentId } = c.req.valid("param");
    const { claim: wish } = c.req.valid("json");
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const held = await inScope(c, async (tx) => {
      const incident = await findIncident(tx, incidentId);
      if (!incident) throw notFound();
      const { orgId, tenantId } = incident;
      const place = { orgId, tenantId, incidentId };
      await auditLook(tx, { ...place, object: "incident", name: viewer.name, now });
      const [before] = await listClaims(tx, [incidentId]);
      const isMine = before?.memberId === viewer.memberId;
      if (before && !isMine && wish !== "take-over")
        throw fail("conflict", `${before.name} has it in hand. Take it over if he cannot go on.`, {
          reason: "already-done",
        });
      if (wish === "release") {
        await releaseClaim(tx, incidentId);
        if (before) await writeAudit(tx, { ...place, at: now, actor: actorOf(viewer), action: "queue.release" });
        return undefined;
      }
      const after = await claimIncident(
        tx,
        { ...place, memberId: viewer.memberId, name: viewer.name, at: now },
        wish === "take-over",
      );
      const detail = before && !isMine ? { from: before.memberId } : {};
      if (!isMine) await writeAudit(tx, { ...place, at: now, actor: actorOf(viewer), action: "queue.claim", detail });
      return after;
    });
    return c.json({ claim: held ? { memberId: held.memberId, name: held.name, at: held.at } : null }, 200);
  });
