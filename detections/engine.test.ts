import fc from "fast-check";
import { expect, it } from "vitest";
import { SILENT } from "#detections/world/seen.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze } from "./engine.ts";
import { ANN, at, CHROME, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "./testing/case-kit.ts";
import { judgeStory, playStory } from "./testing/story-tenant.ts";

const run = (events: NormalizedEvent[]) => analyze({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });
const attack = (): NormalizedEvent[] => [
  ...usual(),
  ...usual("bob@fabrikam.example"),
  signIn(at(20, "03:00:00"), HOSTING, { agent: "axios/1.7.9", code: "50074" }),
  signIn(at(20, "03:00:20"), HOSTING, { agent: "axios/1.7.9", handles: { sessionId: "s9" } }),
  event("mail.read", at(20, "03:10"), {
    ip: HOSTING,
    agent: FIREFOX_LINUX,
    handles: { sessionId: "s9" },
    mail: { itemCount: 12 },
  }),
  event("inbox-rule.create", at(20, "03:20"), {
    ip: HOSTING,
    handles: { sessionId: "s9" },
    rule: { name: ".", deletes: true, conditions: { From: "bank" } },
  }),
  signIn(at(20, "09:00"), HOME),
];

it("shuffled, doubled and split records give the same analysis", { timeout: 60_000 }, () => {
  const played = playStory("spray-forward-connector", "3");
  const whole = judgeStory(played);
  fc.assert(
    fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 1 << 30 })), (stream) => {
      const keys = played.events.map((e) => ({ e, key: stream.next().value as number }));
      const shuffled = keys.sort((a, b) => a.key - b.key).map(({ e }) => e);
      const doubled = [...shuffled, ...shuffled.filter((_, i) => i % 3 === 0)];
      expect(judgeStory(played, doubled)).toEqual(whole);
    }),
    { numRuns: 6 },
  );
});

it("an incident keeps its key as later records arrive", () => {
  const events = attack();
  const [first] = run(events).incidents;
  for (let count = events.length - 3; count < events.length; count++) {
    for (const incident of run(events.slice(0, count)).incidents) expect(incident.key).toBe(first?.key);
  }
  expect(first?.account.upn).toBe(ANN);
});

it("one compromise of one account is one incident with its evidence, times and a cited record for each signal", () => {
  const { incidents } = run(attack());
  expect(incidents).toHaveLength(1);
  const [incident] = incidents;
  expect(incident?.kind).toBe("aitm");
  expect(incident?.persistence).toMatchObject([
    { kind: "inbox-rule", name: ".", state: "active", byAttacker: true, mailbox: ANN },
  ]);
  for (const signal of incident?.signals ?? []) expect(signal.recordIds.length).toBeGreaterThan(0);
  expect(incident?.firstAttackerActivity).toBe(at(20, "03:00:00"));
  expect(incident?.lastAttackerActivity).toBe(at(20, "03:20:00"));
  expect(incident!.detectableAt <= incident!.lastAttackerActivity).toBe(true);
});

it("a phished device code is told as one, also where a browser's sign-in from the same place follows", () => {
  const code = { params: { originalTransferMethod: "deviceCodeFlow" } };
  const phish = [
    signIn(at(20, "03:00"), HOSTING, code),
    event("device.register", at(20, "03:05"), { target: { kind: "Device", name: "DESKTOP-1" } }),
  ];
  const [incident] = run([...usual(), ...phish, signIn(at(20, "04:00"), HOSTING, { agent: FIREFOX_LINUX })]).incidents;
  expect(incident?.kind).toBe("device-code");
  expect(incident?.headline).toMatch(/device code/i);
  const plain = phish.map((e) => (e.action === "sign-in" ? { ...e, params: {} } : e));
  expect(run([...usual(), ...plain]).incidents.map((i) => i.kind)).not.toContain("device-code");
});

it("an incident could be known when its damning act happened, not when the intruder was last seen", () => {
  const later = signIn(at(20, "22:00"), HOSTING, { agent: FIREFOX_LINUX, handles: { sessionId: "s9" } });
  const whole = [...usual(), ...attack().slice(-6), later];
  const { incidents } = run(whole);
  expect(incidents).toHaveLength(1);
  const knownAt = incidents[0]!.detectableAt;
  expect(knownAt).toBe(at(20, "03:00:20"));
  expect(run(whole.filter((e) => e.occurredAt <= knownAt)).incidents).toHaveLength(1);
});

