import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import type { AccountRef } from "#domain/incident/analysis.ts";

/** A person's or guest's account as the records name it; object id and names are joined where any record joins them. */
export type Account = {
  /** Object id where known, else the sign-in name. */
  key: string;
  ref: AccountRef;
  guest: boolean;
  /** Everything of this account, in time order. */
  events: Seen[];
};

/**
 * How well the place an event came from was known for its account at that time, judged by earlier records only.
 * `own` the account's own; `company` colleagues' network; `silent` an address that says nothing (Microsoft, private,
 * none); `new` none of these.
 */
export type Place = {
  standing: "own" | "company" | "silent" | "new";
  /** 0 familiar … 4 as strange as it gets; already scaled by how much was known of the account. */
  strangeness: number;
  /** What made it strange or familiar, in words. */
  notes: string[];
  newAgent: boolean;
  newCountry: boolean;
  trustedDevice: boolean;
  /** A sign-in without the device that this account's client of the kind has always shown. */
  lacksDevice: boolean;
  /** 0..1: how many days of the account were known by then. */
  maturity: number;
};

/** One event with facts, account and place. Two records of one sign-in (both feeds) are one Seen with two ids. */
export type Seen = {
  event: NormalizedEvent;
  ids: string[];
  at: number;
  facts: EventFacts;
  account?: Account;
  place: Place;
};

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const MINUTE = 60_000;

export const SILENT: Place = {
  standing: "silent",
  strangeness: 0,
  notes: [],
  newAgent: false,
  newCountry: false,
  trustedDevice: false,
  lacksDevice: false,
  maturity: 0,
};

/** Order of everything: time, then record id, then content, so that arrival order never matters. */
export function bySeenOrder(a: Seen, b: Seen): number {
  if (a.at !== b.at) return a.at - b.at;
  const [x, y] = [a.ids[0] ?? "", b.ids[0] ?? ""];
  if (x !== y) return x < y ? -1 : 1;
  return a.event.contentHash < b.event.contentHash ? -1 : a.event.contentHash > b.event.contentHash ? 1 : 0;
}

export function isSuccess(seen: Seen): boolean {
  return seen.event.outcome === "success" || seen.event.outcome === "unknown";
}
