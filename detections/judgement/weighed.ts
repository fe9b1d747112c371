import { type Detection, type Finding, knownWith } from "../define-detection.ts";
import { JUDGEMENT } from "../weights.ts";
import { tellingIp } from "../world/baseline.ts";
import { type Account, DAY, HOUR, type Seen } from "../world/seen.ts";

/** A finding with what it counts here: by itself, through its link to a suspicious access, less counter-evidence. */
export type Weighed = {
  detection: Detection;
  finding: Finding;
  from: number;
  to: number;
  /** 0 unrelated to any strange access … 1 the same address or session. */
  link: number;
  points: number;
  against: string[];
};

/** The attacker's handles on one account: addresses with the times they were his, sessions with the first time. */
export type Handles = {
  ips: Map<string, Span[]>;
  sessions: Map<string, number>;
  /** Of the sessions, those that nobody used from where the owner is at home. */
  own: Map<string, number>;
  /** When accesses left little doubt that a stranger was in. */
  proven: number[];
};
export type Span = { from: number; to: number };

/** An address stays his for a while after he was last seen on it; addresses change hands. */
const LINGERS = 3 * DAY;

/** True when an event came from an attacker's address in a time when it was his. */
export function fromAttackerAddress(handles: Handles, seen: Seen, before = 0): boolean {
  const spans = handles.ips.get(seen.event.client.ip ?? "");
  return spans?.some((span) => seen.at >= span.from - before && seen.at <= span.to + LINGERS) ?? false;
}

function extend(map: Map<string, Span[]>, key: string | undefined, at: number): void {
  if (!key) return;
  const spans = map.get(key) ?? [];
  const near = spans.find((span) => at >= span.from - LINGERS && at <= span.to + LINGERS);
  if (near) Object.assign(near, { from: Math.min(near.from, at), to: Math.max(near.to, at) });
  else spans.push({ from: at, to: at });
  map.set(key, spans);
}

export function isStrangePlace(seen: Seen): boolean {
  return seen.place.standing === "new" && !seen.place.trustedDevice;
}

function earliest(map: Map<string, number>, key: string | undefined, at: number): void {
  if (key && at < (map.get(key) ?? Number.POSITIVE_INFINITY)) map.set(key, at);
}

/** Handles that the suspicious accesses of an account show. The owner's side of a stolen session gives none. */
export function handlesOf(account: Account, found: readonly { detection: Detection; finding: Finding }[]): Handles {
  const handles: Handles = { ips: new Map(), sessions: new Map(), own: new Map(), proven: [] };
  for (const { detection, finding } of found) {
    if (detection.stage !== "access" || finding.weight.own < JUDGEMENT.suspiciousAccess) continue;
    for (const seen of finding.events) if (isStrangePlace(seen)) extend(handles.ips, tellingIp(seen), seen.at);
    // A trip abroad is as strange as it gets and proves nothing.
    if (detection.id !== "unfamiliar-sign-in" && finding.weight.own >= JUDGEMENT.strangerInside)
      handles.proven.push(knownWith(finding).at);
  }
  for (const seen of account.events) {
    if (seen.event.outcome !== "failure" && isStrangePlace(seen) && fromAttackerAddress(handles, seen)) {
      earliest(handles.sessions, seen.event.handles.sessionId, seen.at);
    }
  }
  for (const [session, at] of handles.sessions) handles.own.set(session, at);
  for (const { event, place } of account.events) {
    if (place.trustedDevice || place.standing === "own" || place.standing === "company")
      handles.own.delete(event.handles.sessionId ?? "");
  }
  return handles;
}

/** Who was last seen in this account before an event without an address of its own. */
function lastTelling(account: Account, seen: Seen): Seen | undefined {
  const events = account.events;
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.at <= seen.at) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0 && seen.at - events[i]!.at <= DAY; i--) {
    const earlier = events[i]!;
    if (earlier !== seen && earlier.place.standing !== "silent" && earlier.event.outcome !== "failure") return earlier;
  }
  return undefined;
}

function linkOf(account: Account, seen: Seen, handles: Handles): number {
  if (isStrangePlace(seen) && fromAttackerAddress(handles, seen, HOUR)) return 1;
  if (isStrangePlace(seen) && inHisSession(seen, handles)) return 0.9;
  if (seen.place.standing === "silent") {
    const session = handles.sessions.get(seen.event.handles.sessionId ?? "");
    if (session !== undefined && seen.at >= session) return 0.9;
    const last = lastTelling(account, seen);
    if (!last) return 0;
    const his = isStrangePlace(last) && fromAttackerAddress(handles, last);
    if (his) return seen.at - last.at <= 2 * HOUR ? 0.8 : JUDGEMENT.temporalLink;
    return 0;
  }
  if (isStrangePlace(seen) && seen.place.strangeness >= JUDGEMENT.suspiciousAccess) return 1;
  if (usedElsewhere(account, seen)) return JUDGEMENT.usedElsewhere;
  return isStrangePlace(seen) && strangerInside(handles, seen) ? JUDGEMENT.temporalLink : 0;
}

/** He changes his address and keeps the session that he alone began. */
function inHisSession({ event, at }: Seen, handles: Handles): boolean {
  const begun = handles.own.get(event.handles.sessionId ?? "");
  return begun !== undefined && at >= begun;
}

/** A stranger has just proved that he can get in: yet another unknown address is more likely his than the owner's. */
function strangerInside(handles: Handles, seen: Seen): boolean {
  return handles.proven.some((at) => seen.at >= at && seen.at - at <= JUDGEMENT.strangerStays * HOUR);
}

/** The application that was let in then read mail or files itself, from where the account never was. */
function usedElsewhere(account: Account, seen: Seen): Seen | undefined {
  const appId = seen.event.action === "app.consent" ? seen.event.app?.appId : undefined;
  if (!appId) return undefined;
  return account.events.find(
    (s) =>
      s.at >= seen.at &&
      s.event.client.appId === appId &&
      /^(mail\.read|file\.)/.test(s.event.action) &&
      isStrangePlace(s) &&
      s.place.strangeness >= JUDGEMENT.suspiciousAccess,
  );
}

/** A consent weighs what it does once the application is used elsewhere; anything else from its own record on. */
export function knownToWeigh(finding: Finding): Seen {
  const known = knownWith(finding);
  const use = finding.events.flatMap((seen) => usedElsewhere(finding.account, seen) ?? [])[0];
  return use && use.at > known.at ? use : known;
}

/** Weighs all findings of one account against its handles. */
export function weighAccount(
  account: Account,
  found: readonly { detection: Detection; finding: Finding }[],
  handles: Handles,
): Weighed[] {
  return found.map(({ detection, finding }) => {
    const access = detection.stage === "access";
    const link = access ? 0 : Math.max(0, ...finding.events.map((seen) => linkOf(account, seen, handles)));
    const against: string[] = [];
    let points = finding.weight.own + finding.weight.linked * link;
    if (!access && !finding.deceived && finding.events.every((seen) => seen.place.trustedDevice)) {
      points -= JUDGEMENT.trustedDevice;
      against.push("done on a device the company knows");
    } else if (
      !access &&
      link === 0 &&
      finding.events.every((seen) => seen.place.standing === "own" || seen.place.standing === "company")
    ) {
      against.push("done from a network the account is at home in");
    }
    return {
      detection,
      finding,
      from: finding.events[0]!.at,
      to: finding.events.at(-1)!.at,
      link,
      points: Math.max(0, points),
      against,
    };
  });
}
