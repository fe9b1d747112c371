import { APP } from "../../state/identifiers.ts";
import { registerMethod } from "../directory-moves.ts";
import { hold } from "../hold.ts";
import { makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";

export const mfaFatigue: Scenario = {
  id: "mfa-fatigue",
  title: "Known password, prompts until the owner gives in, a telephone of his own, mail hidden",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 88,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const browser = {
      userAgent:
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
      os: "Windows10",
      browser: "Chrome 141.0.0",
    };
    const hands = stage.session(
      addressIn(rng.pick(["m247", "datacamp", "vultr", "telekom"]), rng),
      browser,
      APP.outlookWeb,
    );
    stage.collect();
    const asks = rng.int(5, 9);
    for (let n = 0; n < asks; n++) {
      const at = start + n * minutes(3) + rng.int(0, 60_000);
      const correlationId = rng.uuid();
      stage.signIn(at, victim, hands, { errorCode: 50074, mfa: "none", correlationId, requestType: "Login:login" });
      stage.signIn(at + 45_000, victim, hands, {
        errorCode: 500121,
        mfa: "none",
        correlationId,
        requestType: "SAS:EndAuth",
      });
    }
    const given = start + asks * minutes(3) + minutes(2);
    stage.signIn(given, victim, hands, { mfa: "completed", requestType: "SAS:ProcessAuth" });
    const methodId = registerMethod(stage, given + minutes(6), victim, hands, "Phone");
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 3; n++) stage.readMail(given + minutes(10 + 5 * n), victim, hands, rng.sample(mail, 4));
    const rule = makeRule(stage, given + minutes(28), victim, hands, {
      name: rng.pick([".", "..", "1"]),
      words: ["security info", "sign-in", "verification"],
      moveTo: "Conversation History",
      markAsRead: true,
    });
    tokenUse(stage, endsAt, victim, hands);
    tenant.attacker = hold(victim, hands, {
      issuedAt: given,
      lastUse: endsAt,
      knowsPassword: true,
      passesMfa: true,
    });
    return {
      sessionId: hands.id,
      ips: [hands.from.ip],
      userAgents: [browser.userAgent],
      methodId,
      ruleId: rule.rule.id,
      ruleName: rule.rule.name,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
