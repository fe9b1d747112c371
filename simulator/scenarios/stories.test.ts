import { beforeAll, describe, expect, it } from "vitest";
import { createClock } from "../clock.ts";
import { ROLE } from "../state/identifiers.ts";
import type { Json, Tenant } from "../state/types.ts";
import { World } from "../state/world.ts";
import { SCENARIOS } from "./catalogue.ts";
import { createTenant } from "./create-tenant.ts";
import { NETWORKS } from "./networks.ts";

const SEEDS = Array.from({ length: 20 }, (_, n) => String(n + 1));
const NOW = Date.UTC(2026, 7, 20, 10, 0, 0);
/** Records of ordinary work around a story: the story itself is the same with fewer. */
const THIN = 900;
const NO_DELAY = { ual: 0, interactive: 0, nonInteractive: 0, directory: 0 };

const newWorld = (): World =>
  new World({
    clock: createClock({ frozenAt: NOW }),
    seed: "1",
    our: { clientId: "c", clientSecret: "s", certificates: [] },
    availability: NO_DELAY,
  });

const inNetwork = (ip: string): boolean => {
  const number = (text: string): number => text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
  return NETWORKS.some(({ cidr }) => {
    const [base = "", bits = "32"] = cidr.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(number(ip) / size) === Math.floor(number(base) / size);
  });
};
const ualIds = (tenant: Tenant): string[] => tenant.ual.map((r) => String(r.record.Id));
const property = (list: unknown, name: string): unknown =>
  (list as { Name: string; Value: unknown }[] | undefined)?.find((p) => p.Name === name)?.Value;
const userOf = (tenant: Tenant) => tenant.users.find((u) => u.id === tenant.victimId);
const cited = (tenant: Tenant): Json[] => {
  const wanted = new Set(tenant.attack.recordIds as string[]);
  return tenant.ual.map((r) => r.record).filter((r) => wanted.has(String(r.Id)));
};

