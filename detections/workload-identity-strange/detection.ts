import { networkOf } from "#domain/event/address.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { groupBy, withAccount } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";

const AFTER = 14 * DAY;

/** Application id or service principal id an event speaks of. */
function ids(seen: Seen): string[] {
  const { app, actor, target, client } = seen.event;
  return [
    app?.appId,
    app?.objectId,
    actor.appId,
    actor.kind === "service-principal" ? actor.objectId : undefined,
    seen.event.action === "mail.read" ? client.appId : target?.id,
  ]
    .filter((id) => id !== undefined)
    .map((id) => id.toLowerCase());
}

function network(seen: Seen): string | undefined {
  const { ip } = seen.event.client;
  const kind = seen.facts.ip?.kind;
  return ip && kind !== "microsoft" && kind !== "private" ? networkOf(ip) : undefined;
}

/** What applications did by themselves, by each id they are known under: sign-ins where they are logged, mail read. */
function actsOfApplications(world: World): Map<string, Seen[]> {
  const out = new Map<string, Seen[]>();
  for (const seen of world.byAction("sign-in", "mail.read")) {
    if (seen.event.actor.kind !== "service-principal" || seen.event.outcome !== "success" || !network(seen)) continue;
    for (const id of new Set(ids(seen))) {
      const list = out.get(id);
      if (list) list.push(seen);
      else out.set(id, [seen]);
    }
  }
  return out;
}

const SEVERAL_MAILBOXES = 3;
/** A first secret is tried on one mailbox, the tester's own; a second one is somebody else's. */
const OTHERS_MAILBOX = 2;

/** The record with which this many people's mail had been read. */
function mailboxesRead(read: readonly Seen[], many: number): Seen | undefined {
  const mailboxes = new Set<string | undefined>();
  return read.find((s) => mailboxes.add(s.event.target?.upn ?? s.event.target?.id).size >= many);
}

/** How telling it is, and the record from which on it is. */
function judged(moved: boolean, run: readonly Seen[]): { key: WeightKey; known: Seen | undefined } {
  const read = run.filter((s) => s.event.action === "mail.read");
  const known = mailboxesRead(read, moved ? SEVERAL_MAILBOXES : OTHERS_MAILBOX);
  if (known) return { key: moved ? "workload-reads-mail" : "workload-first-reads-mail", known };
  return { key: moved ? "workload-moved" : "workload-first", known: run[0] };
}

export default defineDetection({
  id: "workload-identity-strange",
  title: "An application acts from a new place after it got a secret",
  severity: "high",
  stage: "act",
  sources: ["sign-in-log", "directory-audit", "mailbox-audit"],
  needs: ["ip"],
  attack: [
    { tactic: "TA0003", technique: "T1098.001" },
    { tactic: "TA0005", technique: "T1550.001" },
  ],
  falsePositives: ["A product that moves to another provider and renews its secret for it"],
  knownGaps: [
    "Sign-ins of applications need P1; without it only what they read of mail is seen",
    "An attacker inside Microsoft's own ranges",
  ],
  runbook: ["Who added the secret, from where?", "Disable the service principal and remove the secret"],
  find: (world) => {
    const out: Finding[] = [];
    const byApp = actsOfApplications(world);
    if (byApp.size === 0) return out;
    for (const added of withAccount(world.byAction("app.credential.add").filter(isSuccess))) {
      const mine = [...new Set(ids(added).flatMap((id) => byApp.get(id) ?? []))];
      const before = new Set(mine.filter((s) => s.at < added.at).map(network));
      const after = mine.filter((s) => s.at >= added.at && s.at - added.at <= AFTER && !before.has(network(s)));
      for (const [place, run] of groupBy(after, network)) {
        const read = run.filter((s) => s.event.action === "mail.read");
        const name = added.event.app?.name ?? added.event.target?.name ?? "An application";
        const { key, known } = judged(before.size > 0, run);
        const first = run[0]!;
        out.push({
          account: added.account,
          events: [added, ...run.slice(0, 4)],
          known,
          dedup: `${name}:${place}`,
          weight: weigh(key),
          reason: `"${name}" got a secret from ${added.account.ref.upn} and then ${read.length > 0 ? "read mail" : "signed in"} from ${first.event.client.ip}${before.size > 0 ? ", where it was never before" : ""}.`,
        });
      }
    }
    return out;
  },
});
