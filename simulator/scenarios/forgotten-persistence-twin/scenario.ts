import { DAY, HOUR } from "../../clock.ts";
import { consent } from "../consent-to-app.ts";
import { makeRule, minutes } from "../moves.ts";
import type { Scenario } from "../scenario.ts";

/** The honest fact: the rule files the mail-merge bounces, and the application is one everybody uses. */
export const forgottenPersistenceTwin: Scenario = {
  id: "forgotten-persistence-twin",
  title: "An old mail-merge rule and a consent to a well-known application",
  twinOf: "forgotten-persistence",
  p1: false,
  synced: false,
  minutes: 0,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - rng.int(140, 160) * DAY - rng.int(0, 20) * HOUR;
    stage.live = false;
    stage.collect();
    const own = stage.ownSession(victim, "office");
    const rule = makeRule(stage, start + minutes(24), victim, own, {
      name: "Mail merge replies",
      from: `newsletter@${tenant.domain}`,
      moveTo: "Mail merge",
    });
    const apple = {
      appId: "f8d98a96-0999-43f5-8af3-69971c7bb423",
      name: "Apple Internet Accounts",
      scope: "EAS.AccessAsUser.All EWS.AccessAsUser.All offline_access openid profile",
      ownerTenant: "d1e2f3a4-5b6c-4d7e-8f90-a1b2c3d4e5f6",
      publisher: "Apple Inc.",
      replyUrl: "com.apple.Preferences://oauth-redirect",
    };
    const users = [
      victim,
      ...rng.sample(
        tenant.users.filter((u) => u.id !== victim.id && u.accountEnabled),
        4,
      ),
    ];
    const made = users.map((user, index) =>
      consent(stage, start + minutes(31) + index * 9 * DAY, user, stage.ownSession(user, "home"), apple),
    );
    return {
      ruleId: rule.rule.id,
      ruleName: rule.rule.name,
      servicePrincipalId: made[0]?.sp.id ?? null,
      appId: apple.appId,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
