import { createHash } from "node:crypto";
import type { StoredEvent } from "#db/repos/ingest.ts";
import type { SideFindings } from "#db/repos/side-findings.ts";
import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";
import type { FailedAttack } from "#domain/incident/analysis.ts";
import type { AttackOrigin } from "#domain/incident/failed-attack.ts";

const MAX_ORIGINS = 100;
const MAX_TARGETS = 500;

/** An attack as stored, with where it came from, whom it tried and when, counted over its records. */
export function describeFailedAttacks(
  attacks: FailedAttack[],
  stored: StoredEvent[],
  factsOf: (event: NormalizedEvent) => EventFacts,
): Omit<SideFindings["failedAttacks"][number], "orgId" | "tenantId">[] {
  const byId = new Map(stored.map(({ event }) => [event.recordId, event]));
  return attacks.map((attack) => {
    const events = attack.recordIds.flatMap((id) => byId.get(id) ?? []);
    // A sign-in may stand in two logs; shares of records become shares of tries.
    const scale = events.length > 0 ? attack.attempts / events.length : 1;
    const origins = new Map<string, AttackOrigin>();
    const targets = new Map<string, number>();
    const days = new Map<string, number>();
    const tools = new Set<string>();
    for (const event of events) {
      const { ip, agent } = factsOf(event);
      const from = event.client.ip;
      if (from) {
        const known = origins.get(from) ?? {
          ip: from,
          country: ip?.country ?? null,
          org: ip?.org ?? null,
          kind: ip?.kind ?? "unknown",
          attempts: 0,
        };
        origins.set(from, { ...known, attempts: known.attempts + 1 });
      }
      const upn = (event.actor.upn ?? "unknown").toLowerCase();
      targets.set(upn, (targets.get(upn) ?? 0) + 1);
      const day = event.occurredAt.slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + 1);
      if (agent?.kind === "toolkit") tools.add(agent.family);
    }
    const scaled = (n: number): number => Math.max(1, Math.round(n * scale));
    const most = (a: { attempts: number }, b: { attempts: number }): number => b.attempts - a.attempts;
    return {
      key: keyOf(attack),
      kind: attack.kind,
      sourceIps: attack.sourceIps,
      countries: attack.countries,
      accounts: attack.accounts,
      fromAt: attack.from,
      toAt: attack.to,
      attempts: attack.attempts,
      recordIds: attack.recordIds,
      origins: [...origins.values()]
        .map((origin) => ({ ...origin, attempts: scaled(origin.attempts) }))
        .sort(most)
        .slice(0, MAX_ORIGINS),
      targets: [...targets]
        .map(([upn, n]) => ({ upn, attempts: scaled(n) }))
        .sort(most)
        .slice(0, MAX_TARGETS),
      days: [...days].map(([day, n]) => ({ day, attempts: scaled(n) })).sort((a, b) => (a.day < b.day ? -1 : 1)),
      tools: [...tools].sort(),
    };
  });
}

/** The same attack keeps its key while it goes on: kind, first record, and whom it began with. */
const keyOf = (attack: FailedAttack): string =>
  createHash("sha256")
    .update(
      [attack.kind, attack.from, attack.recordIds[0] ?? "", ...[...attack.sourceIps].sort().slice(0, 1)].join("|"),
    )
    .digest("hex")
    .slice(0, 32);
