import { DAY, HOUR } from "../../clock.ts";
import type { Rng } from "../../random.ts";
import { computer } from "../own-sessions.ts";
import { Pen, type Session } from "../pen.ts";
import { type Company, employees, type Staff } from "../staff.ts";

/** One odd but honest episode: the people in it and the rows worth remarking. */
export class Scene {
  readonly company: Company;
  readonly rng: Rng;
  readonly pen: Pen;
  readonly cast: Staff[] = [];

  constructor(company: Company, rng: Rng) {
    this.company = company;
    this.rng = rng;
    this.pen = new Pen(company, rng.fork("pen"));
  }

  /** Somebody who is at work on a drawn day; null when the draw finds nobody. */
  worker(
    wanted: (staff: Staff) => boolean = () => true,
    from = 1,
    to = this.company.dayCount - 2,
  ): { staff: Staff; d: number; at: number; own: Session } | null {
    const people = employees(this.company).filter(wanted);
    for (let n = 0; n < 30 && people.length > 0; n++) {
      const staff = this.rng.pick(people);
      const d = this.rng.int(from, to);
      const found = this.atWork(staff, d);
      if (found) return found;
    }
    return null;
  }

  atWork(staff: Staff, d: number): { staff: Staff; d: number; at: number; own: Session } | null {
    const day = staff.days[d];
    if (!day || day.mode === "off" || day.mode === "light" || d < staff.joins || d >= staff.leaves) return null;
    if (!this.cast.includes(staff)) this.cast.push(staff);
    const at = this.company.start + d * DAY + day.start + this.rng.int(0, 6 * HOUR);
    return { staff, d, at, own: computer(this.company, staff, d, this.rng) };
  }

  /** The company's first administrator at his desk on day `d`. */
  admin(d: number): { staff: Staff; own: Session } | null {
    const staff = this.company.staff.find((s) => s.kind === "admin");
    if (!staff?.days[d]) return null;
    if (!this.cast.includes(staff)) this.cast.push(staff);
    return { staff, own: computer(this.company, staff, d, this.rng, staff.office ?? undefined) };
  }
}
