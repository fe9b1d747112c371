import { randomBytes, randomUUID } from "node:crypto";
import { type SimulatedCloud, startSimulatedCloud } from "#activities/clients/m365/testing/simulated-cloud.ts";
import type { FaultHook, RemediateDeps } from "#activities/remediate/case.ts";
import { createRemediateActivities } from "#activities/remediate/index.ts";
import { createDb } from "#db/client.ts";
import type { actions, artifacts, incidents, phishCopies } from "#db/schema/incident.ts";
import { PARTNER_PURPOSE, PASSWORD_PURPOSE, seal, unseal } from "#db/sealing.ts";
import { createTestDatabase } from "#db/test/database.ts";
import { createFactories, type Factories } from "#db/test/factories.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { CommandInput } from "#domain/command/command.ts";
import type { ArtifactKind } from "#domain/incident/analysis.ts";
import type { Json } from "#simulator/state/types.ts";

export const MASTER_KEY = new Uint8Array(32).fill(7);
export type TruthUser = {
  objectId: string;
  upn: string;
  accountEnabled: boolean;
  roles: string[];
  passwordGeneration: number;
  sessionsValidFrom: string;
  methods: { id: string }[];
  mailbox: {
    forwardingSmtpAddress: string | null;
    deliverToMailboxAndForward: boolean;
    permissions: { user: string; rights: string[] }[];
    protocols: Record<string, boolean>;
    rules: { id: string; displayName: string; isEnabled: boolean; actions: Json; conditions: Json; hidden: boolean }[];
    folders: { id: string; displayName: string; messages: { id: string; internetMessageId: string }[] }[];
  } | null;
};
export type Truth = {
  users: TruthUser[];
  grants: Json[];
  servicePrincipals: (Json & { id: string; accountEnabled: boolean })[];
  applications: (Json & { id: string; isDisabled: boolean })[];
  devices: (Json & { id: string; accountEnabled: boolean })[];
  connectors: (Json & { name: string; enabled: boolean })[];
  transportRules: (Json & { name: string; enabled: boolean })[];
  groups: { id: string; displayName: string; members: string[] }[];
  policies: Json[];
};
export type ArtifactWish = Partial<typeof artifacts.$inferInsert> & { kind: ArtifactKind; name: string };

/** Simulated cloud, database and the remediate room; `openIncident` makes one attacked tenant of it. */
export async function openRig() {
  const cloud = await startSimulatedCloud();
  const database = await createTestDatabase();
  const db = createDb(database.urls.worker, { max: 12 });
  const made = createFactories(database.superUrl);
  let seed = 0;

  const depsWith = (fault?: FaultHook): RemediateDeps => ({
    publicUrl: "https://portal.example",
    db,
    m365: cloud.m365,
    clock: { now: cloud.now },
    seal: (incidentId, password) => seal(MASTER_KEY, PASSWORD_PURPOSE, incidentId, Buffer.from(password)),
    partnerSeal: {
      seal: (orgId, token) => seal(MASTER_KEY, PARTNER_PURPOSE, orgId, Buffer.from(token)),
      open: (orgId, sealed) => Buffer.from(unseal(MASTER_KEY, PARTNER_PURPOSE, orgId, sealed)).toString(),
    },
    randomBytes: (count) => randomBytes(count),
    ...(fault ? { fault } : {}),
  });

  return {
    cloud,
    db,
    made,
    depsWith,
    activities: createRemediateActivities(depsWith()),
    /** Another instance, as after a restart, with a fault hook. */
    withFault: (fault: FaultHook) => createRemediateActivities(depsWith(fault)),
    /** Another instance with other settings. */
    activitiesWith: (more: Partial<RemediateDeps>) => createRemediateActivities({ ...depsWith(), ...more }),
    openIncident: async (options: Wish = {}) => openIncident({ cloud, made }, `${options.seed ?? ++seed}`, options),
    async close() {
      await db.close();
      await made.close();
      await database.close();
      await cloud.close();
    },
  };
}
export type Rig = Awaited<ReturnType<typeof openRig>>;
export type Opened = Awaited<ReturnType<typeof openIncident>>;

type Wish = {
  story?: string;
  seed?: string;
  /** Another tenant of this organization; a new one otherwise. */
  org?: { id: string };
  responseEnabled?: boolean;
  incident?: Partial<typeof incidents.$inferInsert>;
  tenant?: Record<string, unknown>;
  artifacts?: (attack: Json) => ArtifactWish[];
  phish?: (attack: Json) => string[];
};

