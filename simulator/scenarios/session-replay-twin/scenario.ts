import { DAY, HOUR } from "../../clock.ts";
import { APP } from "../../state/identifiers.ts";
import { minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

/** The honest fact: the exit belongs to the company's own VPN, and the owner has just switched it on. */
export const sessionReplayTwin: Scenario = {
  id: "session-replay-twin",
  title: "One session at the office and behind the company's VPN",
  twinOf: "session-replay",
  p1: true,
  synced: false,
  minutes: 95,
  prepare(stage, until) {
    const { rng, tenant } = stage;
    const exit = addressIn("datacamp", rng);
    tenant.attack = { vpnExit: exit };
    const colleagues = tenant.users.filter(
      (u) => u.id !== tenant.victimId && tenant.people.some((p) => p.userId === u.id && p.deviceObjectId),
    );
    for (const [index, user] of rng.sample(colleagues, 4).entries()) {
      for (let day = 30; day > 0; day -= 3) {
        const at = until - day * DAY - index * HOUR;
        const session: Session = { ...stage.ownSession(user, "home"), from: exit };
        stage.signIn(at, user, session);
        stage.readMail(at + minutes(8), user, session, rng.sample(user.mailbox?.messages ?? [], 2));
      }
    }
  },
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = stage.ownSession(victim, "office");
    const mail = victim.mailbox?.messages ?? [];
    stage.collect();
    stage.signIn(start, victim, own, { mfa: "completed" });
    stage.readMail(start + minutes(9), victim, own, rng.sample(mail, 2));
    const exit = tenant.attack.vpnExit as Session["from"];
    const behind: Session = { ...own, from: exit };
    const later = start + minutes(21);
    tokenUse(stage, later, victim, behind, { app: APP.officeHome });
    tokenUse(stage, later + minutes(2), victim, behind);
    for (let n = 0; n < 4; n++) stage.readMail(later + minutes(4 + 6 * n), victim, behind, rng.sample(mail, 4));
    for (let n = 0; n < 6; n++)
      stage.file(later + minutes(31) + n * 20_000, victim, behind, "FileDownloaded", {
        name: `Supplier bank details ${n + 1}.xlsx`,
        site: "Finance",
        folder: "Shared Documents/Payments",
      });
    const sent = stage.sendMail(later + minutes(44), victim, behind, {
      subject: "Re: our new bank details",
      body: "Please use the account below from now on.",
      to: [{ name: "Accounts", address: "accounts@kettleby-packaging.example" }],
    });
    stage.discardSent(later + minutes(45), victim, behind, sent);
    tokenUse(stage, endsAt, victim, behind);
    return {
      sessionId: own.id,
      ips: [exit.ip],
      deviceId: own.device?.deviceId ?? null,
      sent,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
