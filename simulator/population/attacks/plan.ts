import { DAY, HOUR } from "../../clock.ts";
import type { Rng } from "../../random.ts";
import type { AttackTruth, InnocentTruth } from "../contract.ts";
import { cleanUp } from "../innocent/clean-up.ts";
import { Scene } from "../innocent/scene.ts";
import type { Row } from "../pen.ts";
import { account, type Company, dayOf, present, type Staff } from "../staff.ts";
import { adminTakeover, delegation, mailFlow } from "./admin-kinds.ts";
import { appCredential, illicitConsent, lookAlikeSeries } from "./app-kinds.ts";
import { drawStyle, Intruder } from "./intruder.ts";
import {
  aitmBec,
  bulkDownload,
  deviceCodePhish,
  forwarding,
  methodPersistence,
  payroll,
  phishCascade,
  quietReader,
  tokenReplay,
} from "./mailbox-kinds.ts";
import { legacyProtocol, mfaFatigue, spamRun, sprayHit, stuffingHit } from "./password-kinds.ts";
import { taken } from "./taken.ts";

interface Kind {
  kind: string;
  /** ATT&CK ids, separated by semicolons. */
  techniques: string;
  /** How many of a hundred or so attacks are of this kind. */
  share: number;
  victim: "person" | "admin";
  play(i: Intruder): void;
}

export const KINDS: readonly Kind[] = [
  { kind: "aitm-bec", techniques: "T1557;T1539;T1564.008", share: 9, victim: "person", play: aitmBec },
  { kind: "token-replay", techniques: "T1539;T1550.004", share: 6, victim: "person", play: tokenReplay },
  { kind: "device-code", techniques: "T1528;T1098.005", share: 6, victim: "person", play: deviceCodePhish },
  { kind: "quiet-reader", techniques: "T1114.002", share: 5, victim: "person", play: quietReader },
  { kind: "spray-hit", techniques: "T1110.003;T1078.004", share: 5, victim: "person", play: sprayHit },
  { kind: "stuffing-hit", techniques: "T1110.004;T1078.004", share: 5, victim: "person", play: stuffingHit },
  { kind: "mfa-fatigue", techniques: "T1621;T1078.004", share: 5, victim: "person", play: mfaFatigue },
  { kind: "legacy-protocol", techniques: "T1078.004;T1114.002", share: 5, victim: "person", play: legacyProtocol },
  { kind: "phish-cascade", techniques: "T1557;T1534", share: 5, victim: "person", play: phishCascade },
  { kind: "forwarding", techniques: "T1114.003", share: 6, victim: "person", play: forwarding },
  { kind: "payroll-diversion", techniques: "T1564.008;T1657", share: 5, victim: "person", play: payroll },
  { kind: "bulk-download", techniques: "T1530", share: 5, victim: "person", play: bulkDownload },
  { kind: "spam-run", techniques: "T1078.004;T1534", share: 4, victim: "person", play: spamRun },
  { kind: "method-persistence", techniques: "T1556.006", share: 5, victim: "person", play: methodPersistence },
  { kind: "illicit-consent", techniques: "T1528", share: 6, victim: "person", play: illicitConsent },
  { kind: "look-alike-app", techniques: "T1528;T1036.005", share: 4, victim: "person", play: lookAlikeSeries },
  { kind: "app-credential", techniques: "T1098.001", share: 4, victim: "person", play: appCredential },
  { kind: "delegation", techniques: "T1098.002", share: 4, victim: "person", play: delegation },
  { kind: "admin-takeover", techniques: "T1098.003;T1484.002", share: 3, victim: "admin", play: adminTakeover },
  { kind: "mail-flow", techniques: "T1114.003;T1078.004", share: 3, victim: "admin", play: mailFlow },
];

/** Draws kinds, victims and times, plays every attack and says what is true about it. */
export function planAttacks(
  rng: Rng,
  companies: Company[],
  count: number,
  file: (company: Company, rows: Row[]) => void,
): { attacks: AttackTruth[]; cleanUps: InnocentTruth[] } {
  const out: AttackTruth[] = [];
  const cleanUps: InnocentTruth[] = [];
  const total = KINDS.reduce((sum, k) => sum + k.share, 0);
  for (const company of companies) taken.set(company, new Set());
  const order = KINDS.flatMap((k) => Array.from({ length: Math.ceil((k.share * count) / total) }, () => k));
  const drawn = [...KINDS, ...rng.sample(order, order.length)].slice(0, count);
  drawn.sort((a, b) => (a.victim === "admin" ? 0 : 1) - (b.victim === "admin" ? 0 : 1));
  for (const [n, wanted] of drawn.entries()) {
    const id = `A${String(n + 1).padStart(3, "0")}`;
    const { intruder, kind } = attempt(rng.fork(id), companies, wanted);
    for (const victim of intruder.victims) taken.get(intruder.company)?.add(victim);
    for (const pen of [intruder.pen, intruder.deceived, intruder.bystanders]) file(intruder.company, pen.rows);
    out.push(truthOf(id, kind.kind, intruder));
    const noticed = notice(rng.fork(`${id}/noticed`), intruder, file);
    if (noticed) cleanUps.push(noticed);
  }
  out.sort((a, b) => a.startAt.localeCompare(b.startAt) || a.id.localeCompare(b.id));
  return { attacks: out, cleanUps };
}

