import { networkOf } from "#domain/event/address.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";

const APPLICATIONS = 3;
const NETWORKS = 2;

function nameOf({ event: { app, target, recordId } }: Seen): string {
  return app?.name ?? target?.name ?? recordId;
}

/** Telephones and company gateways change their addresses by themselves. */
const DRIFTS = /^(mobile|proxy)$/;

function isElsewhere({ place, facts }: Seen): boolean {
  return place.standing === "new" && !place.trustedDevice && !DRIFTS.test(facts.ip?.kind ?? "");
}

/** Two networks of one provider are one laptop's; unknown providers are told apart by the address. */
function providers(run: readonly Seen[]): number {
  const elsewhere = run.filter(isElsewhere);
  const named = new Set(elsewhere.flatMap((s) => s.facts.ip?.asn ?? []));
  const unnamed = elsewhere.filter((s) => s.facts.ip?.asn === undefined);
  return named.size + groupBy(unnamed, (s) => networkOf(s.event.client.ip ?? "")).size;
}

export default defineDetection({
  id: "secrets-from-many-networks",
  title: "Secrets for several applications from several strange networks",
  severity: "high",
  stage: "access",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098.001" },
    { tactic: "TA0001", technique: "T1078.004" },
  ],
  falsePositives: ["A developer who renews secrets while his private VPN goes up and down"],
  knownGaps: [
    "One network for all of them",
    "Rows without a time are placed together at the end of the log, so that days may lie between them",
  ],
  runbook: ["Ask the owner of the account where he was", "Remove the secrets; look at the applications' sign-ins"],
  find: (world) => {
    const out: Finding[] = [];
    const added = world.byAction("app.credential.add").filter(isSuccess);
    for (const [account, events] of byAccount(added)) {
      for (const run of runs(events, DAY / 2)) {
        const names = new Set(run.map(nameOf));
        const networks = providers(run);
        if (names.size < APPLICATIONS || networks < NETWORKS) continue;
        out.push({
          account,
          events: run.slice(0, 12),
          dedup: run[0]!.event.occurredAt.slice(0, 10),
          weight: weigh("secrets-from-many-networks"),
          reason: `${names.size} applications got secrets from ${networks} networks this account is not at home in.`,
        });
      }
    }
    return out;
  },
});
