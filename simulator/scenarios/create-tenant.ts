import { HOUR, MINUTE } from "../clock.ts";
import { createRng } from "../random.ts";
import type { Json, PlayedOn, SimUser, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { scenarioById } from "./catalogue.ts";
import { createCompany } from "./company.ts";
import { playOneMoreDay, playOrdinaryWork } from "./ordinary-work.ts";
import type { Scenario } from "./scenario.ts";
import { Stage } from "./stage.ts";
import { addTrapUsers } from "./trap-users.ts";

interface TenantOrder {
  story: string;
  seed: string;
  name?: string | undefined;
  phase: "history" | "full";
  /** When the story begins in phase "full"; default so that its last event was one hour ago. */
  startAt?: number | undefined;
  p1?: boolean | undefined;
  /** Entra ID P2 besides: Microsoft says how risky it finds a sign-in. */
  p2?: boolean | undefined;
  /** About how many records half a year of ordinary work leaves. */
  records?: number | undefined;
  people?: number | undefined;
  /** Adds the accounts that trip careless clients. */
  traps?: boolean | undefined;
}

/** Story `quiet`: a company with nothing but ordinary work. */
const QUIET: Scenario = {
  id: "quiet",
  title: "Nothing happens",
  twinOf: null,
  p1: true,
  synced: false,
  minutes: 0,
  play: () => ({}),
};

const scenario = (id: string): Scenario | undefined => (id === QUIET.id ? QUIET : scenarioById(id));

export const isStory = (id: string): boolean => scenario(id) !== undefined;

/** Builds the tenant of a story in the world; the same story and seed give the same company. */
export function createTenant(world: World, order: TenantOrder): Tenant {
  const chosen = scenario(order.story);
  if (!chosen) throw new Error(`no story '${order.story}'`);
  const rng = createRng(`${order.story}/${order.seed}`);
  const now = world.clock.now();
  const tenant = createCompany(rng, {
    seed: order.seed,
    story: order.story,
    name: order.name,
    now,
    p1: order.p1 ?? (order.p2 || chosen.p1),
    p2: order.p2,
    synced: chosen.synced,
    people: order.people,
    taken: new Set([...world.tenants.values()].map((t) => t.displayName)),
  });
  if (world.tenants.has(tenant.id))
    throw new Error(`story '${order.story}' with seed '${order.seed}' is already there`);
  tenant.sync.nextAt = now + tenant.sync.everyMs;
  if (order.traps) addTrapUsers(tenant, rng.fork("traps"));
  const employees = tenant.users.filter(
    (u) => tenant.accountRoles[u.id] === "employee" && tenant.people.some((p) => p.userId === u.id && p.deviceObjectId),
  );
  const victim = rng.pick(employees.length > 0 ? employees : tenant.users.slice(2, 3));
  tenant.victimId = victim.id;
  tenant.accountRoles[victim.id] = "victim";
  world.tenants.set(tenant.id, tenant);

  const endsAt = order.startAt === undefined ? now - HOUR : order.startAt + chosen.minutes * MINUTE;
  const historyUntil = order.phase === "full" ? Math.min(now, endsAt) : now;
  const stage = new Stage(world, tenant, rng, false);
  playOrdinaryWork(stage, historyUntil, order.records);
  chosen.prepare?.(stage, historyUntil);
  stage.collect();
  if (order.phase === "full") playStory(world, tenant, chosen, [victim], { endsAt, live: false });
  world.touched();
  return tenant;
}

interface AttackOrder {
  /** How many accounts; the tenant's chosen victim is the first. */
  victims?: number | undefined;
  /** Name of the campaign: all its victims, in whatever tenant, see one attacker. Without it each has one of its own. */
  campaign?: string | undefined;
}

/** Plays the story of a tenant built with phase "history", its last event now; answers the handles of the first account. */
export function attackTenant(
  world: World,
  tenant: Tenant,
  { victims = 1, campaign }: AttackOrder = {},
): { attack: Json; victimIds: string[] } {
  const chosen = scenario(tenant.story);
  const victim = tenant.users.find((u) => u.id === tenant.victimId);
  if (!chosen || !victim) throw new Error(`tenant ${tenant.id} has no story to play`);
  if (tenant.attacked) throw new Error(`the story of tenant ${tenant.id} has been played already`);
  if ((victims > 1 || campaign !== undefined) && !chosen.isForMany)
    throw new RangeError(`story '${chosen.id}' is about one account and one attacker of its own`);
  const chosenVictims = [victim, ...others(tenant, victims - 1)];
  for (const { id } of chosenVictims) tenant.accountRoles[id] = "victim";
  playStory(world, tenant, chosen, chosenVictims, { endsAt: world.clock.now(), live: true, campaign });
  world.touched();
  return { attack: tenant.attack, victimIds: chosenVictims.map((one) => one.id) };
}

function others(tenant: Tenant, count: number): SimUser[] {
  const employees = tenant.users.filter((u) => tenant.accountRoles[u.id] === "employee" && u.accountEnabled);
  if (count > employees.length)
    throw new RangeError(`tenant ${tenant.id} has ${employees.length + 1} accounts to attack, not ${count + 1}`);
  return employees.slice(0, count);
}

/** One more ordinary working day up to now, written into the logs as it happens. */
export function workOn(world: World, tenant: Tenant): number {
  const now = world.clock.now();
  const before = tenant.ual.length;
  playOneMoreDay(new Stage(world, tenant, createRng(`${tenant.story}/${tenant.seed}/one-more-day/${now}`), true), now);
  world.touched();
  return tenant.ual.length - before;
}

function playStory(
  world: World,
  tenant: Tenant,
  chosen: Scenario,
  victims: SimUser[],
  how: { endsAt: number; live: boolean; campaign?: string | undefined },
): void {
  const seed = `${tenant.story}/${tenant.seed}/story`;
  const [first, ...rest] = victims.map((victim, n): PlayedOn => {
    const stage = new Stage(world, tenant, createRng(n === 0 ? seed : `${seed}/${victim.id}`), how.live);
    const attackerRng = how.campaign === undefined ? stage.rng : createRng(`campaign/${how.campaign}`);
    const attack = chosen.play(stage, victim, how.endsAt, attackerRng);
    return { victimId: victim.id, attack, attacker: tenant.attacker };
  });
  tenant.attack = first?.attack ?? {};
  tenant.attacker = first?.attacker ?? null;
  tenant.alsoAttacked = rest;
  tenant.attacked = true;
}