/** A third of the companies find out by themselves, after the attacker's last act. */
function notice(rng: Rng, i: Intruder, file: (company: Company, rows: Row[]) => void): InnocentTruth | null {
  if (!rng.chance(0.35)) return null;
  const scene = new Scene(i.company, rng);
  if (!cleanUp(scene, i.victims, Math.max(...i.pen.rows.map((r) => r.at)))) return null;
  file(i.company, scene.pen.rows);
  return {
    kind: "clean-up-after-attack",
    tenantId: i.company.tenant.id,
    accounts: scene.cast.map(account),
    recordIds: scene.pen.ids(),
  };
}

/** Tries victims and times until the attack fits into the period; an attack that cannot have an administrator takes a person. */
function attempt(rng: Rng, companies: Company[], wanted: Kind): { intruder: Intruder; kind: Kind } {
  for (let n = 0; n < 200; n++) {
    const draw = rng.fork(`try/${n}`);
    const kind = n < 60 || wanted.victim === "person" ? wanted : (KINDS.find((k) => k.kind === "aitm-bec") ?? wanted);
    const company = pickCompany(draw, companies);
    const victim = pickVictim(draw, company, kind);
    if (!victim) continue;
    const style = drawStyle(draw);
    if (n > 20) style.pace = "brisk";
    const startAt = pickStart(draw, company, victim, n > 60 ? 0.5 : 1);
    if (startAt === null) continue;
    const { mfa } = victim;
    const intruder = new Intruder(company, victim, style, draw, startAt);
    kind.play(intruder);
    const end = company.start + company.dayCount * DAY - HOUR;
    const lastDay = dayOf(company, intruder.goalAt ?? end);
    if (intruder.pen.rows.every((row) => row.at < end) && present(victim, dayOf(company, startAt), lastDay))
      return { intruder, kind };
    victim.mfa = mfa;
  }
  throw new RangeError("population: too many attacks for so few people or days");
}

function pickCompany(rng: Rng, companies: Company[]): Company {
  const weights = companies.map((c) => c.staff.length - (taken.get(c)?.size ?? 0));
  let left = rng.next() * weights.reduce((a, b) => a + b, 0);
  for (const [index, company] of companies.entries()) {
    left -= weights[index] ?? 0;
    if (left < 0) return company;
  }
  return rng.pick(companies);
}

/** Nobody is attacked twice, and the first administrator of a company with several stays clean. */
function pickVictim(rng: Rng, company: Company, kind: Kind): Staff | null {
  const admins = company.staff.filter((s) => s.kind === "admin");
  const free = company.staff.filter((s) => !taken.get(company)?.has(s) && s.days.length > 0);
  const candidates =
    kind.victim === "admin"
      ? free.filter((s) => s.kind === "admin" && (admins.length === 1 || s !== admins[0]))
      : free.filter((s) => s.kind === "employee");
  return candidates.length > 0 ? rng.pick(candidates) : null;
}

/** A moment in the victim's working day, from the second week on. */
function pickStart(rng: Rng, company: Company, victim: Staff, share: number): number | null {
  const d = rng.int(7, 7 + Math.floor((company.dayCount - 9) * share));
  const day = victim.days[d];
  if (!day || !["office", "home", "trip"].includes(day.mode) || d < victim.joins || d >= victim.leaves) return null;
  return company.start + d * DAY + day.start + rng.int(0, 7 * HOUR);
}

function truthOf(id: string, kind: string, i: Intruder): AttackTruth {
  const { rows } = i.pen;
  const takenAt = i.takenAt ?? i.startAt;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const ofTakeover = rows.filter((r) => r.at >= Math.floor(takenAt / 1000) * 1000);
  return {
    id,
    kind,
    tenantId: i.company.tenant.id,
    victims: i.victims.map(account),
    startAt: iso(Math.min(...rows.map((r) => r.at))),
    takenAt: iso(takenAt),
    goalAt: iso(i.goalAt ?? Math.max(...rows.map((r) => r.at))),
    goalStep: i.goalStep,
    firstVisibleAt: iso(Math.min(...ofTakeover.map((r) => r.availableAt))),
    rowsVisibleBeforeGoal: ofTakeover.filter((r) => r.availableAt < (i.goalAt ?? 0)).length,
    recordIds: i.pen.ids(),
    ambiguousIds: i.deceived.ids(),
    variation: i.variation,
  };
}
