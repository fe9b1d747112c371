import { APP } from "../../state/identifiers.ts";
import { registerMethod } from "../directory-moves.ts";
import { hold } from "../hold.ts";
import { fullSignIn, KIT_AGENTS, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

export const PROJECT_FILES = [
  "Tender calculation.xlsx",
  "Drawings rev C.zip",
  "Passwords suppliers.docx",
  "Contracts 2026.pdf",
  "Customer list.xlsx",
  "Salaries.xlsx",
  "Board minutes.docx",
  "Bank mandate.pdf",
];

export const aitmNoMail: Scenario = {
  id: "aitm-no-mail",
  title: "Adversary-in-the-middle phish by chat, files taken, second factor added; no step in the mailbox",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 66,
  play(stage, victim, endsAt) {
    const { rng, tenant } = stage;
    const start = endsAt - minutes(this.minutes);
    const kit = stage.session(
      addressIn(rng.pick(["vultr", "digitalocean", "digitalocean-2", "m247"]), rng),
      rng.pick(KIT_AGENTS),
      APP.officeHome,
    );
    stage.collect();
    fullSignIn(stage, start, victim, kit);
    const browser = {
      userAgent:
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
      os: "MacOs",
      browser: "Chrome 143.0.0",
    };
    const thief: Session = {
      ...kit,
      from: addressIn(rng.pick(["datacamp", "ovh"]), rng),
      agent: browser,
      app: APP.sharePoint,
    };
    tokenUse(stage, start + minutes(5), victim, thief, { app: APP.sharePoint });
    tokenUse(stage, start + minutes(6), victim, thief, { app: APP.teams });
    const methodId = registerMethod(stage, start + minutes(11), victim, thief, "Authenticator App");
    for (let n = 0; n < 3; n++)
      stage.file(start + minutes(16 + 3 * n), victim, thief, "FileAccessed", {
        name: rng.pick(PROJECT_FILES),
        site: "Operations",
        folder: "Shared Documents",
      });
    const count = rng.int(14, 30);
    for (let n = 0; n < count; n++)
      stage.file(start + minutes(30) + n * 15_000, victim, thief, "FileDownloaded", {
        name: `${n + 1} ${rng.pick(PROJECT_FILES)}`,
        site: "Operations",
        folder: "Shared Documents/Projects",
      });
    stage.teams(start + minutes(52), victim, thief, "TeamsSessionStarted");
    stage.teams(start + minutes(53), victim, thief, "MessageSent");
    tokenUse(stage, endsAt, victim, thief, { app: APP.sharePoint });
    tenant.attacker = hold(victim, thief, {
      issuedAt: start + 31_000,
      lastUse: endsAt,
      knowsPassword: true,
      passesMfa: true,
      cae: rng.chance(0.5),
    });
    return {
      sessionId: kit.id,
      ips: [kit.from.ip, thief.from.ip],
      userAgents: [kit.agent.userAgent, browser.userAgent],
      methodId,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
