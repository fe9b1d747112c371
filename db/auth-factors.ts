import { and, eq, isNotNull, isNull, ne, sql } from "drizzle-orm";
import type { Db } from "./client.ts";
import { account, recoveryCode, secondFactor, session } from "./schema/auth.ts";
import { seal, unseal } from "./sealing.ts";

const PURPOSE = "second-factor";
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** What a sign-in session proves, and what its person has to prove himself with. */
export type SessionProof = {
  owesFactor: boolean;
  hasFactor: boolean;
  hasPassword: boolean;
  factorAt: string | null;
  passwordAt: string | null;
  signedInAt: string;
};
type FactorRow = { id: string; name: string; confirmedAt: string | null };

/** Second factors and what sessions prove: sign-in data, read through the login role petra_auth alone. */
export function createFactorStore(db: Db, masterKey: Uint8Array) {
  const { orm } = db;
  const confirmed = (userId: string) => and(eq(secondFactor.userId, userId), isNotNull(secondFactor.confirmedAt));
  const hasFactor = sql<boolean>`exists (select 1 from ${secondFactor} where ${secondFactor.userId} = ${session.userId}
    and ${secondFactor.confirmedAt} is not null)`;
  const hasPassword = sql<boolean>`exists (select 1 from ${account} where ${account.userId} = ${session.userId}
    and ${account.password} is not null)`;

  return {
    /** The proof of one session; undefined when it has ended. */
    proofOf: async (sessionId: string): Promise<SessionProof | undefined> => {
      const { owesFactor, factorAt, passwordAt, createdAt } = session;
      const [row] = await orm
        .select({ owesFactor, factorAt, passwordAt, createdAt, hasFactor, hasPassword })
        .from(session)
        .where(eq(session.id, sessionId));
      if (!row) return undefined;
      const { createdAt: signedInAt, ...rest } = row;
      return {
        ...rest,
        factorAt: iso(row.factorAt),
        passwordAt: iso(row.passwordAt),
        signedInAt: signedInAt.toISOString(),
      };
    },
    /** Opens a session that was just made, unless its person has a second factor: then it owes it first (S9). */
    open: async (token: string, proof: { passwordAt: Date | null }): Promise<{ owesFactor: boolean }> => {
      const [row] = await orm
        .update(session)
        .set({ owesFactor: sql`${hasFactor}`, passwordAt: proof.passwordAt })
        .where(eq(session.token, token))
        .returning({ owesFactor: session.owesFactor });
      if (!row) throw new Error("The session is not there.");
      return row;
    },
    provedPassword: async (sessionId: string, at: Date): Promise<void> => {
      await orm.update(session).set({ passwordAt: at }).where(eq(session.id, sessionId));
    },
    provedFactor: async (sessionId: string, at: Date): Promise<void> => {
      await orm.update(session).set({ factorAt: at, owesFactor: false }).where(eq(session.id, sessionId));
    },
    endSession: async (sessionId: string): Promise<void> => {
      await orm.delete(session).where(eq(session.id, sessionId));
    },
    endOtherSessions: async (userId: string, sessionId: string): Promise<void> => {
      await orm.delete(session).where(and(eq(session.userId, userId), ne(session.id, sessionId)));
    },
    list: async (userId: string): Promise<FactorRow[]> => {
      const { id, name, confirmedAt, createdAt } = secondFactor;
      const rows = await orm
        .select({ id, name, confirmedAt })
        .from(secondFactor)
        .where(confirmed(userId))
        .orderBy(createdAt);
      return rows.map((row) => ({ ...row, confirmedAt: iso(row.confirmedAt) }));
    },
    /** Keeps the seed of an authenticator that has not shown a code yet, in place of an earlier unfinished one. */
    begin: async (factor: { id: string; userId: string; name: string; seed: string; at: Date }): Promise<void> => {
      const { id, userId, name, seed, at } = factor;
      const sealed = seal(masterKey, PURPOSE, id, Buffer.from(seed));
      await orm.transaction(async (tx) => {
        await tx.delete(secondFactor).where(and(eq(secondFactor.userId, userId), isNull(secondFactor.confirmedAt)));
        await tx.insert(secondFactor).values({ id, userId, name, sealed, createdAt: at });
      });
    },
    hasUnfinished: async (userId: string): Promise<boolean> =>
      (await orm.$count(secondFactor, and(eq(secondFactor.userId, userId), isNull(secondFactor.confirmedAt)))) > 0,
    /**
     * Looks for the authenticator that shows this code, each held while it is asked, and marks the time step as used.
     * `stepOf` answers the step whose code it is, or undefined.
     */
    useCode: async (
      userId: string,
      which: "confirmed" | "unfinished",
      stepOf: (seed: string, after: number) => Promise<number | undefined>,
      at: Date,
    ): Promise<{ id: string; name: string } | undefined> =>
      orm.transaction(async (tx) => {
        const isOpen = which === "confirmed" ? isNotNull(secondFactor.confirmedAt) : isNull(secondFactor.confirmedAt);
        const rows = await tx
          .select()
          .from(secondFactor)
          .where(and(eq(secondFactor.userId, userId), isOpen))
          .for("update");
        for (const row of rows) {
          const seed = Buffer.from(unseal(masterKey, PURPOSE, row.id, row.sealed)).toString();
          const step = await stepOf(seed, row.lastStep);
          if (step === undefined) continue;
          await tx
            .update(secondFactor)
            .set({ lastStep: step, confirmedAt: row.confirmedAt ?? at })
            .where(eq(secondFactor.id, row.id));
          return { id: row.id, name: row.name };
        }
        return undefined;
      }),
    remove: async (userId: string, id: string): Promise<FactorRow | undefined> => {
      const [row] = await orm
        .delete(secondFactor)
        .where(and(confirmed(userId), eq(secondFactor.id, id)))
        .returning();
      return row && { id: row.id, name: row.name, confirmedAt: iso(row.confirmedAt) };
    },
    countRecoveryCodes: async (userId: string): Promise<number> =>
      orm.$count(recoveryCode, and(eq(recoveryCode.userId, userId), isNull(recoveryCode.usedAt))),
    /** New codes in place of all earlier ones; none to take them away. */
    setRecoveryCodes: async (userId: string, hashes: string[], at: Date): Promise<void> => {
      await orm.transaction(async (tx) => {
        await tx.delete(recoveryCode).where(eq(recoveryCode.userId, userId));
        if (hashes.length > 0)
          await tx.insert(recoveryCode).values(hashes.map((hash) => ({ hash, userId, createdAt: at })));
      });
    },
    /** Uses up a recovery code; false when it is not one, or was used. */
    useRecoveryCode: async (userId: string, hash: string, at: Date): Promise<boolean> => {
      const used = await orm
        .update(recoveryCode)
        .set({ usedAt: at })
        .where(and(eq(recoveryCode.userId, userId), eq(recoveryCode.hash, hash), isNull(recoveryCode.usedAt)))
        .returning({ hash: recoveryCode.hash });
      return used.length > 0;
    },
  };
}
export type FactorStore = ReturnType<typeof createFactorStore>;
