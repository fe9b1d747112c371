import { afterAll, beforeAll, expect, test } from "vitest";
import { type Opened, openRig, type Rig } from "./testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const disables = async (it: Opened) => (await it.effects()).filter((effect) => effect.startsWith("disable account"));

/** An attempt that stands still just before its disable goes out, until `goOn`. */
function stalled(it: Opened) {
  let goOn = () => {};
  const stalls = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let standing = () => {};
  const stands = new Promise<void>((resolve) => {
    standing = resolve;
  });
  let isFirst = true;
  const activities = rig.withFault(async ({ action, at }) => {
    if (action !== "disable-account" || at !== "before-request" || !isFirst) return;
    isFirst = false;
    standing();
    await stalls;
  });
  return { running: activities.lockAccount(it.byResponse), stands, goOn };
}

test("a second attempt waits while the first one lives, and nothing is sent twice [L5]", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const first = stalled(it);
  await first.stands;
  await expect(rig.activities.lockAccount(it.byResponse)).rejects.toMatchObject({ nextRetryDelay: 1_000 });
  expect(await disables(it)).toEqual([]);
  first.goOn();
  expect(await first.running).toMatchObject({ state: "accepted" });
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "accepted" });
  expect(await disables(it)).toHaveLength(1);
});

test("a first attempt that stood still so long that another took over finds it done, and sends nothing [L5]", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const first = stalled(it);
  await first.stands;
  await it.sql(`update actions set claimed_until = now() - interval '1 second' where incident_id = '${it.incident.id}'
    and kind = 'disable-account'`);
  expect(await rig.activities.lockAccount(it.byResponse)).toMatchObject({ state: "accepted" });
  // Its own beat tells it that the row is not its any more.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  first.goOn();
  expect(await first.running).toMatchObject({ state: "accepted" });
  expect(await disables(it)).toHaveLength(1);
  expect((await it.rows()).filter((row) => row.kind === "disable-account")).toHaveLength(1);
});

test("an attempt that stood still and whom nobody followed takes its row again and sends once", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const first = stalled(it);
  await first.stands;
  await it.sql(`update actions set claimed_until = now() - interval '1 second' where incident_id = '${it.incident.id}'
    and kind = 'disable-account'`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  first.goOn();
  expect(await first.running).toMatchObject({ state: "accepted" });
  expect(await disables(it)).toHaveLength(1);
});

test("many attempts at one write at once leave one row and one effect", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  const attempts = Array.from({ length: 6 }, () => rig.activities.lockAccount(it.byResponse));
  const ends = await Promise.allSettled(attempts);
  expect(ends.some((end) => end.status === "fulfilled" && end.value.state === "accepted")).toBe(true);
  expect((await it.effects()).toSorted()).toEqual([
    `disable account ${it.sim.victim.objectId}`,
    `revoke sessions ${it.sim.victim.objectId}`,
  ]);
  expect((await it.rows()).map((row) => row.state)).toEqual(["accepted", "accepted"]);
});

test("a row that is settled is held by nobody", async () => {
  const it = await rig.openIncident();
  await rig.activities.planRemediation(it.at);
  await rig.activities.lockAccount(it.byResponse);
  const rows = await it.sql(`select claimed_by from actions where incident_id = '${it.incident.id}'`);
  expect(rows.map((row) => row.claimed_by)).toEqual([null, null]);
});
