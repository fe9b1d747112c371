/** `bytes(n)` gives n bytes of a cryptographic random source. */
export type RandomBytes = (count: number) => Uint8Array;

/** Without characters that are heard or read as one another over the phone: 0 O o, 1 l I i, 5 S s, 8 B, 2 Z z. */
const CLASSES = ["abcdefghjkmnpqrtuvwxy", "ACDEFGHJKLMNPQRTUVWXY", "34679", "-+=#%?"] as const;
const LENGTH = 20;

/**
 * A password that passes Microsoft's policy (three of four classes, no user name, nothing from the banned list, which needs
 * words): every class is in it. About 107 bits of chance.
 */
export function generatePassword(bytes: RandomBytes): string {
  const all = CLASSES.join("");
  const picked = CLASSES.map((characters) => pick(characters, bytes));
  while (picked.length < LENGTH) picked.push(pick(all, bytes));
  for (let i = picked.length - 1; i > 0; i--) {
    const j = below(i + 1, bytes);
    [picked[i], picked[j]] = [picked[j] as string, picked[i] as string];
  }
  return picked.join("");
}

const pick = (characters: string, bytes: RandomBytes): string => characters.charAt(below(characters.length, bytes));

/** Uniform below `limit` (at most 256): bytes that would favour small numbers are thrown away. */
function below(limit: number, bytes: RandomBytes): number {
  const ceiling = 256 - (256 % limit);
  for (;;) {
    const value = bytes(1)[0];
    if (value !== undefined && value < ceiling) return value % limit;
  }
}
