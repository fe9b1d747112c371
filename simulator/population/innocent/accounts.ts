import { HOUR, MINUTE } from "../../clock.ts";
import { ANDROID, IPHONE } from "../agents.ts";
import { CLIENT } from "../apps.ts";
import { phone } from "../own-sessions.ts";
import { device } from "../people.ts";
import { registerDevice, securityInfo } from "../registrations.ts";
import { by, risk, userTarget } from "../wording.ts";
import { passwordSignIn } from "../working-day.ts";
import type { Scene } from "./scene.ts";

/** New telephone: signed in again, the authenticator registered anew. */
export function newPhone(s: Scene): boolean {
  const found = s.worker((p) => p.phone !== null);
  if (!found) return false;
  const { staff, d, at } = found;
  const mobile = phone(staff, d, s.rng);
  if (!mobile) return false;
  const fresh = { ...mobile, id: s.rng.uuid(), device: null };
  staff.phone = s.rng.pick([IPHONE, ANDROID]);
  staff.phoneDevice = null;
  for (const day of staff.days.slice(d + 1)) day.phoneSession = fresh.id;
  if (s.rng.chance(0.4)) s.pen.signIn(at - 3 * MINUTE, staff.user, fresh, { errorCode: 50126, mfa: "none" });
  s.pen.signIn(at, staff.user, fresh, { mfa: "completed", clientAppUsed: "Mobile Apps and Desktop clients" });
  securityInfo(s.pen, staff, found.own, at + 4 * MINUTE, "Authenticator App");
  if (s.rng.chance(0.5)) registerDevice(s.pen, staff, at + 6 * MINUTE, `${staff.user.givenName}'s iPhone`, "IPhone");
  return true;
}

export function newLaptop(s: Scene): boolean {
  const found = s.worker();
  if (!found) return false;
  const { staff, d, at, own } = found;
  const made = device(s.rng, staff.user, s.company, "Windows");
  const { deviceId } = registerDevice(s.pen, staff, at, made.displayName);
  staff.computer = { ...made, deviceId };
  for (const day of staff.days.slice(d + 1)) if (day.computerSession === own.id) day.newComputerSession = true;
  passwordSignIn(s.pen, staff, { ...own, id: s.rng.uuid(), device: null }, at + 5 * MINUTE);
  for (let n = s.rng.int(80, 400); n > 0; n--)
    s.pen.file(
      at + 20 * MINUTE + n * s.rng.int(400, 2_000),
      staff.user,
      {
        ...own,
        agent: {
          userAgent: "Microsoft SkyDriveSync 26.071.0413.0001 ship; Windows NT 10.0 (26100)",
          os: "Windows10",
          browser: "",
        },
      },
      "FileDownloaded",
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

/** First sign-in abroad, with the second factor, on the person's own computer. */
export function travel(s: Scene): boolean {
  const travellers = s.company.staff.flatMap((staff) =>
    staff.days.map((day, d) => ({ staff, day, d })).filter((x) => x.day.trip?.from === x.d),
  );
  if (travellers.length === 0) return false;
  const { staff, day, d } = s.rng.pick(travellers);
  const { trip } = day;
  if (!trip || d < staff.joins || d >= staff.leaves) return false;
  s.cast.push(staff);
  const own = s.pen.session(trip.hotel, staff.phone ?? IPHONE, CLIENT.officeHome);
  const at = s.company.start + d * 24 * HOUR + day.start + s.rng.int(0, 4 * HOUR);
  s.pen.signIn(
    at,
    staff.user,
    { ...own, device: staff.computer, id: day.computerSession },
    {
      mfa: staff.mfa ? "completed" : "none",
      graph: s.rng.chance(0.3) ? risk(s.company, "low", "unfamiliarFeatures") : {},
    },
  );
  return true;
}
