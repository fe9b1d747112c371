import { APP } from "../../state/identifiers.ts";
import { PROJECT_FILES } from "../aitm-no-mail/scenario.ts";
import { registerMethod } from "../directory-moves.ts";
import { fullSignIn, minutes, tokenUse } from "../moves.ts";
import { addressIn } from "../networks.ts";
import type { Scenario } from "../scenario.ts";
import type { Session } from "../stage.ts";

/** The honest fact: the line is new because the owner moved house; provider, computer and browser are as ever. */
export const aitmNoMailTwin: Scenario = {
  id: "aitm-no-mail-twin",
  title: "Owner on a new line at home: new phone registered, project folder taken along",
  twinOf: "aitm-no-mail",
  p1: true,
  synced: false,
  minutes: 66,
  play(stage, victim, endsAt) {
    const { rng } = stage;
    const start = endsAt - minutes(this.minutes);
    const person = stage.person(victim);
    const home: Session = { ...stage.ownSession(victim, "home"), from: addressIn(person.network, rng) };
    stage.collect();
    fullSignIn(stage, start, victim, home);
    tokenUse(stage, start + minutes(5), victim, home, { app: APP.sharePoint });
    tokenUse(stage, start + minutes(6), victim, home, { app: APP.teams });
    const methodId = registerMethod(stage, start + minutes(11), victim, home, "Authenticator App");
    const count = rng.int(14, 30);
    for (let n = 0; n < count; n++)
      stage.file(start + minutes(30) + n * 15_000, victim, home, "FileDownloaded", {
        name: `${n + 1} ${rng.pick(PROJECT_FILES)}`,
        site: "Operations",
        folder: "Shared Documents/Projects",
      });
    stage.teams(start + minutes(52), victim, home, "TeamsSessionStarted");
    stage.teams(start + minutes(53), victim, home, "MessageSent");
    tokenUse(stage, endsAt, victim, home, { app: APP.sharePoint });
    return {
      sessionId: home.id,
      ips: [home.from.ip],
      deviceId: home.device?.deviceId ?? null,
      methodId,
      startedAt: new Date(start).toISOString(),
      recordIds: stage.collect(),
    };
  },
};
