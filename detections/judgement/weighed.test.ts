import { describe, expect, it } from "vitest";
import { JUDGEMENT } from "../weights.ts";
import { DAY, HOUR, type Seen } from "../world/seen.ts";
import { accountOf, foundOn, HOME, NOON, STRANGE, seenAt } from "./testing/parts.ts";
import { fromAttackerAddress, type Handles, handlesOf, isStrangePlace, weighAccount } from "./weighed.ts";

const EVIL = "45.76.10.9";
const strange = (at = NOON, more: Parameters<typeof seenAt>[0] = {}) =>
  seenAt({ at, ip: EVIL, place: STRANGE, ...more });
const signIn = (at = NOON, more: Parameters<typeof seenAt>[0] = {}) =>
  strange(at, { ...more, event: { action: "sign-in", ...more.event } });

/** Handles of one suspicious sign-in, and what `act` weighs beside it. */
function weigh(act: Seen[], options: { others?: Seen[]; entry?: Seen[]; own?: number; linked?: number } = {}) {
  const { others = [], entry = [signIn()], own = 1, linked = 4 } = options;
  const account = accountOf(...entry, ...others, ...act);
  const access = foundOn(account, entry, { stage: "access", own: 3, id: "entry" });
  const handles = handlesOf(account, [access]);
  return weighAccount(account, [access, foundOn(account, act, { own, linked })], handles)[1]!;
}

describe("the attacker's addresses", () => {
  const at = (hours: number) => strange(NOON + hours * HOUR);
  const handles = handlesOf(accountOf(), [foundOn(accountOf(), [at(0), at(5)], { stage: "access", own: 2 })]);

  it("are his from first to last sight and three days more", () => {
    expect([-1, 0, 3, 5, 77].map((h) => fromAttackerAddress(handles, at(h)))).toEqual([false, true, true, true, true]);
    expect(fromAttackerAddress(handles, at(77.01))).toBe(false);
    expect(fromAttackerAddress(handles, at(-1), HOUR)).toBe(true);
    expect(fromAttackerAddress(handles, at(-1.01), HOUR)).toBe(false);
  });

  it("are only those he came from", () => {
    expect(fromAttackerAddress(handles, seenAt({ ip: "203.0.113.7", place: STRANGE }))).toBe(false);
    expect(fromAttackerAddress(handles, seenAt({}))).toBe(false);
  });

  it("are two visits when he comes back after more than three days, one when sooner", () => {
    const visits = (gap: number) => {
      const events = [strange(), strange(NOON + gap)];
      return handlesOf(accountOf(), [foundOn(accountOf(), events, { stage: "access", own: 2 })]).ips.get(EVIL);
    };
    expect(visits(3 * DAY)).toEqual([{ from: NOON, to: NOON + 3 * DAY }]);
    expect(visits(3 * DAY + 1)).toEqual([
      { from: NOON, to: NOON },
      { from: NOON + 3 * DAY + 1, to: NOON + 3 * DAY + 1 },
    ]);
    const both: Handles = { ips: new Map([[EVIL, visits(9 * DAY)!]]), sessions: new Map(), own: new Map(), proven: [] };
    expect([0, 6, 9].map((days) => fromAttackerAddress(both, strange(NOON + days * DAY)))).toEqual([true, false, true]);
  });

  it("are one visit in whatever order its records are told", () => {
    const events = [strange(NOON + HOUR), strange(), strange(NOON + 2 * HOUR)];
    const found = foundOn(accountOf(), events, { stage: "access", own: 2 });
    expect(handlesOf(accountOf(), [found]).ips.get(EVIL)).toEqual([{ from: NOON, to: NOON + 2 * HOUR }]);
  });

  it("come from accesses that are suspicious enough, and from nothing else", () => {
    const ips = (own: number, stage: "access" | "act") =>
      handlesOf(accountOf(), [foundOn(accountOf(), [strange()], { stage, own })]).ips.size;
    expect(ips(JUDGEMENT.suspiciousAccess, "access")).toBe(1);
    expect(ips(JUDGEMENT.suspiciousAccess - 0.01, "access")).toBe(0);
    expect(ips(9, "act")).toBe(0);
  });

  it("are never the owner's side of a stolen session, a known device's, or Microsoft's", () => {
    const events = [
      strange(NOON, { place: HOME }),
      strange(NOON, { place: { ...STRANGE, trustedDevice: true } }),
      strange(NOON, { facts: { ip: { ip: EVIL, kind: "microsoft" } } }),
    ];
    expect(events.map(isStrangePlace)).toEqual([false, false, true]);
    expect(handlesOf(accountOf(), [foundOn(accountOf(), events, { stage: "access", own: 3 })]).ips.size).toBe(0);
  });
});

