import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { REMEDIATION_STEP_IDS } from "#domain/remediation/steps.ts";
import { artifacts, commands, incidentSteps, incidents } from "../schema/incident.ts";
import { failedAttacks, notables, scans } from "../schema/ingest.ts";
import { accounts, members, memberTenants, organizations, tenants } from "../schema/organization.ts";
import { notificationMethods } from "../schema/platform.ts";

type Insert<T extends { $inferInsert: unknown }> = Partial<T["$inferInsert"]>;

export const FACTORY_NOW = "2026-11-20T12:00:00.000Z";

/**
 * Makes rows as the superuser, past row-level security, so that a test can set up what nobody may write.
 * Every function fills what the test does not name.
 */
export function createFactories(superUrl: string, now = FACTORY_NOW) {
  const client = postgres(superUrl, { max: 2, onnotice: () => {} });
  const orm = drizzle({ client });
  let count = 0;
  const next = () => ++count;
  const one = <T>(rows: T[]): T => rows[0]!;

  return {
    orm,
    close: () => client.end({ timeout: 5 }),
    org: async (values: Insert<typeof organizations> = {}) =>
      one(
        await orm
          .insert(organizations)
          .values({ name: `MSP ${next()}`, contactEmail: null, createdAt: now, ...values })
          .returning(),
      ),
    member: async (orgId: string | null, values: Insert<typeof members> & { tenantIds?: string[] } = {}) => {
      const { tenantIds = [], ...columns } = values;
      const n = next();
      const member = one(
        await orm
          .insert(members)
          .values({
            orgId,
            email: `person${n}-${crypto.randomUUID().slice(0, 8)}@msp.example`,
            name: `Person ${n}`,
            role: orgId ? "admin" : "analyst",
            createdAt: now,
            ...columns,
          })
          .returning(),
      );
      if (orgId && tenantIds.length > 0)
        await orm.insert(memberTenants).values(tenantIds.map((tenantId) => ({ orgId, memberId: member.id, tenantId })));
      return member;
    },
    tenant: async (orgId: string, values: Insert<typeof tenants> = {}) =>
      one(
        await orm
          .insert(tenants)
          .values({
            orgId,
            shortId: crypto.randomUUID().slice(0, 6),
            microsoftTenantId: crypto.randomUUID(),
            name: `Tenant ${next()}`,
            phase: "active",
            onboardedBy: "individual",
            createdAt: now,
            ...values,
          })
          .returning(),
      ),
    account: async (tenant: { id: string; orgId: string }, values: Insert<typeof accounts> = {}) =>
      one(
        await orm
          .insert(accounts)
          .values({
            orgId: tenant.orgId,
            tenantId: tenant.id,
            objectId: crypto.randomUUID(),
            upn: `user${next()}@client.example`,
            createdAt: now,
            ...values,
          })
          .returning(),
      ),
    incident: async (
      account: { id: string; orgId: string; tenantId: string; upn: string },
      values: Insert<typeof incidents> = {},
    ) => {
      const incident = one(
        await orm
          .insert(incidents)
          .values({
            orgId: account.orgId,
            tenantId: account.tenantId,
            number: next(),
            accountId: account.id,
            draftKey: `key-${next()}`,
            kind: "aitm",
            severity: "high",
            confidence: 0.95,
            headline: `${account.upn} was taken over`,
            story: "Someone signed in with a stolen session.",
            publishedAt: now,
            occurredAt: now,
            lastAttackerAt: now,
            detectableAt: now,
            detectedAt: now,
            updatedAt: now,
            draft: {
              key: "key",
              account: { upn: account.upn },
              kind: "aitm",
              severity: "high",
              confidence: 0.95,
              headline: `${account.upn} was taken over`,
              story: "Someone signed in with a stolen session.",
              firstAttackerActivity: now,
              lastAttackerActivity: now,
              detectableAt: now,
              attack: ["T1557"],
              attacker: { ips: ["203.0.113.9"], asns: ["AS64500"], userAgents: ["axios/1.7"], sessions: [], apps: [] },
              signals: [],
              recordIds: [],
              persistence: [],
              for: [],
              against: [],
              notVisible: [],
              phish: [],
            },
            ...values,
          })
          .returning(),
      );
      await orm.insert(incidentSteps).values(
        REMEDIATION_STEP_IDS.map((stepId) => ({
          orgId: account.orgId,
          tenantId: account.tenantId,
          incidentId: incident.id,
          stepId,
          state: "waiting" as const,
          updatedAt: now,
        })),
      );
      return incident;
    },
    artifact: async (
      incident: { id: string; orgId: string; tenantId: string },
      values: Insert<typeof artifacts> = {},
    ) =>
      one(
        await orm
          .insert(artifacts)
          .values({
            orgId: incident.orgId,
            tenantId: incident.tenantId,
            incidentId: incident.id,
            kind: "inbox-rule",
            key: `rule-${next()}`,
            name: "..",
            state: "active",
            byAttacker: true,
            why: "Made in the attacker's session.",
            effect: "Moves mail about invoices to RSS Feeds.",
            detail: {},
            createdAt: now,
            ...values,
          })
          .returning(),
      ),
    command: async (incident: { id: string; orgId: string; tenantId: string }, values: Insert<typeof commands> = {}) =>
      one(
        await orm
          .insert(commands)
          .values({
            id: crypto.randomUUID(),
            orgId: incident.orgId,
            tenantId: incident.tenantId,
            incidentId: incident.id,
            kind: "run-step",
            input: { kind: "run-step", step: "revoke-and-lock" },
            actor: { kind: "system", room: "test" },
            state: "sent",
            issuedAt: now,
            ...values,
          })
          .returning(),
      ),
    scan: async (tenant: { id: string; orgId: string }, values: Insert<typeof scans> = {}) =>
      one(
        await orm
          .insert(scans)
          .values({
            orgId: tenant.orgId,
            tenantId: tenant.id,
            kind: "scan",
            state: "running",
            fromAt: "2026-05-24T12:00:00Z",
            toAt: now,
            startedAt: now,
            ...values,
          })
          .returning(),
      ),
    notable: async (tenant: { id: string; orgId: string }, values: Insert<typeof notables> = {}) =>
      one(
        await orm
          .insert(notables)
          .values({
            orgId: tenant.orgId,
            tenantId: tenant.id,
            key: `notable-${next()}`,
            kind: "proxy-and-data-center-use",
            type: "proxy-and-data-center-use",
            upn: "traveller@client.example",
            at: now,
            lastAt: now,
            why: "Signed in through Cloud Host, a data center in NL.",
            innocent: ["On a device the company manages"],
            recordIds: [],
            ...values,
          })
          .returning(),
      ),
    failedAttack: async (tenant: { id: string; orgId: string }, values: Insert<typeof failedAttacks> = {}) =>
      one(
        await orm
          .insert(failedAttacks)
          .values({
            orgId: tenant.orgId,
            tenantId: tenant.id,
            key: `attack-${next()}`,
            kind: "PASSWORD_SPRAY",
            sourceIps: ["203.0.113.7"],
            countries: ["NL"],
            accounts: ["user@client.example"],
            fromAt: now,
            toAt: now,
            attempts: 10,
            recordIds: [],
            ...values,
          })
          .returning(),
      ),
    notificationMethod: async (orgId: string, values: Insert<typeof notificationMethods> = {}) =>
      one(
        await orm
          .insert(notificationMethods)
          .values({ orgId, kind: "email", address: "soc@msp.example", createdAt: now, ...values })
          .returning(),
      ),
  };
}

export type Factories = ReturnType<typeof createFactories>;
