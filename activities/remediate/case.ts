import { ApplicationFailure } from "@temporalio/common";
import type { M365Cloud, M365Tenant } from "#activities/clients/m365/m365.ts";
import type { Db } from "#db/client.ts";
import { writeAudit } from "#db/repos/order.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import type { LoadedCase, StepRow, TenantRow } from "#db/repos/remediate.ts";
import { loadCase } from "#db/repos/remediate.ts";
import { type ScopedTx, withWorkerScope } from "#db/tenancy.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Clock } from "#domain/clock.ts";
import type { LockCaps } from "#domain/limits.ts";
import type { RandomBytes } from "#domain/remediation/password.ts";
import type { ActionKind, RemediationStepId } from "#domain/remediation/steps.ts";
import { type PartnerSeal, partnerSignInOf } from "./partner-sign-in.ts";

/** For kill tests: called around each write to Microsoft; may throw or end the process. */
export type FaultHook = (point: {
  action: ActionKind;
  at: "before-request" | "after-effect" | "after-answer" | "after-record";
}) => void | Promise<void>;

export type RemediateDeps = {
  db: Db;
  m365: Pick<M365Cloud, "tenant">;
  clock: Clock;
  /** Seals a generated password for one incident: iv | tag | ciphertext (S40). */
  seal: (incidentId: string, password: string) => Uint8Array;
  /** Opens the partner's sign-in, and seals the one that replaces it. */
  partnerSeal: PartnerSeal;
  randomBytes: RandomBytes;
  /** Where the portal is, for links in mails. */
  publicUrl: string;
  /** Other caps on automatic locks than the usual ones (S45). */
  lockCaps?: LockCaps | undefined;
  /** The installation's own stop, for when API and database cannot be reached (S46). Asked before every write. */
  isStopped?: (() => boolean) | undefined;
  fault?: FaultHook;
};

export type At = { tenantId: string; incidentId: string };
/** Whose order this is; a person's carries the id of the command row (S42). */
export type Order = { by: Actor; commandId?: string | undefined };
export type Ordered = At & Order;

/** An incident opened for work: its rows as they stood, and the tenant's way to Microsoft. */
export type Case = LoadedCase & {
  at: At & { orgId: string };
  /** The account's object id: what every call to Microsoft names it by. */
  objectId: string;
  m365: M365Tenant;
};

/** A phish that is retracted in one tenant, with no incident of that tenant's behind it. */
export type PhishCase = {
  at: { orgId: string; tenantId: string; incidentId: null; phishId: string };
  tenant: TenantRow;
  m365: M365Tenant;
};

export async function openCase(deps: RemediateDeps, at: At): Promise<Case> {
  const orgId = await orgOfTenant(deps.db, at.tenantId);
  const scope = orgId === undefined ? undefined : { orgId, tenantId: at.tenantId };
  const rows = scope && (await withWorkerScope(deps.db, scope, (tx) => loadCase(tx, at.incidentId)));
  return caseOf(deps, at, rows);
}

/** The case of rows that were read a moment ago in the scope of their tenant. */
export function caseOf(deps: RemediateDeps, at: At, rows: LoadedCase | undefined): Case {
  if (!rows || rows.incident.tenantId !== at.tenantId)
    throw ApplicationFailure.nonRetryable("No such incident", "NotFound");
  const { objectId } = rows.account;
  if (!objectId) throw ApplicationFailure.nonRetryable("The account's object id is not known yet", "NoObjectId");
  const m365 = wayTo(deps, rows.tenant);
  if (!m365) throw ApplicationFailure.nonRetryable("The tenant is not connected", "NoTenant");
  return { ...rows, at: { ...at, orgId: rows.tenant.orgId }, objectId, m365 };
}

/** A tenant's way to Microsoft; undefined while it is not connected. */
export function wayTo(deps: RemediateDeps, tenant: TenantRow): M365Tenant | undefined {
  const { id: tenantId, orgId, microsoftTenantId } = tenant;
  return microsoftTenantId
    ? deps.m365.tenant(microsoftTenantId, partnerSignInOf(deps, { orgId, tenantId }))
    : undefined;
}

export const nowOf = (deps: RemediateDeps): string => deps.clock.now().toISOString();

type Place = { at: { orgId: string; tenantId: string; incidentId: string | null } };

export const inCase = <T>(deps: RemediateDeps, c: Place, fn: (tx: ScopedTx) => Promise<T>): Promise<T> =>
  withWorkerScope(deps.db, c.at, fn);

export const stepOf = (c: Case, id: RemediationStepId): StepRow | undefined => c.steps.find((s) => s.stepId === id);

/** An audit row about this incident, or about its tenant alone, in the caller's transaction (P11). */
export function audit(
  tx: ScopedTx,
  c: Place,
  entry: { at: string; actor: Actor; action: string; object?: string; detail?: Record<string, unknown> },
): Promise<void> {
  const { orgId, tenantId, incidentId } = c.at;
  return writeAudit(tx, { orgId, tenantId, incidentId, ...entry });
}

/** What Petra itself does on a person's or Response's earlier order: read-backs, re-asserts, sweeps. */
export const SYSTEM: Actor = { kind: "system", room: "remediate" };
