import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount } from "../windows.ts";
import { MINUTE, type Seen } from "../world/seen.ts";

/** Applications that relay pages sign in to: the office home page, Outlook on the web, and the broker. */
const RELAY_APPS = new Set([
  "4765445b-32c6-49b0-83e6-1d93765276ca",
  "00000002-0000-0ff1-ce00-000000000000",
  "29d9ed98-a469-4536-ade2-f981bc1d605e",
  "9199bf20-a13f-4107-85dc-02114787ef48",
  "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
  "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
]);
const KIT_FAMILIES = new Set([
  "axios",
  "node-fetch",
  "undici",
  "got",
  "Go-http-client",
  "fasthttp",
  "HeadlessChrome",
  "PhantomJS",
  "okhttp",
  "aiohttp",
  "httpx",
]);
const RELAY_PAUSE = 2 * MINUTE;
const RELAY_KINDS = new Set(["hosting", "vpn", "proxy", "residential-proxy", "tor"]);

function strange(seen: Seen): boolean {
  return seen.place.standing === "new" && !seen.place.trustedDevice;
}

function metSecondFactor(seen: Seen): boolean {
  return seen.event.signIn?.authRequirement === "multi" || seen.event.signIn?.mfaSatisfiedByClaim === true;
}

export default defineDetection({
  id: "aitm-sign-in",
  title: "Sign-in relayed by a phishing page",
  severity: "high",
  stage: "access",
  sources: ["sign-in-log", "unified-audit-log"],
  needs: ["ip", "agent", "baseline"],
  attack: [
    { tactic: "TA0006", technique: "T1557" },
    { tactic: "TA0006", technique: "T1539" },
    { tactic: "TA0001", technique: "T1566.002" },
  ],
  falsePositives: ["A person on a private VPN who signs in anew and answers the second factor at once"],
  knownGaps: [
    "A kit behind a residential proxy that copies the owner's own browser leaves only what he does afterwards",
  ],
  runbook: [
    "Find the message with the link in the owner's mailbox around this time",
    "Revoke sessions: the password alone does not end a stolen session",
    "Look for the same address at other accounts",
  ],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(world.byAction("sign-in"))) {
      const done = new Set<string>();
      for (const [index, seen] of events.entries()) {
        const ip = seen.event.client.ip;
        if (!ip || !strange(seen) || seen.event.outcome !== "success") continue;
        const key = `${ip}:${seen.event.occurredAt.slice(0, 10)}`;
        if (done.has(key)) continue;
        const asked = challengeBefore(events, index);
        const agent = seen.facts.agent;
        const kit =
          agent?.kind === "toolkit" && KIT_FAMILIES.has(agent.family) && (asked !== undefined || metSecondFactor(seen));
        const relayed =
          asked !== undefined &&
          RELAY_KINDS.has(seen.facts.ip?.kind ?? "") &&
          RELAY_APPS.has(seen.event.client.appId ?? "") &&
          !seen.event.client.deviceId;
        if (!kit && !relayed) continue;
        done.add(key);
        out.push({
          account,
          events: asked ? [asked, seen] : [seen],
          dedup: key,
          weight: weigh(kit ? "aitm-kit" : "aitm-pattern"),
          title: kit
            ? "Sign-in completed by a phishing kit's client"
            : "Sign-in relayed through hosting infrastructure",
          reason: kit
            ? `${agent?.family} met the second factor from ${ip}; people's browsers do not call themselves that.`
            : `The second factor was asked for and met within seconds from ${ip} (${seen.facts.ip?.org ?? "hosting"}), never used before.`,
        });
      }
    }
    return out;
  },
});

/** The second factor asked of the same client shortly before. */
function challengeBefore(events: readonly Seen[], index: number): Seen | undefined {
  const seen = events[index];
  for (let i = index - 1; seen && i >= 0; i--) {
    const earlier = events[i];
    if (!earlier || seen.at - earlier.at > RELAY_PAUSE) return undefined;
    if (earlier.event.client.ip === seen.event.client.ip && earlier.event.outcome === "challenge") return earlier;
  }
  return undefined;
}
