import { defineDetection, type Finding } from "../define-detection.ts";
import { imitated } from "../lookalike.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { HOUR, type Seen } from "../world/seen.ts";

const BURST = 4;

function nameOf(seen: Seen): string {
  return seen.event.app?.name ?? seen.event.target?.name ?? "";
}

export default defineDetection({
  id: "lookalike-app",
  title: "An application imitates a well-known name",
  severity: "high",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: [],
  attack: [
    { tactic: "TA0005", technique: "T1036.005" },
    { tactic: "TA0003", technique: "T1136.003" },
  ],
  falsePositives: ["Developers who name a test after the product it talks to"],
  knownGaps: ["A plausible name without look-alike letters"],
  runbook: ["Who made the application and from where?", "Disable it, look at its secrets and at who consented"],
  find: (world) => {
    const out: Finding[] = [];
    const made = world
      .byAction("app.create", "app.owner.add", "service-principal.create")
      .filter((s) => imitated(nameOf(s)) || s.event.action === "app.owner.add");
    for (const [account, events] of byAccount(made)) {
      for (const run of runs(events, HOUR)) {
        const tries = run.filter((s) => imitated(nameOf(s)));
        const disguised = tries.filter((s) => imitated(nameOf(s))?.how === "disguised");
        const names = [...new Set(tries.map(nameOf))];
        if (disguised.length === 0 && tries.length < BURST) continue;
        const last = tries.at(-1)!;
        out.push({
          account,
          events: run.filter((s) => tries.includes(s) || Math.abs(s.at - last.at) < 60_000),
          dedup: `${names.sort().join("|")}:${run[0]!.event.occurredAt.slice(0, 10)}`,
          weight: weigh(disguised.length > 0 ? "app-disguised" : "app-imitating-burst"),
          reason: `Applications named ${names
            .slice(0, 4)
            .map((n) => `"${n}"`)
            .join(", ")} imitate ${imitated(nameOf(disguised[0] ?? last))?.word}.`,
          artifacts: artifacts(tries),
        });
      }
    }
    return out;
  },
});

function artifacts(tries: Seen[]): NonNullable<Finding["artifacts"]> {
  const good = tries.filter((s) => s.event.outcome === "success" && s.event.action === "app.create");
  return good.slice(0, 5).map((s) => ({
    kind: "app-registration" as const,
    name: nameOf(s),
    objectId: s.event.app?.objectId,
    effect: "passes for a well-known application",
    detail: { appId: s.event.app?.appId ?? "" },
  }));
}
