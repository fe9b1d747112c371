import type { Session } from "../pen.ts";
import { aitm, fatigue, legacy, spray, stuffing } from "./entries.ts";
import type { Intruder } from "./intruder.ts";
import { makeRule } from "./rules.ts";
import { download, linger, readMail, registerMethod, sendFraud, sendLure } from "./steps.ts";

export function sprayHit(i: Intruder): void {
  const hands = spray(i);
  i.wait(4, 30);
  readMail(i, hands, i.rng.int(2, 5));
  afterPassword(i, hands);
}

export function stuffingHit(i: Intruder): void {
  const hands = stuffing(i);
  i.wait(3, 25);
  readMail(i, hands, i.rng.int(1, 5));
  afterPassword(i, hands);
}

function afterPassword(i: Intruder, hands: Session): void {
  const { rng } = i;
  if (rng.chance(0.4)) registerMethod(i, hands);
  if (rng.chance(0.5)) makeRule(i, hands, { purpose: "hide" });
  i.wait(5, 40);
  if (rng.chance(0.5)) sendFraud(i, hands);
  else sendLure(i, hands, i.victim, [], rng.int(10, 60));
  i.goal("mail sent in the victim's name");
  linger(i, hands);
}

export function mfaFatigue(i: Intruder): void {
  const hands = fatigue(i);
  i.wait(2, 10);
  if (i.rng.chance(0.7)) registerMethod(i, hands);
  i.wait(2, 10);
  readMail(i, hands, i.rng.int(1, 4));
  if (i.rng.chance(0.5)) download(i, hands, i.rng.int(15, 60));
  else sendFraud(i, hands);
  i.goal("data or money reached");
}

export function legacyProtocol(i: Intruder): void {
  const hands = legacy(i);
  const smtp = i.variation.protocol === "Authenticated SMTP";
  i.wait(3, 20);
  if (smtp) {
    for (let n = i.rng.int(15, 80); n > 0; n--) {
      i.pen.send(i.at, i.victim.user, hands, "Your mailbox is almost full");
      i.at += i.rng.int(2_000, 20_000);
    }
    i.goal("spam sent");
    return;
  }
  for (let n = i.rng.int(4, 14); n > 0; n--) {
    i.pen.signIn(i.at, i.victim.user, hands, {
      clientAppUsed: String(i.variation.protocol),
      mfa: "none",
      requestType: "OAuth2:Token",
    });
    i.pen.syncMail(i.at + 8_000, i.victim.user, hands, i.rng.pick(["\\Inbox", "\\Sent Items"]));
    i.wait(10, 60);
  }
  i.goal("mailbox copied over a legacy protocol");
}

export function spamRun(i: Intruder): void {
  const { rng } = i;
  const hands = rng.chance(0.5) ? stuffing(i) : aitm(i);
  i.wait(2, 15);
  if (rng.chance(0.5)) makeRule(i, hands, { purpose: "hide" });
  i.wait(1, 8);
  const count = rng.int(60, 250);
  i.variation.messages = count;
  for (let n = 0; n < count; n++) {
    i.pen.send(i.at, i.victim.user, hands, "Invoice overdue - final notice");
    i.at += rng.int(1_500, 12_000);
  }
  i.goal("spam run finished");
}
