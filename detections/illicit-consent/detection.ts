import { abuse } from "../abused-apps.ts";
import { defineDetection, type Finding } from "../define-detection.ts";
import { imitated } from "../lookalike.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, groupBy } from "../windows.ts";
import { DAY, isSuccess, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";

const POWERFUL =
  /^(mail|mailboxsettings|files|sites|contacts|notes|chat|ews|imap|smtp|pop|exchange|full_access_as|directory|user\.read\.all|user\.readwrite|group\.readwrite|application|rolemanagement|calendars\.readwrite)/i;

function powerful(seen: Seen): string[] {
  return (seen.event.app?.scopes ?? []).filter((s) => POWERFUL.test(s.replace(/^https:\/\/[^/]+\//i, "")));
}

/** An application several colleagues used before is the company's own choice. */
function establishedBefore(seen: Seen, world: World): boolean {
  const id = seen.event.app?.appId;
  const name = seen.event.app?.name;
  const users = new Set<string>();
  for (const other of world.byAction("app.consent", "app.grant.delegated", "app.user-assignment")) {
    if (other.at >= seen.at - DAY) break;
    const same = (id && other.event.app?.appId === id) || (!id && name && other.event.app?.name === name);
    if (same && other.account && other.account !== seen.account) users.add(other.account.key);
  }
  return users.size >= 2;
}

function keyOf(seen: Seen): WeightKey {
  const app = seen.event.app;
  if (imitated(app?.name ?? "")?.how === "disguised") return "consent-disguised";
  const reports = abuse(app?.appId, app?.name);
  if (reports) return reports === "never-honest" ? "consent-abused" : "consent-reported";
  return app?.consentType === "AllPrincipals" ? "consent-tenant-wide" : "consent-mail";
}

export default defineDetection({
  id: "illicit-consent",
  title: "An application got lasting access to mail or files",
  severity: "high",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0006", technique: "T1528" },
    { tactic: "TA0005", technique: "T1550.001" },
  ],
  falsePositives: ["New software the company bought", "Mail programs on telephones"],
  knownGaps: [
    "Given on a known device, what the application then reads is held against it only when the live inventory says that nobody vouches for its publisher",
    "Consents older than the log leave only a grant without a date; the live inventory finds it",
  ],
  runbook: [
    "Who publishes the application, and who else uses it?",
    "Disable its service principal: a password reset does not end its access",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const consents = world.byAction("app.consent").filter((s) => isSuccess(s) && powerful(s).length > 0);
    for (const [account, events] of byAccount(consents)) {
      for (const [app, run] of groupBy(events, (s) => s.event.app?.appId ?? s.event.app?.name ?? s.event.recordId)) {
        const seen = run[0]!;
        const key = keyOf(seen);
        if (key !== "consent-disguised" && key !== "consent-abused" && establishedBefore(seen, world)) continue;
        const name = seen.event.app?.name ?? app;
        out.push({
          account,
          events: run.slice(0, 6),
          known: seen,
          dedup: app,
          weight: weigh(key),
          deceived: key === "consent-disguised" || key === "consent-abused",
          reason: `"${name}" may use ${powerful(seen).slice(0, 5).join(", ")}${seen.event.app?.consentType === "AllPrincipals" ? " for everybody" : ""}.`,
          artifacts: [
            {
              kind: "oauth-grant",
              name,
              objectId: seen.event.app?.objectId,
              effect: `reaches ${powerful(seen).slice(0, 4).join(", ")} without a password`,
              detail: { appId: seen.event.app?.appId ?? "", scopes: (seen.event.app?.scopes ?? []).join(" ") },
            },
          ],
        });
      }
    }
    return out;
  },
});
