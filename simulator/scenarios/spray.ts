import { APP } from "../state/identifiers.ts";
import type { SimUser } from "../state/types.ts";
import { type Address, addressIn } from "./networks.ts";
import type { Stage } from "./stage.ts";

/** One password tried over all accounts from a few rented servers; some accounts lock (50053). */
export function spray(stage: Stage, start: number, duration: number, victim: SimUser): Address[] {
  const { rng, tenant } = stage;
  const sources = [addressIn("ovh", rng), addressIn("digitalocean", rng), addressIn("vultr", rng)];
  const targets = tenant.users.filter((u) => u.accountEnabled);
  const agent = { userAgent: rng.pick(["python-requests/2.32.3", "BAV2ROPC"]), os: "", browser: "" };
  const rounds = 3;
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const at =
        start +
        Math.floor((duration * (round * targets.length + index)) / (rounds * targets.length)) +
        rng.int(0, 20_000);
      const session = stage.session(rng.pick(sources), agent, APP.azureCli);
      const locked = round === rounds - 1 && target.id !== victim.id && rng.chance(0.3);
      stage.signIn(at, target, session, {
        errorCode: locked ? 50053 : 50126,
        mfa: "none",
        requestType: "OAuth2:Token",
        clientAppUsed: "Mobile Apps and Desktop clients",
      });
    }
  }
  return sources;
}
