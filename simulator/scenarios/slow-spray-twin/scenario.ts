import { DAY } from "../../clock.ts";
import { APP } from "../../state/identifiers.ts";
import { fullSignIn, makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import { SPRAYER, slowSpray } from "../slow-guessing.ts";
import type { Session } from "../stage.ts";

const DAYS = 4;

/** The honest fact: the spray found nothing; the success is the owner's, on the own computer and provider. */
export const slowSprayTwin: Scenario = {
  id: "slow-spray-twin",
  title: "Slow, distributed password spray without success; the owner mistypes on a new line and tidies the mailbox",
  twinOf: "slow-spray",
  p1: true,
  synced: false,
  minutes: DAYS * 24 * 60 + 420,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const targets = tenant.users.filter((u) => u.accountEnabled);
    stage.collect();
    const sources = slowSpray(stage, start, DAYS * DAY, SPRAYER, targets);
    const line = addressIn(stage.person(victim).network, rng);
    const own: Session = { ...stage.ownSession(victim, "home"), from: line, app: APP.outlookWeb };
    for (let n = 0; n < 2; n++) stage.signIn(endsAt - minutes(391 - n), victim, own, { errorCode: 50126, mfa: "none" });
    fullSignIn(stage, endsAt - minutes(389), victim, own);
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 4; n++)
      stage.readMail(endsAt - minutes(56 - 6 * n), victim, own, rng.sample(mail, rng.int(3, 5)));
    const rule = makeRule(stage, endsAt - minutes(25), victim, own, {
      name: "Invoices",
      words: ["invoice"],
      moveTo: "Invoices",
    });
    tokenUse(stage, endsAt, victim, own);
    return {
      sessionId: own.id,
      ips: [...sources.map((s) => s.ip), line.ip],
      deviceId: own.device?.deviceId ?? null,
      ruleId: rule.rule.id,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
