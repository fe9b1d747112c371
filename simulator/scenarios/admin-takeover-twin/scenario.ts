import { APP, ROLE } from "../../state/identifiers.ts";
import { secondAdministrator } from "../admin-takeover/scenario.ts";
import { addAccount, changePolicy, federateDomain, giveRole } from "../directory-moves.ts";
import { fullSignIn, minutes, tokenUse } from "../moves.ts";
import type { Scenario } from "../scenario.ts";

/** The honest fact: it is the administrator, at the own desk, at planned work. */
export const adminTakeoverTwin: Scenario = {
  id: "admin-takeover-twin",
  title: "Administrator at planned work: a colleague made administrator, a bought company's domain federated",
  twinOf: "admin-takeover",
  p1: true,
  synced: false,
  minutes: 58,
  prepare: secondAdministrator,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = { ...stage.ownSession(victim, "office"), app: APP.adminCenter };
    stage.collect();
    fullSignIn(stage, start, victim, own);
    tokenUse(stage, start + minutes(4), victim, own, { app: APP.adminCenter });
    const colleague = addAccount(stage, start + minutes(12), victim, own, {
      upn: `${rng.pick(["robin.keller", "alex.moore", "sasha.blunt"])}@${tenant.domain}`,
      displayName: rng.pick(["Robin Keller", "Alex Moore", "Sasha Blunt"]),
      jobTitle: "IT Administrator",
    });
    giveRole(stage, start + minutes(14), victim, own, colleague, ROLE.globalAdministrator);
    giveRole(stage, start + minutes(15), victim, own, colleague, ROLE.privilegedAuthenticationAdministrator);
    const domain = `${rng.pick(["ashworth", "fieldgate", "quarrybank"])}-group.example`;
    federateDomain(stage, start + minutes(24), victim, own, {
      name: domain,
      issuerUri: `http://${domain}/adfs/services/trust`,
      signInUri: `https://sts.${domain}/adfs/ls`,
    });
    const policy = tenant.policies[0];
    if (policy) changePolicy(stage, start + minutes(41), victim, own, policy, { state: "disabled" });
    tokenUse(stage, endsAt, victim, own, { app: APP.adminCenter });
    return {
      sessionId: own.id,
      ips: [own.from.ip],
      deviceId: own.device?.deviceId ?? null,
      newAccountId: colleague.id,
      federatedDomain: domain,
      policyId: policy?.id ?? null,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