/** The story's tenant, known to the database as Petra would know it after detection: response on, one open incident. */
async function openIncident(rig: { cloud: SimulatedCloud; made: Factories }, seed: string, options: Wish) {
  const { simulator } = rig.cloud;
  const sim = await simulator.tenant({ story: options.story ?? "aitm-mail-rule", seed: `remediate-${seed}` });
  await simulator.admin("POST", `/admin/tenants/${sim.tenantId}/authority`, { writesAllowed: true });
  const startedAt = String(sim.attack.startedAt);
  const org = options.org ?? (await rig.made.org());
  const member = await rig.made.member(org.id);
  const tenant = await rig.made.tenant(org.id, {
    microsoftTenantId: sim.tenantId,
    responseEnabled: options.responseEnabled ?? true,
    capabilities: [{ id: "p1", ok: true, reason: "The tenant has Entra ID P1." }],
    ...options.tenant,
  });
  let account: Awaited<ReturnType<typeof rig.made.account>> | undefined;
  for (const { objectId, upn } of sim.accounts) {
    const row = await rig.made.account(tenant, { objectId, upn });
    if (objectId === sim.victim.objectId) account = row;
  }
  if (!account) throw new Error("the story has no victim");
  const incident = await rig.made.incident(account, {
    responseActs: options.responseEnabled ?? true,
    occurredAt: startedAt,
    ...options.incident,
  });
  for (const wish of options.artifacts?.(sim.attack) ?? [])
    await rig.made.artifact(incident, { key: randomUUID(), createdAt: startedAt, ...wish });
  const at = { tenantId: tenant.id, incidentId: incident.id };
  const sql = (text: string) => rig.made.orm.$client.unsafe(text) as Promise<Record<string, unknown>[]>;
  for (const internetMessageId of options.phish?.(sim.attack) ?? [])
    await rig.made.orm
      .$client`insert into phish_messages (org_id, tenant_id, incident_id, internet_message_id, direction, tagged_by, tagged_at)
      values (${org.id}, ${tenant.id}, ${incident.id}, ${internetMessageId}, 'received', '{"kind":"system","room":"detect"}', ${startedAt})`;

  const person: Actor = { kind: "member", memberId: member.id, orgId: org.id, name: member.name, role: "admin" };
  return {
    sim,
    org,
    tenant,
    account,
    incident,
    at,
    member,
    person,
    byResponse: { ...at, by: { kind: "response", workflowId: `tenant/${tenant.id}/incident/${incident.id}` } as Actor },
    /** A person's order, with its row as the API writes it. */
    async order(input: CommandInput, state = "running") {
      const id = randomUUID();
      await rig.made.orm
        .$client`insert into commands (id, org_id, tenant_id, incident_id, kind, input, actor, state, issued_at)
        values (${id}, ${org.id}, ${tenant.id}, ${incident.id}, ${input.kind}, ${JSON.stringify(input)}::jsonb, ${JSON.stringify(person)}::jsonb, ${state}, ${startedAt})`;
      return { ...at, by: person, commandId: id };
    },
    truth: () => simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`),
    async victim() {
      const { users } = await simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`);
      const user = users.find((u) => u.objectId === sim.victim.objectId);
      if (!user?.mailbox) throw new Error("the victim is gone");
      return { ...user, mailbox: user.mailbox };
    },
    /** What really happened at Microsoft by our application, in order. */
    async effects() {
      const answer = await simulator.truth<{ effects: { effect: string; target: string; changed: boolean }[] }>(
        `/truth/effects?tenantId=${sim.tenantId}`,
      );
      return answer.effects.map(({ effect, target }) => `${effect} ${target}`);
    },
    fault: (fault: Json) => simulator.fault(sim.tenantId, fault),
    clearFaults: () => simulator.admin("DELETE", `/admin/tenants/${sim.tenantId}/faults`),
    sync: () => simulator.admin("POST", `/admin/tenants/${sim.tenantId}/sync`),
    attacker: (what: string[]) => simulator.admin("POST", `/admin/tenants/${sim.tenantId}/attacker/act`, { what }),
    sql,
    rows: async () =>
      (await sql(
        `select * from actions where incident_id = '${incident.id}' order by planned_at, id`,
      )) as unknown as LedgerRow[],
    steps: async () =>
      Object.fromEntries(
        (await sql(`select step_id, state, reason from incident_steps where incident_id = '${incident.id}'`)).map(
          (row) => [String(row.step_id), { state: String(row.state), reason: row.reason as string | null }],
        ),
      ),
    stored: async () =>
      (await sql(`select * from incidents where id = '${incident.id}'`))[0] as unknown as {
        status: string;
        not_contained: boolean;
        not_contained_reason: string | null;
        contained_at: string | null;
        residual_until: string | null;
        password_proof: string | null;
        plan_version: number;
      },
    copies: async () =>
      (await sql(`select * from phish_copies where incident_id = '${incident.id}'`)) as unknown as {
        state: (typeof phishCopies.$inferSelect)["state"];
        mailbox_object_id: string;
      }[],
    artifactRows: async () =>
      (await sql(
        `select * from artifacts where incident_id = '${incident.id}' order by created_at, key`,
      )) as unknown as {
        id: string;
        kind: ArtifactKind;
        name: string;
        state: string;
        by_attacker: boolean;
      }[],
  };
}

type LedgerRow = {
  id: string;
  kind: (typeof actions.$inferSelect)["kind"];
  state: string;
  is_undoable: boolean;
  before: Json | null;
  after: Json | null;
  error: string | null;
};
