import { DAY, HOUR, MINUTE } from "../clock.ts";
import type { Rng } from "../random.ts";
import { ONE_DRIVE } from "./agents.ts";
import { CLIENT, TARGET } from "./apps.ts";
import { computer, inOutlook, midDayMove, phone } from "./own-sessions.ts";
import type { FileAct, Pen, Session } from "./pen.ts";
import { type Company, equipmentOn, type Staff } from "./staff.ts";
import { FILES, SITES, SUBJECTS } from "./vocabulary.ts";
import { risk } from "./wording.ts";

const FILE_OPERATIONS: FileAct[] = [
  "FileAccessed",
  "FileAccessed",
  "FileModified",
  "FilePreviewed",
  "FileDownloaded",
  "FileUploaded",
];

/** Everything one person leaves in the logs on day `d`. `volume` thins it. */
export function playDay(pen: Pen, company: Company, staff: Staff, d: number, volume: number): void {
  const day = staff.days[d];
  if (!day || day.mode === "off" || d < staff.joins || d >= staff.leaves) return;
  const midnight = company.start + d * DAY;
  const { rng } = pen;
  const mobile = phone(staff, d, rng);
  if (day.mode === "light") {
    if (mobile) lookAtPhone(pen, staff, mobile, midnight + day.start + rng.int(0, 8 * HOUR), 2, day.newPhoneSession);
    return;
  }
  const hours = staff.role === "shift" ? 8 : 8.5 + rng.next();
  const begin = midnight + day.start;
  const work = new Work(pen, begin, hours * HOUR, volume);
  const own = computer(company, staff, d, rng);
  logOn(pen, staff, own, begin, day.newComputerSession);
  const mail = staff.usesOutlook ? inOutlook(own) : own;
  const move = midDayMove(company, staff, d, rng);
  const there = (session: Session, at: number): Session =>
    move && at > begin + move.after ? { ...session, from: move.to } : session;
  const pace = staff.busy * (day.mode === "field" ? 0.5 : 1);
  work.spread(9 * pace, (at) => refresh(pen, staff, there(own, at), at));
  work.spread(16 * pace, (at) =>
    staff.usesOutlook && rng.chance(0.2)
      ? pen.syncMail(at, staff.user, there(mail, at), rng.pick(["\\Inbox", "\\Sent Items", "\\Calendar"]))
      : pen.readMail(at, staff.user, there(mail, at), rng.int(1, 4)),
  );
  work.spread((staff.role === "sales" ? 14 : 8) * pace, (at) =>
    pen.send(at, staff.user, there(mail, at), subject(rng)),
  );
  work.spread(3 * pace, (at) => tidyUp(pen, staff, there(mail, at), at));
  work.spread(11 * pace, (at) => pen.file(at, staff.user, there(own, at), rng.pick(FILE_OPERATIONS), someFile(rng)));
  work.spread((staff.role === "sales" ? 0.5 : 0.12) * pace, (at) =>
    pen.file(
      at,
      staff.user,
      there(own, at),
      rng.pick(["AnonymousLinkCreated", "CompanyLinkCreated"] as const),
      someFile(rng),
    ),
  );
  if (equipmentOn(staff, d).computer)
    work.spread(2 * pace, (at) =>
      pen.file(at, staff.user, syncing(there(own, at)), "FileSyncDownloadedFull", someFile(rng)),
    );
  work.spread(4 * pace, (at) =>
    pen.teams(at, staff.user, there(own, at), rng.pick(["TeamsSessionStarted", "MessageSent", "MessageSent"])),
  );
  if (mobile)
    lookAtPhone(
      pen,
      staff,
      mobile,
      Math.max(midnight, begin - rng.int(0, 40) * MINUTE),
      7 * pace * volume,
      day.newPhoneSession,
    );
  if (staff.kind === "admin" && rng.chance(0.3)) administer(pen, staff, own, begin + rng.int(1, 7) * HOUR);
}

/** Spreads acts over the working hours, fewer around noon. */
class Work {
  private readonly pen: Pen;
  private readonly begin: number;
  private readonly length: number;
  private readonly volume: number;

  constructor(pen: Pen, begin: number, length: number, volume: number) {
    this.pen = pen;
    this.begin = begin;
    this.length = length;
    this.volume = volume;
  }

  spread(mean: number, act: (at: number) => void): void {
    const { rng } = this.pen;
    const wanted = mean * this.volume * (0.6 + rng.next() * 0.8);
    const count = Math.floor(wanted) + (rng.chance(wanted % 1) ? 1 : 0);
    for (let n = 0; n < count; n++) {
      let share = rng.next();
      if (share > 0.45 && share < 0.55 && rng.chance(0.7)) share = rng.next();
      act(this.begin + 3 * MINUTE + Math.floor(share * this.length));
    }
  }
}

/** The morning's sign-in; a new session asks for password and second factor, mistyped now and then. */
function logOn(pen: Pen, staff: Staff, own: Session, at: number, fresh: boolean): void {
  const { rng } = pen;
  const { user } = staff;
  if (fresh) {
    passwordSignIn(pen, staff, own, at);
    return;
  }
  if (rng.chance(0.03)) pen.signIn(at - 30_000, user, own, { errorCode: 50126, mfa: "none", app: CLIENT.officeHome });
  const surprised = rng.chance(0.004) ? risk(pen.company, "low", "unfamiliarFeatures") : {};
  pen.signIn(at, user, own, {
    graph: surprised,
    mfa: staff.mfa ? "claim" : "none",
    app: rng.pick([CLIENT.officeHome, CLIENT.outlookWeb, CLIENT.teams]),
  });
  if (rng.chance(0.3))
    pen.signIn(
      at + rng.int(1, 200) * MINUTE,
      user,
      { ...own },
      {
        mfa: staff.mfa ? "claim" : "none",
        app: CLIENT.sharePoint,
        resource: TARGET.sharePoint,
      },
    );
}

