import { setNotificationMethod } from "#db/repos/notification-methods.ts";
import { writeAudit } from "#db/repos/order.ts";
import { setRequiresFactor } from "#db/repos/organization.ts";
import { addException, addPolicy, setKillSwitch } from "#db/repos/policy.ts";
import { hasUncontained } from "#db/repos/second-words.ts";
import type { ScopedTx } from "#db/tenancy.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Capability } from "#domain/access/may.ts";
import type { SettingDeed } from "#domain/access/second-word.ts";
import { type ApiContext, actorOf, nowOf } from "./context.ts";
import { tellLoosened } from "./loosen.ts";
import { fail } from "./problem.ts";
import { askSecond } from "./second-word.ts";

/** A change of a setting, with everything needed to make it now or when a second person agrees. */
type SettingChange = {
  orgId: string;
  tenantId: string | null;
  deed: SettingDeed;
  /** What it takes away, in words; undefined when it takes nothing away. */
  loosens?: string | undefined;
  reason: string;
  by: Actor;
  second?: Actor;
};

const NEEDS: Record<SettingDeed["kind"], Capability> = {
  policy: "policy.manage",
  "kill-switch": "policy.manage",
  exception: "policy.except",
  "notification-method": "notification.manage",
  "requires-factor": "security.manage",
};
const PATHS: Record<SettingDeed["kind"], string> = {
  policy: "/policy",
  "kill-switch": "/policy",
  exception: "/policy",
  "notification-method": "/settings",
  "requires-factor": "/settings/security",
};

/**
 * Makes a change of a setting, or keeps it for a second person: whatever takes protection away while an incident in its reach
 * is not contained, and letting Petra act again always (S14, S46). Says whether it waits.
 */
export async function changeSetting(
  c: ApiContext,
  tx: ScopedTx,
  change: Omit<SettingChange, "by">,
): Promise<{ waits: boolean }> {
  const { orgId, tenantId, deed, loosens, reason } = change;
  const isRelease = deed.kind === "kill-switch" && !deed.isOn;
  const waits =
    loosens !== undefined && (isRelease || (await hasUncontained(tx, { orgId, tenantId, incidentId: null })));
  if (!waits) {
    await makeChange(c, tx, { ...change, by: actorOf(c.get("viewer")) });
    return { waits };
  }
  await askSecond(c, tx, {
    id: crypto.randomUUID(),
    orgId,
    tenantId,
    incidentId: null,
    capability: NEEDS[deed.kind],
    payload: deed,
    what: loosens,
    reason,
    path: PATHS[deed.kind],
    before: deed.kind === "notification-method" ? [deed.address] : [],
  });
  return { waits };
}

/** Makes the change, with its audit row and, where it takes protection away, the mails to every Admin. */
export async function makeChange(c: ApiContext, tx: ScopedTx, change: SettingChange): Promise<void> {
  const { orgId, tenantId, deed, loosens, reason, by, second } = change;
  const done = await store(tx, change, nowOf(c));
  if (!done) return;
  const { action, object, before = [], detail = {} } = done;
  const place = { orgId, tenantId };
  await writeAudit(tx, {
    ...place,
    incidentId: null,
    at: nowOf(c),
    actor: by,
    action,
    object,
    detail: { reason, ...detail, ...(second ? { second } : {}) },
  });
  if (loosens === undefined) return;
  const path = `${PATHS[deed.kind]}${tenantId && PATHS[deed.kind] === "/policy" ? `?tenant=${tenantId}` : ""}`;
  await tellLoosened(c, tx, { ...place, key: `${action}:${object}`, what: loosens, reason, path, before });
}

type Stored = { action: string; object: string; detail?: Record<string, unknown>; before?: string[] };

/** Writes the rows; undefined when they stood so already. */
async function store(
  tx: ScopedTx,
  { orgId, tenantId, deed, reason, by }: SettingChange,
  at: string,
): Promise<Stored | undefined> {
  switch (deed.kind) {
    case "policy": {
      const version = deed.basedOn + 1;
      const row = { orgId, tenantId, version, document: deed.document, by, reason, createdAt: at };
      if (!(await addPolicy(tx, row)))
        throw fail("conflict", "Somebody saved another version meanwhile. Look at it and save again.", {
          reason: "plan-changed",
        });
      const { loosened, before } = deed;
      return {
        action: "policy.save",
        object: tenantId ?? orgId,
        detail: { version, loosened, before, after: deed.document },
      };
    }
    case "kill-switch": {
      const { isOn } = deed;
      if (!(await setKillSwitch(tx, { orgId, tenantId, isOn, by, reason: reason || null, at }))) return undefined;
      return { action: isOn ? "kill-switch.on" : "kill-switch.off", object: tenantId ?? orgId };
    }
    case "exception": {
      const { kind: _, exception: kind, account, ...rest } = deed;
      const row = await addException(tx, {
        ...rest,
        kind,
        orgId,
        tenantId: deed.tenantId,
        accountObjectId: account.objectId,
        accountName: account.upn,
        reason,
        by,
        createdAt: at,
      });
      return { action: "exception.add", object: row?.id ?? "", detail: { ...rest, kind, account: account.objectId } };
    }
    case "notification-method": {
      const { address, isEnabled } = deed;
      const method = await setNotificationMethod(tx, { orgId, tenantId, address, isEnabled, now: at });
      // Whoever is switched off hears it first, and on the way that is being switched off (S14).
      return {
        action: "notification-method.set",
        object: method.id,
        detail: { isEnabled },
        before: isEnabled ? [] : [address],
      };
    }
    case "requires-factor":
      await setRequiresFactor(tx, orgId, deed.requiresFactor);
      return { action: "security.requires-factor", object: orgId, detail: { requiresFactor: deed.requiresFactor } };
  }
}
