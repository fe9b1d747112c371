import { HOUR } from "../../clock.ts";
import { APP } from "../../state/identifiers.ts";
import { fullSignIn, KIT_AGENTS, makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

const LURES = [
  "Action required: shared document awaiting your signature",
  "Voicemail from +44 20 7946 0{n}",
  "Remittance advice {n}",
  "Payroll update - please confirm",
];
const HIDING_PLACES = ["RSS Feeds", "Conversation History", "RSS Feeds"];

export const aitmMailRule: Scenario = {
  id: "aitm-mail-rule",
  title: "Adversary-in-the-middle phish, mail read, hiding inbox rule, internal phish",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 48,
  isForMany: true,
  play(stage, victim, endsAt, attackerRng) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const lure = attackerRng.pick(LURES).replace("{n}", String(attackerRng.int(100, 999)));
    const lureDomain = `${attackerRng.letters(7)}-docs.example`;
    const phish = stage.receiveMail(start - minutes(rng.int(6, 40)), victim, {
      subject: lure,
      body: `Review the document: https://${lureDomain}/sign?id=${rng.hex(12)}`,
      from: { name: "Document Service", address: `no-reply@${lureDomain}` },
      fromIp: addressIn("m247", attackerRng).ip,
    });
    if (phish) phish.isRead = true;

    const kit = stage.session(
      addressIn(attackerRng.pick(["vultr", "digitalocean", "digitalocean-2"]), attackerRng),
      attackerRng.pick(KIT_AGENTS),
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
    const replay: Session = {
      ...kit,
      from: addressIn(attackerRng.pick(["datacamp", "m247"]), attackerRng),
      agent: browser,
      client: `Client=OWA;${browser.userAgent};`,
      app: APP.outlookWeb,
    };
    tokenUse(stage, start + minutes(4), victim, replay);
    tokenUse(stage, start + minutes(5), victim, replay, { app: APP.office });
    const inbox = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 5; n++)
      stage.readMail(start + minutes(7 + 3 * n), victim, replay, rng.sample(inbox, rng.int(2, 6)));

    const hiding = makeRule(stage, start + minutes(26), victim, replay, {
      name: rng.pick([".", "..", "...", "a"]),
      moveTo: rng.pick(HIDING_PLACES),
      words: rng.pick([
        ["phish", "hacked", "suspicious", "did you send"],
        ["invoice", "payment", "bank"],
        ["docusign", "fraud", "spam", "scam"],
      ]),
      markAsRead: true,
    });

    // Those he holds already need no phish.
    const colleagues = rng.sample(
      tenant.users.filter((u) => tenant.accountRoles[u.id] !== "victim" && u.accountEnabled),
      rng.int(4, 7),
    );
    const subject = rng.pick([
      `${victim.displayName} shared "Q3 Statement" with you`,
      `Secure message from ${tenant.displayName}`,
      "FW: Outstanding balance",
    ]);
    const internetMessageId = stage.sendMail(start + minutes(34), victim, replay, {
      subject,
      body: `Please open https://${lureDomain}/s/${rng.hex(10)}`,
      to: colleagues.map((c) => ({ name: c.displayName, address: c.mail ?? c.upn })),
    });
    if (rng.chance(0.5)) stage.discardSent(start + minutes(37), victim, replay, internetMessageId);
    tokenUse(stage, endsAt, victim, replay);

    tenant.attacker = {
      victimId: victim.id,
      knowsPasswordGeneration: victim.passwordGeneration,
      passesMfa: false,
      sessions: [
        {
          id: replay.id,
          userId: victim.id,
          issuedAt: start + 31_000,
          passwordGeneration: victim.passwordGeneration,
          cae: rng.chance(0.5),
          accessToken: { issuedAt: endsAt, expiresAt: endsAt + HOUR },
        },
      ],
      network: replay.from.network,
      ip: replay.from.ip,
      userAgent: browser.userAgent,
      appSpId: null,
      lockedOutSince: null,
      autoEveryMs: null,
      autoWhat: [],
      nextAutoAt: null,
      tries: [],
    };
    return {
      sessionId: kit.id,
      ips: [kit.from.ip, replay.from.ip],
      userAgents: [kit.agent.userAgent, browser.userAgent],
      ruleId: hiding.rule.id,
      ruleName: hiding.rule.name,
      phish: {
        received: phish?.internetMessageId ?? null,
        sent: internetMessageId,
        subject,
        recipients: colleagues.map((c) => c.id),
      },
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
