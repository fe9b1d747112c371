import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generatePassword } from "./password.ts";

test("a generated password holds every class, no character that is misheard, and at least 16 of them [S40]", () => {
  for (let n = 0; n < 500; n++) {
    const password = generatePassword((count) => randomBytes(count));
    expect(password.length).toBeGreaterThanOrEqual(16);
    for (const part of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]) expect(password).toMatch(part);
    expect(password).not.toMatch(/[0Oo1lIi5Ss8B2Zz]/);
  }
});

test("no two of many passwords are the same", () => {
  const made = Array.from({ length: 2000 }, () => generatePassword((count) => randomBytes(count)));
  expect(new Set(made).size).toBe(made.length);
});

test("the password depends on nothing but the bytes given", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 400, maxLength: 400 }), (numbers) => {
      const source = () => {
        let at = 0;
        return (count: number) => Uint8Array.from({ length: count }, () => numbers[at++ % 400] ?? 0);
      };
      fc.pre(new Set(numbers).size > 50);
      expect(generatePassword(source())).toBe(generatePassword(source()));
    }),
    { numRuns: 50 },
  );
});
