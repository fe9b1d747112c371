import { APP, RESOURCE } from "../../state/identifiers.ts";
import { registerDevice } from "../directory-moves.ts";
import { hold } from "../hold.ts";
import { makeRule, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

export const REGISTRATION = { appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", name: "Device Registration Service" };
const GRAPH = { appId: RESOURCE.graph.appId, name: RESOURCE.graph.name };

export const deviceCodePhish: Scenario = {
  id: "device-code-phish",
  title: "Device code phish, a device registered with its tokens, hiding mail rules",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 74,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const lureDomain = `${rng.letters(6)}-meetings.example`;
    const phish = stage.receiveMail(start - minutes(rng.int(4, 20)), victim, {
      subject: rng.pick(["You are invited: Q3 supplier call", "Join the meeting with this code", "Teams meeting"]),
      body: `Open https://microsoft.com/devicelogin and enter ${rng.letters(9).toUpperCase()}`,
      from: { name: "Meeting invitation", address: `invite@${lureDomain}` },
      fromIp: addressIn("m247", rng).ip,
    });
    if (phish) phish.isRead = true;

    // the owner types the code into Microsoft's own page, on the computer of every day
    const typed: Session = { ...stage.ownSession(victim, "office"), app: APP.broker };
    const asked = { deviceCode: true, app: APP.broker, resource: GRAPH, requestType: "Cmsi:Cmsi" };
    stage.collect();
    stage.signIn(start, victim, typed, { ...asked, errorCode: 50199, mfa: "completed" });
    stage.signIn(start + 12_000, victim, typed, { ...asked, mfa: "completed" });
    const deceivedIds = stage.collect();

    const script = { userAgent: rng.pick(["python-requests/2.32.3", "node"]), os: "", browser: "" };
    const server = addressIn(rng.pick(["vultr", "digitalocean", "ovh"]), rng);
    const hands = { ...stage.session(server, script, APP.broker), client: "Client=REST;Client=RESTSystem;;" };
    const silent = {
      interactive: false,
      clientAppUsed: "Mobile Apps and Desktop clients",
      requestType: "OAuth2:Token",
    };
    stage.signIn(start + 17_000, victim, hands, { ...silent, deviceCode: true, app: APP.broker, resource: GRAPH });
    stage.signIn(start + minutes(3), victim, hands, { ...silent, app: APP.broker, resource: REGISTRATION });
    const device = registerDevice(stage, start + minutes(4), victim, `DESKTOP-${rng.hex(7).toUpperCase()}`);

    const browser = {
      userAgent:
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
      os: "Windows10",
      browser: "Edge 144.0.0",
    };
    const exit = addressIn(rng.pick(["datacamp", "m247"]), rng);
    const desk: Session = { ...stage.session(exit, browser, APP.outlookWeb), device };
    tokenUse(stage, start + minutes(16), victim, desk, { byDeviceToken: true });
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 4; n++) stage.readMail(start + minutes(19 + 5 * n), victim, desk, rng.sample(mail, 4));
    const first = makeRule(stage, start + minutes(41), victim, desk, {
      name: rng.pick([".", "..", "~"]),
      words: ["invoice", "payment", "remittance"],
      moveTo: "RSS Feeds",
      markAsRead: true,
    });
    const second = makeRule(stage, start + minutes(44), victim, desk, {
      name: rng.pick([",", "..."]),
      words: ["device", "registered", "new sign-in", "security"],
      moveTo: "Conversation History",
      markAsRead: true,
    });
    tokenUse(stage, endsAt, victim, desk, { byDeviceToken: true });
    device.lastSignInAt = endsAt;
    tenant.attacker = hold(victim, desk, { issuedAt: start + minutes(16), lastUse: endsAt, knowsPassword: false });
    return {
      sessionId: desk.id,
      ips: [server.ip, exit.ip],
      userAgents: [script.userAgent, browser.userAgent],
      deviceObjectId: device.id,
      deviceId: device.deviceId,
      ruleId: first.rule.id,
      ruleName: first.rule.name,
      ruleIds: [first.rule.id, second.rule.id],
      phish: { received: phish?.internetMessageId ?? null },
      startedAt: new Date(start).toISOString(),
      deceivedIds,
      recordIds: stage.collect(),
    };
  },
};
