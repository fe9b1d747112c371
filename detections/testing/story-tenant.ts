import { analyze } from "#detections/engine.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { Analysis, InventoryItem } from "#domain/incident/analysis.ts";
import { createClock } from "#simulator/clock.ts";
import { createTenant } from "#simulator/scenarios/create-tenant.ts";
import type { StoredRecord, Tenant } from "#simulator/state/types.ts";
import { World } from "#simulator/state/world.ts";
import { factsOf } from "../../activities/enrich/index.ts";

const NOW = Date.UTC(2026, 8, 14, 10, 0, 0);

const DAY = 86_400_000;
/** How long Microsoft shows what: sign-ins and directory audits with Entra ID P1 or P2, directory audits without. */
const SHOWN_DAYS = { signIns: 30, audits: 30, auditsFree: 7 };
/** A shorter half year than the demo's: the stories are the same, the noise around them is thinner. */
const RECORDS = 1_200;

export const LICENCES = ["none", "p1", "p2"] as const;
export type Licence = (typeof LICENCES)[number];
export type Played = {
  tenant: Tenant;
  victim: string;
  /** The records as the wire has them. */
  raws: unknown[];
  events: NormalizedEvent[];
  inventory: InventoryItem[];
  truth: Record<string, unknown>;
};

/** A tenant of a story as the logs and the live inventory would show it. Tests only. */
export function playStory(story: string, seed: string, licence?: Licence): Played {
  const world = new World({
    clock: createClock({ frozenAt: NOW }),
    seed,
    our: { clientId: "c", clientSecret: "s", certificates: [] },
    availability: { ual: 0, interactive: 0, nonInteractive: 0, directory: 0 },
  });
  const order = licence === undefined ? {} : { p1: licence !== "none", p2: licence === "p2" };
  const tenant = createTenant(world, { story, seed, phase: "full", records: RECORDS, ...order });
  const shown = (rows: readonly StoredRecord[], days: number): unknown[] =>
    rows.filter((r) => r.at >= NOW - days * DAY).map((r) => r.record);
  const raw: unknown[] = tenant.ual.map((r) => r.record);
  if (tenant.p1) raw.push(...shown(tenant.signIns, SHOWN_DAYS.signIns));
  raw.push(...shown(tenant.directoryAudits, tenant.p1 ? SHOWN_DAYS.audits : SHOWN_DAYS.auditsFree));
  const raws = raw.map((record) => JSON.parse(JSON.stringify(record)) as unknown);
  const events = raws.flatMap((record) => {
    const read = normalizeRecord(record);
    return read.kind === "event" ? [read.event] : [];
  });
  const victim = tenant.users.find((u) => u.id === tenant.victimId)?.upn ?? "?";
  return {
    tenant,
    victim,
    raws,
    events,
    inventory: inventoryOf(tenant),
    truth: tenant.attack as Record<string, unknown>,
  };
}

export function judgeStory(played: Played, events = played.events): Analysis {
  return analyze({
    events,
    factsOf,
    asOf: new Date(NOW).toISOString(),
    ownDomains: [played.tenant.domain, played.tenant.initialDomain],
    inventory: played.inventory,
  });
}

function addresses(value: unknown): string {
  return (
    JSON.stringify(value ?? "")
      .match(/[\w.+-]+@[\w.-]+/g)
      ?.join(", ") ?? ""
  );
}

function inventoryOf(tenant: Tenant): InventoryItem[] {
  const out: InventoryItem[] = [];
  for (const user of tenant.users) {
    const mailbox = { objectId: user.id, upn: user.upn };
    for (const rule of user.mailbox?.rules ?? []) {
      const detail: Record<string, string> = { conditions: JSON.stringify(rule.conditions) };
      for (const [key, value] of Object.entries(rule.actions as Record<string, unknown>)) {
        if (/forward|redirect/i.test(key)) detail[key] = addresses(value);
        else if (value === true) detail[key] = "true";
        else if (key === "moveToFolder")
          detail[key] = user.mailbox?.folders.find((f) => f.id === value)?.displayName ?? String(value);
      }
      out.push({ kind: "inbox-rule", objectId: rule.id, name: rule.name, mailbox, enabled: rule.enabled, detail });
    }
    if (user.mailbox?.forwardingSmtpAddress) {
      const forwardTo = user.mailbox.forwardingSmtpAddress.replace(/^smtp:/i, "");
      out.push({
        kind: "mailbox-forwarding",
        objectId: user.id,
        name: forwardTo,
        mailbox,
        enabled: true,
        detail: { forwardTo },
      });
    }
  }
  for (const device of tenant.devices) {
    out.push({
      kind: "device",
      objectId: device.id,
      name: device.displayName,
      enabled: device.accountEnabled,
      createdAt: new Date(device.registeredAt).toISOString(),
      detail: {
        deviceId: device.deviceId,
        operatingSystem: device.operatingSystem,
        trustType: device.trustType,
      },
    });
  }
  for (const sp of tenant.servicePrincipals) {
    out.push({
      kind: "service-principal",
      objectId: sp.id,
      name: sp.displayName,
      enabled: sp.accountEnabled,
      detail: { appId: sp.appId, isVerified: String(sp.publisher !== null) },
    });
  }
  for (const grant of tenant.grants) {
    const sp = tenant.servicePrincipals.find((s) => s.id === grant.clientId);
    if (!sp) continue;
    out.push({
      kind: "oauth-grant",
      objectId: grant.id,
      name: sp.displayName,
      enabled: sp.accountEnabled,
      detail: {
        appId: sp.appId,
        consentType: grant.consentType,
        scopes: grant.scope,
        ...(grant.principalId ? { principalId: grant.principalId } : {}),
      },
    });
  }
  return out;
}
