import { sql } from "drizzle-orm";
import type { PgAsyncTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { Scope } from "#domain/access/actor.ts";
import type { Db } from "./client.ts";

declare const scoped: unique symbol;

/** A transaction that runs in the scope of one viewer; repos accept nothing else, so an unscoped query does not compile. */
export type ScopedTx = PgAsyncTransaction<PostgresJsQueryResultHKT> & {
  readonly [scoped]: true;
  readonly scope: Scope;
};

const PUBLISHING_ROLES = new Set(["admin", "full-member"]);

/** Members who may remediate see incidents before they are published (D9). */
const seesUnpublished = (scope: Scope): boolean =>
  scope.kind === "worker" || (scope.kind === "member" && !scope.isReadOnly && PUBLISHING_ROLES.has(scope.role));

function tenantIds(scope: Scope): string {
  if (scope.kind === "operator") return "";
  if (scope.kind === "worker") return scope.tenantId;
  return scope.tenantIds === "all" ? "*" : scope.tenantIds.join(",");
}

const flag = (on: boolean): string => (on ? "1" : "0");

/** Settings that the row-level policies read; they live until the transaction ends. */
export function settingsOf(scope: Scope): Record<string, string> {
  return {
    "app.kind": scope.kind,
    "app.org_id": scope.kind === "operator" ? "" : scope.orgId,
    "app.tenant_ids": tenantIds(scope),
    "app.member_id": scope.kind === "worker" ? "" : scope.memberId,
    "app.sees_sensitive": flag(scope.kind === "worker" || (scope.kind === "member" && scope.mayViewSensitive)),
    "app.sees_unpublished": flag(seesUnpublished(scope)),
    "app.sees_paused": flag(scope.kind === "worker"),
  };
}

function assertRole(db: Db, scope: Scope): void {
  const fits =
    scope.kind === "operator"
      ? db.role === "petra_operator"
      : scope.kind === "worker"
        ? db.role === "petra_worker" || db.role === "petra_app"
        : db.role === "petra_app";
  if (!fits) throw new Error(`The scope of a ${scope.kind} does not belong to the login role ${db.role}.`);
}

/**
 * The one door to tenant rows: opens a transaction, sets the scope as its first statement and hands out the branded
 * transaction. Rolls back when `fn` throws. Row-level security filters every statement inside once more.
 */
export async function withScope<T>(db: Db, scope: Scope, fn: (tx: ScopedTx) => Promise<T>): Promise<T> {
  assertRole(db, scope);
  const settings = Object.entries(settingsOf(scope));
  return db.orm.transaction(async (tx) => {
    await tx.execute(
      sql`select ${sql.join(
        settings.map(([name, value]) => sql`set_config(${name}, ${value}, true)`),
        sql`, `,
      )}`,
    );
    return fn(Object.assign(tx, { scope }) as unknown as ScopedTx);
  });
}

/** `withScope` for one tenant of a worker. The organization comes from the tenant row (`orgOfTenant`), never from a caller. */
export function withWorkerScope<T>(
  db: Db,
  tenant: { orgId: string; tenantId: string },
  fn: (tx: ScopedTx) => Promise<T>,
): Promise<T> {
  return withScope(db, { kind: "worker", orgId: tenant.orgId, tenantId: tenant.tenantId }, fn);
}
