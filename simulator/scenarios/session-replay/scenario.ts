import { APP } from "../../state/identifiers.ts";
import { hold } from "../hold.ts";
import { minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

/** The browser of the machine on which stolen cookies are loaded. */
const THIEF = {
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  os: "Linux",
  browser: "Firefox 140.0",
};

export const sessionReplay: Scenario = {
  id: "session-replay",
  title: "Session cookie stolen by malware and replayed through a proxy while its owner works on",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 95,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = stage.ownSession(victim, "office");
    const mail = victim.mailbox?.messages ?? [];
    stage.signIn(start, victim, own, { mfa: "completed" });
    stage.readMail(start + minutes(9), victim, own, rng.sample(mail, 2));

    stage.collect();
    const copies = rng.chance(0.5);
    const exit = addressIn(rng.pick(["datacamp", "m247", "telekom"]), rng);
    const thief: Session = {
      ...own,
      from: exit,
      agent: copies ? own.agent : THIEF,
      device: null,
      client: `Client=OWA;${copies ? own.agent.userAgent : THIEF.userAgent};`,
    };
    const taken = start + minutes(21);
    tokenUse(stage, taken, victim, thief, { app: APP.officeHome });
    tokenUse(stage, taken + minutes(2), victim, thief);
    for (let n = 0; n < 4; n++) stage.readMail(taken + minutes(4 + 6 * n), victim, thief, rng.sample(mail, 4));
    tokenUse(stage, taken + minutes(30), victim, thief, { app: APP.sharePoint });
    for (let n = 0; n < 6; n++)
      stage.file(taken + minutes(31) + n * 20_000, victim, thief, "FileDownloaded", {
        name: `Supplier bank details ${n + 1}.xlsx`,
        site: "Finance",
        folder: "Shared Documents/Payments",
      });
    const supplier = rng.pick(["kettleby-packaging.example", "greenway-supplies.example", "mainland-couriers.example"]);
    const sent = stage.sendMail(taken + minutes(44), victim, thief, {
      subject: "Re: our new bank details",
      body: "Please use the account below from now on.",
      to: [{ name: "Accounts", address: `accounts@${supplier}` }],
    });
    stage.discardSent(taken + minutes(45), victim, thief, sent);
    tokenUse(stage, endsAt, victim, thief);
    const recordIds = stage.collect();

    stage.readMail(start + minutes(33), victim, own, rng.sample(mail, 2));
    tokenUse(stage, start + minutes(62), victim, own, { app: APP.office });
    stage.readMail(start + minutes(70), victim, own, rng.sample(mail, 1));
    stage.collect();

    tenant.attacker = hold(victim, thief, { issuedAt: taken, lastUse: endsAt, knowsPassword: false, cae: true });
    return {
      sessionId: own.id,
      ips: [exit.ip],
      userAgents: [thief.agent.userAgent],
      copiesAgent: copies,
      phish: { sent, recipients: [] },
      startedAt: new Date(taken).toISOString(),
      recordIds,
    };
  },
};
