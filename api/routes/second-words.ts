import { z } from "@hono/zod-openapi";
import { writeAudit } from "#db/repos/order.ts";
import {
  hasSecondPerson,
  listSecondWords,
  lockSecondWord,
  type SecondWordRow,
  settleSecondWord,
} from "#db/repos/second-words.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import { may } from "#domain/access/may.ts";
import { ALONE_MS } from "#domain/command/command.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import { demand } from "../demand.ts";
import { makeChange } from "../loosening.ts";
import { releaseOrder, ringFor } from "../orders.ts";
import { fail, notFound } from "../problem.ts";
import { body, createRouter, json, route } from "../route.ts";
import { id } from "../schema/parts.ts";
import { secondWordSchema } from "../schema/second-word.ts";
import { secondWordView } from "../second-word.ts";

const list = route("policy.view", {
  method: "get",
  path: "/api/second-words",
  summary: "What takes protection away and waits for a second person",
  responses: { 200: json(z.array(secondWordSchema), "What waits, oldest first.") },
});

const answer = route("policy.view", {
  method: "post",
  path: "/api/second-words/{id}/answer",
  summary: "Agree as the second person, or refuse",
  description: "Somebody else than the one who asked, with the same right and a fresh proof, within thirty minutes.",
  request: { params: z.object({ id }), body: body(z.strictObject({ agree: z.boolean() })) },
  responses: { 200: json(z.object({ state: z.enum(["agreed", "refused"]) }), "How it ended.") },
});

/** May this person say the second word? One alone in his organization may, after a while in which everybody was told (S45). */
async function assertSecond(c: ApiContext, tx: ScopedTx, row: SecondWordRow, now: string): Promise<void> {
  const viewer = c.get("viewer");
  const right = may(viewer, row.capability);
  if (!right.ok) throw fail("forbidden", right.reason);
  if (row.memberId !== viewer.memberId) return;
  if (await hasSecondPerson(tx, row))
    throw fail("forbidden", "You asked for it: you may not agree yourself. Ask a colleague.");
  const from = new Date(Date.parse(row.askedAt) + ALONE_MS).toISOString();
  if (now < from)
    throw fail(
      "forbidden",
      `You may not agree yourself before ${from.slice(11, 16)} UTC: you are alone, so everybody is given time to object.`,
    );
}

export const secondWordRoutes = createRouter()
  .openapi(list, async (c) => {
    const viewer = c.get("viewer");
    const rows = await inScope(c, (tx) => listSecondWords(tx, nowOf(c)));
    return c.json(
      rows.map((row) => secondWordView(viewer, row)),
      200,
    );
  })
  .openapi(answer, async (c) => {
    const { id: wordId } = c.req.valid("param");
    const { agree } = c.req.valid("json");
    const viewer = c.get("viewer");
    const now = nowOf(c);
    const released = await inScope(c, async (tx) => {
      const row = await lockSecondWord(tx, wordId);
      if (!row) throw notFound();
      if (row.state !== "waiting" || row.expiresAt <= now)
        throw fail("conflict", "It does not wait any more: somebody answered, or half an hour is over.", {
          reason: row.state === "waiting" ? "expired" : "already-done",
        });
      if (agree) {
        await assertSecond(c, tx, row, now);
        demand(c, "loosen");
      } else {
        const right = may(viewer, row.capability);
        if (!right.ok) throw fail("forbidden", right.reason);
      }
      const second = actorOf(viewer);
      await settleSecondWord(tx, wordId, { state: agree ? "agreed" : "refused", decidedBy: second, decidedAt: now });
      const { orgId, tenantId, incidentId, payload, what, reason, by } = row;
      await writeAudit(tx, {
        orgId,
        tenantId,
        incidentId,
        at: now,
        actor: second,
        action: agree ? "second-word.agree" : "second-word.refuse",
        object: wordId,
        detail: { what },
      });
      if (payload.kind === "command") return releaseOrder(c, tx, payload.commandId, agree, viewer.name);
      if (agree) await makeChange(c, tx, { orgId, tenantId, deed: payload, loosens: what, reason, by, second });
      return undefined;
    });
    if (released?.state === "sent") await ringFor(c, released);
    return c.json({ state: agree ? ("agreed" as const) : ("refused" as const) }, 200);
  });
