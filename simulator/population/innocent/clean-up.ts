import { DAY, HOUR, MINUTE } from "../../clock.ts";
import { CLIENT } from "../apps.ts";
import { computer } from "../own-sessions.ts";
import { dayOf, type Staff } from "../staff.ts";
import { by, userTarget } from "../wording.ts";
import { passwordSignIn } from "../working-day.ts";
import type { Scene } from "./scene.ts";

/**
 * Somebody noticed: after `from` the company's administrator resets the passwords, ends the sessions and removes the
 * rule, and the owners come back from their own computers. False when the period ends before that.
 */
export function cleanUp(s: Scene, victims: Staff[], from: number): boolean {
  const first = dayOf(s.company, from + s.rng.int(2 * HOUR, 2 * DAY));
  const d = [first, first + 1, first + 2, first + 3].find((day) => {
    const admin = s.company.staff.find((p) => p.kind === "admin" && !victims.includes(p));
    return admin && ["office", "home"].includes(admin.days[day]?.mode ?? "off") && day < s.company.dayCount - 1;
  });
  const admin = d === undefined ? null : s.admin(d);
  if (d === undefined || !admin || victims.includes(admin.staff)) return false;
  const start = s.company.start + d * DAY + (admin.staff.days[d]?.start ?? 0) + s.rng.int(5, 300) * MINUTE;
  const change = { category: "UserManagement", by: by(admin.staff, admin.own), changes: [] };
  for (const [n, victim] of victims.entries()) {
    const at = Math.max(start, from + HOUR) + n * 6 * MINUTE;
    const target = userTarget(victim.user);
    s.cast.push(victim);
    s.pen.directory({ at, operation: "Reset user password.", target, ...change });
    s.pen.directory({ at: at + 30_000, operation: "Update StsRefreshTokenValidFrom Timestamp.", target, ...change });
    if (s.rng.chance(0.5)) {
      const rule = { Identity: `${victim.user.id}\\.`, Force: "True" };
      const session = { ...admin.own, app: CLIENT.exchangePowerShell };
      s.pen.cmdlet(at + 3 * MINUTE, admin.staff.user, session, "Remove-InboxRule", rule, `${victim.user.id}\\.`);
    }
    const next = victim.days.findIndex((day, k) => k > d && ["office", "home", "trip"].includes(day.mode));
    const session = s.rng.uuid();
    for (const day of victim.days.slice(d + 1))
      Object.assign(day, { computerSession: session, newComputerSession: false });
    const back = victim.days[next];
    if (!back) continue;
    const own = computer(s.company, victim, next, s.rng);
    passwordSignIn(s.pen, victim, own, s.company.start + next * DAY + back.start - 4 * MINUTE);
  }
  return true;
}
