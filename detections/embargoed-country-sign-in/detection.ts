import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { DAY, type Seen } from "../world/seen.ts";

/** Every address of this country belongs to its state, and customers of Microsoft 365 may not exist in it. */
const STATE_RUN = new Set(["KP"]);
/** Under comprehensive embargo, but people travel there and have family there. */
const EMBARGOED = new Set(["KP", "IR", "SY", "CU"]);

function countryOf(seen: Seen): string | undefined {
  return seen.facts.ip?.country;
}

/** The account has worked there on earlier days: an employee on the spot. */
function atHome(account: { events: Seen[] }, seen: Seen): boolean {
  const days = new Set(
    account.events
      .filter((s) => s.at < seen.at - DAY && countryOf(s) === countryOf(seen))
      .map((s) => Math.floor(s.at / DAY)),
  );
  return days.size >= 3;
}

export default defineDetection({
  id: "embargoed-country-sign-in",
  title: "Signed in from a country under embargo",
  severity: "medium",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip"],
  attack: [{ tactic: "TA0001", technique: "T1078.004" }],
  falsePositives: ["Travel to family; a VPN exit whose country is recorded wrongly"],
  knownGaps: ["Attackers from there mostly come over hired servers elsewhere"],
  runbook: ["Ask the owner whether he is there", "Tell whoever answers for sanctions in the company"],
  find: (world) => {
    const out: Finding[] = [];
    const there = world
      .byAction("sign-in")
      .filter((s) => s.event.outcome === "success" && EMBARGOED.has(countryOf(s) ?? "") && !s.place.trustedDevice);
    for (const [account, events] of byAccount(there)) {
      for (const [country, mine] of groupBy(events, countryOf)) {
        for (const run of runs(mine, DAY)) {
          const seen = run[0]!;
          const state = STATE_RUN.has(country);
          if (!state && atHome(account, seen)) continue;
          out.push({
            account,
            events: run.slice(0, 6),
            known: seen,
            dedup: `${country}:${seen.event.occurredAt.slice(0, 10)}`,
            weight: weigh(state ? "state-run-country" : "embargoed-country"),
            reason: `${run.length} ${run.length === 1 ? "sign-in" : "sign-ins"} from ${country} (${seen.event.client.ip}).`,
          });
        }
      }
    }
    return out;
  },
});
