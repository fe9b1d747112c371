import { HOUR, MINUTE } from "../../clock.ts";
import { ANDROID, IPHONE, ONE_DRIVE } from "../agents.ts";
import { CLIENT } from "../apps.ts";
import { computer, phone } from "../own-sessions.ts";
import { device } from "../people.ts";
import { registerDevice, securityInfo } from "../registrations.ts";
import type { Staff } from "../staff.ts";
import { by, risk, userTarget } from "../wording.ts";
import { passwordSignIn } from "../working-day.ts";
import type { Scene } from "./scene.ts";

/** New telephone: signed in again, the authenticator registered anew. */
export function newPhone(s: Scene): boolean {
  const found = s.worker((p) => p.equipment.at(-1)?.phone !== null);
  if (!found) return false;
  const { staff, d, at, own } = found;
  const before = staff.equipment.at(-1);
  if (!before || before.from >= d) return false;
  const made = s.rng.pick([IPHONE, ANDROID]);
  staff.equipment.push({ ...before, from: d + 1, phone: made, phoneDevice: null });
  const mobile = phone(staff, d + 1, s.rng);
  if (!mobile) return false;
  const fresh = { ...mobile, id: s.rng.uuid(), from: phone(staff, d, s.rng)?.from ?? own.from };
  for (const day of staff.days.slice(d + 1)) day.phoneSession = fresh.id;
  if (s.rng.chance(0.4)) s.pen.signIn(at - 3 * MINUTE, staff.user, fresh, { errorCode: 50126, mfa: "none" });
  const options = { clientAppUsed: "Mobile Apps and Desktop clients" };
  s.pen.signIn(at, staff.user, fresh, { ...options, mfa: staff.mfa ? "completed" : "none" });
  if (staff.mfa) securityInfo(s.pen, staff, own, at + 4 * MINUTE, "Authenticator App");
  if (s.rng.chance(0.5)) {
    const os = made === IPHONE ? "IPhone" : "AndroidForWork";
    const known = device(s.rng, staff.user, s.company, os);
    const { deviceId } = registerDevice(s.pen, staff, at + 6 * MINUTE, known.displayName, os);
    staff.equipment[staff.equipment.length - 1] = {
      ...before,
      from: d + 1,
      phone: made,
      phoneDevice: { ...known, deviceId },
    };
  }
  return true;
}

export function newLaptop(s: Scene): boolean {
  const found = s.worker();
  if (!found) return false;
  const { staff, d, at, own } = found;
  const before = staff.equipment.at(-1);
  if (!before || before.from >= d) return false;
  const os = staff.browser === "safari" || staff.browser === "chrome-mac" ? "MacMDM" : "Windows";
  const made = device(s.rng, staff.user, s.company, os);
  const { deviceId } = registerDevice(s.pen, staff, at, made.displayName, os);
  staff.equipment.push({ ...before, from: d + 1, computer: { ...made, deviceId } });
  passwordSignIn(s.pen, staff, { ...own, id: s.rng.uuid(), device: null }, at + 5 * MINUTE);
  for (let n = s.rng.int(80, 400); n > 0; n--)
    s.pen.file(
      at + 20 * MINUTE + n * s.rng.int(400, 2_000),
      staff.user,
      { ...own, agent: ONE_DRIVE },
      "FileSyncDownloadedFull",
      { name: `Project ${n}.docx`, site: "Projects", folder: "Shared Documents" },
    );
  return true;
}

/** Locked out by his own typing, reset by the help desk, back from the usual place. */
export function helpDeskReset(s: Scene): boolean {
  const found = s.worker((p) => p.kind === "employee");
  if (!found) return false;
  const { staff, d, at, own } = found;
  const admin = s.admin(d);
  if (!admin) return false;
  const typed = s.rng.int(3, 12);
  for (let n = 0; n < typed; n++)
    s.pen.signIn(at + n * s.rng.int(9_000, 40_000), staff.user, own, {
      errorCode: n > 8 ? 50053 : 50126,
      mfa: "none",
      app: CLIENT.officeHome,
      requestType: "Login:login",
    });
  const reset = at + s.rng.int(10, 90) * MINUTE;
  const change = {
    category: "UserManagement",
    by: by(admin.staff, admin.own),
    target: userTarget(staff.user),
    changes: [],
  };
  s.pen.directory({ at: reset, operation: "Reset user password.", ...change });
  s.pen.directory({ at: reset + 900, operation: "Update StsRefreshTokenValidFrom Timestamp.", ...change });
  for (const day of staff.days.slice(d + 1))
    if (day.computerSession === own.id) day.computerSession = s.rng.fork("after").uuid();
  passwordSignIn(s.pen, staff, { ...own, id: s.rng.uuid() }, reset + s.rng.int(3, 20) * MINUTE);
  if (s.rng.chance(0.4)) securityInfo(s.pen, staff, own, reset + 25 * MINUTE, "Phone");
  return true;
}

/** The person changes the password: at Microsoft's reset page, or because it had expired. */
export function selfServiceReset(s: Scene): boolean {
  const found = s.worker();
  if (!found) return false;
  const { staff, at, own } = found;
  if (s.rng.chance(0.5)) s.pen.signIn(at, staff.user, own, { errorCode: 50055, mfa: "none", app: CLIENT.officeHome });
  s.pen.directory({
    at: at + 2 * MINUTE,
    operation: s.rng.pick(["Reset password (self-service).", "Change user password."]),
    category: "UserManagement",
    by: by(staff, own),
    target: userTarget(staff.user),
    changes: [],
  });
  passwordSignIn(s.pen, staff, { ...own, id: s.rng.uuid() }, at + 4 * MINUTE);
  return true;
}

/** Prompts left unanswered in a meeting, answered after it. */
export function missedPrompts(s: Scene): boolean {
  const found = s.worker((p) => p.mfa);
  if (!found) return false;
  const { staff, at, own } = found;
  for (let n = s.rng.int(1, 3); n > 0; n--)
    s.pen.signIn(at - n * 70_000, staff.user, own, {
      app: CLIENT.officeHome,
      errorCode: 500121,
      mfa: "none",
      requestType: "SAS:EndAuth",
    });
  s.pen.signIn(at, staff.user, own, { app: CLIENT.officeHome, mfa: "completed", requestType: "SAS:ProcessAuth" });
  return true;
}

/** The first day of each journey on which the person does something. */
const firstDaysAway = (staff: Staff): number[] =>
  staff.days.flatMap((day, d) => {
    const earlier = staff.days.slice(day.trip?.from ?? d, d);
    return day.trip && day.mode !== "off" && earlier.every((e) => e.mode === "off") ? [d] : [];
  });

/** First sign-in abroad, with the second factor, on the person's own computer. */
export function travel(s: Scene): boolean {
  const travellers = s.company.staff.flatMap((staff) => firstDaysAway(staff).map((d) => ({ staff, d })));
  if (travellers.length === 0) return false;
  const { staff, d } = s.rng.pick(travellers);
  const day = staff.days[d];
  const trip = day?.trip;
  if (!day || !trip || d < staff.joins || d >= staff.leaves) return false;
  s.cast.push(staff);
  const own = computer(s.company, staff, d, s.rng, trip.hotel);
  const at = s.company.start + d * 24 * HOUR + day.start + s.rng.int(0, 4 * HOUR);
  s.pen.signIn(at, staff.user, own, {
    mfa: staff.mfa ? "completed" : "none",
    graph: s.rng.chance(0.3) ? risk(s.company, "low", "unfamiliarFeatures") : {},
  });
  return true;
}
