import { afterAll, beforeAll, expect, test } from "vitest";
import { type Opened, openRig, type Rig, type TruthUser } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const MAILBOXES = Number(process.env.PETRA_TEST_MAILBOXES ?? 10_000);
const PHISH_IN_EVERY = 20;
const PHISH = {
  internetMessageId: "<Invoice.7731@billing-portal.example>",
  subject: "Invoice 7731 is overdue",
  from: "accounts@billing-portal.example",
};

/** Where each mail lies, by mailbox and message id, as words that can be compared. */
const placesOf = (users: TruthUser[]): string[] =>
  users.flatMap(({ upn, mailbox }) =>
    (mailbox?.folders ?? []).flatMap(({ displayName, messages }) =>
      messages.map(({ internetMessageId }) => `${upn} ${internetMessageId} ${displayName}`),
    ),
  );
const places = async (it: Opened) => placesOf((await it.truth()).users).sort();
const isPhish = (place: string) => place.includes(` ${PHISH.internetMessageId} `);

test(`a phish in some of ${MAILBOXES} mailboxes full of mail that looks like it: every copy goes, nothing else moves, and all comes back`, async () => {
  const it = await rig.openIncident({ phish: () => [PHISH.internetMessageId] });
  await rig.cloud.simulator.admin("POST", `/admin/tenants/${it.sim.tenantId}/plant`, {
    kind: "mailboxes",
    count: MAILBOXES,
    phishInEvery: PHISH_IN_EVERY,
    phish: PHISH,
  });
  const before = await places(it);
  const copies = before.filter(isPhish);
  expect(copies).toHaveLength(Math.ceil(MAILBOXES / PHISH_IN_EVERY));
  expect(before.length).toBeGreaterThan(MAILBOXES * 2);
  // Graph's own limits, and two mailboxes that are closed to us at first.
  await it.fault({ kind: "real-limits" });
  const closed = (await it.truth()).users.filter(({ upn }) => copies.some((place) => place.startsWith(`${upn} `)));
  for (const { objectId } of closed.slice(0, 2)) await it.fault({ kind: "mailbox-denied", userId: objectId });
  await rig.activities.planRemediation(it.at);

  const first = await rig.activities.retractPhish(it.byResponse);
  expect(first.state).toBe("partly");
  for (const { upn } of closed.slice(0, 2)) expect(first.reason).toContain(upn);
  await it.clearFaults();
  await it.fault({ kind: "real-limits" });
  expect(await rig.activities.retractPhish(it.byResponse)).toMatchObject({ state: "verified" });
  const after = await places(it);
  expect(after.filter((place) => !isPhish(place))).toEqual(before.filter((place) => !isPhish(place)));
  expect(after.filter(isPhish)).toEqual(copies.map((place) => place.replace(/> .*$/, "> Deleted Items")).sort());
  const moves = (await it.effects()).filter((effect) => effect.startsWith("move message"));
  expect(moves).toHaveLength(copies.length);

  const order = await it.order({ kind: "dismiss", reason: "It was a test" });
  expect(await rig.activities.dismissIncident({ ...order, reason: "It was a test" })).toMatchObject({
    state: "undone",
  });
  expect(await places(it)).toEqual(before);
  const refused = (await rig.cloud.requests(it.sim.tenantId)).filter(({ status }) => status === 429);
  expect(refused).toEqual([]);
  expect(await rig.cloud.violations()).toEqual([]);
});
