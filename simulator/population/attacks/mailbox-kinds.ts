import { DAY, MINUTE } from "../../clock.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { registerDevice } from "../registrations.ts";
import { dayOf, employees, present } from "../staff.ts";
import { aitm, deviceCode, fatigue, replay, stuffing, tokenUse } from "./entries.ts";
import type { Intruder } from "./intruder.ts";
import { makeRule } from "./rules.ts";
import {
  download,
  forwardMailbox,
  linger,
  readMail,
  registerMethod,
  removeTraces,
  sendFraud,
  sendLure,
} from "./steps.ts";
import { taken } from "./taken.ts";

/** Adversary-in-the-middle, a rule that hides the answers, then a false invoice. */
export function aitmBec(i: Intruder): void {
  let hands = aitm(i);
  const { rng } = i;
  const rule = rng.chance(0.8);
  const ruleFirst = rng.chance(0.4);
  i.variation.rule = rule;
  if (rng.chance(0.3)) registerMethod(i, hands);
  if (rule && ruleFirst) makeRule(i, hands, { purpose: "finance" });
  i.wait(2, 10);
  hands = readMail(i, hands, rng.int(2, 6));
  if (rule && !ruleFirst) makeRule(i, hands, { purpose: rng.pick(["finance", "hide"]) });
  i.wait(5, 30);
  sendFraud(i, hands);
  i.goal("payment fraud sent");
  linger(i, hands);
}

/** A stolen session, used through a proxy; no password, no prompt, no new session. */
export function tokenReplay(i: Intruder): void {
  let hands = replay(i);
  i.wait(2, 12);
  hands = readMail(i, hands, i.rng.int(2, 5));
  if (i.rng.chance(0.35)) makeRule(i, hands, { purpose: "hide" });
  i.wait(4, 20);
  if (i.rng.chance(0.5)) {
    sendFraud(i, hands);
    i.goal("payment fraud sent");
  } else {
    for (let n = 0; n < 5; n++)
      i.pen.syncMail(
        i.at + n * 20_000,
        i.victim.user,
        hands,
        ["\\Inbox", "\\Sent Items", "\\Archive", "\\Contacts", "\\Deleted Items"][n],
      );
    i.goal("mailbox copied");
  }
  linger(i, hands);
}

/** Device code typed by the victim, a device of the attacker's, tokens bound to it, mail. */
export function deviceCodePhish(i: Intruder): void {
  const { rng } = i;
  const hands = deviceCode(i);
  i.wait(1, 8);
  if (rng.chance(0.7)) {
    const { deviceId } = registerDevice(
      i.pen,
      i.victim,
      i.at,
      rng.pick([`DESKTOP-${rng.hex(7).toUpperCase()}`, "Windows", i.victim.user.givenName]),
    );
    i.variation.device = true;
    i.wait(1, 6);
    tokenUse(i, i.victim, hands, {
      app: CLIENT.broker,
      resource: TARGET.graph,
      graph: {
        incomingTokenType: "primaryRefreshToken",
        deviceDetail: {
          deviceId,
          displayName: "DESKTOP",
          operatingSystem: "Windows",
          browser: "",
          isCompliant: false,
          isManaged: false,
          trustType: "Azure AD registered",
        },
      },
    });
  }
  const mail = { ...hands, app: CLIENT.office };
  i.wait(2, 10);
  readMail(i, mail, rng.int(2, 5));
  if (rng.chance(0.6)) makeRule(i, mail, { purpose: "hide" });
  i.wait(4, 25);
  if (rng.chance(0.5)) sendLure(i, mail, i.victim, [], rng.int(8, 40));
  else i.pen.syncMail(i.at, i.victim.user, mail);
  i.goal("mailbox used for the next lure or copied");
}

/** Weeks of reading, no rule, no mail sent. */
export function quietReader(i: Intruder): void {
  const { rng } = i;
  let hands = rng.chance(0.5) ? aitm(i) : replay(i);
  const visits = rng.int(6, 16);
  i.variation.visits = visits;
  for (let n = 0; n < visits; n++) {
    i.at += rng.int(8, 40) * 60 * MINUTE;
    hands = i.moved(hands);
    tokenUse(i, i.victim, hands);
    for (let k = rng.int(1, 3); k > 0; k--) i.pen.readMail(i.at + k * 30_000, i.victim.user, hands, rng.int(1, 6));
  }
  i.goal("correspondence read for weeks");
}

