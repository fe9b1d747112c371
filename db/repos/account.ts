import { and, eq, inArray, isNull, ne, or, sql } from "drizzle-orm";
import { incidents } from "../schema/incident.ts";
import { events } from "../schema/ingest.ts";
import { accountAliases, accounts } from "../schema/organization.ts";
import type { ScopedTx } from "../tenancy.ts";
import { inParts } from "./in-parts.ts";

export type AccountRecord = typeof accounts.$inferSelect;
/** Who a record names; the object id is the identity, everything else an alias (D21). */
export type AccountMention = { objectId?: string | undefined; upn?: string | undefined; puid?: string | undefined };
type Owner = { orgId: string; tenantId: string };

const low = (value: string): string => value.toLowerCase();

/** One writer of a tenant's accounts at a time, until the transaction ends: the scan and the collector meet here. */
async function holdAccounts(tx: ScopedTx, tenantId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('petra.accounts'), hashtext(${tenantId}))`);
}

/**
 * Finds or opens the account of every mention, in order. Names change hands: the directory says who has one now, and a
 * record whose permanent key (PUID) is another's does not go to whoever had the name before. A mention without object id opens a provisional account, which
 * the first record that names both turns into the real one; two rows of the same person become one without losing an
 * incident (D21).
 */
export async function resolveAccounts(
  tx: ScopedTx,
  owner: Owner,
  mentions: AccountMention[],
  now: string,
  options: { isDirectory?: boolean } = {},
): Promise<AccountRecord[]> {
  if (mentions.length === 0) return [];
  await holdAccounts(tx, owner.tenantId);
  const book = await AccountBook.open(tx, owner, mentions);
  await book.makeStrangers(mentions, now);
  const found: AccountRecord[] = [];
  for (const mention of mentions) {
    const account = await book.find(mention, now);
    if (options.isDirectory && mention.upn) await book.takeOver(account, mention.upn, now);
    found.push(account);
  }
  await book.flush();
  return found;
}

/** Every name of a mention as alias and object id are kept. */
const namesOf = ({ objectId, upn, puid }: AccountMention): string[] => [
  ...(objectId ? [`object|${low(objectId)}`] : []),
  ...(upn ? [`upn|${low(upn)}`] : []),
  ...(puid ? [`puid|${low(puid)}`] : []),
];

class AccountBook {
  readonly #tx: ScopedTx;
  readonly #owner: Owner;
  readonly #byObject = new Map<string, AccountRecord>();
  readonly #byAlias = new Map<string, AccountRecord>();
  readonly #known = new Set<string>();
  readonly #puids = new Map<string, Set<string>>();
  /** Everybody who goes by a name, by name. */
  readonly #holders = new Map<string, AccountRecord[]>();
  /** Names learnt and not written yet. */
  #learnt: (typeof accountAliases.$inferInsert)[] = [];

  private constructor(tx: ScopedTx, owner: Owner) {
    this.#tx = tx;
    this.#owner = owner;
  }

  static async open(tx: ScopedTx, owner: Owner, mentions: AccountMention[]): Promise<AccountBook> {
    const book = new AccountBook(tx, owner);
    const objectIds = [...new Set(mentions.flatMap((m) => (m.objectId ? [low(m.objectId)] : [])))];
    const values = [...new Set(mentions.flatMap((m) => [m.upn, m.puid].flatMap((v) => (v ? [low(v)] : []))))];
    const askedAliases = values.length
      ? tx
          .select({ alias: accountAliases, account: accounts })
          .from(accountAliases)
          .innerJoin(accounts, eq(accounts.id, accountAliases.accountId))
          .where(
            and(
              eq(accountAliases.tenantId, owner.tenantId),
              inArray(accountAliases.value, values),
              isNull(accountAliases.validTo),
            ),
          )
      : [];
    const askedObjects = objectIds.length
      ? tx
          .select()
          .from(accounts)
          .where(and(eq(accounts.tenantId, owner.tenantId), inArray(accounts.objectId, objectIds)))
      : [];
    const [aliased, rows] = await Promise.all([askedAliases, askedObjects]);
    for (const row of rows) if (row.objectId) book.#byObject.set(row.objectId, row);
    for (const { alias, account } of aliased) {
      book.#known.add(`${alias.accountId}|${alias.kind}|${alias.value}`);
      const at = `${alias.kind}|${alias.value}`;
      book.#holders.set(at, [...(book.#holders.get(at) ?? []), account]);
      if (!book.#byAlias.get(at)?.objectId) book.#byAlias.set(at, account);
    }
    const ids = [...new Set(aliased.map(({ account }) => account.id))];
    const keys = ids.length
      ? await tx
          .select({ accountId: accountAliases.accountId, value: accountAliases.value })
          .from(accountAliases)
          .where(
            and(
              eq(accountAliases.tenantId, owner.tenantId),
              inArray(accountAliases.accountId, ids),
              eq(accountAliases.kind, "puid"),
            ),
          )
      : [];
    for (const { accountId, value } of keys) book.#addPuid(accountId, value);
    return book;
  }

  /** Opens in one statement the accounts of those whom nobody knows by any name, where no two mentions share a name only in part. */
  async makeStrangers(mentions: readonly AccountMention[], now: string): Promise<void> {
    const users = new Map<string, Set<string>>();
    const strangers = new Map<string, AccountMention>();
    for (const mention of mentions) {
      const names = namesOf(mention);
      const whole = names.join(" ");
      for (const name of names) users.set(name, (users.get(name) ?? new Set()).add(whole));
      const isKnown = names.some((name) => this.#byAlias.has(name)) || this.#byObject.has(low(mention.objectId ?? ""));
      if (names.length > 0 && !isKnown) strangers.set(whole, mention);
    }
    const alone = [...strangers.values()].filter((one) => namesOf(one).every((name) => users.get(name)?.size === 1));
    if (alone.length < 2) return;
    const rows = alone.map(({ objectId, upn, puid }) => ({
      ...this.#owner,
      objectId: objectId ? low(objectId) : null,
      upn: upn ?? objectId ?? puid ?? "unknown",
      createdAt: now,
    }));
    const made = await inParts(rows, (some) => this.#tx.insert(accounts).values(some).returning());
    for (const [i, mention] of alone.entries()) {
      const account = made[i];
      if (!account || account.upn !== rows[i]!.upn) throw new Error("The account was not stored");
      this.#keep(account);
      for (const name of namesOf(mention)) this.#byAlias.set(name, account);
    }
  }

  /** Writes the names learnt. */
  async flush(): Promise<void> {
    if (this.#learnt.length === 0) return;
    const rows = this.#learnt;
    this.#learnt = [];
    await inParts(rows, (some) =>
      this.#tx
        .insert(accountAliases)
        .values(some)
        .onConflictDoUpdate({
          target: [accountAliases.tenantId, accountAliases.accountId, accountAliases.kind, accountAliases.value],
          set: { validTo: null },
        }),
    );
  }

  async find(mention: AccountMention, now: string): Promise<AccountRecord> {
    const objectId = mention.objectId ? low(mention.objectId) : undefined;
    const byName = (mention.puid ? this.#byAlias.get(`puid|${low(mention.puid)}`) : undefined) ?? this.#byUpn(mention);
    let account = objectId ? this.#byObject.get(objectId) : byName;
    if (objectId && !account) account = byName && !byName.objectId ? await this.#prove(byName, objectId) : undefined;
    if (account && byName && byName.id !== account.id && !byName.objectId) await this.#merge(byName, account);
    account ??= await this.#make(objectId, mention.upn ?? objectId ?? mention.puid ?? "unknown", now);
    if (mention.upn && account.upn === account.objectId) account = await this.#rename(account, mention.upn);
    if (mention.upn) this.#learn(account, "upn", mention.upn, now);
    if (mention.puid) this.#learn(account, "puid", mention.puid, now);
    return account;
  }

  /** Who goes by the name, unless the record's permanent key says that it is somebody else. */
  #byUpn({ upn, puid }: AccountMention): AccountRecord | undefined {
    const account = upn ? this.#byAlias.get(`upn|${low(upn)}`) : undefined;
    const others = account && this.#puids.get(account.id);
    return puid && others && !others.has(low(puid)) ? undefined : account;
  }

  #addPuid(accountId: string, value: string): void {
    const puids = this.#puids.get(accountId) ?? new Set<string>();
    puids.add(low(value));
    this.#puids.set(accountId, puids);
  }

  /** The name is this account's now: whoever went by it before does so no longer, unless nobody knew who that was. */
  async takeOver(account: AccountRecord, upn: string, now: string): Promise<void> {
    const others = (this.#holders.get(`upn|${low(upn)}`) ?? []).filter((other) => other.id !== account.id);
    if (others.length === 0) return;
    await this.flush();
    for (const other of others) if (!other.objectId) await this.#merge(other, account);
    await this.#tx
      .update(accountAliases)
      .set({ validTo: now })
      .where(
        and(
          eq(accountAliases.tenantId, this.#owner.tenantId),
          eq(accountAliases.kind, "upn"),
          eq(accountAliases.value, low(upn)),
          ne(accountAliases.accountId, account.id),
          isNull(accountAliases.validTo),
        ),
      );
    this.#byAlias.set(`upn|${low(upn)}`, account);
  }

  #keep(account: AccountRecord): AccountRecord {
    if (account.objectId) this.#byObject.set(account.objectId, account);
    for (const [at, known] of this.#byAlias) if (known.id === account.id) this.#byAlias.set(at, account);
    return account;
  }

  async #make(objectId: string | undefined, upn: string, now: string): Promise<AccountRecord> {
    const values = { ...this.#owner, objectId: objectId ?? null, upn, createdAt: now };
    const [made] = await this.#tx.insert(accounts).values(values).returning();
    if (!made) throw new Error("The account was not stored");
    return this.#keep(made);
  }

  async #prove(account: AccountRecord, objectId: string): Promise<AccountRecord> {
    await this.#tx.update(accounts).set({ objectId }).where(eq(accounts.id, account.id));
    return this.#keep({ ...account, objectId });
  }

  async #rename(account: AccountRecord, upn: string): Promise<AccountRecord> {
    await this.#tx.update(accounts).set({ upn }).where(eq(accounts.id, account.id));
    return this.#keep({ ...account, upn });
  }

  #learn(account: AccountRecord, kind: "upn" | "puid", value: string, now: string): void {
    const key = `${account.id}|${kind}|${low(value)}`;
    this.#byAlias.set(`${kind}|${low(value)}`, account);
    if (kind === "puid") this.#addPuid(account.id, value);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#learnt.push({ ...this.#owner, accountId: account.id, kind, value: low(value), validFrom: now });
  }

  /** The provisional row's events and incidents go to the real one; where both have one open, the provisional's is linked. */
  async #merge(provisional: AccountRecord, real: AccountRecord): Promise<void> {
    const tx = this.#tx;
    await this.flush();
    await tx.update(events).set({ accountKey: real.key }).where(eq(events.accountKey, provisional.key));
    const [open] = await tx
      .select({ id: incidents.id })
      .from(incidents)
      .where(and(eq(incidents.accountId, real.id), eq(incidents.status, "open")));
    const moves = open
      ? and(eq(incidents.accountId, provisional.id), sql`status <> 'open'`)
      : eq(incidents.accountId, provisional.id);
    await tx.update(incidents).set({ accountId: real.id }).where(moves);
    if (open) {
      await tx
        .update(incidents)
        .set({ linkedIncidentId: open.id, linkReason: "The same person's account." })
        .where(and(eq(incidents.accountId, provisional.id), eq(incidents.status, "open")));
    }
    const now = new Date(real.createdAt).toISOString();
    await tx.update(accountAliases).set({ validTo: now }).where(eq(accountAliases.accountId, provisional.id));
    for (const [at, known] of this.#byAlias) if (known.id === provisional.id) this.#byAlias.set(at, real);
  }
}

/** What the directory says of the tenant's people; makes accounts that no record named yet. */
export async function upsertDirectoryUsers(
  tx: ScopedTx,
  owner: Owner,
  users: {
    objectId: string;
    upn: string;
    mail: string | null;
    displayName: string | null;
    jobTitle: string | null;
    userType: string | null;
    accountEnabled: boolean;
    isSynced: boolean;
    isFederated: boolean;
    licenseSkuIds: string[];
    lastPasswordChangeAt: string | null;
  }[],
  now: string,
): Promise<void> {
  const found = await resolveAccounts(tx, owner, users, now, { isDirectory: true });
  for (const [i, user] of users.entries()) {
    const account = found[i];
    if (!account) continue;
    const { objectId: _, ...known } = user;
    await tx
      .update(accounts)
      .set({ ...known, readAt: now })
      .where(eq(accounts.id, account.id));
  }
}

/** Accounts by any of the names a draft may use. */
export async function findAccountByName(
  tx: ScopedTx,
  tenantId: string,
  name: { objectId?: string; upn: string },
): Promise<AccountRecord | undefined> {
  const ids = name.objectId && /^[0-9a-f-]{36}$/i.test(name.objectId) ? [low(name.objectId)] : [];
  const [row] = await tx
    .select()
    .from(accounts)
    .where(
      and(
        eq(accounts.tenantId, tenantId),
        or(
          ids.length > 0 ? inArray(accounts.objectId, ids) : undefined,
          sql`lower(${accounts.upn}) = ${low(name.upn)}`,
        ),
      ),
    )
    .orderBy(sql`${accounts.objectId} is null`)
    .limit(1);
  return row;
}
