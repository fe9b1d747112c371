import { isPasswordGuess } from "#domain/event/sign-in-codes.ts";
import type { Analysis, FailedAttack } from "#domain/incident/analysis.ts";
import { type Guessing, guessingCampaigns } from "../guessing.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR, type Seen } from "../world/seen.ts";
import type { World } from "../world/world.ts";

function entry(kind: FailedAttack["kind"], attempts: readonly Seen[]): FailedAttack {
  const sorted = <T>(values: Iterable<T>): T[] => [...new Set(values)].sort();
  return {
    kind,
    sourceIps: sorted(attempts.map((a) => a.event.client.ip ?? "").filter((ip) => ip !== "")),
    countries: sorted(attempts.map((a) => a.facts.ip?.country ?? "").filter((c) => c !== "")),
    accounts: sorted(attempts.map((a) => a.account?.ref.upn ?? a.event.actor.upn ?? "?")),
    from: attempts[0]!.event.occurredAt,
    to: attempts.at(-1)!.event.occurredAt,
    attempts: attempts.length,
    recordIds: attempts.flatMap((a) => a.ids),
  };
}

/** People who mistype on their own network are no attack. */
export function isAttack(found: Guessing): boolean {
  if (found.kind === "spray") return true;
  const strange = found.attempts.filter((a) => a.place.standing !== "own" && a.place.standing !== "company");
  return strange.length * 2 > found.attempts.length;
}

function kindOf(found: Guessing): FailedAttack["kind"] {
  const legacy = found.attempts.filter((a) => a.event.signIn?.isLegacyAuth).length;
  if (legacy * 2 > found.attempts.length) return "LEGACY_AUTH";
  return found.kind === "spray" ? "PASSWORD_SPRAY" : "PASSWORD_GUESSING";
}

const REFUSALS = 3;

function secondFactorStopped(world: World): FailedAttack[] {
  const out: FailedAttack[] = [];
  const signIns = world
    .byAction("sign-in")
    .filter((s) => s.place.standing === "new" && !s.place.trustedDevice && s.event.client.ip);
  for (const [, events] of byAccount(signIns)) {
    for (const [, all] of groupBy(events, (s) => s.event.client.ip)) {
      for (const run of runs(all, 4 * HOUR)) {
        if (run.some((s) => s.event.outcome === "success")) continue;
        const refused = run.filter((s) => s.event.resultCode === "500121");
        const kit = run.filter((s) => s.facts.agent?.kind === "toolkit" && !isPasswordGuess(s.event.resultCode));
        if (refused.length >= REFUSALS) out.push(entry("MFA_REFUSED", refused));
        else if (kit.length > 0 && kit.some((s) => s.event.outcome === "challenge" || s.event.outcome === "failure"))
          out.push(entry("AITM_KIT", kit));
      }
    }
  }
  return out;
}

/** Attacks that ended at the door, oldest first. */
export function failedAttacks(world: World): FailedAttack[] {
  const guessed = guessingCampaigns(world)
    .filter(isAttack)
    .map((found) => entry(kindOf(found), found.attempts));
  return [...guessed, ...secondFactorStopped(world)].sort((a, b) =>
    a.from < b.from ? -1 : a.from > b.from ? 1 : a.kind < b.kind ? -1 : 1,
  );
}

const MOST = 50;

/** The accounts guessed at most often. */
export function targetedAccounts(world: World): Analysis["targetedAccounts"] {
  const tries = world
    .byAction("sign-in")
    .filter((s) => isPasswordGuess(s.event.resultCode) && s.place.standing !== "own" && s.place.standing !== "company");
  return [...groupBy(tries, (s) => s.account?.ref.upn ?? s.event.actor.upn)]
    .map(([upn, list]) => ({
      upn,
      attempts: list.length,
      countries: [...new Set(list.map((s) => s.facts.ip?.country).filter((c) => c !== undefined))].sort(),
    }))
    .sort((a, b) => b.attempts - a.attempts || (a.upn < b.upn ? -1 : 1))
    .slice(0, MOST);
}
