import { DAY, HOUR } from "../../clock.ts";
import { APP } from "../../state/identifiers.ts";
import { consent } from "../consent-to-app.ts";
import { fullSignIn, KIT_AGENTS, makeRule, minutes } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";

const APPS = [
  // an application named in public incident reports for mailbox theft
  { appId: "ff8d92dc-3d82-41d6-bcbd-b9174d163620", name: "PERFECTDATA SOFTWARE" },
  { appId: "", name: "rnicrosoft Mail Backup" },
];

export const forgottenPersistence: Scenario = {
  id: "forgotten-persistence",
  title: "Leftovers of an old compromise: a forwarding rule and an application consent still in place",
  twinOf: null,
  p1: false,
  synced: false,
  minutes: 0,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const old = rng.chance(0.5);
    const start = endsAt - (old ? rng.int(200, 260) : rng.int(140, 160)) * DAY - rng.int(0, 20) * HOUR;
    const chosen = rng.pick(APPS);
    const kit = stage.session(
      addressIn(rng.pick(["vultr", "digitalocean", "m247"]), rng),
      rng.pick(KIT_AGENTS),
      APP.officeHome,
    );
    stage.live = false;
    stage.collect();
    if (!old) {
      fullSignIn(stage, start, victim, kit);
      for (let n = 0; n < 3; n++)
        stage.readMail(
          start + minutes(6 + 5 * n),
          victim,
          { ...kit, app: APP.outlookWeb },
          rng.sample(victim.mailbox?.messages ?? [], 3),
        );
    }
    const collector = `${rng.letters(6)}.${rng.letters(4)}@${rng.pick(["mail-archive.example", "proton.example"])}`;
    const rule = makeRule(
      stage,
      start + minutes(24),
      victim,
      { ...kit, app: APP.outlookWeb },
      {
        name: rng.pick([".", "..", "sync"]),
        words: ["invoice", "payment", "iban", "wire"],
        moveTo: "Conversation History",
        forwardTo: collector,
        markAsRead: true,
        inOutlook: rng.chance(0.4),
        logged: !old,
      },
    );
    const app = {
      appId: chosen.appId || rng.uuid(),
      name: chosen.name,
      scope: "offline_access Mail.ReadWrite MailboxSettings.ReadWrite User.Read Contacts.Read",
      ownerTenant: rng.uuid(),
      replyUrl: "https://localhost",
    };
    const { sp, grant } = consent(stage, start + minutes(31), victim, kit, app, !old);
    const recordIds = stage.collect();
    // somebody noticed at the time and changed the password; nobody looked for what was left
    victim.lastPasswordChangeAt = start + 2 * DAY;
    victim.sessionsValidFrom = start + 2 * DAY;
    victim.passwordGeneration += 1;
    const admin = tenant.users[0];
    if (!old && admin) {
      const { from, agent } = stage.ownSession(admin, "office");
      stage.directory({
        at: start + 2 * DAY,
        operation: "Reset user password.",
        category: "UserManagement",
        by: { user: admin, ip: from.ip, userAgent: agent.userAgent },
        target: { id: victim.id, type: "User", name: victim.displayName, upn: victim.upn, puid: victim.puid },
        changes: [],
      });
    }
    tenant.attacker = {
      victimId: victim.id,
      knowsPasswordGeneration: victim.passwordGeneration - 1,
      passesMfa: false,
      sessions: [],
      network: kit.from.network,
      ip: kit.from.ip,
      userAgent: kit.agent.userAgent,
      appSpId: sp.id,
      lockedOutSince: null,
      autoEveryMs: null,
      autoWhat: [],
      nextAutoAt: null,
      tries: [],
    };
    return {
      olderThanLogs: old,
      ips: old ? [] : [kit.from.ip],
      sessionId: old ? null : kit.id,
      ruleId: rule.rule.id,
      ruleName: rule.rule.name,
      collector,
      servicePrincipalId: sp.id,
      appId: sp.appId,
      grantId: grant.id,
      startedAt: new Date(start).toISOString(),
      recordIds,
    };
  },
};
