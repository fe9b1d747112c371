import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { prepareContainment } from "./kill-worker.ts";
import { stepOf, type Truth } from "./truth.ts";

/** What the truth port logs of one call that changed, or would have changed, something. */
type Effect = { seq: number; method: string; path: string; target: string; effect: string; changed: boolean };

const SETTLED = ["verified", "partly", "not-applicable"];
const AUTOMATIC = ["revoke-and-lock", "retract-phish", "disable-persistence"] as const;

export type Customer = { cloud: CloudTenant; tenantId: string };

/** A customer with Response on and ordinary work behind it. */
export async function onboard(house: House, admin: Person, story: string, seed: string): Promise<Customer> {
  const cloud = await house.cloudTenant(story, seed, { people: 8 });
  return { cloud, tenantId: await house.onboard(admin, cloud, { responseEnabled: true }) };
}

const truthOf = (house: House, { cloud }: Customer) =>
  house.truth<Truth & { attack: Attack }>(`/truth/tenants/${cloud.tenantId}`);
type Attack = { phish?: { sent: string | null } };

/** Every copy of the attacker's mail that lies elsewhere than in Deleted Items: mailbox and message, as the effects name them. */
export async function phishAbout(house: House, customer: Customer): Promise<string[]> {
  const { users, attack } = await truthOf(house, customer);
  const sent = attack.phish?.sent;
  return users
    .flatMap((user) =>
      (user.mailbox?.folders ?? [])
        .filter((folder) => folder.displayName !== "Deleted Items")
        .flatMap((folder) => folder.messages)
        .filter((mail) => mail.internetMessageId === sent)
        .map((mail) => `${user.objectId}/${mail.internetMessageId}`),
    )
    .sort();
}

/** A house whose collectors poll when told to: deaths need the two cores more than idle tenants do. */
export async function openQuietHouse() {
  const house = await openHouse({ pollMs: 600_000 });
  await house.startWorker({ PETRA_QUEUES: "monitor,scan,notify", PETRA_LOCK_AT_ONCE: "off" });
  const org = await house.factories.org({ name: "Northgate IT" });
  return { house, admin: await house.person(org.id, { role: "admin" }), serve: await prepareContainment(house) };
}

/**
 * The attack, and all that Response does by itself. Nobody serves the queue of containment before `serve` is called: the
 * phish is counted before anything of it is moved.
 */
export async function attackUnder(house: House, admin: Person, customer: Customer, serve: () => void) {
  const rulesBefore = await rulesOf(house, customer);
  await house.attack(customer.cloud.tenantId);
  const phish = await phishAbout(house, customer);
  serve();
  const [card] = await until("the incident", () =>
    unlessDown(async () => {
      await house.sql`select pg_notify('petra_poll', ${customer.tenantId})`;
      const list = await house.incidents(admin, customer.tenantId);
      return list.length > 0 && list;
    }),
  );
  const incidentId = card?.id ?? "";
  await until("steps 1 to 3", () =>
    unlessDown(async () => {
      const seen = await house.incident(admin, incidentId);
      return AUTOMATIC.every((id) => SETTLED.includes(stepOf(seen, id).state));
    }),
  );
  return { incidentId, phish, rulesBefore };
}

/** A database that is dead at the moment answers later. */
const unlessDown = <T>(probe: () => Promise<T>): Promise<T | undefined> => probe().catch(() => undefined);

/** Inbox rules of the victim, the owner's own among them. */
async function rulesOf(house: House, customer: Customer): Promise<number> {
  const { users } = await truthOf(house, customer);
  return users.find((u) => u.objectId === customer.cloud.victim?.objectId)?.mailbox?.rules.length ?? 0;
}

/** A path without the ids of one tenant, so that two tenants can be compared. */
const nameless = (path: string): string => path.replace(/\/(?!v1\.0)([^/]*\d[^/]*|[^/]{25,})(?=\/|$)/g, "/{id}");

/**
 * What changed in the tenant, without its own ids; and where everything stands. How many copies of a mail there are differs
 * between tenants: moves stand apart, each with its target.
 */
export async function outcome(
  house: House,
  admin: Person,
  customer: Customer,
  { incidentId, rulesBefore }: { incidentId: string; rulesBefore: number },
) {
  const victim = customer.cloud.victim?.objectId ?? "";
  const { effects } = await house.truth<{ effects: Effect[] }>(`/truth/effects?tenantId=${customer.cloud.tenantId}`);
  const truth = await truthOf(house, customer);
  const user = truth.users.find((u) => u.objectId === victim);
  const seen = await house.incident(admin, incidentId);
  const changed = effects.filter((effect) => effect.changed);
  const moves = changed.filter((effect) => effect.path.endsWith("/move"));
  return {
    moved: moves.map((effect) => effect.target).sort(),
    changed: changed
      .filter((effect) => !moves.includes(effect))
      .map(({ method, path, effect }) => `${method} ${nameless(path.replaceAll(victim, "{victim}"))}: ${effect}`)
      .sort(),
    /** What was changed more than once. */
    twice: changed
      .map(({ effect, target }) => `${effect} of ${target.replaceAll(victim, "the victim")}`)
      .filter((line, index, all) => all.indexOf(line) !== index),
    end: {
      accountEnabled: user?.accountEnabled,
      passwordGeneration: user?.passwordGeneration,
      attackerRules: seen.artifacts.filter((a) => a.byAttacker && a.state === "active").length,
      /** More than the owner had before. */
      rulesLeft: (user?.mailbox?.rules.length ?? 0) - rulesBefore,
      phishAbout: await phishAbout(house, customer),
      status: seen.status,
      contained: seen.contained,
      steps: Object.fromEntries(seen.steps.map((step) => [step.id, step.state])),
    },
  };
}
