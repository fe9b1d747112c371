import { networkOf } from "#domain/event/address.ts";
import { isPasswordGuess } from "#domain/event/sign-in-codes.ts";
import { groupBy, runs } from "./windows.ts";
import { type Account, HOUR, MINUTE, type Seen } from "./world/seen.ts";
import type { World } from "./world/world.ts";

/** A run of wrong passwords. `spray`: many accounts from one source; `guessing`: many tries at one account. */
export type Guessing = {
  kind: "spray" | "guessing";
  /** One address, or the agent and application shared by many addresses (slow and spread). */
  sources: Set<string>;
  attempts: Seen[];
  accounts: Set<string>;
  from: number;
  to: number;
};

const SPRAY_ACCOUNTS = 4;
const SPRAY_WINDOW = HOUR;
const CAMPAIGN_PAUSE = 12 * HOUR;
const GUESSES_AT_ONE = 8;
const SPREAD_ACCOUNTS = 8;
const SPREAD_SOURCES = 5;

function isGuess(seen: Seen): boolean {
  return (
    seen.event.action === "sign-in" && isPasswordGuess(seen.event.resultCode) && seen.event.client.ip !== undefined
  );
}

function accountKey(seen: Seen): string {
  return seen.account?.key ?? seen.event.actor.upn ?? "?";
}

function campaign(kind: Guessing["kind"], attempts: Seen[]): Guessing {
  return {
    kind,
    sources: new Set(attempts.map((a) => a.event.client.ip ?? "")),
    attempts,
    accounts: new Set(attempts.map(accountKey)),
    from: attempts[0]?.at ?? 0,
    to: attempts.at(-1)?.at ?? 0,
  };
}

/** Distinct accounts inside any stretch of an hour. */
function sprays(attempts: Seen[]): boolean {
  const inside = new Map<string, number>();
  let start = 0;
  for (const [end, seen] of attempts.entries()) {
    inside.set(accountKey(seen), (inside.get(accountKey(seen)) ?? 0) + 1);
    while (seen.at - attempts[start]!.at > SPRAY_WINDOW) {
      const gone = accountKey(attempts[start]!);
      const left = (inside.get(gone) ?? 1) - 1;
      if (left === 0) inside.delete(gone);
      else inside.set(gone, left);
      start++;
    }
    if (inside.size >= SPRAY_ACCOUNTS && end > 0) return true;
  }
  return false;
}

/** People who fail on their own or their colleagues' network mistype; that is no spray unless nearly all are strangers there. */
function mostlyStrangers(attempts: Seen[]): boolean {
  const strangers = new Set(
    attempts.filter((a) => a.place.standing === "new" || a.place.standing === "silent").map(accountKey),
  );
  const all = new Set(attempts.map(accountKey));
  return strangers.size * 2 > all.size;
}

/** Successes of several people through the same address around that time: an office, not an attacker. */
function isBusyOffice(
  source: string,
  from: number,
  to: number,
  good: Map<string, Seen[]>,
  sprayed: Set<string>,
): boolean {
  const others = new Set<string>();
  for (const seen of good.get(source) ?? []) {
    if (seen.at < from && seen.at > from - 14 * 24 * HOUR) others.add(accountKey(seen));
  }
  return others.size >= Math.max(3, sprayed.size / 2) && to >= from;
}

/** All campaigns of password guessing, oldest first. */
export function guessingCampaigns(world: World): Guessing[] {
  const signIns = world.byAction("sign-in");
  const guesses = signIns.filter(isGuess);
  const good = groupBy(
    signIns.filter((s) => s.event.outcome === "success"),
    (s) => s.event.client.ip,
  );
  const out: Guessing[] = [];
  const used = new Set<Seen>();
  for (const [source, all] of groupBy(guesses, (s) => s.event.client.ip)) {
    for (const attempts of runs(all, CAMPAIGN_PAUSE)) {
      const one = campaign("spray", attempts);
      if (!sprays(attempts) || !mostlyStrangers(attempts) || isBusyOffice(source, one.from, one.to, good, one.accounts))
        continue;
      out.push(one);
      for (const attempt of attempts) used.add(attempt);
    }
  }
  const campaigns = joined(out, guesses, used);
  const free = guesses.filter((g) => !used.has(g));
  campaigns.push(...spreadSprays(free, used));
  const rest = guesses.filter((g) => !used.has(g));
  for (const [, all] of groupBy(rest, accountKey)) {
    for (const attempts of runs(all, HOUR)) {
      if (attempts.length >= GUESSES_AT_ONE || isDisabledProbe(attempts))
        campaigns.push(campaign("guessing", attempts));
    }
  }
  return campaigns.sort((a, b) => a.from - b.from || (a.attempts[0]!.ids[0]! < b.attempts[0]!.ids[0]! ? -1 : 1));
}

function clientKey(seen: Seen): string | undefined {
  const { userAgent, appId } = seen.event.client;
  return userAgent ? `${userAgent}|${appId ?? ""}` : undefined;
}

