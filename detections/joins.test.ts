import { expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze, firings } from "./engine.ts";
import { ANN, at, CHROME, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "./testing/case-kit.ts";
import { buildWorld } from "./world/world.ts";

const input = (events: NormalizedEvent[]) => ({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });
const run = (events: NormalizedEvent[]) => analyze(input(events));
const placeOf = (events: NormalizedEvent[]) => {
  const last = events.at(-1)!.recordId;
  return buildWorld(input(events)).events.find((s) => s.ids.includes(last))!.place;
};

const CAFE = "82.3.4.5";
const TOR = "185.220.101.243";
const laptop = { client: { userAgent: CHROME, deviceId: "d-1" } };
const onLaptop = (): NormalizedEvent[] => [2, 4, 6, 8, 10, 12].map((day) => signIn(at(day, "10:00"), HOME, laptop));

const APP = "a0000000-0000-4000-8000-0000000000aa";
const consent = () =>
  event("app.consent", at(20, "10:00"), {
    ip: HOME,
    agent: CHROME,
    app: { appId: APP, name: "Document Reader", scopes: ["Mail.Read", "offline_access"] },
  });
const appReads = (when: string, ip: string) =>
  event("mail.read", when, { client: { ip, appId: APP }, mail: { itemCount: 30 } });
const appSignsIn = (when: string, ip: string) =>
  signIn(when, ip, { client: { userAgent: "python-requests/2.32.3", appId: APP } });

it("an application let in from home that reads the mail from a rented machine is an incident that cites the consent", () => {
  const given = consent();
  const { incidents } = run([
    ...usual(),
    given,
    appSignsIn(at(20, "13:00"), HOSTING),
    appReads(at(20, "13:01"), HOSTING),
  ]);
  expect(incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(incidents[0]?.recordIds).toContain(given.recordId);
});

it("an application let in that is used from home, or another one that is not, makes no incident", () => {
  expect(run([...usual(), consent(), appReads(at(20, "13:01"), HOME)]).incidents).toEqual([]);
  const other = event("mail.read", at(20, "13:01"), {
    client: { ip: HOSTING, appId: "other" },
    mail: { itemCount: 3 },
  });
  expect(run([...usual(), consent(), other]).incidents).toEqual([]);
});

it("rows about the planted application are the attacker's although the owner's own browser let it in", () => {
  const grant = event("app.grant.delegated", at(20, "09:59:59"), { ip: HOME, agent: CHROME, app: { appId: APP } });
  const rows = run([
    ...usual(),
    grant,
    consent(),
    appSignsIn(at(20, "13:00"), HOSTING),
    appReads(at(20, "13:01"), HOSTING),
  ]).attribution;
  expect(rows.find((r) => r.recordId === grant.recordId)?.verdict).toBe("attacker");
});

it("every prompt that the owner refused before he gave in is the attacker's, and his own sign-in is not", () => {
  const asked = Array.from({ length: 12 }, (_, n) =>
    signIn(at(20, `03:${String(n).padStart(2, "0")}`), HOSTING, { code: "500121" }),
  );
  const own = signIn(at(20, "09:00"), HOME);
  const rows = new Map(
    run([
      ...usual(),
      ...asked,
      signIn(at(20, "03:20"), HOSTING),
      event("inbox-rule.create", at(20, "03:30"), { ip: HOSTING, rule: { name: ".", deletes: true, conditions: {} } }),
      own,
    ]).attribution.map((r) => [r.recordId, r.verdict]),
  );
  expect(asked.map((e) => rows.get(e.recordId))).toEqual(asked.map(() => "attacker"));
  expect(rows.get(own.recordId)).toBe("owner");
});

it("a client that always showed its device and suddenly shows none makes a new place stranger", () => {
  const bare = placeOf([...usual().slice(0, 1), ...onLaptop(), signIn(at(20, "09:00"), CAFE)]);
  const never = placeOf([...usual(), signIn(at(20, "09:00"), CAFE)]);
  expect(bare.lacksDevice).toBe(true);
  expect(never.lacksDevice).toBe(false);
  expect(bare.strangeness).toBeGreaterThan(never.strangeness);
});

it("the end of an anonymising network never becomes home, a rented machine slowly, a network at home in days", () => {
  const work = (ip: string, days: number[]) => [
    ...usual(),
    ...days.map((day) => signIn(at(day, "11:00"), ip)),
    signIn(at(30, "12:00"), ip),
  ];
  const daily = [22, 23, 24, 25, 26, 27, 28, 29];
  expect(placeOf(work(TOR, [15, 16, 17, ...daily])).standing).toBe("new");
  expect(placeOf(work(HOSTING, [26, 27, 28, 29])).standing).toBe("new");
  expect(placeOf(work(HOSTING, [15, 16, 17, ...daily])).standing).toBe("own");
  expect(placeOf(work(CAFE, [26, 27, 28, 29])).standing).toBe("own");
});

it("what the sign-in log tells of an address holds for the mail records that name it", () => {
  const rented = signIn(at(20, "03:00"), "52.176.154.198", { agent: FIREFOX_LINUX });
  const read = event("mail.read", at(20, "03:05"), { ip: "52.176.154.198", mail: { itemCount: 5 } });
  expect(placeOf([...usual(), rented, read]).standing).toBe("new");
  expect(placeOf([...usual(), read]).standing).toBe("silent");
});

it("a stranger in the country who lost the device and copies the mailbox is raised, the owner on a new computer is not", () => {
  const copies = (session: string, device: object) => [
    ...usual().slice(0, 1),
    ...onLaptop(),
    signIn(at(20, "09:00"), HOME, { ...laptop, handles: { sessionId: "s1" } }),
    signIn(at(20, "09:30"), CAFE, { handles: { sessionId: session }, ...device }),
    event("mail.read", at(20, "09:40"), {
      ip: CAFE,
      handles: { sessionId: session },
      params: { MailAccessType: "Sync" },
      mail: { itemCount: 80 },
    }),
  ];
  expect(run(copies("s1", {})).incidents.map((i) => i.kind)).toEqual(["session-theft"]);
  expect(run(copies("s2", { client: { userAgent: CHROME, deviceId: "d-2" } })).incidents).toEqual([]);
});

it("a forgotten password on a new line and then a new telephone is no incident; the same from a rented machine is", () => {
  const guessed = (ip: string) => [
    ...usual(),
    ...["81.131.9.9"].flatMap((old) => [3, 5, 7, 9].map((day) => signIn(at(day, "18:00"), old))),
    ...Array.from({ length: 9 }, (_, n) => signIn(at(20, `09:0${n}`), ip, { code: "50126" })),
    signIn(at(20, "09:12"), ip),
    event("auth-method.add", at(20, "09:30"), { ip }),
  ];
  expect(run(guessed("81.132.51.129")).incidents).toEqual([]);
  expect(run(guessed(HOSTING)).incidents.map((i) => i.account.upn)).toEqual([ANN]);
});

it("a secret named by the directory and by the audit log under different ids is joined with what the application did", () => {
  const key = { correlationId: "c-1" };
  const target = { kind: "Application", id: "obj-1", name: "Archive" };
  const app = "b0000000-0000-4000-8000-0000000000bb";
  const reads = (when: string, ip: string, who: string) => ({
    ...event("mail.read", when, {
      client: { ip, appId: app },
      target: { kind: "mailbox", upn: `${who}@fabrikam.example` },
    }),
    actor: { kind: "service-principal" as const, displayName: "ServicePrincipal_1" },
  });
  const { incidents } = run([
    ...usual(),
    ...[1, 5, 9].map((day) => reads(at(day, "01:00"), "193.0.14.129", "bob")),
    signIn(at(20, "02:50"), HOSTING, { agent: FIREFOX_LINUX }),
    event("app.credential.add", at(20, "03:00"), {
      source: "directory-audit",
      category: "directory",
      handles: key,
      target,
      ip: HOSTING,
      app: { objectId: "obj-1", name: "Archive" },
    }),
    event("app.credential.add", at(20, "03:00"), {
      category: "directory",
      handles: key,
      target,
      ip: HOSTING,
      app: { objectId: "obj-1", appId: app, name: "Archive" },
    }),
    ...["bob", "cleo", "dan"].map((who, n) => reads(at(20, `03:1${n}`), "45.77.1.1", who)),
  ]);
  expect(incidents[0]?.signals.map((s) => s.detection)).toContain("workload-identity-strange");
});

it("two colleagues make an office, a rented machine takes three on several days, a carrier's exit never becomes one", () => {
  const seenBy = (ip: string, names: string[], days: number[]) => [
    ...usual(),
    ...names.flatMap((name) => days.map((day) => signIn(at(day, "10:00"), ip, { who: `${name}@fabrikam.example` }))),
    signIn(at(20, "09:00"), ip),
  ];
  expect(placeOf(seenBy("82.3.4.5", ["bob", "cid"], [15, 17])).standing).toBe("company");
  expect(placeOf(seenBy(HOSTING, ["bob", "cid"], [15, 17])).standing).toBe("new");
  expect(placeOf(seenBy(HOSTING, ["bob", "cid", "dee"], [15, 16, 17])).standing).toBe("company");
  expect(placeOf(seenBy("92.40.58.48", ["bob", "cid", "dee"], [15, 16, 17])).standing).toBe("new");
});

it("an attacker who roams stays red in the session that only he used, and unclear in one he copied", () => {
  const act = (owner: boolean) => {
    const roamed = event("teams.message.send", at(20, "11:00"), { ip: CAFE, handles: { sessionId: "s7" } });
    const rows = run([
      ...usual(),
      ...(owner ? [signIn(at(20, "08:00"), HOME, { handles: { sessionId: "s7" } })] : []),
      signIn(at(20, "09:58"), HOSTING, { agent: "axios/1.7.9", code: "50074" }),
      signIn(at(20, "09:59"), HOSTING, { agent: "axios/1.7.9", handles: { sessionId: "s7" } }),
      roamed,
    ]).attribution;
    return rows.find((r) => r.recordId === roamed.recordId)?.verdict;
  };
  expect(act(false)).toBe("attacker");
  expect(act(true)).toBe("unclear");
});

it("what nobody honest does within two days of a strange access is one story with it, weeks apart it is none", () => {
  const rule = (day: number) =>
    event("inbox-rule.create", at(day, "12:00"), { ip: HOME, rule: { name: "..", deletes: true, conditions: {} } });
  const strange = signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX });
  expect(run([...usual(), strange, rule(21)]).incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(run([...usual(), strange, rule(28)]).incidents).toEqual([]);
});

const keysOf = (events: NormalizedEvent[]): string[] => firings(input(events)).map((f) => f.weight.key);

it("a session that goes on without the device its client has always shown is raised by itself, and not where it shows none now and then", () => {
  const copied = [
    signIn(at(20, "09:00"), HOME, { ...laptop, handles: { sessionId: "s1" } }),
    signIn(at(20, "09:30"), CAFE, { handles: { sessionId: "s1" } }),
  ];
  expect(run([...usual().slice(0, 1), ...onLaptop(), ...copied]).incidents.map((i) => i.kind)).toEqual([
    "session-theft",
  ]);
  expect(run([...usual(), ...onLaptop(), ...copied]).incidents).toEqual([]);
});

it("one session at home, elsewhere and at home again within the hour is in two places; a laptop that moves once is not", () => {
  const uses = (times: string[], away = CAFE) =>
    times.map((time, n) => signIn(at(20, time), n === 1 ? away : HOME, { handles: { sessionId: "s1" } }));
  expect(keysOf([...usual(), ...uses(["09:00", "09:20", "09:40"])])).toContain("session-two-homes");
  for (const honest of [
    uses(["09:00", "09:20"]),
    uses(["09:00", "12:20", "15:40"]),
    uses(["09:00", "09:20", "09:40"], "92.40.58.48"),
    uses(["09:00", "09:20", "09:40"], "2a02:c7d:1:2::9"),
  ])
    expect(keysOf([...usual(), ...honest])).not.toContain("session-two-homes");
});

it("who is surely no owner and then opens mail is raised, who only signs in strangely or only opens mail is not", () => {
  const relayed = [
    signIn(at(20, "03:00"), HOSTING, { code: "50074", client: { userAgent: CHROME, appId: OFFICE_HOME } }),
    signIn(at(20, "03:00:20"), HOSTING, { client: { userAgent: CHROME, appId: OFFICE_HOME } }),
  ];
  const opens = event("mail.read", at(20, "03:10"), { ip: HOSTING, mail: { itemCount: 6 } });
  expect(run([...usual(), ...relayed, opens]).incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(run([...usual(), ...relayed]).incidents).toEqual([]);
  expect(run([...usual(), relayed[1]!, opens]).incidents).toEqual([]);
});

const OFFICE_HOME = "4765445b-32c6-49b0-83e6-1d93765276ca";

it("one text to many after a rule that hides the warnings is raised from home too; without the rule, or before it, it is not", () => {
  const hides = event("inbox-rule.create", at(20, "09:00"), {
    ip: HOME,
    rule: { name: "Sync", movesTo: "RSS Feeds", conditions: { BodyContainsWords: "phish;hack" } },
  });
  const burst = (time: string) =>
    Array.from({ length: 12 }, (_, n) =>
      event("mail.send", at(20, `${time}:${String(n).padStart(2, "0")}`), {
        ip: HOME,
        mail: { subject: "Invoice overdue", to: [`p${n}@customer.example`] },
      }),
    );
  expect(run([...usual(), hides, ...burst("10")]).incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(run([...usual(), ...burst("10")]).incidents).toEqual([]);
  expect(run([...usual(), hides]).incidents).toEqual([]);
  expect(run([...usual(), ...burst("08"), hides]).incidents).toEqual([]);
});

it("an application that nobody vouches for and that reads the mail from a rented machine is raised, a verified one is not", () => {
  const atDesk = [
    ...usual().slice(0, 1),
    ...onLaptop(),
    signIn(at(20, "09:55"), HOME, laptop),
    consent(),
    appSignsIn(at(20, "13:00"), HOSTING),
    appReads(at(20, "13:01"), HOSTING),
  ];
  const principal = (isVerified: string) => ({
    kind: "service-principal" as const,
    objectId: "sp-1",
    name: "Document Reader",
    enabled: true,
    detail: { appId: APP, isVerified },
  });
  const raised = (more: object) => analyze({ ...input(atDesk), ...more }).incidents.map((i) => i.account.upn);
  expect(raised({})).toEqual([ANN]);
  expect(raised({ inventory: [principal("false")] })).toEqual([ANN]);
  expect(raised({ inventory: [principal("true")] })).toEqual([]);
  expect(raised({ awaitsInventory: true })).toEqual([]);
});

it("a new application that reads several people's mail is raised where its secret was made in a strange place, not at a desk", () => {
  const NEW = "b0000000-0000-4000-8000-0000000000cc";
  const story = (ip: string) => [
    ...usual(),
    signIn(at(20, "02:50"), ip, { agent: ip === HOME ? CHROME : FIREFOX_LINUX }),
    event("app.credential.add", at(20, "03:00"), { ip, app: { appId: NEW, name: "Archive" } }),
    ...["bob", "cleo", "dan"].map((who, n) => ({
      ...event("mail.read", at(20, `05:1${n}`), {
        client: { ip: "45.77.1.1", appId: NEW },
        target: { kind: "mailbox", upn: `${who}@fabrikam.example` },
      }),
      actor: { kind: "service-principal" as const, appId: NEW },
    })),
  ];
  expect(run(story(HOSTING)).incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(run(story(HOME)).incidents).toEqual([]);
});

it("two colleagues who were in a place once each do not make it the company's", () => {
  const once = ["bob", "cid"].map((n) => signIn(at(10, "10:00"), CAFE, { who: `${n}@fabrikam.example` }));
  expect(placeOf([...usual(), ...once, signIn(at(20, "09:00"), CAFE)]).standing).toBe("new");
});

it("rules that hide warnings and other mail in one sitting are raised from wherever they come, one of them alone is not", () => {
  const rule = (time: string, more: object) =>
    event("inbox-rule.create", at(20, time), { ip: "20.190.160.24", rule: { conditions: {}, ...more } });
  const warnings = rule("07:17", {
    name: "rule2",
    movesTo: "Junk Email",
    conditions: { SubjectContainsWords: "do not open" },
  });
  const other = rule("06:37", { name: "my_rule1", deletes: true, conditions: { BodyContainsWords: "newsletter" } });
  expect(run([...usual(), other, warnings]).incidents.map((i) => [i.account.upn, i.severity])).toEqual([
    [ANN, "medium"],
  ]);
  expect(run([...usual(), warnings]).incidents).toEqual([]);
  expect(run([...usual(), other]).incidents).toEqual([]);
});

it("who switches a private VPN on in the middle of a session and reads his mail is not raised, who goes on from a rented machine is", () => {
  const moved = (ip: string) => [
    ...usual(),
    signIn(at(20, "09:00"), HOME, { handles: { sessionId: "s1" } }),
    signIn(at(20, "09:30"), ip, { handles: { sessionId: "s1" } }),
    event("mail.read", at(20, "09:40"), { ip, agent: CHROME, handles: { sessionId: "s1" }, mail: { itemCount: 5 } }),
  ];
  expect(run(moved("84.17.51.198")).incidents).toEqual([]);
  expect(run(moved(HOSTING)).incidents.map((i) => i.account.upn)).toEqual([ANN]);
});

it("one sign-in from as strange a place as can be, and mail opened there, is a note; from two such places it is an incident", () => {
  const from = (...ips: string[]) => [
    ...usual(),
    ...ips.map((ip, n) => signIn(at(20, `03:0${n}`), ip, { agent: FIREFOX_LINUX })),
    event("mail.read", at(20, "03:10"), { ip: ips.at(-1)!, mail: { itemCount: 6 } }),
  ];
  expect(run(from(HOSTING)).incidents).toEqual([]);
  expect(run(from(HOSTING, "165.22.125.110")).incidents.map((i) => i.account.upn)).toEqual([ANN]);
});

it("a whole mailbox synchronised to a rented machine is surer to be an attack while the owner's browser works at home", () => {
  const synced = event("mail.read", at(20, "09:20"), { ip: HOSTING, params: { MailAccessType: "Sync" } });
  const atHome = signIn(at(20, "09:00"), HOME);
  const [both] = run([...usual(), atHome, synced]).incidents;
  const [alone] = run([...usual(), synced]).incidents;
  expect(both?.confidence).toBeGreaterThan(alone?.confidence ?? 1);
});

it("a provider nobody of a company has used is stranger than one a colleague uses; among a few people it says nothing", () => {
  const colleagues = (count: number) =>
    Array.from({ length: count }, (_, n) => usual(`colleague${n}@fabrikam.example`)).flat();
  const stranger = () => signIn(at(20, "09:00"), CAFE);
  const neighbour = usual("colleague0@fabrikam.example", "82.3.9.9");
  const none = placeOf([...usual(), ...colleagues(8), stranger()]);
  const shared = placeOf([...usual(), ...colleagues(8), ...neighbour, stranger()]);
  const few = placeOf([...usual(), ...colleagues(1), stranger()]);
  expect(none.notes).toContain("provider nobody here has used");
  for (const place of [shared, few]) {
    expect(place.notes).not.toContain("provider nobody here has used");
    expect(place.strangeness).toBeLessThan(none.strangeness);
  }
});