describe("the attacker's sessions", () => {
  const sessions = (...events: Seen[]) => {
    const entry = signIn();
    const account = accountOf(entry, ...events);
    return handlesOf(account, [foundOn(account, [entry], { stage: "access", own: 3 })]).sessions;
  };
  const inSession = (at: number, more: Parameters<typeof seenAt>[0] = {}) =>
    strange(at, { ...more, event: { handles: { sessionId: "s1" }, ...more.event } });

  it("are those seen at his address, from the first time on", () => {
    expect(sessions(inSession(NOON + 2 * HOUR), inSession(NOON + HOUR))).toEqual(new Map([["s1", NOON + HOUR]]));
  });

  it("are not those of failures, of other places, or from before him", () => {
    expect(sessions(inSession(NOON, { event: { outcome: "failure", handles: { sessionId: "s1" } } })).size).toBe(0);
    expect(sessions(inSession(NOON, { ip: "203.0.113.7" })).size).toBe(0);
    expect(sessions(inSession(NOON, { place: HOME })).size).toBe(0);
    expect(sessions(inSession(NOON - 1)).size).toBe(0);
  });
});

describe("an act is tied to a suspicious access", () => {
  it("wholly when it came from the same address, up to an hour before it was proven his", () => {
    expect(weigh([strange(NOON + HOUR)])).toMatchObject({ link: 1, points: 5, against: [] });
    expect(weigh([strange(NOON - HOUR, { place: { standing: "new" } })]).link).toBe(1);
    expect(weigh([strange(NOON - HOUR - 1, { place: { standing: "new" } })]).link).toBe(0);
  });

  it("wholly when its own place is strange enough, and not when it is merely new", () => {
    const from = (strangeness: number) =>
      weigh([seenAt({ ip: "82.3.4.5", place: { standing: "new", strangeness } })]).link;
    expect(from(JUDGEMENT.suspiciousAccess)).toBe(1);
    expect(from(JUDGEMENT.suspiciousAccess - 0.01)).toBe(0);
  });

  it("by his session, where no address tells, from when it was his", () => {
    const entry = [signIn(NOON, { event: { action: "sign-in", handles: { sessionId: "s1" } } })];
    const later = (at: number, sessionId: string) =>
      weigh([seenAt({ at, event: { handles: { sessionId } } })], { entry });
    expect(later(NOON + 3 * DAY, "s1").link).toBe(0.9);
    expect(later(NOON, "s1").link).toBe(0.9);
    expect(later(NOON - 1, "s1").link).toBe(0);
    expect(later(NOON + 3 * DAY, "s2").link).toBe(0);
  });

  it("by time, where neither tells: surely for two hours after him, probably for a day", () => {
    const following = (ms: number, others: Seen[] = []) => weigh([seenAt({ at: NOON + ms })], { others }).link;
    expect(following(0)).toBe(0.8);
    expect(following(2 * HOUR)).toBe(0.8);
    expect(following(2 * HOUR + 1)).toBe(JUDGEMENT.temporalLink);
    expect(following(DAY)).toBe(JUDGEMENT.temporalLink);
    expect(following(DAY + 1)).toBe(0);
    expect(following(-1)).toBe(0);
  });

  it("by time only while the owner was not seen in between", () => {
    const between = (more: Parameters<typeof seenAt>[0]) =>
      weigh([seenAt({ at: NOON + HOUR })], {
        others: [seenAt({ at: NOON + HOUR / 2, ip: "81.1.1.1", place: HOME, ...more })],
      }).link;
    expect(between({})).toBe(0);
    expect(between({ place: {} })).toBe(0.8);
    expect(between({ event: { outcome: "failure" } })).toBe(0.8);
    expect(between({ place: { standing: "new" } })).toBe(0);
  });

  it("by the application it let in, once that read mail or files from a strange place", () => {
    const consent = seenAt({ ip: "81.1.1.1", place: HOME, event: { action: "app.consent", app: { appId: "a1" } } });
    const uses = (more: Parameters<typeof seenAt>[0]) =>
      weigh([consent], {
        others: [
          strange(NOON + 9 * DAY, { ...more, event: { action: "mail.read", client: { appId: "a1" }, ...more?.event } }),
        ],
      }).link;
    expect(uses({})).toBe(JUDGEMENT.usedElsewhere);
    expect(uses({ event: { action: "file.download", client: { appId: "a1" } } })).toBe(JUDGEMENT.usedElsewhere);
    expect(uses({ at: NOON })).toBe(JUDGEMENT.usedElsewhere);
    const strangeness = JUDGEMENT.suspiciousAccess;
    expect(uses({ place: { standing: "new", strangeness } })).toBe(JUDGEMENT.usedElsewhere);
    expect(weigh([consent], { others: [strange(NOON + DAY, { event: { client: { appId: "a1" } } })] }).against).toEqual(
      [],
    );
    const nameless = seenAt({ ip: "81.1.1.1", place: HOME, event: { action: "app.consent" } });
    expect(weigh([nameless], { others: [strange(NOON + 9 * DAY)] }).link).toBe(0);
    expect(uses({ at: NOON - 1 })).toBe(0);
    expect(uses({ event: { action: "sign-in", client: { appId: "a1" } } })).toBe(0);
    expect(uses({ event: { action: "mail.read", client: { appId: "a2" } } })).toBe(0);
    expect(uses({ place: HOME })).toBe(0);
    expect(uses({ place: { standing: "new", strangeness: JUDGEMENT.suspiciousAccess - 0.01 } })).toBe(0);
    const grant = seenAt({ ip: "81.1.1.1", place: HOME, event: { action: "app.grant.role", app: { appId: "a1" } } });
    expect(weigh([grant], { others: [strange(NOON + DAY, { event: { client: { appId: "a1" } } })] }).link).toBe(0);
  });

  it("by a session that he alone began, from wherever he uses it later", () => {
    const entry = [signIn(NOON, { event: { action: "sign-in", handles: { sessionId: "s1" } } })];
    const roams = (at: number, place: object, others: Seen[] = []) =>
      weigh([seenAt({ at, ip: "82.3.4.5", place, event: { handles: { sessionId: "s1" } } })], { entry, others }).link;
    const faint = { standing: "new", strangeness: 0.5 };
    const homely = (place: object) => [seenAt({ at: NOON - DAY, place, event: { handles: { sessionId: "s1" } } })];
    expect(roams(NOON, faint)).toBe(0.9);
    expect(roams(NOON - 1, faint)).toBe(0);
    expect(roams(NOON + 9 * DAY, HOME)).toBe(0);
    expect(roams(NOON + 9 * DAY, faint, homely({ standing: "silent" }))).toBe(0.9);
    for (const place of [HOME, { standing: "company" }, { standing: "new", trustedDevice: true }])
      expect(roams(NOON + 9 * DAY, faint, homely(place))).toBe(0);
  });

  it("by time from yet another unknown address, once an access left little doubt that a stranger was in", () => {
    const stays = JUDGEMENT.strangerStays * HOUR;
    const next = (ms: number, { own = JUDGEMENT.strangerInside as number, id = "entry", place = {} } = {}) => {
      const entry = [signIn()];
      const row = seenAt({ at: NOON + ms, ip: "82.3.4.5", place: { standing: "new", strangeness: 0.5, ...place } });
      const account = accountOf(...entry, row);
      const access = foundOn(account, entry, { stage: "access", own, id });
      return weighAccount(account, [foundOn(account, [row], { linked: 4 })], handlesOf(account, [access]))[0]!.link;
    };
    expect([0, stays].map((ms) => next(ms))).toEqual([JUDGEMENT.temporalLink, JUDGEMENT.temporalLink]);
    expect([-1, stays + 1].map((ms) => next(ms))).toEqual([0, 0]);
    expect(next(HOUR, { own: JUDGEMENT.strangerInside - 0.01 })).toBe(0);
    expect(next(HOUR, { id: "unfamiliar-sign-in" })).toBe(0);
    expect(next(HOUR, { place: { trustedDevice: true } })).toBe(0);
    expect(next(HOUR, { place: HOME })).toBe(0);
  });

  it("by the best tied of its records", () => {
    expect(weigh([seenAt({ ip: "81.1.1.1", place: HOME }), strange(NOON + HOUR)])).toMatchObject({
      link: 1,
      from: NOON,
      to: NOON + HOUR,
    });
  });
});

