import { registerMethod } from "../directory-moves.ts";
import { makeRule, minutes, tokenUse } from "../moves.ts";
import type { Scenario } from "../scenario.ts";

/** The honest fact: the owner sits at home before the own computer and the prompts go to a broken telephone. */
export const mfaFatigueTwin: Scenario = {
  id: "mfa-fatigue-twin",
  title: "Owner with a broken telephone: prompts time out, then a new number is registered",
  twinOf: "mfa-fatigue",
  p1: true,
  synced: false,
  minutes: 88,
  play(stage, victim, endsAt) {
    const { rng } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = stage.ownSession(victim, "home");
    stage.collect();
    const asks = rng.int(5, 9);
    for (let n = 0; n < asks; n++) {
      const at = start + n * minutes(3) + rng.int(0, 60_000);
      const correlationId = rng.uuid();
      stage.signIn(at, victim, own, { errorCode: 50074, mfa: "none", correlationId, requestType: "Login:login" });
      stage.signIn(at + 45_000, victim, own, {
        errorCode: 500121,
        mfa: "none",
        correlationId,
        requestType: "SAS:EndAuth",
      });
    }
    const given = start + asks * minutes(3) + minutes(2);
    stage.signIn(given, victim, own, { mfa: "completed", requestType: "SAS:ProcessAuth" });
    const methodId = registerMethod(stage, given + minutes(6), victim, own, "Phone");
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 3; n++) stage.readMail(given + minutes(10 + 5 * n), victim, own, rng.sample(mail, 4));
    const rule = makeRule(stage, given + minutes(28), victim, own, {
      name: "Newsletters",
      words: ["unsubscribe"],
      moveTo: "Archive",
      markAsRead: true,
    });
    tokenUse(stage, endsAt, victim, own);
    return {
      sessionId: own.id,
      ips: [own.from.ip],
      deviceId: own.device?.deviceId ?? null,
      methodId,
      ruleId: rule.rule.id,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