/** One client on several addresses at the same time is one campaign; its stray guesses belong to it too. */
function joined(campaigns: Guessing[], guesses: readonly Seen[], used: Set<Seen>): Guessing[] {
  const out: Guessing[] = [];
  const strays = guesses.filter((g) => !used.has(g) && g.place.standing === "new");
  for (const one of [...campaigns].sort((a, b) => a.from - b.from)) {
    const client = clientKey(one.attempts[0]!);
    const home = out.find(
      (c) => client !== undefined && clientKey(c.attempts[0]!) === client && one.from <= c.to + HOUR,
    );
    if (home)
      Object.assign(
        home,
        campaign(
          "spray",
          [...home.attempts, ...one.attempts].sort((a, b) => a.at - b.at || (a.ids[0]! < b.ids[0]! ? -1 : 1)),
        ),
      );
    else out.push(one);
  }
  for (const one of out) {
    const client = clientKey(one.attempts[0]!);
    const mine = strays.filter(
      (g) =>
        client !== undefined &&
        clientKey(g) === client &&
        !used.has(g) &&
        g.at >= one.from - HOUR &&
        g.at <= one.to + HOUR,
    );
    if (mine.length === 0) continue;
    for (const stray of mine) used.add(stray);
    Object.assign(
      one,
      campaign(
        "spray",
        [...one.attempts, ...mine].sort((a, b) => a.at - b.at || (a.ids[0]! < b.ids[0]! ? -1 : 1)),
      ),
    );
  }
  return out;
}

/** A disabled account is not tried by its owner. */
function isDisabledProbe(attempts: Seen[]): boolean {
  return (
    attempts.length >= 3 &&
    attempts.every((a) => a.event.resultCode === "50057") &&
    attempts.some((a) => a.place.standing !== "own")
  );
}

/** Slow and spread: one client, many accounts, many addresses, few tries at each account. */
function spreadSprays(guesses: Seen[], used: Set<Seen>): Guessing[] {
  const out: Guessing[] = [];
  const strangers = guesses.filter((g) => g.place.standing === "new");
  const byClient = groupBy(strangers, clientKey);
  for (const [, all] of byClient) {
    for (const attempts of runs(all, 24 * HOUR)) {
      const one = campaign("spray", attempts);
      const perAccount = attempts.length / Math.max(1, one.accounts.size);
      if (one.accounts.size < SPREAD_ACCOUNTS || one.sources.size < SPREAD_SOURCES || perAccount > 6) continue;
      out.push(one);
      for (const attempt of attempts) used.add(attempt);
    }
  }
  return out;
}

/** What a campaign's client achieved at one account: the right password, with or without a full sign-in. */
export type Break = { campaign: Guessing; account: Account; success: Seen; failures: Seen[]; complete: boolean };

const AFTER = 24 * HOUR;

/**
 * Right passwords of a client that changes its address with every try. Only a client that nobody had signed in with
 * before the campaign tells: a common browser is everybody's.
 */
function byRotation(found: Guessing, byClient: ReadonlyMap<string, Seen[]>): Seen[] {
  const client = clientKey(found.attempts[0]!);
  if (found.kind !== "spray" || found.sources.size < SPREAD_SOURCES || client === undefined) return [];
  if (found.attempts.some((a) => clientKey(a) !== client)) return [];
  const good = byClient.get(client) ?? [];
  if (good.some((s) => s.at < found.from)) return [];
  return good.filter((s) => s.place.standing === "new" && !s.place.trustedDevice);
}

/** A carrier's or gateway's network is everybody's; who rents machines often has the neighbouring addresses too. */
function isStrangerOnLine({ place, facts }: Seen): boolean {
  return place.standing === "new" && !place.trustedDevice && !/^(mobile|proxy|isp)$/.test(facts.ip?.kind ?? "");
}

/** Joins each campaign with the first right password its source presented for an account it had tried. */
export function breaks(world: World, campaigns: Guessing[], knowsPassword: (seen: Seen) => boolean): Break[] {
  const signIns = world.byAction("sign-in");
  const bySource = groupBy(signIns, (s) => s.event.client.ip);
  const byNeighbour = groupBy(
    signIns.filter((s) => knowsPassword(s) && isStrangerOnLine(s)),
    (s) => networkOf(s.event.client.ip ?? ""),
  );
  const byClient = groupBy(signIns.filter(knowsPassword), clientKey);
  const out: Break[] = [];
  for (const found of campaigns) {
    const best = new Map<Account, Break>();
    const neighbours =
      found.kind === "spray"
        ? new Set(found.attempts.filter(isStrangerOnLine).map((a) => networkOf(a.event.client.ip ?? "")))
        : [];
    for (const candidates of [
      ...[...found.sources].map((s) => bySource.get(s) ?? []),
      ...[...neighbours].map((network) => byNeighbour.get(network) ?? []),
      byRotation(found, byClient),
    ]) {
      for (const seen of candidates) {
        const account = seen.account;
        if (!account || seen.at < found.from || seen.at > found.to + AFTER || !found.accounts.has(account.key))
          continue;
        if (!knowsPassword(seen)) continue;
        const failures = found.attempts.filter((a) => a.account === account && a.at <= seen.at);
        if (failures.length === 0) continue;
        const complete = seen.event.outcome === "success";
        const known = best.get(account);
        if (!known || (complete && !known.complete))
          best.set(account, { campaign: found, account, success: seen, failures, complete });
      }
    }
    out.push(...best.values());
  }
  return out;
}

export const SOON = 15 * MINUTE;