describe("what speaks against an act", () => {
  it("the owner's known device takes points off, never below nothing, and only when all of it was done there", () => {
    const device = () => seenAt({ ip: "81.1.1.1", place: { ...HOME, trustedDevice: true } });
    expect(weigh([device()], { own: 5 })).toMatchObject({
      points: 5 - JUDGEMENT.trustedDevice,
      against: ["done on a device the company knows"],
    });
    expect(weigh([device()], { own: 1 }).points).toBe(0);
    expect(weigh([device(), seenAt({ ip: "81.1.1.1", place: HOME })], { own: 5 })).toMatchObject({
      points: 5,
      against: ["done from a network the account is at home in"],
    });
  });

  it("the account's or the company's network, unless something ties it to a strange access", () => {
    const words = ["done from a network the account is at home in"];
    expect(weigh([seenAt({ place: HOME })]).against).toEqual(words);
    expect(weigh([seenAt({ place: { standing: "company" } })]).against).toEqual(words);
    expect(weigh([seenAt({ place: HOME }), seenAt({ at: NOON - DAY })]).against).toEqual([]);
    expect(weigh([seenAt({ place: HOME }), strange(NOON + HOUR)]).against).toEqual([]);
    expect(weigh([seenAt({ at: NOON - 5 * DAY })]).against).toEqual([]);
  });

  it("an access has no link, and neither place nor device speaks against it: its weight has them in it", () => {
    const entry = [strange(NOON, { place: { ...HOME, trustedDevice: true } })];
    const account = accountOf(...entry);
    const found = foundOn(account, entry, { stage: "access", own: 3, linked: 4 });
    const [weighed] = weighAccount(account, [found], handlesOf(account, [found]));
    expect(weighed).toMatchObject({ link: 0, points: 3, against: [] });
  });
});
