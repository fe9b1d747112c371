import { afterAll, beforeAll, expect, it } from "vitest";
import { openRig, type Rig, type Truth } from "../testing/rig.ts";
import { createPhishDesk } from "./testing/desk.ts";

const TENANTS = 5;
const RECIPIENTS = 400;
const MAIL = "<Remittance.418@billing-portal.example>";

let rig: Rig;
let desk: ReturnType<typeof createPhishDesk>;
beforeAll(async () => {
  rig = await openRig();
  desk = createPhishDesk(rig);
});
afterAll(() => rig?.close());

it(`of ${TENANTS * RECIPIENTS} recipients over ${TENANTS} tenants one mailbox is closed and one on-premises: neither is claimed, all others are cleared`, async () => {
  const house = await desk.organization(TENANTS);
  const [first, second, third] = house.tenants;
  if (!first || !second || !third) throw new Error("no tenants");
  for (const tenant of house.tenants) await tenant.plantMailboxes(RECIPIENTS, MAIL);
  const phishId = await desk.report(house, MAIL);
  const { simulator } = rig.cloud;
  // Without a message trace every mailbox is looked into.
  const noTrace = {
    kind: "error",
    status: 403,
    code: "Authorization_RequestDenied",
    match: { pathPattern: "messageTraces" },
  };
  for (const { sim } of house.tenants) await simulator.fault(sim.tenantId, noTrace);
  const ownerIn = async ({ sim }: typeof first) => {
    const { users } = await simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`);
    const found = users.find(({ mailbox }) =>
      mailbox?.folders.some((folder) => folder.messages.some((mail) => mail.internetMessageId === MAIL)),
    );
    if (!found) throw new Error("nobody has the mail");
    return found;
  };
  /** Where each mail lies, the phish and all others, by tenant. */
  const places = async (isWanted: (internetMessageId: string) => boolean) => {
    const found: string[] = [];
    for (const { sim } of house.tenants)
      for (const { upn, mailbox } of (await simulator.truth<Truth>(`/truth/tenants/${sim.tenantId}`)).users)
        for (const { displayName, messages } of mailbox?.folders ?? [])
          for (const { internetMessageId } of messages)
            if (isWanted(internetMessageId)) found.push(`${displayName} of ${upn}: ${internetMessageId}`);
    return found.sort();
  };
  const isPhish = (id: string) => id === MAIL;
  const others = await places((id) => !isPhish(id));
  const [closed, outside] = [await ownerIn(second), await ownerIn(third)];
  await simulator.fault(third.sim.tenantId, { kind: "mailbox-not-enabled", userId: outside.objectId });
  const synced = simulator.simulator.world.tenants
    .get(third.sim.tenantId)
    ?.users.find((u) => u.id === outside.objectId);
  if (synced) synced.onPremisesSyncEnabled = true;
  const looks = await desk.look(house, phishId);
  expect(looks.map((row) => row.result?.unreached)).toEqual([0, 0, 1, 0, 0]);
  expect(looks[2]?.reason).toContain(`${outside.upn} (its mailbox is in the on-premises Exchange`);
  expect(await desk.matchesOf(phishId)).toHaveLength(TENANTS * RECIPIENTS - 1);

  for (const tenant of house.tenants) await tenant.allowWrites();
  await simulator.fault(second.sim.tenantId, { kind: "mailbox-denied", userId: closed.objectId });
  const orderId = await desk.order(house, phishId);
  const ends: Awaited<ReturnType<typeof desk.rowOf>>[] = [];
  for (const { tenant } of house.tenants) {
    const id = await desk.command(house, tenant.id, { kind: "retract-mail", phishId, orderId });
    await desk.carryOut(tenant.id, phishId, id);
    ends.push(await desk.rowOf(id));
  }
  expect(ends.map((row) => row.state)).toEqual(["done", "running", "done", "done", "done"]);
  expect(ends[1]?.result?.reason).toContain(closed.upn);
  const matches = await desk.matchesOf(phishId);
  expect(matches.filter((row) => row.state === "moved")).toHaveLength(TENANTS * RECIPIENTS - 2);
  expect(matches.filter((row) => row.state !== "moved").map((row) => row.mailbox)).toEqual([closed.upn]);
  expect(await places((id) => !isPhish(id))).toEqual(others);
  const copies = await places(isPhish);
  expect(copies).toHaveLength(TENANTS * RECIPIENTS);
  const left = copies.filter((place) => !place.startsWith("Deleted Items of "));
  expect(left.map((place) => /of (\S+):/.exec(place)?.[1]).sort()).toEqual([closed.upn, outside.upn].sort());
  for (const tenant of house.tenants) expect(await tenant.violations()).toEqual([]);
});
