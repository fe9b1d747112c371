import { defineDetection, type Finding } from "../define-detection.ts";
import { hidingWeight } from "../inbox-rules.ts";
import { destinationOf } from "../mail-destination.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { byAccount, firstWindow, groupBy, runs } from "../windows.ts";
import { was } from "../words.ts";
import { DAY, HOUR, isSuccess, MINUTE, type Seen } from "../world/seen.ts";

const MANY = 10;

function subject(seen: Seen): string {
  return (seen.event.mail?.subject ?? "")
    .replace(/^((re|fw|fwd|aw|wg|antw|tr)\s*:\s*)+/i, "")
    .trim()
    .toLowerCase();
}

function recipients(run: Seen[]): number {
  const to = new Set(
    run.flatMap((s) => s.event.mail?.to ?? []).map((a) => destinationOf(a, { ownDomains: new Set() }).address),
  );
  return Math.max(to.size, run.length);
}

export default defineDetection({
  id: "internal-phish",
  title: "One text sent to many",
  severity: "high",
  stage: "act",
  sources: ["mailbox-audit"],
  needs: ["ip", "baseline", "session"],
  attack: [
    { tactic: "TA0008", technique: "T1534" },
    { tactic: "TA0001", technique: "T1566.002" },
  ],
  falsePositives: ["Newsletters, mail merges and announcements by people who send them regularly"],
  knownGaps: ["The audit has no recipients in older records; each send counts as one"],
  runbook: ["Mark the messages and pull them back", "Who opened them and signed in somewhere afterwards?"],
  find: (world) => {
    const out: Finding[] = [];
    for (const [account, events] of byAccount(
      world.byAction("mail.send", "mail.send-as", "mail.send-on-behalf").filter(isSuccess),
    )) {
      const usual = usualBurst(events);
      for (const [text, same] of groupBy(events, (s) => subject(s) || undefined)) {
        for (const run of runs(same, HOUR)) {
          const burst =
            firstWindow(run, 30 * MINUTE, (inside) => recipients(inside) >= MANY) ??
            (recipients(run) >= MANY ? run : undefined);
          if (!burst || usual(burst[0]!.at)) continue;
          out.push(
            finding(account, burst, text, isCovered(account, burst[0]!) ? "phish-burst-covered" : "phish-burst"),
          );
        }
      }
      out.push(...strangeSends(account, events));
    }
    return out;
  },
});

/** A rule was made shortly before that hides what the receivers will answer. */
function isCovered(account: Finding["account"], first: Seen): boolean {
  return account.events.some(
    ({ at, event }) =>
      at <= first.at &&
      first.at - at <= DAY &&
      /^inbox-rule\.(create|update|enable)$/.test(event.action) &&
      event.outcome !== "failure" &&
      event.rule !== undefined &&
      COVERS.has(hidingWeight(event.rule) ?? ""),
  );
}

const COVERS: ReadonlySet<string> = new Set([
  "rule-hides",
  "rule-hides-warnings",
  "rule-hides-all",
  "rule-hides-nameless",
]);

/** Somebody who sent one text to many on another day before does it as his work. */
function usualBurst(events: Seen[]): (at: number) => boolean {
  const days: number[] = [];
  for (const [, same] of groupBy(events, (s) => subject(s) || undefined)) {
    for (const run of runs(same, HOUR)) if (recipients(run) >= MANY) days.push(run[0]!.at);
  }
  return (at) => days.some((earlier) => earlier < at - DAY);
}

/** Single messages from a strange place are told only beside a suspicious sign-in. */
function strangeSends(account: Finding["account"], events: Seen[]): Finding[] {
  const strange = events.filter((s) => s.place.standing === "new" && !s.place.trustedDevice);
  return [...groupBy(strange, (s) => `${s.event.client.ip}:${s.event.occurredAt.slice(0, 10)}`)].map(
    ([dedup, run]) => ({
      ...finding(account, run, dedup, "sent-strange"),
      known: run[0],
      title: "Mail sent from a strange place",
      reason: `${was(run.length, "message")} sent from ${run[0]?.event.client.ip ?? "?"}.`,
    }),
  );
}

function finding(account: Finding["account"], run: Seen[], dedup: string, key: WeightKey): Finding {
  return {
    account,
    events: run.slice(0, 15),
    dedup: `${dedup}:${run[0]!.event.occurredAt.slice(0, 10)}`,
    known: run.find((_, n) => recipients(run.slice(0, n + 1)) >= MANY),
    weight: weigh(key),
    reason: `"${run[0]?.event.mail?.subject ?? "?"}" went to ${recipients(run)} recipients within minutes.`,
    phish: run.slice(0, 50).map((s) => ({
      ...(s.event.mail?.internetMessageIds?.[0] ? { internetMessageId: s.event.mail.internetMessageIds[0] } : {}),
      ...(s.event.mail?.subject ? { subject: s.event.mail.subject } : {}),
      sender: account.ref.upn,
      direction: "sent-by-attacker" as const,
    })),
  };
}
