import { DAY, HOUR, MINUTE } from "../clock.ts";
import * as exchange from "../records/exchange.ts";
import { newTokenId } from "../records/sign-in.ts";
import { APP } from "../state/identifiers.ts";
import type { SimUser } from "../state/types.ts";
import { FILES, PARTNERS, PHONE, SUBJECTS } from "./names.ts";
import { addressIn, network } from "./networks.ts";
import type { Session, Stage } from "./stage.ts";

const HISTORY_DAYS = 180;
/** Records one company's half year should hold, so that reading all of it stays quick. */
const RECORD_BUDGET = 2_800;

/** Half a year of ordinary work, service noise and background failures, ending at `until`. */
export function playOrdinaryWork(stage: Stage, until: number, records = RECORD_BUDGET): void {
  const { rng, tenant } = stage;
  fillMailboxes(stage, until);
  const workers = tenant.users.filter((u) => tenant.people.some((p) => p.userId === u.id));
  const perPersonDay = 4.4;
  const dense = 14;
  const sparseShare = Math.min(
    1,
    (records / workers.length - dense * perPersonDay * 0.7) / ((HISTORY_DAYS - dense) * perPersonDay * 0.7),
  );
  for (const user of workers) {
    let session = stage.ownSession(user, "office");
    let phone = phoneSession(stage, user);
    for (let daysAgo = HISTORY_DAYS; daysAgo >= 0; daysAgo--) {
      const midnight = Math.floor((until - daysAgo * DAY) / DAY) * DAY;
      const weekday = new Date(midnight).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      if (!rng.chance(daysAgo <= dense ? 0.95 : sparseShare)) continue;
      if (rng.chance(0.12)) session = { ...stage.ownSession(user, "office") };
      if (rng.chance(0.05)) phone = phoneSession(stage, user);
      workDay(stage, user, midnight, until, session, phone);
    }
  }
  serviceNoise(stage, until);
  backgroundFailures(stage, until, workers);
  administration(stage, until, workers);
}

/** Ordinary work goes on: one more working day of everybody, its acts spread over the hours before `until`. */
export function playOneMoreDay(stage: Stage, until: number): void {
  const { tenant } = stage;
  const late = stage.tenant.country === "US" ? 17 : 11;
  for (const user of tenant.users.filter((u) => tenant.people.some((p) => p.userId === u.id))) {
    workDay(stage, user, until - late * HOUR, until, stage.ownSession(user, "office"), phoneSession(stage, user));
  }
}

function phoneSession(stage: Stage, user: SimUser): Session {
  const { mobileIp, network: isp } = stage.person(user);
  const key = stage.tenant.country === "US" ? "tmobile" : "bt";
  const place = network(isp).places[0];
  return {
    id: stage.rng.uuid(),
    uniqueTokenId: newTokenId(stage.rng),
    from: { ...addressIn(key, stage.rng, place), ip: mobileIp },
    agent: PHONE,
    device: null,
    client: "Client=OutlookService;Outlook-iOS/2.0;",
    app: APP.outlookMobile,
  };
}

function workDay(stage: Stage, user: SimUser, midnight: number, until: number, session: Session, phone: Session): void {
  const { rng } = stage;
  const home = rng.chance(0.25);
  const today: Session = home ? { ...session, from: { ...session.from, ip: stage.person(user).homeIp } } : session;
  const offset = stage.tenant.country === "US" ? 6 * HOUR : 0;
  let at = midnight + 8 * HOUR + offset + rng.int(0, 70) * MINUTE;
  const act = (probability: number, gapMinutes: number, run: (at: number) => void): void => {
    if (!rng.chance(probability)) return;
    at += rng.int(2, gapMinutes) * MINUTE + rng.int(0, 59_000);
    if (at < until) run(at);
  };
  act(0.75, 30, (t) => {
    if (rng.chance(0.03)) stage.signIn(t - 40_000, user, today, { errorCode: 50126, mfa: "none" });
    stage.signIn(t, user, today, { mfa: rng.chance(0.15) ? "completed" : "claim" });
  });
  act(0.5, 20, (t) => stage.signIn(t, user, today, { interactive: false, app: APP.office }));
  act(0.65, 60, (t) => stage.readMail(t, user, today, someMail(stage, user), "Bind"));
  act(0.4, 60, (t) => stage.sendMail(t, user, today, ordinaryMail(stage, user)));
  act(0.5, 60, (t) => {
    const file = { name: rng.pick(FILES), site: "Operations", folder: "Shared Documents" };
    stage.file(
      t,
      user,
      today,
      rng.pick(["FileAccessed", "FileModified", "FilePreviewed", "FileAccessed", "FileDownloaded"]),
      file,
    );
  });
  act(0.35, 40, (t) => stage.teams(t, user, today, rng.pick(["TeamsSessionStarted", "MessageSent"])));
  act(0.3, 90, (t) => stage.signIn(t, user, phone, { interactive: false }));
  act(0.3, 20, (t) => stage.readMail(t, user, phone, someMail(stage, user), "Bind"));
}

const someMail = (stage: Stage, user: SimUser) => stage.rng.sample(user.mailbox?.messages ?? [], stage.rng.int(1, 3));

function ordinaryMail(stage: Stage, user: SimUser) {
  const { rng, tenant } = stage;
  const inside = rng.chance(0.55);
  const colleague = rng.pick(tenant.users.filter((u) => u.id !== user.id));
  const contact = rng.pick(PARTNERS);
  const to = inside
    ? { name: colleague.displayName, address: colleague.mail ?? colleague.upn }
    : { name: "Contact", address: `office@${contact}` };
  return { subject: subject(stage), body: "Please see below.", to: [to] };
}