/** Password, second factor and the keep-me-signed-in page, as a person's new session shows them. */
export function passwordSignIn(pen: Pen, staff: Staff, own: Session, at: number): void {
  const { rng } = pen;
  const { user } = staff;
  const correlationId = rng.uuid();
  const app = { app: CLIENT.officeHome, resource: { appId: CLIENT.officeHome.id, name: "OfficeHome" }, correlationId };
  const mistyped = rng.chance(0.12) ? rng.int(1, 3) : 0;
  for (let n = mistyped; n > 0; n--)
    pen.signIn(at - n * rng.int(9_000, 25_000), user, own, {
      ...app,
      errorCode: 50126,
      mfa: "none",
      requestType: "Login:login",
    });
  if (!staff.mfa) {
    pen.signIn(at, user, own, { ...app, mfa: "none", requestType: "Login:login" });
    return;
  }
  pen.signIn(at, user, own, { ...app, errorCode: rng.pick([50074, 50076]), mfa: "none", requestType: "Login:login" });
  if (rng.chance(0.04))
    pen.signIn(at + 62_000, user, own, { ...app, errorCode: 500121, mfa: "none", requestType: "SAS:EndAuth" });
  if (rng.chance(0.5)) pen.signIn(at + 80_000, user, own, { ...app, errorCode: 50140, mfa: "completed" });
  pen.signIn(at + 88_000, user, own, { ...app, mfa: "completed", requestType: "Kmsi:kmsi" });
}

const REFRESHED = [
  { app: CLIENT.office, resource: TARGET.exchange },
  { app: CLIENT.teams, resource: TARGET.graph },
  { app: CLIENT.oneDrive, resource: TARGET.sharePoint },
  { app: CLIENT.outlookWeb, resource: TARGET.exchange },
  { app: CLIENT.office, resource: TARGET.graph },
];

function refresh(pen: Pen, staff: Staff, own: Session, at: number): void {
  const drawn = pen.rng.pick(REFRESHED);
  // a refresh renews the token of its own client, not the one the mailbox rows carry
  pen.signIn(
    at,
    staff.user,
    { ...own },
    {
      ...drawn,
      interactive: false,
      mfa: staff.mfa ? "claim" : "none",
      ...(drawn.app === CLIENT.outlookWeb ? { clientAppUsed: "Browser" } : {}),
    },
  );
}

function lookAtPhone(pen: Pen, staff: Staff, mobile: Session, from: number, looks: number, fresh: boolean): void {
  const { rng } = pen;
  if (fresh)
    pen.signIn(from, staff.user, mobile, {
      interactive: true,
      mfa: staff.mfa ? "completed" : "none",
      clientAppUsed: "Mobile Apps and Desktop clients",
    });
  const count = Math.max(1, Math.round(looks * (0.6 + rng.next() * 0.8)));
  for (let n = 0; n < count; n++) {
    const at = from + rng.int(0, 13 * HOUR);
    const look = { ...mobile };
    pen.signIn(at, staff.user, look, { interactive: false, mfa: staff.mfa ? "claim" : "none" });
    if (rng.chance(0.8)) pen.readMail(at + rng.int(2_000, 90_000), staff.user, look, rng.int(1, 3));
    if (rng.chance(0.15)) pen.send(at + rng.int(90_000, 300_000), staff.user, look, subject(rng));
  }
}

function tidyUp(pen: Pen, staff: Staff, mail: Session, at: number): void {
  const { rng } = pen;
  const messages = Array.from({ length: rng.int(1, 3) }, () => ({
    internetMessageId: pen.messageId(),
    subject: subject(rng),
  }));
  const operation = rng.pick(["MoveToDeletedItems", "MoveToDeletedItems", "SoftDelete", "HardDelete"] as const);
  pen.delete(
    at,
    staff.user,
    mail,
    operation,
    messages,
    operation === "MoveToDeletedItems" ? "\\Inbox" : "\\Deleted Items",
  );
}

/** Small honest work of an administrator: a portal visit, a changed title, a group. */
function administer(pen: Pen, staff: Staff, own: Session, at: number): void {
  const { rng, company } = pen;
  pen.signIn(at, staff.user, own, {
    app: rng.pick([CLIENT.portal, CLIENT.adminCenter, CLIENT.exchangePowerShell]),
    resource: TARGET.arm,
    mfa: "claim",
  });
  const target = rng.pick(company.staff.filter((s) => s.kind === "employee"));
  pen.directory({
    at: at + 3 * MINUTE,
    operation: "Update user.",
    category: "UserManagement",
    by: { user: staff.user, ip: own.from.ip, userAgent: own.agent.userAgent },
    target: {
      id: target.user.id,
      type: "User",
      name: target.user.displayName,
      upn: target.user.upn,
      puid: target.user.puid,
    },
    changes: [
      {
        name: rng.pick(["JobTitle", "Department", "TelephoneNumber"]),
        from: "[]",
        to: `["${rng.pick(["Leeds", "2nd floor", "Team B"])}"]`,
      },
    ],
  });
}

/** OneDrive on the same computer. */
const syncing = (own: Session): Session => ({ ...own, agent: ONE_DRIVE });

export const subject = (rng: Rng): string =>
  rng
    .pick(SUBJECTS)
    .replace("{n}", String(rng.int(1000, 9999)))
    .replace("{m}", String(rng.int(1, 9)));

export const someFile = (rng: Rng) => ({ name: rng.pick(FILES), site: rng.pick(SITES), folder: "Shared Documents" });
