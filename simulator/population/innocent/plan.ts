import type { Rng } from "../../random.ts";
import type { InnocentTruth } from "../contract.ts";
import type { Row } from "../pen.ts";
import { account, type Company } from "../staff.ts";
import * as accounts from "./accounts.ts";
import * as administration from "./administration.ts";
import * as comings from "./comings.ts";
import * as mail from "./mail.ts";
import { Scene } from "./scene.ts";

/** How often an episode happens per ten people in sixty days. */
const EPISODES: readonly [kind: string, rate: number, play: (scene: Scene) => boolean][] = [
  ["inbox-rule", 4, mail.inboxRule],
  ["travel", 1, accounts.travel],
  ["new-phone", 0.8, accounts.newPhone],
  ["new-laptop", 0.4, accounts.newLaptop],
  ["help-desk-reset", 0.8, accounts.helpDeskReset],
  ["self-service-reset", 0.8, accounts.selfServiceReset],
  ["missed-prompts", 1.5, accounts.missedPrompts],
  ["joiner", 0.25, comings.joiner],
  ["leaver", 0.2, comings.leaver],
  ["guest-invited", 0.3, comings.guestInvited],
  ["role-given", 0.1, comings.roleGiven],
  ["honest-forwarding", 0.2, mail.honestForwarding],
  ["mail-merge", 0.5, mail.mailMerge],
  ["app-consent", 1.2, mail.appConsent],
  ["migration", 0.02, administration.migration],
  ["mail-flow-work", 0.25, administration.mailFlowWork],
  ["honest-delegation", 0.2, administration.honestDelegation],
  ["secret-rotation", 0.1, administration.secretRotation],
  ["honest-device-code", 0.15, administration.honestDeviceCode],
  ["honest-download", 0.3, mail.honestDownload],
  ["night-work", 0.2, administration.nightWork],
];

/** Plays the odd but honest episodes of all companies. Comes before the attacks: it decides who joins and leaves. */
export function planEpisodes(
  rng: Rng,
  companies: Company[],
  file: (company: Company, rows: Row[]) => void,
): InnocentTruth[] {
  const out: InnocentTruth[] = [];
  for (const company of companies) {
    const people = company.staff.length;
    for (const [kind, rate, play] of EPISODES) {
      const draw = rng.fork(`${company.index}/${kind}`);
      const wanted = (rate * people * company.dayCount) / 600;
      const count = Math.floor(wanted) + (draw.chance(wanted % 1) ? 1 : 0);
      for (let n = 0; n < count; n++) {
        const scene = new Scene(company, draw.fork(String(n)));
        if (!play(scene)) continue;
        file(company, scene.pen.rows);
        out.push({ kind, tenantId: company.tenant.id, accounts: scene.cast.map(account), recordIds: scene.pen.ids() });
      }
    }
  }
  return out;
}
