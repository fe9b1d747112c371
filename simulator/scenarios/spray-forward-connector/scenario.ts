import { HOUR } from "../../clock.ts";
import { APP, ROLE } from "../../state/identifiers.ts";
import { addInboundConnector, forwardMailbox, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import { spray } from "../spray.ts";

export const sprayForwardConnector: Scenario = {
  id: "spray-forward-connector",
  title: "Password spray, success on a synced account, mailbox forwarding and an inbound connector",
  twinOf: null,
  p1: true,
  synced: true,
  minutes: 170,
  prepare(stage) {
    // the connector needs somebody who may make one, and a second factor would have stopped a guess
    const victim = stage.tenant.users.find((u) => u.id === stage.tenant.victimId);
    if (!victim) return;
    victim.roles = [ROLE.exchangeAdministrator];
    victim.methods = victim.methods.filter((m) => m.type === "passwordAuthenticationMethod");
  },
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    stage.collect();
    const sources = spray(stage, start, minutes(100), victim);
    const guess = stage.session(
      sources[0] ?? addressIn("ovh", rng),
      { userAgent: "python-requests/2.32.3", os: "", browser: "" },
      APP.azureCli,
    );
    stage.signIn(start + minutes(103), victim, guess, {
      errorCode: 0,
      mfa: "none",
      clientAppUsed: "Mobile Apps and Desktop clients",
      requestType: "OAuth2:Token",
      app: APP.azureCli,
    });

    const browser = {
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      os: "Linux",
      browser: "Firefox 128.0",
    };
    const hands = stage.session(addressIn(rng.pick(["ovh", "datacamp"]), rng), browser, APP.outlookWeb);
    stage.signIn(start + minutes(121), victim, hands, { mfa: "none" });
    for (let n = 0; n < 3; n++)
      stage.readMail(
        start + minutes(124 + 4 * n),
        victim,
        hands,
        rng.sample(victim.mailbox?.messages ?? [], rng.int(2, 5)),
      );
    const target = `${victim.givenName.toLowerCase()}.${rng.letters(5)}@${rng.pick(["proton.example", "mailfence.example", "tuta.example"])}`;
    const forwarding = forwardMailbox(stage, start + minutes(141), victim, hands, target);
    const connector = addInboundConnector(stage, start + minutes(156), victim, hands, {
      name: rng.pick(["Relay01", "Inbound from scanner", "MX Partner"]),
      senderIps: [addressIn("m247", rng).ip],
      senderDomains: "smtp:*;1",
    });
    tokenUse(stage, endsAt, victim, hands);
    tenant.attacker = {
      victimId: victim.id,
      knowsPasswordGeneration: victim.passwordGeneration,
      passesMfa: true,
      sessions: [
        {
          id: hands.id,
          userId: victim.id,
          issuedAt: start + minutes(121),
          passwordGeneration: victim.passwordGeneration,
          cae: false,
          accessToken: { issuedAt: endsAt, expiresAt: endsAt + HOUR },
        },
      ],
      network: hands.from.network,
      ip: hands.from.ip,
      userAgent: browser.userAgent,
      appSpId: null,
      lockedOutSince: null,
      autoEveryMs: null,
      autoWhat: [],
      nextAutoAt: null,
      tries: [],
    };
    return {
      sessionId: hands.id,
      ips: [...sources.map((s) => s.ip), hands.from.ip],
      forwardingAddress: target,
      forwardingRecordId: forwarding,
      connectorIdentity: connector.identity,
      connectorRecordId: connector.recordId,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
