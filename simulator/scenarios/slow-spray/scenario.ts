import { DAY } from "../../clock.ts";
import { APP } from "../../state/identifiers.ts";
import { hold } from "../hold.ts";
import { makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import { SPRAYER, slowSpray } from "../slow-guessing.ts";

const DAYS = 4;

export const slowSprayScenario: Scenario = {
  id: "slow-spray",
  title: "Slow, distributed password spray with one success, mailbox read and mail hidden",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: DAYS * 24 * 60 + 420,
  prepare(stage) {
    const victim = stage.tenant.users.find((u) => u.id === stage.tenant.victimId);
    if (victim) victim.methods = victim.methods.filter((m) => m.type === "passwordAuthenticationMethod");
  },
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const targets = tenant.users.filter((u) => u.accountEnabled);
    stage.collect();
    const sources = slowSpray(stage, start, DAYS * DAY, SPRAYER, targets);
    const found = endsAt - minutes(390);
    const lucky = stage.session(addressIn("amazon", rng), SPRAYER, APP.teams);
    stage.signIn(found, victim, lucky, {
      mfa: "none",
      requestType: "OAuth2:Token",
      clientAppUsed: "Mobile Apps and Desktop clients",
    });
    const browser = {
      userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
      os: "Windows10",
      browser: "Firefox 141.0",
    };
    const hands = stage.session(addressIn(rng.pick(["datacamp", "m247"]), rng), browser, APP.outlookWeb);
    stage.signIn(endsAt - minutes(60), victim, hands, { mfa: "none" });
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 4; n++)
      stage.readMail(endsAt - minutes(56 - 6 * n), victim, hands, rng.sample(mail, rng.int(3, 5)));
    const rule = makeRule(stage, endsAt - minutes(25), victim, hands, {
      name: rng.pick(["..", "s", "."]),
      words: ["invoice", "payment", "bank"],
      moveTo: "RSS Feeds",
      markAsRead: true,
    });
    tokenUse(stage, endsAt, victim, hands, { mfa: "none" });
    tenant.attacker = hold(victim, hands, {
      issuedAt: endsAt - minutes(60),
      lastUse: endsAt,
      knowsPassword: true,
      passesMfa: true,
    });
    return {
      sessionId: hands.id,
      ips: [...sources.map((s) => s.ip), lucky.from.ip, hands.from.ip],
      successAt: new Date(found).toISOString(),
      ruleId: rule.rule.id,
      ruleName: rule.rule.name,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