const subject = (stage: Stage): string =>
  stage.rng
    .pick(SUBJECTS)
    .replace("{n}", String(stage.rng.int(1000, 9999)))
    .replace("{m}", String(stage.rng.int(1, 9)));

/** Each mailbox begins with a little mail from outside so that there is something to read. */
function fillMailboxes(stage: Stage, until: number): void {
  const { rng } = stage;
  for (const user of stage.tenant.users) {
    if (!user.mailbox) continue;
    for (let n = 0; n < 8; n++) {
      const at = until - rng.int(1, HISTORY_DAYS) * DAY - rng.int(0, 86_000_000);
      const partner = rng.pick(PARTNERS);
      stage.receiveMail(at, user, {
        subject: subject(stage),
        body: "Hello, details attached.",
        from: { name: "Accounts", address: `accounts@${partner}` },
        fromIp: addressIn("bt", rng).ip,
      });
    }
  }
}

/** What Exchange's own services write: system accounts that look like administrators but are not people. */
function serviceNoise(stage: Stage, until: number): void {
  const { rng, tenant } = stage;
  for (let n = 0; n < 70; n++) {
    const at = until - rng.int(0, HISTORY_DAYS * 24) * HOUR - rng.int(0, 3_000_000);
    const service = rng.pick(["Microsoft.Exchange.ServiceHost", "w3wp", "Microsoft.Exchange.AdminApi.NetCore"]);
    const userId = `NT AUTHORITY\\SYSTEM (${service})`;
    const objectId = `EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${tenant.initialDomain}/QuarantineOrgShard{${rng.uuid()}}`;
    const run = {
      at,
      id: rng.uuid(),
      userId,
      userKey: userId,
      userType: 3,
      ip: null,
      objectId,
      sessionId: null,
      appId: "",
      external: true,
    };
    const [name, parameters] = rng.pick<[string, Record<string, string>]>([
      [
        "Set-Mailbox",
        {
          Identity: objectId,
          Force: "True",
          Arbitration: "True",
          RecoverableItemsQuota: "30 GB (32,212,254,720 bytes)",
        },
      ],
      ["Set-MailboxPlan", { Identity: "ExchangeOnline", ProhibitSendQuota: "99 GB (106,300,440,576 bytes)" }],
      ["Set-TransportConfig", { Identity: tenant.initialDomain, MaxRecipientEnvelopeLimit: "500" }],
      [
        "Set-AdminAuditLogConfig",
        { Identity: tenant.initialDomain, AdminAuditLogEnabled: "True", IgnoreDehydratedFlag: "True" },
      ],
    ]);
    stage.ual(at, exchange.cmdlet(tenant, run, name, parameters));
  }
}

/** Every tenant is guessed at now and then: single wrong passwords from rented servers. */
function backgroundFailures(stage: Stage, until: number, workers: SimUser[]): void {
  const { rng } = stage;
  for (let n = 0; n < 45; n++) {
    const at = until - rng.int(1, HISTORY_DAYS * 24) * HOUR;
    const from = addressIn(rng.pick(["digitalocean", "ovh", "vultr", "m247"]), rng);
    const session = stage.session(
      from,
      {
        userAgent:
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        os: "Windows10",
        browser: "Chrome 120.0.0",
      },
      APP.officeHome,
    );
    stage.signIn(at, rng.pick(workers), session, { errorCode: 50126, mfa: "none" });
  }
}

/** The administrator's own rare acts. */
function administration(stage: Stage, until: number, workers: SimUser[]): void {
  const { rng, tenant } = stage;
  const admin = workers[0];
  if (!admin) return;
  const session = stage.ownSession(admin, "office");
  for (let n = 0; n < 4; n++) {
    const at = until - rng.int(20, HISTORY_DAYS) * DAY + rng.int(9, 16) * HOUR;
    const target = rng.pick(workers.slice(2));
    stage.directory({
      at,
      operation: "Update user.",
      category: "UserManagement",
      by: { user: admin, ip: session.from.ip, userAgent: session.agent.userAgent },
      target: { id: target.id, type: "User", name: target.displayName, upn: target.upn, puid: target.puid },
      changes: [{ name: "JobTitle", from: "[]", to: `["${target.jobTitle}"]` }],
    });
  }
  const quiet = until - rng.int(60, 150) * DAY;
  const mate = rng.pick(workers.slice(2));
  const rule = {
    Mailbox: mate.id,
    Name: "Newsletters",
    From: "news@orchard-print.example",
    MoveToFolder: "Archive",
    StopProcessingRules: "False",
  };
  stage.cmdlet(
    quiet,
    mate,
    stage.ownSession(mate, "office"),
    "New-InboxRule",
    rule,
    `${tenant.initialDomain}\\${mate.id}\\Newsletters`,
  );
  mate.mailbox?.rules.push({
    id: Buffer.from(`AQAA${rng.hex(10)}`).toString("base64"),
    exchangeId: String(rng.int(1_000_000_000, 2_000_000_000)),
    name: "Newsletters",
    sequence: 1,
    enabled: true,
    readOnly: false,
    hidden: false,
    conditions: { fromAddresses: [{ emailAddress: { name: "News", address: "news@orchard-print.example" } }] },
    actions: { moveToFolder: mate.mailbox.folders.find((f) => f.displayName === "Archive")?.id ?? null },
  });
}
