import { ATTACKS_MAX, type describeAccounts, type FailedAttackListed } from "#db/repos/portal-failed-attacks.ts";
import { FAILED_ATTACK_KINDS, type FailedAttackKind } from "#domain/incident/failed-attack.ts";
import type { FailedAttackRow, FailedAttacksView, Period } from "#domain/view/detection.ts";

const TARGETED_MAX = 20;
const ORIGINS_SHOWN = 10;
const KINDS: ReadonlySet<string> = new Set(FAILED_ATTACK_KINDS);
type Attack = FailedAttackListed & { kind: FailedAttackKind };
type Described = Awaited<ReturnType<typeof describeAccounts>>;

/** Attacks of the kinds this version knows. */
export const knownAttacks = (rows: FailedAttackListed[]): Attack[] =>
  rows.filter((row): row is Attack => KINDS.has(row.kind));

/** The accounts tried most often (R23), before they get their names. */
export const mostTargeted = (attacks: Attack[]): string[] =>
  [...targets(attacks)]
    .sort((a, b) => b[1].attempts - a[1].attempts || (a[0] < b[0] ? -1 : 1))
    .slice(0, TARGETED_MAX)
    .map(([upn]) => upn);

type Target = { attempts: number; attacks: number; kinds: Set<FailedAttackKind>; countries: Set<string> };

/** An attack from before tries were counted by account is spread evenly. */
const triesOf = (attack: Attack): { upn: string; attempts: number }[] =>
  attack.targets.length > 0
    ? attack.targets
    : attack.accounts.map((upn) => ({
        upn: upn.toLowerCase(),
        attempts: Math.max(1, Math.round(attack.attempts / Math.max(1, attack.accounts.length))),
      }));

function targets(attacks: Attack[]): Map<string, Target> {
  const out = new Map<string, Target>();
  for (const attack of attacks) {
    for (const { upn, attempts } of triesOf(attack)) {
      const entry = out.get(upn) ?? { attempts: 0, attacks: 0, kinds: new Set(), countries: new Set() };
      entry.attempts += attempts;
      entry.attacks += 1;
      entry.kinds.add(attack.kind);
      for (const country of attack.countries) entry.countries.add(country);
      out.set(upn, entry);
    }
  }
  return out;
}

const attackRow = (attack: Attack): FailedAttackRow => ({
  id: attack.id,
  kind: attack.kind,
  from: attack.fromAt,
  to: attack.toAt,
  attempts: attack.attempts,
  accounts: attack.accounts.length,
  firstAccounts: triesOf(attack)
    .slice(0, 5)
    .map((target) => target.upn),
  countries: attack.countries,
  origins: attack.origins.slice(0, ORIGINS_SHOWN),
  tools: attack.tools,
});

const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Failed Attacks of a tenant: what was tried, from where, on whom, and what would help. */
export function failedAttacksView(input: {
  tenant: { id: string; name: string };
  period: Period;
  attacks: Attack[];
  described: Described;
  page: { number: number; size: number; kind: FailedAttackKind | undefined };
  coverage: string[];
}): FailedAttacksView {
  const { tenant, period, attacks, described, page, coverage } = input;
  const listed = page.kind ? attacks.filter((attack) => attack.kind === page.kind) : attacks;
  const from = page.number * page.size;
  const told = attacks.slice(0, ATTACKS_MAX);
  return {
    tenant: { id: tenant.id, name: tenant.name },
    period,
    attempts: sum(told.map((attack) => attack.attempts)),
    attacks: told.length,
    byKind: FAILED_ATTACK_KINDS.map((kind) => {
      const of = told.filter((attack) => attack.kind === kind);
      return {
        kind,
        attacks: of.length,
        attempts: sum(of.map((attack) => attack.attempts)),
        accounts: new Set(of.flatMap((attack) => attack.accounts.map((upn) => upn.toLowerCase()))).size,
      };
    }).filter((row) => row.attacks > 0),
    byCountry: countries(told),
    byDay: days(told, period),
    tools: tools(told),
    targeted: targeted(told, described),
    rows: listed.slice(from, from + page.size).map(attackRow),
    nextPage: listed.length > from + page.size ? page.number + 1 : null,
    coverage:
      attacks.length > ATTACKS_MAX
        ? [...coverage, `Only the newest ${ATTACKS_MAX} attacks of this time are counted`]
        : coverage,
  };
}

function countries(attacks: Attack[]): FailedAttacksView["byCountry"] {
  const out = new Map<string | null, { attempts: number; ips: Set<string> }>();
  const put = (country: string | null, attempts: number, ip: string | undefined): void => {
    const entry = out.get(country) ?? { attempts: 0, ips: new Set() };
    entry.attempts += attempts;
    if (ip) entry.ips.add(ip);
    out.set(country, entry);
  };
  for (const attack of attacks) {
    for (const origin of attack.origins) put(origin.country, origin.attempts, origin.ip);
    // Addresses beyond the stored ones have no country of their own.
    const rest = attack.attempts - sum(attack.origins.map((origin) => origin.attempts));
    if (rest > 0) put(null, rest, undefined);
  }
  return [...out]
    .map(([country, { attempts, ips }]) => ({ country, attempts, addresses: ips.size }))
    .sort((a, b) => b.attempts - a.attempts);
}

const DAY_MS = 86_400_000;
function days(attacks: Attack[], period: Period): FailedAttacksView["byDay"] {
  const tries = new Map<string, number>();
  for (const attack of attacks)
    for (const { day, attempts } of attack.days) tries.set(day, (tries.get(day) ?? 0) + attempts);
  const out: FailedAttacksView["byDay"] = [];
  for (let at = Date.parse(period.from); at <= Date.parse(period.to); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    out.push({ day, attempts: tries.get(day) ?? 0 });
  }
  return out;
}

function tools(attacks: Attack[]): FailedAttacksView["tools"] {
  const out = new Map<string, number>();
  for (const attack of attacks) for (const name of attack.tools) out.set(name, (out.get(name) ?? 0) + attack.attempts);
  return [...out].map(([name, attempts]) => ({ name, attempts })).sort((a, b) => b.attempts - a.attempts);
}

function targeted(attacks: Attack[], described: Described): FailedAttacksView["targeted"] {
  const all = targets(attacks);
  return mostTargeted(attacks).map((upn) => {
    const { attempts, attacks: n, kinds, countries: from } = all.get(upn) as Target;
    const known = described.find((row) => row.upn === upn);
    return {
      upn,
      displayName: known?.displayName ?? null,
      attempts,
      attacks: n,
      kinds: [...kinds],
      countries: [...from].sort(),
      advice: adviceFor(kinds, known),
      incidentId: known?.incidentId ?? null,
    };
  });
}

/** The one thing that would help this account most. */
function adviceFor(kinds: Set<FailedAttackKind>, known: Described[number] | undefined): string {
  if (!known) return "No account of this name: nothing to harden, the attacker guesses names";
  if (known.accountEnabled === false) return "The account is disabled: nothing to do";
  if (kinds.has("MFA_REFUSED"))
    return "The password is known to the attacker: reset it, and ask the person about the requests";
  if (kinds.has("AITM_KIT")) return "Passkeys or a managed device stop a phishing page; tell the person what was tried";
  if (kinds.has("LEGACY_AUTH")) return "Switch legacy authentication off for this mailbox";
  return "A second factor for every sign-in, and a password used nowhere else";
}
