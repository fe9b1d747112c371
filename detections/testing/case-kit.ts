import type { EventOutcome, NormalizedEvent } from "#domain/event/event.ts";

/** One named set of records and what the detection must make of it for the account "ann". */
export type Case = {
  name: string;
  kind: "positive" | "negative" | "near-miss";
  events: NormalizedEvent[];
  expect: { fires: false } | { fires: true; title: string; dedupKey: string };
};

export const ANN = "ann@fabrikam.example";
export const HOME = "81.130.14.20";
export const HOSTING = "45.76.10.9";
export const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
export const FIREFOX_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** Day 0 is 1 June 2026; cases happen from day 20 on, after the ordinary work of `usual`. */
export function at(day: number, time: string): string {
  return new Date(
    Date.UTC(2026, 5, 1 + day, Number(time.slice(0, 2)), Number(time.slice(3, 5)), Number(time.slice(6, 8) || 0)),
  ).toISOString();
}

type More = Partial<Omit<NormalizedEvent, "actor">> & { who?: string; ip?: string; agent?: string };

let counter = 0;

/** Any event of a person; ids count up in the order of writing. */
export function event(action: string, when: string, more: More = {}): NormalizedEvent {
  const { who = ANN, ip, agent, client, ...rest } = more;
  counter += 1;
  return {
    recordId: `r${counter}`,
    source: action === "sign-in" ? "sign-in" : "ual",
    contentHash: String(counter).padStart(32, "0"),
    occurredAt: when,
    category: action === "sign-in" ? "login" : "other",
    action,
    operation: action,
    outcome: "success",
    actor: { kind: "person", objectId: `id-${who}`, upn: who },
    client: { ...(ip ? { ip } : {}), ...(agent ? { userAgent: agent } : {}), ...client },
    handles: {},
    params: {},
    ...rest,
  };
}

export function signIn(when: string, ip: string, more: More & { code?: string } = {}): NormalizedEvent {
  const { code = "0", outcome, ...rest } = more;
  const result: EventOutcome =
    outcome ?? (code === "0" ? "success" : /^5007[2469]$/.test(code) ? "challenge" : "failure");
  return event("sign-in", when, { agent: CHROME, ip, outcome: result, resultCode: code, ...rest });
}

/** Two weeks of one person's work from home on one browser. */
export function usual(who = ANN, ip = HOME): NormalizedEvent[] {
  return Array.from({ length: 14 }, (_, day) => signIn(at(day, "09:00"), ip, { who }));
}
