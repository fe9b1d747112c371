import { APP, RESOURCE } from "../../state/identifiers.ts";
import { REGISTRATION } from "../device-code-phish/scenario.ts";
import { registerDevice } from "../directory-moves.ts";
import { makeRule, minutes, tokenUse } from "../moves.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

const GRAPH = { appId: RESOURCE.graph.appId, name: RESOURCE.graph.name };

/** The honest fact: the code was asked for at the next desk, by the owner's own new computer. */
export const deviceCodePhishTwin: Scenario = {
  id: "device-code-phish-twin",
  title: "Owner sets up a new computer with a device code, at the own desk",
  twinOf: "device-code-phish",
  p1: true,
  synced: false,
  minutes: 74,
  play(stage, victim, endsAt) {
    const { rng } = stage;
    const start = endsAt - minutes(this.minutes);
    const own = stage.ownSession(victim, "office");
    const asked = { deviceCode: true, app: APP.broker, resource: GRAPH, requestType: "Cmsi:Cmsi" };
    stage.collect();
    stage.signIn(start, victim, own, { ...asked, errorCode: 50199, mfa: "completed" });
    stage.signIn(start + 12_000, victim, own, { ...asked, mfa: "completed" });
    const fresh: Session = { ...own, id: rng.uuid(), device: null, app: APP.broker };
    const silent = {
      interactive: false,
      clientAppUsed: "Mobile Apps and Desktop clients",
      requestType: "OAuth2:Token",
    };
    stage.signIn(start + 17_000, victim, fresh, { ...silent, deviceCode: true, app: APP.broker, resource: GRAPH });
    stage.signIn(start + minutes(3), victim, fresh, { ...silent, app: APP.broker, resource: REGISTRATION });
    const device = registerDevice(stage, start + minutes(4), victim, `LAPTOP-${rng.hex(6).toUpperCase()}`);
    const desk: Session = { ...fresh, id: rng.uuid(), device, app: APP.outlookWeb };
    tokenUse(stage, start + minutes(16), victim, desk, { byDeviceToken: true });
    const mail = victim.mailbox?.messages ?? [];
    for (let n = 0; n < 4; n++) stage.readMail(start + minutes(19 + 5 * n), victim, desk, rng.sample(mail, 4));
    const first = makeRule(stage, start + minutes(41), victim, desk, {
      name: "Invoices",
      words: ["invoice", "remittance"],
      moveTo: "Invoices",
    });
    makeRule(stage, start + minutes(44), victim, desk, {
      name: "Parking",
      words: ["parking"],
      moveTo: "Archive",
      markAsRead: true,
    });
    tokenUse(stage, endsAt, victim, desk, { byDeviceToken: true });
    device.lastSignInAt = endsAt;
    return {
      sessionId: desk.id,
      ips: [own.from.ip],
      deviceObjectId: device.id,
      deviceId: device.deviceId,
      ruleId: first.rule.id,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
