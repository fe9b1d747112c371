import { randomUUID } from "node:crypto";
import { commands } from "#db/schema/incident.ts";
import { phishes, phishMatches, phishOrders } from "#db/schema/phish.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Rig, Truth } from "../../testing/rig.ts";
import { carryOutPhish } from "../carry-out.ts";

const BODY =
  "Please review the remittance advice for last month that our accounting has shared with you and sign in with your work " +
  "account to open it. The link will expire on Friday evening, after which a new one has to be asked for in writing.";
export const SENDER = "accounts@supplier-billing.example";
export const SUBJECT = "Remittance advice for last month";

let seeds = 0;
type Planted = { mailbox: string; upn: string; internetMessageId: string };

/** A tenant of an organization, known to the database, Response off; its mailboxes are those of everybody but the victim. */
async function openTenant(rig: Rig, orgId: string) {
  const { simulator } = rig.cloud;
  const sim = await simulator.tenant({
    story: "aitm-mail-rule",
    seed: `phish-${++seeds}`,
  });
  const tenant = await rig.made.tenant(orgId, { microsoftTenantId: sim.tenantId, responseEnabled: false });
  const mailboxes = sim.accounts.filter((one) => one.objectId !== sim.victim.objectId);
  return {
    sim,
    tenant,
    allowWrites: () => simulator.admin("POST", `/admin/tenants/${sim.tenantId}/authority`, { writesAllowed: true }),
    async plant(nth: number, values: Record<string, unknown> = {}): Promise<Planted> {
      const box = mailboxes[nth];
      if (!box) throw new Error("no such mailbox");
      const wish = { kind: "message", userId: box.objectId, subject: SUBJECT, from: SENDER, body: BODY, ...values };
      const made = await simulator.admin("POST", `/admin/tenants/${sim.tenantId}/plant`, wish);
      return { mailbox: box.objectId, upn: box.upn, internetMessageId: String(made.internetMessageId) };
    },
    /** So many mailboxes more, each with this mail among others that look like it. */
    plantMailboxes: (count: number, internetMessageId: string) =>
      simulator.admin("POST", `/admin/tenants/${sim.tenantId}/plant`, {
        kind: "mailboxes",
        count,
        phishInEvery: 1,
        phish: { internetMessageId, subject: SUBJECT, from: SENDER },
      }),
    /** Folder of each mail of the phish's subject, by mailbox. */
    async lies(): Promise<string[]> {
      const { users } = await simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`);
      return users.flatMap((user) =>
        (user.mailbox?.folders ?? []).flatMap((folder) =>
          (folder.messages as { subject?: string }[])
            .filter((mail) => mail.subject === SUBJECT)
            .map(() => `${user.upn} ${folder.displayName}`),
        ),
      );
    },
    async violations(): Promise<unknown[]> {
      const query = `/truth/violations?tenantId=${sim.tenantId}`;
      return (await simulator.truth<{ violations: unknown[] }>(query)).violations;
    },
  };
}
export type OpenTenant = Awaited<ReturnType<typeof openTenant>>;
export type Org = {
  org: Awaited<ReturnType<Rig["made"]["org"]>>;
  member: Awaited<ReturnType<Rig["made"]["member"]>>;
  by: Actor;
  tenants: OpenTenant[];
};

/** Organizations with simulated tenants in which phish is planted, and orders about it as the API writes them. */
export function createPhishDesk(rig: Rig) {
  async function organization(tenants: number): Promise<Org> {
    const org = await rig.made.org();
    const member = await rig.made.member(org.id);
    const by: Actor = { kind: "member", memberId: member.id, orgId: org.id, name: member.name, role: "admin" };
    const list: OpenTenant[] = [];
    for (let n = 0; n < tenants; n++) list.push(await openTenant(rig, org.id));
    return { org, member, by, tenants: list };
  }

  async function report(house: Org, internetMessageId: string, more: Partial<typeof phishes.$inferInsert> = {}) {
    const [own] = house.tenants;
    const id = randomUUID();
    await rig.made.orm.insert(phishes).values({
      id,
      orgId: house.org.id,
      tenantId: own?.tenant.id ?? "",
      internetMessageId,
      fingerprintState: "asked",
      by: house.by,
      createdAt: rig.cloud.now().toISOString(),
      ...more,
    });
    return id;
  }

  async function command(
    house: Org,
    tenantId: string,
    input: { kind: "find-phish" | "retract-mail" | "restore-mail"; phishId: string; orderId?: string },
    actor: Actor = house.by,
  ) {
    const id = randomUUID();
    await rig.made.orm.insert(commands).values({
      id,
      orgId: house.org.id,
      tenantId,
      kind: input.kind,
      input: input as never,
      actor,
      phishId: input.phishId,
      manyId: input.orderId ?? null,
      state: "sent",
      issuedAt: rig.cloud.now().toISOString(),
    });
    return id;
  }
  const carryOut = (tenantId: string, phishId: string, commandId: string) =>
    carryOutPhish(rig.depsWith(), { tenantId, phishId, commandId });
  const rowOf = async (id: string) =>
    (await rig.made.orm.$client`select state, reason, result from commands where id = ${id}`)[0] as {
      state: string;
      reason: string | null;
      result: Record<string, unknown> | null;
    };
  const matchesOf = async (phishId: string) =>
    (await rig.made.orm.select().from(phishMatches)).filter((row) => row.phishId === phishId);

  async function look(house: Org, phishId: string) {
    const ends: Awaited<ReturnType<typeof rowOf>>[] = [];
    for (const { tenant } of house.tenants) {
      const id = await command(house, tenant.id, { kind: "find-phish", phishId });
      await carryOut(tenant.id, phishId, id);
      ends.push(await rowOf(id));
    }
    return ends;
  }

  /** An order as the API writes it once it may run. */
  async function order(house: Org, phishId: string, values: Partial<typeof phishOrders.$inferInsert> = {}) {
    const matches = await matchesOf(phishId);
    const id = randomUUID();
    const second = await rig.made.member(house.org.id);
    await rig.made.orm.insert(phishOrders).values({
      id,
      orgId: house.org.id,
      phishId,
      act: "retract",
      tenantIds: [...new Set(matches.map((row) => row.tenantId))],
      matchIds: matches.map((row) => row.id),
      mailboxes: matches.length,
      previewHash: "h",
      needsSecond: true,
      state: "placed",
      by: house.by,
      memberId: house.member.id,
      session: "s",
      at: rig.cloud.now().toISOString(),
      answeredBy: house.by,
      answeredById: second.id,
      answeredAt: rig.cloud.now().toISOString(),
      ...values,
    });
    return id;
  }

  return { organization, report, command, carryOut, rowOf, matchesOf, look, order };
}
