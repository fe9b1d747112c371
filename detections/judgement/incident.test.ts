import { describe, expect, it } from "vitest";
import type { AnalysisInput } from "#domain/incident/analysis.ts";
import { JUDGEMENT } from "../weights.ts";
import { HOUR, type Seen } from "../world/seen.ts";
import { draft } from "./incident.ts";
import { judge } from "./story.ts";
import { accountOf, HOME, NOON, part, STRANGE, seenAt, worldOf } from "./testing/parts.ts";
import type { Weighed } from "./weighed.ts";

type More = Parameters<typeof part>[1];
const EVIL = "45.76.10.9";
const his = (hours = 0, more: Parameters<typeof seenAt>[0] = {}) =>
  seenAt({ at: NOON + hours * HOUR, ip: EVIL, place: STRANGE, ...more });
const entry = (points = 6, more: More = {}) => part(points, { stage: "access", id: "entry", events: [his()], ...more });
const act = (id: string, points = 2, more: More = {}) => part(points, { id, events: [his(1)], link: 1, ...more });
const INPUT: AnalysisInput = { events: [], factsOf: () => ({}), asOf: "2026-07-01T00:00:00.000Z" };

const told = (
  parts: Weighed[],
  { world = worldOf(), input = INPUT }: { world?: ReturnType<typeof worldOf>; input?: AnalysisInput } = {},
) => draft(accountOf(), judge(parts), world, input);
const kind = (...parts: Weighed[]) => told(parts).kind;
const planted = (appId?: string) => ({
  artifacts: [
    {
      kind: "oauth-grant" as const,
      name: "Reader",
      effect: "",
      detail: appId ? { appId } : ({} as Record<string, string>),
    },
  ],
});

describe("what kind of compromise it was", () => {
  it("is said by how somebody got in, before all else", () => {
    const by = (key: string) => kind(entry(3, { key }), act("audit-switched-off", 9));
    expect(["spray-success", "spray-password-known"].map(by)).toEqual(["spray-compromise", "spray-compromise"]);
    expect(["aitm-kit", "aitm-pattern"].map(by)).toEqual(["aitm", "aitm"]);
    const sessions = ["two-clients", "lost-device", "lost-habit", "two-homes", "two-networks"].map((how) =>
      by(`session-${how}`),
    );
    expect(sessions).toEqual(Array(5).fill("session-theft"));
    expect(["device-code", "device-code-device"].map(by)).toEqual(["device-code", "device-code"]);
    expect(kind(entry(3, { key: "aitm-kit" }), entry(1, { id: "b", key: "spray-success" }))).toBe("spray-compromise");
    expect(kind(entry(3, { key: "session-two-clients" }), entry(1, { id: "b", key: "aitm-kit" }))).toBe("aitm");
  });

  it("is an administrator's where changes to the tenant weigh most", () => {
    for (const id of [
      "transport-rule-diverts-mail",
      "mail-flow-opened",
      "privileged-roles-given",
      "lookalike-account",
      "sign-in-rules-weakened",
      "audit-switched-off",
    ])
      expect(kind(entry(9), act(id, 2))).toBe("admin-takeover");
    expect(kind(entry(9), act("audit-switched-off", 2), act("mail", 2))).toBe("admin-takeover");
    expect(kind(entry(1), act("audit-switched-off", 2), act("mail", 2.1))).toBe("mailbox-takeover");
    expect(kind(entry(1), act("audit-switched-off", 2), act("illicit-consent", 2.1))).toBe("illicit-consent");
  });

  it("is a planted application's where that weighs most, the sign-in included", () => {
    for (const id of ["illicit-consent", "lookalike-app", "app-credential-added"])
      expect(kind(entry(2), act(id, 2))).toBe("illicit-consent");
    expect(kind(entry(2.1), act("illicit-consent", 2))).toBe("password-compromise");
    expect(kind(entry(1), act("illicit-consent", 2), act("mail", 2.1))).toBe("mailbox-takeover");
    expect(kind(entry(1), act("illicit-consent", 2), act("mail", 2))).toBe("illicit-consent");
  });

  it("counts what the planted application did for its work, not for a stranger's", () => {
    const consent = act("illicit-consent", 2, { more: planted("A1") });
    const byApp = (appId: string) => his(2, { event: { client: { appId } } });
    expect(kind(consent, entry(5, { events: [byApp("a1")] }), act("mail", 5, { events: [byApp("a1")] }))).toBe(
      "illicit-consent",
    );
    expect(kind(consent, entry(5, { events: [byApp("a2")] }))).toBe("password-compromise");
    expect(kind(consent, act("mail", 5, { events: [byApp("a2")] }))).toBe("mailbox-takeover");
    expect(kind(act("illicit-consent", 2, { more: planted() }), entry(5, { events: [his(2)] }))).toBe(
      "password-compromise",
    );
  });

  it("is the mailbox's where that weighs more than the sign-in, or mail is hidden or sent away", () => {
    expect(kind(entry(5), act("mail", 5.1))).toBe("mailbox-takeover");
    expect(kind(entry(5), act("mail", 5))).toBe("password-compromise");
    for (const key of [
      "rule-hides",
      "rule-hides-warnings",
      "rule-hides-nameless",
      "forward-outside",
      "forward-freemail",
    ])
      expect(kind(entry(9), act("mail", 2, { key }))).toBe("mailbox-takeover");
  });
});

