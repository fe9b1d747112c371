import { fullSignIn, makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

/** The honest fact: it is the owner, travelling, on the computer the directory has known for months. */
export const aitmMailRuleTwin: Scenario = {
  id: "aitm-mail-rule-twin",
  title: "Owner travelling: second factor, mail, a tidy inbox rule, a message to colleagues",
  twinOf: "aitm-mail-rule",
  p1: true,
  synced: false,
  minutes: 48,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = stage.ownSession(victim, "office");
    const away = tenant.country === "GB" ? rng.pick(["comcast", "tmobile"]) : rng.pick(["bt", "virgin"]);
    const trip: Session = { ...own, from: addressIn(away, rng) };
    stage.collect();
    fullSignIn(stage, start, victim, trip);
    tokenUse(stage, start + minutes(4), victim, trip);
    const inbox = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 4; n++)
      stage.readMail(start + minutes(7 + 4 * n), victim, trip, rng.sample(inbox, rng.int(1, 4)));
    const made = makeRule(stage, start + minutes(27), victim, trip, {
      name: "Conference",
      moveTo: "Conference",
      words: ["agenda", "conference"],
    });
    const colleagues = rng.sample(
      tenant.users.filter((u) => u.id !== victim.id && u.accountEnabled),
      2,
    );
    const sent = stage.sendMail(start + minutes(35), victim, trip, {
      subject: "Notes from the conference",
      body: "Arrived safely, notes attached.",
      to: colleagues.map((c) => ({ name: c.displayName, address: c.mail ?? c.upn })),
    });
    tokenUse(stage, endsAt, victim, trip);
    return {
      sessionId: trip.id,
      ips: [trip.from.ip],
      deviceId: trip.device?.deviceId ?? null,
      ruleId: made.rule.id,
      sent,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
