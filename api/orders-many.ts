import { classOfOrder } from "#domain/access/step-up.ts";
import type { CommandInput } from "#domain/command/command.ts";
import { AppError } from "#domain/errors.ts";
import { pool } from "#domain/remediation/pool.ts";
import type { ManyAnswer } from "#domain/view/campaign.ts";
import type { CommandView } from "#domain/view/portal.ts";
import type { ApiContext } from "./context.ts";
import { demand } from "./demand.ts";
import { assertMayOrder, orderOnIncident } from "./orders.ts";
import { commandIdOf } from "./phish-orders.ts";

/** Orders beside one another; each is a transaction and a ring of its own. */
const AT_ONCE = 8;

/**
 * One decision for many incidents: the very order each would get alone, with an id made of the decision's and the incident's.
 * Every incident judges for itself, a refusal says why, and none of them holds up another; there is no other way in.
 */
export async function orderOnMany(
  c: ApiContext,
  decision: { orderId: string; input: CommandInput; incidents: { id: string; planVersion: number }[] },
): Promise<ManyAnswer> {
  const { orderId, input, incidents } = decision;
  assertMayOrder(c, input.kind);
  // Asked once for all of them, and before any: a person must not be asked in the middle of his own decision.
  demand(c, classOfOrder(input));
  const parts = new Map<string, ManyAnswer["parts"][number]>();
  await pool(incidents, AT_ONCE, async ({ id: incidentId, planVersion }) => {
    const commandId = commandIdOf(orderId, incidentId);
    const order = { commandId, planVersion, input, manyId: orderId };
    parts.set(incidentId, { incidentId, commandId, ...(await orderOne(c, incidentId, order)) });
  });
  return { orderId, parts: incidents.flatMap((one) => parts.get(one.id) ?? []) };
}

async function orderOne(
  c: ApiContext,
  incidentId: string,
  order: Parameters<typeof orderOnIncident>[2],
): Promise<Pick<CommandView, "state" | "reason">> {
  try {
    const { state, reason } = await orderOnIncident(c, incidentId, order);
    return { state, reason };
  } catch (error) {
    // What one incident refuses is its answer; a fault of ours is everybody's.
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    return { state: "refused", reason: error.message };
  }
}
