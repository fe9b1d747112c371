import fc from "fast-check";
import { expect, test } from "vitest";
import { LOCK_CAPS } from "#domain/limits.ts";
import { fullCap } from "./lock-cap.ts";

test("the caps are three or a twentieth of a tenant, 25 of an organization, 100 of the installation [S45]", () => {
  const at = (tenant: number, org: number, installation: number, accounts = 40) =>
    fullCap({ tenant, org, installation }, accounts, LOCK_CAPS);
  expect(at(2, 2, 2)).toBeUndefined();
  expect(at(3, 3, 3)).toEqual({ scope: "tenant", cap: 3 });
  expect(at(9, 9, 9, 181)).toBeUndefined();
  expect(at(10, 10, 10, 181)).toEqual({ scope: "tenant", cap: 10 });
  expect(at(0, 24, 99)).toBeUndefined();
  expect(at(0, 25, 25)).toEqual({ scope: "org", cap: 25 });
  expect(at(0, 0, 100)).toEqual({ scope: "installation", cap: 100 });
});

test("locking while no cap is full never leaves one passed, in any order over any tenants [S45]", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.array(fc.nat(7), { maxLength: 400 }), (accounts, wishes) => {
      const locked = accounts.map(() => 0);
      const orgOf = (tenant: number) => tenant % 2;
      const sum = (of: (tenant: number) => boolean) => locked.reduce((n, one, i) => (of(i) ? n + one : n), 0);
      for (const wish of wishes) {
        const i = wish % accounts.length;
        const counts = {
          tenant: locked[i] ?? 0,
          org: sum((t) => orgOf(t) === orgOf(i)),
          installation: sum(() => true),
        };
        if (!fullCap(counts, accounts[i] ?? 0, LOCK_CAPS)) locked[i] = (locked[i] ?? 0) + 1;
      }
      for (const [i, n] of locked.entries())
        expect(n).toBeLessThanOrEqual(Math.max(3, Math.ceil((accounts[i] ?? 0) / 20)));
      for (const org of [0, 1]) expect(sum((t) => orgOf(t) === org)).toBeLessThanOrEqual(25);
      expect(sum(() => true)).toBeLessThanOrEqual(100);
    }),
  );
});
