import type { NormalizedEvent } from "#domain/event/event.ts";
import type { Account, Seen } from "./seen.ts";

type Name = { objectId?: string | undefined; upn?: string | undefined; guest: boolean };

/** What a service does for, or says of, a person belongs to that person's story. */
const DONE_FOR = /^(device\.(register|owner|user)|auth-method\.|mfa\.|provider\.alert)/;

/** Whose story an event belongs to; undefined for services acting for themselves. */
function nameOf(event: NormalizedEvent): Name | undefined {
  const { kind, objectId, upn } = event.actor;
  if (kind === "person" || kind === "guest") return { objectId, upn, guest: kind === "guest" };
  if (!DONE_FOR.test(event.action)) return undefined;
  const target = event.target;
  if (!target?.upn && !/^user$/i.test(target?.kind ?? "")) return undefined;
  return { objectId: target?.id, upn: target?.upn, guest: false };
}

/** Sign-in name → object id. Failed guesses at names that do not exist leave names without one. */
function directory(events: Seen[]): Map<string, string> {
  const out = new Map<string, string>();
  const learn = (upn: string | undefined, id: string | undefined): void => {
    if (!upn || !id) return;
    const known = out.get(upn);
    if (known === undefined || id < known) out.set(upn, id);
  };
  for (const { event } of events) {
    const name = nameOf(event);
    if (name) learn(name.upn, name.objectId);
    if (/^user$/i.test(event.target?.kind ?? "")) learn(event.target?.upn, event.target?.id);
  }
  return out;
}

/** Sorts events into accounts. Names and ids that any record joins are one account, whatever order they come in. */
export function assignAccounts(events: Seen[]): Map<string, Account> {
  const ids = directory(events);
  const accounts = new Map<string, Account>();
  const names = new Map<string, string>();
  for (const { event } of events) {
    const name = nameOf(event);
    if (name?.upn && name.objectId) {
      const known = names.get(name.objectId);
      if (known === undefined || name.upn < known) names.set(name.objectId, name.upn);
    }
  }
  for (const seen of events) {
    const name = nameOf(seen.event);
    if (!name) continue;
    const objectId = name.objectId ?? (name.upn ? ids.get(name.upn) : undefined);
    const key = objectId ?? name.upn;
    if (!key) continue;
    const upn = name.upn ?? (objectId ? names.get(objectId) : undefined) ?? key;
    let account = accounts.get(key);
    if (!account) {
      account = { key, ref: objectId ? { objectId, upn } : { upn }, guest: name.guest, events: [] };
      accounts.set(key, account);
    }
    account.events.push(seen);
    seen.account = account;
  }
  return accounts;
}
