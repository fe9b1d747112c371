import { HOUR } from "../clock.ts";
import type { Agent } from "../records/sign-in.ts";
import { APP } from "../state/identifiers.ts";
import type { SimUser } from "../state/types.ts";
import { type Address, addressIn } from "./networks.ts";
import type { Stage } from "./stage.ts";

/** One try at each account every few hours, each from another address: no address stands out, no account locks. */
export function slowSpray(
  stage: Stage,
  start: number,
  duration: number,
  agent: Agent,
  targets: readonly SimUser[],
): Address[] {
  const { rng } = stage;
  const rounds = Math.max(2, Math.floor(duration / (20 * HOUR)));
  const used: Address[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const share = (round * targets.length + index) / (rounds * targets.length);
      const at = start + Math.floor(duration * share) + rng.int(0, HOUR / 2);
      const from = addressIn("amazon", rng);
      used.push(from);
      stage.signIn(at, target, stage.session(from, agent, APP.teams), {
        errorCode: 50126,
        mfa: "none",
        requestType: "OAuth2:Token",
        clientAppUsed: "Mobile Apps and Desktop clients",
      });
    }
  }
  return used;
}

/** The client of a public tool that tries one password after the other through rented gateways. */
export const SPRAYER: Agent = {
  userAgent:
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.3.00.30866 Chrome/80.0.3987.165 Electron/8.5.1 Safari/537.36",
  os: "Windows10",
  browser: "Chrome 80.0.3987",
};