describe("how bad and how sure", () => {
  const points = (n: number) => told([entry(n)]);
  it("severity follows the points", () => {
    expect(
      [JUDGEMENT.high - 0.01, JUDGEMENT.high, JUDGEMENT.critical - 0.01, JUDGEMENT.critical].map(
        (n) => points(n).severity,
      ),
    ).toEqual(["medium", "high", "high", "critical"]);
  });

  it("confidence grows with the points and never reaches one", () => {
    expect(points(JUDGEMENT.confidenceScale).confidence).toBe(0.632);
    expect(points(6).confidence).toBe(0.528);
    expect(points(20).confidence).toBeGreaterThan(points(13).confidence);
    expect(points(20).confidence).toBeLessThan(1);
  });
});

describe("the words", () => {
  const named = { facts: { ip: { ip: EVIL, kind: "hosting" as const, org: "Vultr", country: "NL" } } };

  it("the headline says what happened, from where, and the two acts that weigh most", () => {
    const parts = [
      entry(6, { events: [his(0, named)] }),
      act("c", 1),
      act("a", 3),
      act("b", 2, { more: { title: "Mail Hidden" } }),
    ];
    expect(told(parts).headline).toBe(
      `Account used by somebody else from ${EVIL} (Vultr, NL), then: title of a; mail hidden`,
    );
    expect(told([entry(6, { events: [his()] })]).headline).toBe(`Account used by somebody else from ${EVIL}`);
    expect(told([entry(6, { events: [his(0, { place: HOME })] })]).headline).toBe("Account used by somebody else");
    expect(told([act("a", 3), act("a", 2)]).headline).toBe("Mailbox taken over, then: title of a");
  });

  it("the place is that of the strongest access, its last strange record", () => {
    const weak = entry(2, { id: "weak", events: [his(0, { ip: "9.9.9.9" })] });
    const strong = entry(5, { events: [his(0, { ip: "8.8.8.8" }), his(1), his(2, { ip: "81.1.1.1", place: HOME })] });
    expect(told([weak, strong]).headline).toBe(`Account used by somebody else from ${EVIL}`);
  });

  it("the story tells when, how and from where, what followed, the last act, and what says most", () => {
    const parts = [
      entry(6, { events: [his(0, named)] }),
      act("a", 3, { events: [his(26)] }),
      act("b", 7, { events: [his(1)] }),
      act("b", 1),
    ];
    expect(told(parts).story).toBe(
      `On 2026-06-20 12:00 UTC somebody other than the owner changed what happens to the mail of ann@fabrikam.example from ${EVIL} (Vultr, NL). ` +
        "What followed: title of b; title of a. The last known act was on 2026-06-21 14:00 UTC. Says most: Reason of b",
    );
    expect(told([entry(6)]).story).toBe(
      `On 2026-06-20 12:00 UTC somebody other than the owner signed in as ann@fabrikam.example from ${EVIL}. Says most: Reason of entry`,
    );
  });

  it("each kind has an opening and a how of its own", () => {
    const each = [
      [entry(6, { key: "aitm-kit" })],
      [entry(6, { key: "session-two-clients" })],
      [entry(6, { key: "device-code" })],
      [entry(6)],
      [entry(6, { key: "spray-success" })],
      [act("illicit-consent", 3)],
      [act("mail", 3)],
      [act("audit-switched-off", 3)],
    ].map((parts) => told(parts));
    expect(each.map((i) => i.headline.replace(/ from .*|, then.*/, ""))).toEqual([
      "Sign-in stolen by a phishing page",
      "Session stolen and used elsewhere",
      "Owner deceived into typing a device code",
      "Account used by somebody else",
      "Password found by spraying",
      "Application planted in the tenant",
      "Mailbox taken over",
      "Administrator account misused",
    ]);
    const hows = each.map((i) => i.story.replace(/^On \S+ \S+ UTC (.*?)( from .*|\. .*)$/, "$1"));
    expect(hows).toEqual([
      "somebody signed in as ann@fabrikam.example with a session stolen through a copied sign-in page",
      "somebody went on using a session of ann@fabrikam.example",
      "ann@fabrikam.example was deceived into signing somebody else in with a device code",
      "somebody other than the owner signed in as ann@fabrikam.example",
      "somebody who tried passwords on many accounts got into ann@fabrikam.example",
      "an application that reaches mail or files was planted in the name of ann@fabrikam.example",
      "somebody other than the owner changed what happens to the mail of ann@fabrikam.example",
      "somebody used the rights of ann@fabrikam.example to change the tenant",
    ]);
  });
});

