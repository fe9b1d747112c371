import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse, type Person, until } from "./house.ts";

const TWINS = ["aitm-mail-rule-twin", "spray-forward-connector-twin", "forgotten-persistence-twin"];

let house: House;
let admin: Person;

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  admin = await house.person(org.id, { role: "admin" });
}, 240_000);
afterAll(() => house?.close());

describe("innocent twins and old compromises through the whole house", () => {
  it.each(TWINS)("raises nothing for %s", async (story) => {
    const cloud = await house.cloudTenant(story, 3);
    const tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
    await house.attack(cloud.tenantId);
    await until("two more polls", async () => {
      const [row] = await house.sql`
        select count(*)::int as n from watermarks where tenant_id = ${tenantId} and last_polled_at > now() - interval '2 seconds'`;
      return (row?.n ?? 0) > 0;
    });
    await new Promise((done) => setTimeout(done, 2_000));
    expect(await house.incidents(admin, tenantId)).toEqual([]);
  });

  it("the scan finds what an attacker left before any log began, as leftover persistence [R2] [R21] [R64]", async () => {
    const cloud = await house.cloudTenant("forgotten-persistence", 5, { phase: "full" });
    const tenantId = await house.onboard(admin, cloud, { responseEnabled: false });
    const incidents = await until("the incident", async () => {
      const list = await house.incidents(admin, tenantId);
      return list.length > 0 && list;
    });
    expect(incidents).toHaveLength(1);
    const seen = await house.incident(admin, incidents[0]!.id);
    expect(seen.kind).toBe("leftover-persistence");
    expect(seen.artifacts.some((a) => a.kind === "inbox-rule")).toBe(true);
  });
});