it("the owner's own sign-in after the attack stays the owner's", () => {
  const events = attack();
  const rows = new Map(run(events).attribution.map((row) => [row.recordId, row.verdict]));
  expect(rows.get(events.at(-1)!.recordId)).toBe("owner");
  expect(rows.get(events.at(-2)!.recordId)).toBe("attacker");
});

it("a lone odd event is notable and no incident", () => {
  const analysis = run([...usual(), signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX })]);
  expect(analysis.incidents).toEqual([]);
  expect(analysis.notable.map((n) => n.kind)).toEqual(["unfamiliar-sign-in"]);
});

it("ten thousand failed sign-ins against one account are a failed attack and no incident [S47]", () => {
  const tries = Array.from({ length: 10_000 }, (_, i) =>
    signIn(new Date(Date.parse(at(20, "03:00")) + i * 500).toISOString(), HOSTING, { code: "50126" }),
  );
  const analysis = run([...usual(), ...tries]);
  expect(analysis.incidents).toEqual([]);
  expect(analysis.failedAttacks).toMatchObject([{ kind: "PASSWORD_GUESSING", attempts: 10_000, accounts: [ANN] }]);
});

it("a service actor never gets an incident, whatever it does", () => {
  const service = attack().map((e) => ({
    ...e,
    actor: { kind: "microsoft-service" as const, displayName: "NT AUTHORITY\\SYSTEM" },
  }));
  expect(run(service).incidents).toEqual([]);
});

it("an administrator's migration from the office is no incident", () => {
  const work = [
    event("connector.inbound.create", at(20, "10:00"), {
      ip: HOME,
      agent: CHROME,
      params: { Name: "Migration gateway" },
    }),
    event("transport-rule.create", at(20, "10:05"), {
      ip: HOME,
      rule: { name: "Copy to archive service", forwardsTo: ["in@archive.example"], conditions: {} },
    }),
    event("app.consent", at(20, "10:10"), {
      ip: HOME,
      app: { appId: "m", name: "Mover", scopes: ["Mail.ReadWrite"], consentType: "AllPrincipals" },
    }),
    event("app.credential.add", at(20, "10:12"), { ip: HOME, app: { appId: "m", name: "Mover" } }),
    event("role.add", at(20, "10:15"), {
      ip: HOME,
      target: { kind: "User", upn: "bob@fabrikam.example" },
      params: { roleName: "Exchange Administrator" },
    }),
  ];
  expect(run([...usual(), signIn(at(20, "09:00"), HOME), ...work]).incidents).toEqual([]);
});

it("a new telephone on the owner's network is no incident", () => {
  const phone = [
    signIn(at(20, "18:00"), HOME, { agent: "Outlook-iOS/2.0" }),
    event("device.register", at(20, "18:02"), { target: { kind: "Device", name: "iPhone" } }),
    event("auth-method.add", at(20, "18:03")),
    event("mail.read", at(20, "18:05"), { ip: HOME, params: { MailAccessType: "Sync" }, mail: { itemCount: 400 } }),
  ];
  expect(run([...usual(), ...phone]).incidents).toEqual([]);
});

it("somebody else's disabled account being tried is a failed attack", () => {
  const tries = [1, 2, 3, 4].map((n) =>
    signIn(at(20, `03:0${n}`), HOSTING, { who: "old@fabrikam.example", code: "50057" }),
  );
  expect(run(tries).failedAttacks).toMatchObject([{ kind: "PASSWORD_GUESSING", attempts: 4 }]);
});

it("nothing in, nothing out", () => {
  expect(run([])).toEqual({ incidents: [], failedAttacks: [], notable: [], attribution: [], targetedAccounts: [] });
  expect(SILENT.strangeness).toBe(0);
});

it("wrong passwords and then the right one by a protocol never used is raised once the mailbox is fetched", () => {
  const fetched = (misses: number) => [
    ...usual(),
    ...Array.from({ length: misses }, (_, n) =>
      signIn(at(20, `08:1${n}`), "82.3.4.5", { code: "50126", signIn: { isLegacyAuth: true } }),
    ),
    signIn(at(20, "08:30"), "82.3.4.5", {
      agent: "Apple-iPhone14C2/2105.219",
      signIn: { isLegacyAuth: true, clientApp: "Exchange ActiveSync" },
    }),
    event("mail.read", at(20, "08:31"), { ip: "82.3.4.5", params: { MailAccessType: "Sync" } }),
  ];
  expect(run(fetched(3)).incidents.map((i) => i.account.upn)).toEqual([ANN]);
  expect(run(fetched(0)).incidents).toEqual([]);
});