describe("what is listed", () => {
  it("signals in order of time, each with its records once, its key, points and techniques", () => {
    const twice = his(1, { id: "x" });
    const incident = told([
      act("a", 2.345, { events: [twice, twice], more: { dedup: "d1", title: "Own title" } }),
      entry(6),
    ]);
    expect(incident.signals.map((s) => s.detection)).toEqual(["entry", "a"]);
    expect(incident.signals[1]).toEqual({
      detection: "a",
      title: "Own title",
      at: new Date(NOON + HOUR).toISOString(),
      account: { objectId: "id-ann", upn: "ann@fabrikam.example" },
      recordIds: ["x"],
      dedupKey: "a:id-ann:d1",
      weight: 2.35,
      attack: ["T1078.004"],
      reason: "Reason of a",
    });
    expect(incident.attack).toEqual(["T1078.004"]);
    expect(incident.recordIds).toHaveLength(2);
  });

  it("evidence with the heaviest first, twenty records of each, and what speaks against it with five", () => {
    const many = Array.from({ length: 30 }, (_, n) => his(n / 10, { id: `m${n}` }));
    const incident = told([
      act("a", 1),
      act("b", 3, { events: many, against: ["done at home", "on a device"] }),
      entry(2, { against: [] }),
    ]);
    expect(incident.for.map((e) => [e.text, e.weight, e.recordIds.length])).toEqual([
      ["Reason of b", 3, 20],
      ["Reason of entry", 2, 1],
      ["Reason of a", 1, 1],
    ]);
    expect(incident.against).toEqual(
      ["done at home", "on a device"].map((text) => ({
        text: `Title of b: ${text}`,
        recordIds: ["m0", "m1", "m2", "m3", "m4"],
      })),
    );
  });

  it("first and last activity, and the moment it could first be known", () => {
    const incident = told([
      act("a", 4, { events: [his(2)] }),
      entry(4, { events: [his(0), his(1)] }),
      act("late", 2, { events: [his(9)] }),
    ]);
    expect(incident).toMatchObject({
      firstAttackerActivity: new Date(NOON).toISOString(),
      lastAttackerActivity: new Date(NOON + 9 * HOUR).toISOString(),
      detectableAt: new Date(NOON + 2 * HOUR).toISOString(),
    });
    expect(told([entry(1, { events: [his(3)] })]).detectableAt).toBe(new Date(NOON + 3 * HOUR).toISOString());
  });

  it("the attacker's addresses, networks, clients and sessions from strange places only, and the applications he planted", () => {
    const facts = (ip: string, asn?: number, org?: string) => ({
      ip: { ip, kind: "hosting" as const, ...(asn ? { asn } : {}), ...(org ? { org } : {}) },
    });
    const one = his(0, {
      ip: "9.9.9.9",
      facts: facts("9.9.9.9", 20473, "Vultr"),
      event: { client: { userAgent: "axios" }, handles: { sessionId: "s2" } },
    });
    const two = his(0, {
      ip: "8.8.8.8",
      facts: facts("8.8.8.8", 14061),
      event: { client: { userAgent: "" }, handles: { sessionId: "s1" } },
    });
    const home = seenAt({
      ip: "81.1.1.1",
      place: HOME,
      facts: facts("81.1.1.1", 2856),
      event: { client: { userAgent: "Chrome" }, handles: { sessionId: "s3" } },
    });
    const bare = his(0, { ip: "7.7.7.7", facts: facts("7.7.7.7") });
    const incident = told([
      entry(6, { events: [one, two, one, home, bare] }),
      act("illicit-consent", 2, { events: [home], more: planted() }),
      act("mail", 1, { events: [home], more: { artifacts: [{ ...planted().artifacts[0]!, name: "A rule" }] } }),
    ]);
    expect(incident.attacker).toEqual({
      ips: ["7.7.7.7", "8.8.8.8", "9.9.9.9"],
      asns: ["AS14061", "AS20473 Vultr"],
      userAgents: ["axios"],
      sessions: ["s1", "s2"],
      apps: ["Reader"],
    });
    const crowd = Array.from({ length: 30 }, (_, n) =>
      his(0, { event: { client: { userAgent: `a${n}` }, handles: { sessionId: `s${n}` } } }),
    );
    const { attacker } = told([entry(6, { events: crowd })]);
    expect([attacker.userAgents.length, attacker.sessions.length]).toEqual([10, 20]);
  });

  it("the phishing mails of all parts", () => {
    const phish = [{ subject: "Invoice", direction: "received" as const }];
    expect(told([entry(6), act("a", 1, { more: { phish } })]).phish).toEqual(phish);
  });

  it("what could not be seen: the scan's blind spots, and what the records lack", () => {
    const input = { ...INPUT, blindSpots: ["Audit was off until May"] };
    const lacks = (events: Seen[], more = {}) => told([entry(6, more)], { world: worldOf(events), input }).notVisible;
    const reads = seenAt({ event: { action: "mail.read" } });
    const signsIn = seenAt({ event: { action: "sign-in", source: "sign-in" } });
    const NO_LOG = expect.stringContaining("No Entra sign-in log");
    const NO_MAIL = expect.stringContaining("No record of opened mail");
    const NO_SESSION = "No session ids in the cited records";
    expect(lacks([])).toEqual(["Audit was off until May", NO_LOG, NO_MAIL, NO_SESSION]);
    expect(lacks([reads])).toEqual(["Audit was off until May", NO_LOG, NO_SESSION]);
    expect(lacks([signsIn])).toEqual(["Audit was off until May", NO_MAIL, NO_SESSION]);
    expect(lacks([reads, signsIn], { events: [his(), his(0, { event: { handles: { sessionId: "s" } } })] })).toEqual([
      "Audit was off until May",
    ]);
    expect(told([entry(6)], { world: worldOf([reads, signsIn]) }).notVisible).toEqual([NO_SESSION]);
  });
});

describe("the key of an incident", () => {
  const key = (...parts: Weighed[]) => told(parts).key;
  it("is the account and the first strange address it was entered from", () => {
    const first = entry(3, { events: [seenAt({ at: NOON, ip: "81.1.1.1", place: HOME }), his(1)] });
    const second = entry(6, { id: "b", events: [his(2, { ip: "9.9.9.9" })] });
    expect(key(second, act("a", 2, { events: [his(-1, { ip: "1.1.1.1" })] }), first)).toBe(`id-ann|${EVIL}`);
  });

  it("is the session where no address tells, else the first record of all", () => {
    const microsoft = { facts: { ip: { ip: EVIL, kind: "microsoft" as const } } };
    expect(key(entry(6, { events: [his(0, { ...microsoft, event: { handles: { sessionId: "s1" } } })] }))).toBe(
      "id-ann|s1",
    );
    expect(key(entry(6, { events: [his(0, { ...microsoft, id: "r-1" })] }))).toBe("id-ann|entry:r-1");
    expect(
      key(act("b", 6, { events: [his(2, { id: "r-2" })] }), act("a", 6, { events: [his(1, { id: "r-3" })] })),
    ).toBe("id-ann|a:r-3");
  });
});
