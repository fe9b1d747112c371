import type { MatchState } from "#domain/phish/phish.ts";
import type { PhishTenantView, TenantOrderView } from "#domain/view/phish.ts";
import { plural } from "#lib/words.ts";

export const COPY_WORDS: Record<MatchState, string> = {
  found: "in the mailbox",
  moved: "in Deleted Items, by Petra",
  failed: "not reached",
  restored: "brought back",
  gone: "no longer there",
};

/** States in which there is something to do. */
export const ACTABLE: Record<"retract" | "restore", readonly MatchState[]> = {
  retract: ["found", "failed", "restored"],
  restore: ["moved"],
};

const UNDER_WAY = ["sent", "accepted", "running"];
export const isUnderWay = (order: TenantOrderView | null): boolean => order !== null && UNDER_WAY.includes(order.state);

const DOING = { "find-phish": "Looking", "retract-mail": "Moving", "restore-mail": "Bringing back" } as const;

/** What one tenant says of itself, in one line. */
export function tenantLine({ look, act, copies }: PhishTenantView): { text: string; tone: "plain" | "busy" | "bad" } {
  for (const order of [act, look]) {
    if (!order || !isUnderWay(order)) continue;
    const part = order.progress ? ` ${order.progress.done} of ${order.progress.total}` : "";
    const why = order.reason ? `: ${order.reason}` : "";
    return { text: `${DOING[order.kind]}${part}…${why}`, tone: why ? "bad" : "busy" };
  }
  const failed = [act, look].find((order) => order?.state === "failed" || order?.state === "refused");
  if (failed) return { text: failed.reason ?? "It could not be done.", tone: "bad" };
  if (look?.reason) return { text: look.reason, tone: "bad" };
  if (copies.length === 0) return { text: "The phish is not here.", tone: "plain" };
  const boxes = new Set(copies.map((copy) => copy.mailbox)).size;
  const moved = copies.filter((copy) => copy.state === "moved").length;
  const rest = moved > 0 ? `, ${moved} moved` : "";
  return { text: `${plural(copies.length, "mail")} in ${plural(boxes, "mailbox", "mailboxes")}${rest}`, tone: "plain" };
}
