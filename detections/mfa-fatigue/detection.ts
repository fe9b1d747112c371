import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, runs } from "../windows.ts";
import { HOUR, MINUTE, type Seen } from "../world/seen.ts";

const REFUSALS = 4;
const MAX_PROMPTS = 24;
/** More refusals than anybody taps by mistake, wherever they come from. */
const MANY_REFUSALS = 8;

export default defineDetection({
  id: "mfa-fatigue",
  title: "Second factor refused again and again, then accepted",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0006", technique: "T1621" }],
  falsePositives: ["A new telephone whose owner taps the wrong answer"],
  knownGaps: ["Number matching made this rare"],
  runbook: ["Ask the owner whether he was flooded with questions"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const asked = events.filter((s) => s.event.resultCode === "500121" && !s.place.trustedDevice);
      for (const run of runs(asked, 30 * MINUTE)) {
        const last = run.at(-1);
        const enough = run.some((s) => s.place.standing === "new") ? REFUSALS : MANY_REFUSALS;
        if (run.length < enough || !last) continue;
        const gaveIn = events.find((s) => accepts(s, last));
        if (gaveIn)
          out.push({
            account,
            events: [...prompts(events, run).slice(-MAX_PROMPTS), gaveIn],
            dedup: last.event.occurredAt.slice(0, 13),
            weight: weigh("mfa-fatigue"),
            reason: `${run.length} refusals, then accepted, all from ${last.event.client.ip}.`,
          });
      }
    }
    return out;
  },
});

/** Every prompt of the same visitor from the first refusal's own question on. */
function prompts(events: readonly Seen[], run: readonly Seen[]): Seen[] {
  const [first, last] = [run[0]!, run.at(-1)!];
  return events.filter(
    (s) =>
      s.at >= first.at - 5 * MINUTE &&
      s.at <= last.at &&
      (run.includes(s) || (s.event.outcome === "challenge" && s.event.client.ip === last.event.client.ip)),
  );
}

function accepts(seen: Seen, last: Seen): boolean {
  return (
    seen.at >= last.at &&
    seen.at - last.at < HOUR &&
    seen.event.outcome === "success" &&
    seen.event.client.ip === last.event.client.ip
  );
}
