import { type House, type Person, until } from "../scenarios/house.ts";

/** The longest history the simulated cloud makes of a company: a first scan of it lasts half a minute and more. */
const BIG = { people: 25, records: 20_000 };
const OVER_WITHIN_S = 900;

/** Keeps so many tenants under their first scan at once, each scanned once: who is through is followed by a fresh one. */
export function openScans(house: House, admin: Person, atOnce: number) {
  let made = 0;
  const running = async (): Promise<number> => {
    const [row] = await house.sql<{ n: number }[]>`select count(*)::int as n from scans where state = 'running'`;
    return row?.n ?? 0;
  };
  return {
    /** Makes up for scans that are over; answers when all run. */
    keepUp: () =>
      until("the scans run", async () => {
        const missing = atOnce - (await running());
        if (missing <= 0) return true;
        const fresh: Awaited<ReturnType<House["cloudTenant"]>>[] = [];
        for (let n = 0; n < missing; n++) fresh.push(await house.cloudTenant("quiet", `scanned-${made++}`, BIG));
        for (const cloud of fresh) await house.onboard(admin, cloud, { waitForScan: false });
        await until("the new scans begin", async () => {
          const [row] = await house.sql`
            select 1 from tenants t where not exists (
              select 1 from scans s where s.tenant_id = t.id and s.started_at is not null)`;
          return row === undefined;
        });
        return false;
      }),
    /** Answers when none runs any more. */
    over: () => until("the scans are over", async () => (await running()) === 0, OVER_WITHIN_S),
    /** How many ran from before the first moment until after the second. */
    throughout: async (from: Date, to: Date): Promise<number> => {
      const [row] = await house.sql<{ n: number }[]>`
        select count(*)::int as n from scans
        where started_at <= ${from} and (completed_at is null or completed_at >= ${to})`;
      return row?.n ?? 0;
    },
  };
}
