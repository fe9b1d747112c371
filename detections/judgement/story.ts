import { JUDGEMENT } from "../weights.ts";
import { DAY, HOUR } from "../world/seen.ts";
import type { Weighed } from "./weighed.ts";

/** Findings that tell one story, with what they add up to. */
export type Story = { parts: Weighed[]; score: number; coherent: boolean; from: number; to: number };

/** What may stand in a story: an access strange enough to begin one, an act tied to it or telling by itself. */
function tells(part: Weighed): boolean {
  if (part.detection.stage === "access") return part.points >= JUDGEMENT.suspiciousAccess;
  return (part.link > 0 && part.points >= JUDGEMENT.tellingAct) || part.points >= 1;
}

function spanOf(parts: readonly Weighed[]): { from: number; to: number } {
  return { from: Math.min(...parts.map((p) => p.from)), to: Math.max(...parts.map((p) => p.to)) };
}

/** Per detection the strongest counts fully, each further one little. */
function byDetection(parts: readonly Weighed[]): Weighed[][] {
  const groups = new Map<string, Weighed[]>();
  for (const part of parts) groups.set(part.detection.id, [...(groups.get(part.detection.id) ?? []), part]);
  return [...groups.values()].map((list) => list.sort((a, b) => b.points - a.points));
}

function groupPoints(list: readonly Weighed[]): number {
  const [first, ...rest] = list;
  return (first?.points ?? 0) + Math.min(2, rest.length) * JUDGEMENT.repeated * (rest[0]?.points ?? 0);
}

/** Accesses mostly see the same sign-in with different eyes: the strongest counts, the others half. */
function accessPoints(parts: readonly Weighed[]): { total: number; best: number } {
  const points = byDetection(parts)
    .map(groupPoints)
    .sort((a, b) => b - a);
  const best = Math.max(0, ...parts.map((p) => p.points));
  return { total: points.reduce((sum, p, i) => sum + (i === 0 ? p : p / 2), 0), best };
}

/** Reading and sending mail is what mailboxes are for: it colours a story, it does not make one. */
function isColour(part: Weighed): boolean {
  return part.finding.weight.own + part.finding.weight.linked < JUDGEMENT.colour;
}

/** Two detections that rest on the same records count once and a half, not twice. */
function actPoints(parts: readonly Weighed[]): {
  linkedOwn: number;
  /** Points of everything tied to an access, colour too. */
  tied: number;
  total: number;
  linked: number;
  own: number;
  kinds: number;
  damning: number;
} {
  const counted = new Set<string>();
  let total = 0;
  let linked = 0;
  let own = 0;
  let linkedOwn = 0;
  let ofUse = 0;
  let damning = 0;
  const groups = byDetection(parts).sort((a, b) => groupPoints(b) - groupPoints(a));
  for (const group of groups) {
    const ids = group.flatMap((p) => p.finding.events.flatMap((e) => e.ids));
    const share = ids.length > 0 && ids.every((id) => counted.has(id)) ? 0.5 : 1;
    for (const id of ids) counted.add(id);
    total += groupPoints(group) * share;
    own +=
      Math.max(
        ...group.map(
          (p) => p.finding.weight.own - (p.against.length > 0 && p.finding.weight.own < JUDGEMENT.damningAct ? 0.5 : 0),
        ),
      ) * share;
    ofUse += Math.max(0, ...group.filter((p) => p.link > 0).map((p) => p.points)) * share;
    const tied = group.filter((p) => p.link > 0 && !isColour(p));
    linked += Math.max(0, ...tied.map((p) => p.points)) * share;
    linkedOwn = Math.max(linkedOwn, ...tied.map((p) => p.finding.weight.own));
    damning = Math.max(damning, ...group.map((p) => p.finding.weight.own));
  }
  return { total, linked, linkedOwn, tied: ofUse, own, kinds: groups.length, damning };
}

/** Adds up and decides whether the parts make a story: getting in and acting, a decisive entry, or damning acts. */
export function judge(parts: Weighed[]): Story {
  const access = accessPoints(parts.filter((p) => p.detection.stage === "access"));
  const acts = actPoints(parts.filter((p) => p.detection.stage !== "access"));
  const score = access.total + acts.total;
  const decisive = access.best >= JUDGEMENT.decisiveAccess;
  const enough =
    access.best >= JUDGEMENT.clearAccess || acts.linkedOwn >= JUDGEMENT.tellingOwn
      ? JUDGEMENT.actsBesideAccess
      : JUDGEMENT.actsBesideWeakAccess;
  const followed = access.best >= JUDGEMENT.suspiciousAccess && acts.linked >= enough;
  const used = access.total >= JUDGEMENT.strongAccess && acts.tied >= JUDGEMENT.useBesideStrongAccess;
  const chain = acts.own >= JUDGEMENT.chainOfActs && acts.kinds >= 2 && acts.damning >= JUDGEMENT.damningAct;
  // What nobody honest does, days or hours from a strange access, belongs to it though no address or session says so.
  const besides = access.best >= JUDGEMENT.suspiciousAccess && acts.damning >= JUDGEMENT.damningAct;
  const manySigns = access.total >= JUDGEMENT.incident + 1;
  const coherent = score >= JUDGEMENT.incident && (decisive || followed || used || besides || chain || manySigns);
  return { parts, score, coherent, ...spanOf(parts) };
}

function handlesOf(part: Weighed): Set<string> {
  const out = new Set<string>();
  for (const seen of part.finding.events) {
    if (seen.place.standing !== "new") continue;
    if (seen.event.client.ip) out.add(seen.event.client.ip);
  }
  return out;
}

/** Findings close in time, or from one strange address, belong together. */
export function cluster(all: readonly Weighed[]): Weighed[][] {
  const sorted = all.filter(tells).sort(byTime);
  const clusters: { parts: Weighed[]; to: number; handles: Set<string> }[] = [];
  for (const part of sorted) {
    const handles = handlesOf(part);
    const home = clusters.find(
      (c) =>
        part.from - c.to <= JUDGEMENT.sameStoryHours * HOUR ||
        (part.from - c.to <= JUDGEMENT.sameAddressDays * DAY && [...handles].some((h) => c.handles.has(h))),
    );
    if (home) {
      home.parts.push(part);
      home.to = Math.max(home.to, part.to);
      for (const handle of handles) home.handles.add(handle);
    } else clusters.push({ parts: [part], to: part.to, handles });
  }
  return clusters.map((c) => c.parts);
}

export function byTime(a: Weighed, b: Weighed): number {
  return (
    a.from - b.from ||
    a.to - b.to ||
    (a.detection.id < b.detection.id
      ? -1
      : a.detection.id > b.detection.id
        ? 1
        : a.finding.dedup < b.finding.dedup
          ? -1
          : 1)
  );
}

/** One incident per account and compromise: coherent stories within a month are one that was never ended. */
export function stories(all: readonly Weighed[]): { incidents: Story[]; rest: Weighed[] } {
  const judged = cluster(all).map(judge);
  const merged: Story[] = [];
  for (const story of judged.filter((s) => s.coherent).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && story.from - last.to <= JUDGEMENT.sameCompromiseDays * DAY)
      merged[merged.length - 1] = judge([...last.parts, ...story.parts].sort(byTime));
    else merged.push(story);
  }
  const used = new Set(merged.flatMap((s) => s.parts));
  return { incidents: merged, rest: all.filter((w) => !used.has(w)) };
}