describe.each(SCENARIOS.map((s) => [s.id, s] as const))("story %s is self-consistent over 20 seeds", (id, scenario) => {
  const world = newWorld();
  let tenants: Tenant[] = [];
  beforeAll(() => {
    tenants = SEEDS.map((seed) => createTenant(world, { story: id, seed, phase: "full", records: THIN }));
  });

  it("has 8 to 25 people and two to four thousand records in the last 180 days", () => {
    const elsewhere = newWorld();
    for (const t of SEEDS.slice(0, 3).map((seed) => createTenant(elsewhere, { story: id, seed, phase: "full" }))) {
      expect(t.people.length, t.seed).toBeGreaterThanOrEqual(8);
      expect(t.people.length, t.seed).toBeLessThanOrEqual(25);
      expect(t.ual.length, t.seed).toBeGreaterThan(1800);
      expect(t.ual.length, t.seed).toBeLessThan(4200);
      expect(t.ual.every((r) => r.at <= NOW && r.at > NOW - 300 * 86_400_000)).toBe(true);
    }
  });

  it("names every record once and every tenant with its own people", () => {
    for (const t of tenants) expect(new Set(ualIds(t)).size, t.seed).toBe(t.ual.length);
    expect(new Set(tenants.flatMap((t) => t.users.map((u) => u.id))).size).toBe(tenants.flatMap((t) => t.users).length);
  });

  it("shows each sign-in in both logs with the same id, user, address, session, outcome and second", () => {
    for (const t of tenants) {
      const byId = new Map(t.ual.map((r) => [String(r.record.Id), r.record]));
      for (const { record } of t.signIns) {
        const twin = byId.get(String(record.id));
        expect(twin, `${t.seed} ${record.id}`).toBeDefined();
        const status = record.status as { errorCode: number };
        expect([
          twin?.UserKey,
          twin?.ClientIP,
          property(twin?.DeviceProperties, "SessionId"),
          Number(twin?.ErrorNumber),
          `${twin?.CreationTime}Z`,
          twin?.InterSystemsId,
        ]).toEqual([
          record.userId,
          record.ipAddress,
          record.sessionId,
          status.errorCode,
          record.createdDateTime,
          record.correlationId,
        ]);
      }
    }
  });

  it("uses addresses of the documented networks only", () => {
    for (const t of tenants)
      for (const { record } of t.signIns)
        expect(inNetwork(String(record.ipAddress)), String(record.ipAddress)).toBe(true);
  });

  it("cites records that exist and points at rules, grants, connectors and forwardings that exist", () => {
    for (const t of tenants) {
      const known = new Set([...ualIds(t), ...t.directoryAudits.map((r) => String(r.record.id))]);
      for (const recordId of [...(t.attack.recordIds as string[]), ...((t.attack.deceivedIds ?? []) as string[])])
        expect(known.has(recordId), `${t.seed} ${recordId}`).toBe(true);
      const mailbox = userOf(t)?.mailbox;
      if (t.attack.ruleId) expect(mailbox?.rules.map((r) => r.id)).toContain(t.attack.ruleId);
      if (t.attack.servicePrincipalId)
        expect(t.servicePrincipals.map((s) => s.id)).toContain(t.attack.servicePrincipalId);
      if (t.attack.grantId) expect(t.grants.map((g) => g.id)).toContain(t.attack.grantId);
      if (t.attack.connectorIdentity) expect(t.connectors.map((c) => c.identity)).toContain(t.attack.connectorIdentity);
      if (t.attack.deviceObjectId) expect(t.devices.map((d) => d.id)).toContain(t.attack.deviceObjectId);
      if (t.attack.methodId) expect(userOf(t)?.methods.map((m) => m.id)).toContain(t.attack.methodId);
      if (t.attack.newAccountId)
        expect(t.users.find((u) => u.id === t.attack.newAccountId)?.roles).toContain(ROLE.globalAdministrator);
      if (t.attack.federatedDomain)
        expect(t.addedDomains.find((d) => d.name === t.attack.federatedDomain)?.federation).not.toBeNull();
      if (t.attack.policyId) expect(t.policies.find((p) => p.id === t.attack.policyId)?.state).toBe("disabled");
      if (t.attack.forwardingAddress) expect(mailbox?.forwardingSmtpAddress).toBe(`smtp:${t.attack.forwardingAddress}`);
      expect(new Set(t.grants.map((g) => g.id)).size).toBe(t.grants.length);
    }
  });

  it("is played by strangers in an attack and by the owner in a twin", () => {
    for (const t of tenants) {
      const victim = userOf(t);
      const own = t.people.find((p) => p.userId === victim?.id);
      const places = [own?.officeIp, own?.homeIp, own?.mobileIp];
      const computer = t.devices.find((d) => d.id === own?.deviceObjectId)?.deviceId;
      const mine = cited(t).filter((r) => r.UserId === victim?.upn && r.Operation === "UserLoggedIn");
      const byOwner = mine.map(
        (r) => places.includes(String(r.ClientIP)) || property(r.DeviceProperties, "Id") === computer,
      );
      if (scenario.twinOf === null) {
        expect(byOwner, t.seed).not.toContain(true);
        expect(t.attacker?.victimId).toBe(victim?.id);
      } else {
        expect(byOwner, t.seed).not.toContain(false);
        expect(t.attacker).toBeNull();
      }
    }
  });

  it("has the same actors, times and records for the same seed", () => {
    const again = createTenant(newWorld(), { story: id, seed: "1", phase: "full", records: THIN });
    expect(again).toEqual(tenants[0]);
  });
});

describe("twins", () => {
  it("each attack has one", () => {
    const attacks = SCENARIOS.filter((s) => s.twinOf === null).map((s) => s.id);
    expect(SCENARIOS.flatMap((s) => s.twinOf ?? []).sort()).toEqual(attacks.sort());
  });
});
