import { DAY, HOUR, MINUTE } from "../clock.ts";
import type { Rng } from "../random.ts";
import { CLIENT } from "./apps.ts";
import { guess } from "./attacks/entries.ts";
import { drawStyle, Intruder } from "./attacks/intruder.ts";
import type { FailedAttackTruth } from "./contract.ts";
import type { Row } from "./pen.ts";
import { account, type Company, employees, type Staff } from "./staff.ts";

/** Guessing that ends without success: sprays, one account hammered, prompts refused, a kit stopped at the second factor. */
export function planFailedAttacks(
  rng: Rng,
  companies: Company[],
  file: (company: Company, rows: Row[]) => void,
): FailedAttackTruth[] {
  const out: FailedAttackTruth[] = [];
  for (const company of companies) {
    const count = 2 + Math.floor(company.staff.length / 20);
    for (let n = 0; n < count; n++) {
      const draw = rng.fork(`${company.index}/${n}`);
      const people = employees(company);
      const victim = draw.pick(people);
      const at = company.start + draw.int(2, company.dayCount - 8) * DAY + draw.int(0, DAY - 1);
      const intruder = new Intruder(company, victim, { ...drawStyle(draw), careful: false }, draw, at);
      const kind = draw.pick(["spray", "spray", "slow-spray", "brute-force", "mfa-refused", "kit-stopped"] as const);
      const targets = play(kind, intruder, victim, people);
      file(company, intruder.pen.rows);
      out.push({
        id: `F${String(out.length + 1).padStart(3, "0")}`,
        kind,
        tenantId: company.tenant.id,
        targets: targets.map(account),
        startAt: new Date(Math.min(...intruder.pen.rows.map((r) => r.at))).toISOString(),
        recordIds: intruder.pen.ids(),
      });
    }
  }
  return out;
}

function play(kind: string, i: Intruder, victim: Staff, people: Staff[]): Staff[] {
  const { rng, pen } = i;
  if (kind === "spray" || kind === "slow-spray") {
    const targets = rng.sample(people, rng.int(Math.min(5, people.length), people.length));
    guess(i, targets, kind === "spray" ? rng.int(5, 60) * MINUTE : rng.int(2, 5) * DAY, rng.int(1, 3));
    return targets;
  }
  if (kind === "brute-force") {
    guess(i, [victim], rng.int(10, 180) * MINUTE, rng.int(20, 90));
    return [victim];
  }
  const session =
    kind === "kit-stopped" ? pen.session(i.address("hosting"), i.style.kit, CLIENT.officeHome) : i.browser();
  const prompts = kind === "kit-stopped" ? 1 : rng.int(1, 4);
  for (let n = 0; n < prompts; n++) {
    pen.signIn(i.at, victim.user, session, {
      app: CLIENT.officeHome,
      errorCode: 50074,
      mfa: "none",
      requestType: "Login:login",
    });
    pen.signIn(i.at + 50_000, victim.user, session, {
      app: CLIENT.officeHome,
      errorCode: kind === "kit-stopped" ? 53003 : 500121,
      mfa: "none",
      requestType: "SAS:EndAuth",
    });
    i.at += rng.int(90_000, HOUR / 2);
  }
  return [victim];
}
