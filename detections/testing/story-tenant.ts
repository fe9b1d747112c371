import { analyze } from "#detections/engine.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { Analysis, InventoryItem } from "#domain/incident/analysis.ts";
import { createClock } from "#simulator/clock.ts";
import { createTenant } from "#simulator/scenarios/create-tenant.ts";
import type { Tenant } from "#simulator/state/types.ts";
import { World } from "#simulator/state/world.ts";
import { factsOf } from "../../activities/enrich/index.ts";

const NOW = Date.UTC(2026, 8, 14, 10, 0, 0);

export type Licence = "p1" | "none";
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
  const tenant = createTenant(world, { story, seed, phase: "full" });
  const raw: unknown[] = tenant.ual.map((r) => r.record);
  if (licence === "p1" || (licence === undefined && tenant.p1)) raw.push(...tenant.signIns.map((r) => r.record));
  raw.push(...tenant.directoryAudits.map((r) => r.record));
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
