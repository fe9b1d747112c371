import type { Severity } from "#domain/incident/analysis.ts";
import type { Detection, Finding } from "../define-detection.ts";
import type { LoadedRule, Threshold } from "../sigma/load.ts";
import type { Weight } from "../weights.ts";
import type { Account, Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";
import { asDetection, type OwnContent, ruleKey, sigmaId } from "./content.ts";

export type OwnFinding = { detection: Detection; finding: Finding; isVerdict: boolean };

const MAX_EVENTS = 50;
const MAX_FINDINGS = 2_000;
/** What an own verdict weighs: enough for an incident of its level. */
const VERDICT: Record<Severity, number> = { low: 6, medium: 6, high: 9, critical: 13 };

function weightOf(level: Severity, isVerdict: boolean): Weight {
  return isVerdict
    ? { key: "own-verdict", own: VERDICT[level], linked: 0, why: "your own detection, which you let decide by itself" }
    : { key: "own-signal", own: 0, linked: 0, why: "your own detection: a signal, which decides nothing" };
}

type Hit = { seen: Seen & { account: Account }; by: string; of: string | undefined };

/** Every firing of own content on an account. A drop-in that fails is told to `onFault` and stops nobody else. */
export function ownFindings(
  world: World,
  content: OwnContent,
  onFault: (id: string, error: unknown) => void = () => {},
): OwnFinding[] {
  return [...sigmaFindings(world, content), ...dropInFindings(world, content, onFault)].slice(0, MAX_FINDINGS);
}

function sigmaFindings(world: World, content: OwnContent): OwnFinding[] {
  if (content.sigma.length === 0) return [];
  const hits = new Map<string, Hit[]>();
  for (const seen of world.events) {
    if (!seen.event.ownHits || !seen.account) continue;
    for (const { rule, by = "", of } of seen.event.ownHits) {
      const list = hits.get(rule) ?? [];
      // Both feeds tell of one sign-in: it is one hit.
      if (list.at(-1)?.seen !== seen) list.push({ seen: seen as Hit["seen"], by, of });
      hits.set(rule, list);
    }
  }
  return content.sigma.flatMap((rule) => {
    const found = hits.get(ruleKey(rule)) ?? [];
    const groups = rule.threshold ? overThreshold(found, rule.threshold) : byDay(found);
    const isVerdict = content.verdicts.has(sigmaId(rule)) || content.verdicts.has(rule.id);
    const detection = asDetection(rule);
    return groups.flatMap((group) => perAccount(group, rule, detection, isVerdict));
  });
}

const dayOf = ({ seen }: Hit): string => seen.event.occurredAt.slice(0, 10);

function byDay(hits: readonly Hit[]): Hit[][] {
  const days = new Map<string, Hit[]>();
  for (const hit of hits) {
    const key = `${dayOf(hit)} ${hit.seen.account.key}`;
    const list = days.get(key);
    if (list) list.push(hit);
    else days.set(key, [hit]);
  }
  return [...days.values()];
}

/** Stretches of a group in which so many were counted within the time; each grows until it pauses for longer. */
function overThreshold(hits: readonly Hit[], { compare, than, withinMs }: Threshold): Hit[][] {
  const needed = compare === ">" ? than + 1 : Math.max(1, than);
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) {
    const list = groups.get(hit.by);
    if (list) list.push(hit);
    else groups.set(hit.by, [hit]);
  }
  const out: Hit[][] = [];
  for (const list of groups.values()) {
    let start = 0;
    const counts = new Map<string, number>();
    const keyOf = (hit: Hit, index: number): string => hit.of ?? String(index);
    for (let end = 0; end < list.length; end++) {
      const key = keyOf(list[end]!, end);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      for (; list[end]!.seen.at - list[start]!.seen.at > withinMs; start++) forget(counts, keyOf(list[start]!, start));
      if (counts.size < needed) continue;
      let last = end;
      while (last + 1 < list.length && list[last + 1]!.seen.at - list[last]!.seen.at <= withinMs) last++;
      out.push(list.slice(start, last + 1));
      counts.clear();
      start = last + 1;
      end = last;
    }
  }
  return out;
}

function forget(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left === 0) counts.delete(key);
  else counts.set(key, left);
}

function perAccount(group: Hit[], rule: LoadedRule, detection: Detection, isVerdict: boolean): OwnFinding[] {
  const accounts = new Map<Account, Hit[]>();
  for (const hit of group) {
    const list = accounts.get(hit.seen.account);
    if (list) list.push(hit);
    else accounts.set(hit.seen.account, [hit]);
  }
  return [...accounts].map(([account, hits]) => ({
    detection,
    isVerdict,
    finding: {
      account,
      events: hits.slice(0, MAX_EVENTS).map((hit) => hit.seen),
      dedup: `${dayOf(hits[0]!)}${rule.threshold ? ` ${hits[0]!.by}` : ""}`,
      weight: weightOf(rule.level, isVerdict),
      reason: reasonOf(rule, hits.length, group.length),
    },
  }));
}

function reasonOf({ title, threshold }: LoadedRule, mine: number, all: number): string {
  const times = (n: number): string => (n === 1 ? "one record" : `${n} records`);
  return threshold
    ? `Your own rule "${title}" counted ${times(all)}, ${mine === all ? "all" : mine} of this account.`
    : `Your own rule "${title}" holds for ${times(mine)}.`;
}

function dropInFindings(
  world: World,
  { dropIns, verdicts }: OwnContent,
  onFault: (id: string, error: unknown) => void,
): OwnFinding[] {
  const accounts = new Set(world.accounts);
  const events = new Set(world.events);
  return dropIns.flatMap(({ detection }) => {
    const isVerdict = verdicts.has(detection.id);
    try {
      return detection.find(world).map((finding): OwnFinding => {
        if (!isSound(finding, accounts, events)) throw new Error("it gave a finding that is none");
        return {
          detection,
          isVerdict,
          finding: { ...finding, events: [...finding.events], weight: weightOf(detection.severity, isVerdict) },
        };
      });
    } catch (error) {
      onFault(detection.id, error);
      return [];
    }
  });
}

/** Own code may give anything: only what stands on this world's accounts and records is taken. */
function isSound(finding: Finding, accounts: ReadonlySet<Account>, events: ReadonlySet<Seen>): boolean {
  return (
    accounts.has(finding.account) &&
    Array.isArray(finding.events) &&
    finding.events.length > 0 &&
    finding.events.every((seen) => events.has(seen)) &&
    typeof finding.reason === "string" &&
    typeof finding.dedup === "string"
  );
}
