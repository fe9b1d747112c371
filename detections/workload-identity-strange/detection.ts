import { networkOf } from "#domain/event/address.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { groupBy, withAccount } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";

const AFTER = 14 * DAY;

/** Application id or service principal id an event speaks of. */
function ids(seen: Seen): string[] {
  const { app, actor, target } = seen.event;
  return [
    app?.appId,
    app?.objectId,
    actor.appId,
    actor.kind === "service-principal" ? actor.objectId : undefined,
    target?.id,
  ]
    .filter((id) => id !== undefined)
    .map((id) => id.toLowerCase());
}

function network(seen: Seen): string | undefined {
  const { ip } = seen.event.client;
  const kind = seen.facts.ip?.kind;
  return ip && kind !== "microsoft" && kind !== "private" ? networkOf(ip) : undefined;
}

export default defineDetection({
  id: "workload-identity-strange",
  title: "An application acts from a new place after it got a secret",
  severity: "high",
  stage: "act",
  sources: ["sign-in-log", "directory-audit"],
  needs: ["ip"],
  attack: [
    { tactic: "TA0003", technique: "T1098.001" },
    { tactic: "TA0005", technique: "T1550.001" },
  ],
  falsePositives: ["A product that moves to another provider and renews its secret for it"],
  knownGaps: ["Needs the sign-in log of service principals (P1)", "An attacker inside Microsoft's own ranges"],
  runbook: ["Who added the secret, from where?", "Disable the service principal and remove the secret"],
  find: (world) => {
    const out: Finding[] = [];
    const signIns = world
      .byAction("sign-in")
      .filter((s) => s.event.actor.kind === "service-principal" && s.event.outcome === "success" && network(s));
    if (signIns.length === 0) return out;
    const byApp = new Map<string, Seen[]>();
    for (const seen of signIns) for (const id of ids(seen)) byApp.set(id, [...(byApp.get(id) ?? []), seen]);
    for (const added of withAccount(world.byAction("app.credential.add").filter(isSuccess))) {
      const mine = [...new Set(ids(added).flatMap((id) => byApp.get(id) ?? []))];
      const before = new Set(mine.filter((s) => s.at < added.at).map(network));
      const after = mine.filter((s) => s.at >= added.at && s.at - added.at <= AFTER && !before.has(network(s)));
      for (const [place, run] of groupBy(after, network)) {
        const name = added.event.app?.name ?? added.event.target?.name ?? "An application";
        const first = run[0]!;
        out.push({
          account: added.account,
          events: [added, ...run.slice(0, 4)],
          dedup: `${name}:${place}`,
          weight: weigh(before.size > 0 ? "workload-moved" : "workload-first"),
          reason: `"${name}" got a secret from ${added.account.ref.upn} and then signed in from ${first.event.client.ip}${before.size > 0 ? ", where it was never before" : ""}.`,
        });
      }
    }
    return out;
  },
});
