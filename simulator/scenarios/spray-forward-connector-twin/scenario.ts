import { DAY } from "../../clock.ts";
import { addInboundConnector, forwardMailbox, fullSignIn, minutes } from "../moves.ts";
import type { Scenario } from "../scenario.ts";
import { spray } from "../spray.ts";

/** The honest fact: nobody guessed it. The help desk reset the password and the owner came back. */
export const sprayForwardConnectorTwin: Scenario = {
  id: "spray-forward-connector-twin",
  title: "Spray without success, help-desk reset, owner back from the usual address, forwarding inside the company",
  twinOf: "spray-forward-connector",
  p1: true,
  synced: true,
  minutes: 170,
  prepare(stage, until) {
    const admin = stage.tenant.users[0];
    if (!admin) return;
    const session = stage.ownSession(admin, "office");
    addInboundConnector(stage, until - 120 * DAY, admin, session, {
      name: "Office scanner",
      senderIps: [session.from.ip],
      senderDomains: `smtp:${stage.tenant.domain};1`,
    });
  },
  play(stage, victim, endsAt) {
    const { tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    stage.collect();
    const sources = spray(stage, start, minutes(100), victim);
    const own = stage.ownSession(victim, "office");
    stage.signIn(start + minutes(108), victim, own, { errorCode: 50053, mfa: "none" });
    const helpdesk = tenant.users[1] ?? victim;
    const desk = stage.ownSession(helpdesk, "office");
    stage.directory({
      at: start + minutes(119),
      operation: "Reset user password.",
      category: "UserManagement",
      by: { user: helpdesk, ip: desk.from.ip, userAgent: desk.agent.userAgent },
      target: { id: victim.id, type: "User", name: victim.displayName, upn: victim.upn, puid: victim.puid },
      changes: [],
    });
    victim.passwordGeneration += 1;
    victim.lastPasswordChangeAt = start + minutes(119);
    if (victim.onPremises) victim.onPremises.passwordGeneration = victim.passwordGeneration;
    fullSignIn(stage, start + minutes(124), victim, own);
    stage.readMail(start + minutes(130), victim, own, stage.rng.sample(victim.mailbox?.messages ?? [], 3));
    const inside = `info@${tenant.domain}`;
    const forwarding = forwardMailbox(stage, endsAt, victim, own, inside);
    return {
      sessionId: own.id,
      ips: sources.map((s) => s.ip),
      forwardingAddress: inside,
      forwardingRecordId: forwarding,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
