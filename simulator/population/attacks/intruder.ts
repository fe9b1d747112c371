import { DAY, HOUR, MINUTE } from "../../clock.ts";
import type { Rng } from "../../random.ts";
import type { Agent } from "../../records/sign-in.ts";
import type { Address } from "../../scenarios/networks.ts";
import { browser, KIT_AGENTS, strangersBrowser } from "../agents.ts";
import { addressIn, rangesOf } from "../networks.ts";
import { Pen, type Session } from "../pen.ts";
import { type Company, dayOf, type Staff } from "../staff.ts";

export type Infrastructure = "hosting" | "residential" | "mobile" | "vpn" | "tor" | "obscure";
type Pace = "rush" | "brisk" | "slow" | "weeks";

const PACE: Record<Pace, number> = { rush: 0.2, brisk: 1, slow: 14, weeks: 90 };

/** How one attacker goes about it; drawn once, so that all steps of an attack fit together. */
export interface Style {
  infrastructure: Infrastructure;
  pace: Pace;
  /** Works in the victim's hours, from the victim's country, with the victim's kind of browser. */
  careful: boolean;
  /** A new address for every visit, as residential proxies give them. */
  roams: boolean;
  kit: (typeof KIT_AGENTS)[number];
}

export function drawStyle(rng: Rng): Style {
  const careful = rng.chance(0.25);
  return {
    infrastructure: careful
      ? rng.pick<Infrastructure>(["residential", "residential", "mobile"])
      : rng.pick<Infrastructure>(["hosting", "hosting", "hosting", "vpn", "residential", "obscure", "mobile", "tor"]),
    pace: careful
      ? rng.pick<Pace>(["brisk", "slow", "slow", "weeks"])
      : rng.pick<Pace>(["rush", "brisk", "brisk", "brisk", "slow"]),
    careful,
    roams: rng.chance(0.3),
    kit: rng.pick(KIT_AGENTS),
  };
}

/** The hand of one attacker in one company: a clock, infrastructure, and the rows he leaves. */
export class Intruder {
  readonly company: Company;
  readonly victim: Staff;
  readonly victims: Staff[];
  readonly style: Style;
  readonly rng: Rng;
  readonly pen: Pen;
  /** Acts of the deceived owner. */
  readonly deceived: Pen;
  /** Honest rows of others that belong to the story, such as a colleague reading the lure. */
  readonly bystanders: Pen;
  readonly variation: Record<string, string | number | boolean> = {};
  at: number;
  readonly startAt: number;
  takenAt: number | null = null;
  goalAt: number | null = null;
  goalStep = "";
  private readonly agent: Agent;

  constructor(company: Company, victim: Staff, style: Style, rng: Rng, startAt: number) {
    this.company = company;
    this.victim = victim;
    this.victims = [victim];
    this.style = style;
    this.rng = rng;
    this.pen = new Pen(company, rng.fork("pen"));
    this.deceived = new Pen(company, rng.fork("deceived"));
    this.bystanders = new Pen(company, rng.fork("bystanders"));
    this.at = startAt;
    this.startAt = startAt;
    this.agent = style.careful ? browser(victim.browser, dayOf(company, startAt)) : strangersBrowser(rng);
    Object.assign(this.variation, {
      infrastructure: style.infrastructure,
      pace: style.pace,
      careful: style.careful,
      roams: style.roams,
    });
  }

  /** Lets time pass: minutes at a brisk pace, stretched or shortened by the attacker's own. */
  wait(lo: number, hi: number): void {
    this.at += Math.max(20_000, Math.round((lo + this.rng.next() * (hi - lo)) * MINUTE * PACE[this.style.pace]));
    if (this.style.careful) this.at = this.intoWorkingHours(this.at);
  }

  /** An address of the attacker's kind. */
  address(infrastructure: Infrastructure = this.style.infrastructure): Address {
    const { rng, company } = this;
    const own = company.tenant.country;
    const key = ((): string => {
      switch (infrastructure) {
        case "hosting":
          return rng.pick(
            rangesOf("hosting", rng.chance(0.3) && rangesOf("hosting", own).length > 0 ? own : undefined),
          );
        case "residential":
          return this.style.careful || rng.chance(0.6) ? rng.pick(rangesOf("isp", own)) : rng.pick(rangesOf("isp"));
        case "mobile":
          return this.style.careful
            ? rng.pick(rangesOf("mobile", own))
            : rng.pick(["mtn-ng", "airtel-ng", ...rangesOf("mobile", own)]);
        case "vpn":
          return rng.pick(rangesOf("vpn"));
        case "tor":
          return "tor";
        case "obscure":
          return rng.pick(rangesOf("unknown"));
      }
    })();
    return addressIn(key, rng, { v6: rng.chance(0.2) });
  }

  /** The attacker's own browser at an address of his. */
  browser(from: Address = this.address()): Session {
    return this.pen.session(from, this.agent);
  }

  /** The same session at the next address, when this attacker changes them. */
  moved(session: Session): Session {
    return this.style.roams && this.rng.chance(0.6) ? { ...session, from: this.address() } : session;
  }

  taken(): void {
    this.takenAt ??= this.at;
  }

  goal(step: string): void {
    this.goalAt = this.at;
    this.goalStep = step;
  }

  private intoWorkingHours(at: number): number {
    const local = (at + this.victim.zone * HOUR) % DAY;
    if (local < 8 * HOUR) return at + 8 * HOUR - local + this.rng.int(0, 2 * HOUR);
    if (local > 18 * HOUR) return at + DAY - local + 8 * HOUR + this.rng.int(0, 3 * HOUR);
    return at;
  }
}