/** One account after the other: each lure comes from the last victim. */
export function phishCascade(i: Intruder): void {
  const { rng, company } = i;
  let hands = aitm(i);
  i.wait(4, 20);
  readMail(i, hands, rng.int(1, 3));
  if (rng.chance(0.6)) makeRule(i, hands, { purpose: "hide" });
  i.wait(3, 15);
  const day = dayOf(company, i.at);
  const colleagues = rng.sample(
    employees(company).filter(
      (s) =>
        !i.victims.includes(s) &&
        s.kind === "employee" &&
        present(s, day, Math.min(day + 10, company.dayCount)) &&
        !taken.get(company)?.has(s),
    ),
    rng.int(3, 12),
  );
  const fallen = colleagues.slice(0, company.staff.length > 25 ? rng.int(1, 3) : 1);
  sendLure(i, hands, i.victim, colleagues, rng.int(1, 4));
  i.goal("lure sent to colleagues");
  const { goalAt } = i;
  for (const next of fallen) {
    i.victims.push(next);
    i.wait(15, 90);
    hands = aitm(i, next);
    i.wait(3, 15);
    readMail(i, hands, rng.int(1, 2), next);
    if (rng.chance(0.5)) sendFraud(i, hands, next);
  }
  i.variation.fallen = fallen.length;
  i.goalAt = goalAt;
}

export function forwarding(i: Intruder): void {
  const { rng } = i;
  const hands = rng.chance(0.5) ? aitm(i) : stuffing(i);
  i.wait(3, 20);
  if (rng.chance(0.6)) readMail(i, hands, 1);
  const kind = rng.pick(["Set-Mailbox", "rule", "both"] as const);
  i.variation.forwardBy = kind;
  if (kind !== "rule") forwardMailbox(i, hands);
  if (kind !== "Set-Mailbox") makeRule(i, hands, { purpose: "forward" });
  i.at += rng.int(1, 3) * DAY;
  tokenUse(i, i.victim, hands);
  if (rng.chance(0.5)) sendFraud(i, hands);
  i.goal("days of mail forwarded outside");
}

/** Salary to another bank: a mail to HR and a rule that eats the answer. */
export function payroll(i: Intruder): void {
  const { rng } = i;
  let hands = rng.pick([aitm, replay, stuffing])(i);
  i.wait(3, 20);
  hands = readMail(i, hands, rng.int(1, 3));
  makeRule(i, hands, { purpose: "payroll" });
  i.wait(2, 15);
  i.pen.send(
    i.at,
    i.victim.user,
    hands,
    rng.pick(["Direct deposit change", "Update my bank account for payroll", "Re: Payroll"]),
  );
  if (rng.chance(0.6)) removeTraces(i, hands);
  i.goal("payroll change asked for");
}

export function bulkDownload(i: Intruder): void {
  const { rng } = i;
  const hands = rng.pick([aitm, replay, fatigue])(i);
  i.wait(3, 20);
  tokenUse(i, i.victim, hands, { app: CLIENT.sharePoint, resource: TARGET.sharePoint });
  download(i, hands, rng.int(40, i.style.careful ? 120 : 350));
  i.goal("documents downloaded");
}

/** The attacker's own second factor lets him come back weeks later. */
export function methodPersistence(i: Intruder): void {
  const { rng } = i;
  const first = aitm(i);
  i.wait(1, 8);
  registerMethod(i, first);
  i.at += rng.int(4, 16) * DAY;
  const back = i.browser();
  i.pen.signIn(i.at, i.victim.user, back, { app: CLIENT.officeHome, mfa: "completed", requestType: "SAS:ProcessAuth" });
  i.wait(3, 15);
  readMail(i, back, rng.int(2, 4));
  sendFraud(i, back);
  i.goal("return with an own second factor, fraud sent");
}
