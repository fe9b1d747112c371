import { defineDetection, type Finding } from "../define-detection.ts";
import { imitated } from "../lookalike.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";

const RULING =
  /^(mail|mailboxsettings|files|sites|directory|application|approleassignment|rolemanagement|user|group|credentials|full_access|exchange|policy)\b.*(\.readwrite|\.read|\.send|manage|full)/i;

function nameOf(seen: Seen): string {
  return seen.event.app?.name ?? seen.event.target?.name ?? "an application";
}

function keyOf(seen: Seen): WeightKey | undefined {
  if (seen.event.action === "app.grant.role")
    return RULING.test(seen.event.app?.scopes?.join(" ") ?? "") ? "app-permission" : undefined;
  return imitated(nameOf(seen))?.how === "disguised" ? "app-disguised-secret" : "app-secret";
}

export default defineDetection({
  id: "app-credential-added",
  title: "An application got a secret or a ruling permission",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098.001" },
    { tactic: "TA0003", technique: "T1098.003" },
  ],
  falsePositives: ["Developers renewing a secret", "An application being set up by an administrator"],
  knownGaps: ["A federated credential in place of a secret shows as a plain update"],
  runbook: [
    "Whose application is it and did its owner add the secret?",
    "Remove the secret; look at the application's sign-ins",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const events = world.byAction("app.credential.add", "app.grant.role").filter(isSuccess);
    for (const [account, all] of byAccount(events)) {
      for (const [dedup, run] of groupBy(
        all,
        (s) => `${s.event.action}:${nameOf(s)}:${s.event.occurredAt.slice(0, 10)}`,
      )) {
        const seen = run.find((s) => keyOf(s) !== undefined);
        const key = seen ? keyOf(seen) : undefined;
        if (!seen || !key) continue;
        const secret = seen.event.action === "app.credential.add";
        out.push({
          account,
          events: run.slice(0, 8),
          known: seen,
          dedup,
          weight: weigh(key),
          title: secret ? "A secret was added to an application" : "An application got a ruling permission",
          reason: secret
            ? `"${nameOf(seen)}" can now sign in by itself.`
            : `"${nameOf(seen)}" got ${run
                .flatMap((s) => s.event.app?.scopes ?? [])
                .slice(0, 4)
                .join(", ")}.`,
          artifacts: [
            {
              kind: secret ? "app-registration" : "service-principal",
              name: nameOf(seen),
              objectId: seen.event.app?.objectId,
              effect: secret ? "acts with its own secret" : "acts for everybody",
              detail: {},
            },
          ],
        });
      }
    }
    return [...out, ...inSeries(events)];
  },
});

const MANY_APPS = 3;

/** Secrets for several applications on one day, whoever owns them: one key ring more. */
function inSeries(events: Seen[]): Finding[] {
  const out: Finding[] = [];
  const secrets = events.filter((s) => s.event.action === "app.credential.add");
  for (const [account, all] of byAccount(secrets)) {
    for (const run of runs(all, DAY / 2)) {
      const names = [...new Set(run.map(nameOf))];
      if (names.length < MANY_APPS) continue;
      out.push({
        account,
        events: run.slice(0, 12),
        dedup: `series:${run[0]!.event.occurredAt.slice(0, 10)}`,
        weight: weigh("app-secrets-series"),
        title: "Secrets were added to several applications",
        reason: `${names.length} applications got secrets: ${names.slice(0, 4).join(", ")}.`,
      });
    }
  }
  return out;
}
