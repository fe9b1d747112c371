import { DAY, HOUR } from "../../clock.ts";
import { APP, ROLE } from "../../state/identifiers.ts";
import type { SimUser } from "../../state/types.ts";
import {
  addAccount,
  adminChange,
  changePolicy,
  federateDomain,
  giveRole,
  requireSecondFactor,
} from "../directory-moves.ts";
import { hold } from "../hold.ts";
import { fullSignIn, KIT_AGENTS, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session, Stage } from "../stage.ts";

/** A second administrator who has done an administrator's work for months. */
export function secondAdministrator(stage: Stage, until: number): void {
  const { tenant, rng } = stage;
  const victim = tenant.users.find((u) => u.id === tenant.victimId);
  if (!victim) return;
  victim.roles = [ROLE.globalAdministrator];
  victim.jobTitle = "IT Administrator";
  requireSecondFactor(stage);
  const people = tenant.users.filter((u) => u.id !== victim.id && u.accountEnabled);
  for (let week = 20; week > 0; week -= 3) {
    const own = stage.ownSession(victim, "office");
    const colleague = rng.pick(people);
    const at = until - week * 7 * DAY - rng.int(1, 5) * HOUR;
    stage.signIn(at, victim, own, { app: APP.adminCenter });
    adminChange(stage, at + minutes(4), victim, own, "Update user.", "UserManagement", userTarget(colleague), [
      { name: "JobTitle", from: "[]", to: JSON.stringify([colleague.jobTitle]) },
    ]);
  }
}

const userTarget = (user: SimUser) => ({
  id: user.id,
  type: "User" as const,
  name: user.displayName,
  upn: user.upn,
  puid: user.puid,
});

export const adminTakeover: Scenario = {
  id: "admin-takeover",
  title: "Administrator phished: a second administrator, a federated domain, the second factor rule switched off",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 58,
  prepare: secondAdministrator,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const kit = stage.session(
      addressIn(rng.pick(["vultr", "digitalocean", "m247"]), rng),
      rng.pick(KIT_AGENTS),
      APP.officeHome,
    );
    stage.collect();
    fullSignIn(stage, start, victim, kit);
    const browser = {
      userAgent:
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      os: "Windows10",
      browser: "Chrome 142.0.0",
    };
    const hands: Session = {
      ...kit,
      from: addressIn(rng.pick(["datacamp", "ovh"]), rng),
      agent: browser,
      app: APP.adminCenter,
    };
    tokenUse(stage, start + minutes(4), victim, hands, { app: APP.adminCenter });
    const mule = addAccount(stage, start + minutes(12), victim, hands, {
      upn: `${rng.pick(["svc-sync", "helpdesk2", "admin.backup", "exchange.mon"])}${rng.int(1, 99)}@${tenant.domain}`,
      displayName: rng.pick(["Sync Service", "Backup Service", "Help Desk"]),
      jobTitle: "",
    });
    giveRole(stage, start + minutes(14), victim, hands, mule, ROLE.globalAdministrator);
    giveRole(stage, start + minutes(15), victim, hands, mule, ROLE.privilegedAuthenticationAdministrator);
    const domain = `${rng.letters(8)}.example`;
    federateDomain(stage, start + minutes(24), victim, hands, {
      name: domain,
      issuerUri: `http://any.sts/${rng.hex(8).toUpperCase()}`,
      signInUri: `https://sts.${domain}/adfs/ls`,
    });
    const policy = tenant.policies[0];
    if (policy) changePolicy(stage, start + minutes(41), victim, hands, policy, { state: "disabled" });
    tokenUse(stage, endsAt, victim, hands, { app: APP.adminCenter });
    tenant.attacker = hold(victim, hands, {
      issuedAt: start + 31_000,
      lastUse: endsAt,
      knowsPassword: true,
      cae: rng.chance(0.5),
    });
    return {
      sessionId: kit.id,
      ips: [kit.from.ip, hands.from.ip],
      userAgents: [kit.agent.userAgent, browser.userAgent],
      newAccountId: mule.id,
      federatedDomain: domain,
      policyId: policy?.id ?? null,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
