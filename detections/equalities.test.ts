import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_SOURCES, type NormalizedEvent } from "#domain/event/event.ts";
import { sha256 } from "#domain/event/sha256.ts";
import { factsOf } from "../activities/enrich/index.ts";
import { analyze } from "./engine.ts";
import { seeded, shuffled } from "./evaluation-runs.ts";
import { ANN, at, CHROME, FIREFOX_LINUX, HOME, HOSTING, usual } from "./testing/case-kit.ts";

const BOB = "bob@fabrikam.example";
const EVE = "eve@fabrikam.example";
const run = (events: NormalizedEvent[]) => analyze({ events, factsOf, asOf: "2026-07-01T00:00:00.000Z" });

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** Few values, so that records often share ids, times, addresses and sessions: where order could matter, it does. */
const record: fc.Arbitrary<NormalizedEvent> = fc
  .record({
    recordId: fc.integer({ min: 0, max: 60 }).map((n) => `r${n}`),
    source: one(...EVENT_SOURCES.filter((s) => s !== "message-trace")),
    minutes: fc.integer({ min: 0, max: 80 }),
    action: one(
      "sign-in",
      "sign-in",
      "sign-in",
      "inbox-rule.create",
      "inbox-rule.remove",
      "mailbox.forwarding.set",
      "mail.read",
      "mail.send",
      "mail.delete",
      "app.consent",
      "app.credential.add",
      "role.add",
      "device.register",
      "auth-method.add",
      "file.access",
      "user.create",
      "transport-rule.create",
      "share.anonymous-link.create",
    ),
    outcome: one("success" as const, "failure" as const, "challenge" as const, "unknown" as const),
    code: one("0", "50126", "50053", "50074", "500121", "50057"),
    who: one(ANN, BOB, EVE, "old@fabrikam.example"),
    named: one("both", "upn", "id"),
    ip: maybe(one(HOME, HOSTING, "2a01:111:f400::1", "185.220.101.4", "81.130.14.21")),
    agent: maybe(one(CHROME, FIREFOX_LINUX, "axios/1.7.9", "python-requests/2.31")),
    session: maybe(one("s1", "s2")),
    request: maybe(fc.integer({ min: 0, max: 60 }).map((n) => `r${n}`)),
    correlation: maybe(one("c1", "c2")),
    target: maybe(one(ANN, BOB, "eye@fabrikam.example")),
    rule: maybe(one(".", "Newsletters")),
    forwards: maybe(one("thief@gmail.com", "ann@fabrikarn.example")),
  })
  .map((r): NormalizedEvent => {
    const isSignIn = r.action === "sign-in";
    return {
      recordId: r.recordId,
      source: isSignIn && r.source === "directory-audit" ? "sign-in" : isSignIn ? r.source : "ual",
      contentHash: "",
      occurredAt: new Date(Date.parse(at(20, "03:00")) + r.minutes * 60_000).toISOString(),
      category: isSignIn ? "login" : /^(app|role|user|device|auth)/.test(r.action) ? "directory" : "exchange",
      action: r.action,
      operation: r.action,
      outcome: r.outcome,
      ...(isSignIn ? { resultCode: r.code } : {}),
      actor: {
        kind: "person",
        ...(r.named === "upn" ? {} : { objectId: `id-${r.who}` }),
        ...(r.named === "id" ? {} : { upn: r.who }),
      },
      ...(r.target ? { target: { kind: "User", upn: r.target } } : {}),
      client: { ...(r.ip ? { ip: r.ip } : {}), ...(r.agent ? { userAgent: r.agent } : {}) },
      handles: {
        ...(r.session ? { sessionId: r.session } : {}),
        ...(r.correlation ? { correlationId: r.correlation } : {}),
      },
      ...(r.action.startsWith("mail.") ? { mail: { itemCount: 40, subject: "Invoice" } } : {}),
      ...(r.rule
        ? {
            rule: {
              name: r.rule,
              conditions: { From: "bank" },
              deletes: true,
              ...(r.forwards ? { forwardsTo: [r.forwards] } : {}),
            },
          }
        : {}),
      ...(r.action.startsWith("app.")
        ? { app: { appId: r.rule ?? "a", name: "Micr0soft Teams", scopes: ["Mail.Read"], objectId: "o" } }
        : {}),
      params: {
        ...(isSignIn && r.source === "ual" && r.request ? { requestId: r.request } : {}),
        ...(r.forwards ? { ForwardingSmtpAddress: r.forwards } : {}),
        ...(r.action === "role.add" ? { roleName: "Global Administrator" } : {}),
      },
    };
  })
  .map((event) => ({ ...event, contentHash: sha256(JSON.stringify(event)).slice(0, 32) }));

const records = fc.array(record, { minLength: 5, maxLength: 70 });
const draws = fc.nat();

const past = [...usual(), ...usual(BOB), ...usual(EVE)];

describe("the same records give the same analysis", () => {
  it("in any order", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(records, draws, (drawn, draw) => {
        const all = [...past, ...drawn];
        expect(run(shuffled(all, seeded(draw)))).toEqual(run(all));
      }),
      { numRuns: 250 },
    );
  });

  it("however often each is repeated", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(records, draws, (drawn, draw) => {
        const all = [...past, ...drawn];
        const random = seeded(draw);
        const repeated = all.flatMap((e) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => e));
        expect(run(shuffled(repeated, random))).toEqual(run(all));
      }),
      { numRuns: 100 },
    );
  });
});
