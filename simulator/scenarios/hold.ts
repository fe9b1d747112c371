import { HOUR } from "../clock.ts";
import type { AttackerState, SimUser } from "../state/types.ts";
import type { Session } from "./stage.ts";

interface Hold {
  /** When the refresh token in his hands was issued; null: he holds none. */
  issuedAt: number | null;
  lastUse: number;
  knowsPassword: boolean;
  passesMfa?: boolean;
  cae?: boolean;
  appSpId?: string | null;
}

/** What the attacker holds when his story ends: the truth that a remediation has to end. */
export function hold(victim: SimUser, session: Session, hold: Hold): AttackerState {
  return {
    victimId: victim.id,
    knowsPasswordGeneration: hold.knowsPassword ? victim.passwordGeneration : null,
    passesMfa: hold.passesMfa ?? false,
    sessions:
      hold.issuedAt === null
        ? []
        : [
            {
              id: session.id,
              userId: victim.id,
              issuedAt: hold.issuedAt,
              passwordGeneration: victim.passwordGeneration,
              cae: hold.cae ?? false,
              accessToken: { issuedAt: hold.lastUse, expiresAt: hold.lastUse + HOUR },
            },
          ],
    network: session.from.network,
    ip: session.from.ip,
    userAgent: session.agent.userAgent,
    appSpId: hold.appSpId ?? null,
    lockedOutSince: null,
    autoEveryMs: null,
    autoWhat: [],
    nextAutoAt: null,
    tries: [],
  };
}
