import { createHash } from "node:crypto";

/** A repeatable source of randomness: the same seed gives the same company, addresses and times. */
export interface Rng {
  next(): number;
  /** Whole number from lo to hi, both included. */
  int(lo: number, hi: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  sample<T>(list: readonly T[], count: number): T[];
  uuid(): string;
  hex(digits: number): string;
  letters(count: number): string;
  /** An independent stream; drawing from it does not move this one. */
  fork(label: string): Rng;
}

export function createRng(seed: string): Rng {
  const digest = createHash("sha256").update(seed).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let d = digest.readUInt32LE(12) | 1;
  // sfc32, public domain (Chris Doty-Humphrey)
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  const int = (lo: number, hi: number): number => lo + Math.floor(next() * (hi - lo + 1));
  const hex = (digits: number): string => {
    let out = "";
    while (out.length < digits) out += int(0, 15).toString(16);
    return out;
  };
  const pick = <T>(list: readonly T[]): T => {
    const item = list[int(0, list.length - 1)];
    if (item === undefined && list.length === 0) throw new Error("cannot pick from an empty list");
    return item as T;
  };
  return {
    next,
    int,
    hex,
    pick,
    chance: (probability) => next() < probability,
    sample: <T>(list: readonly T[], count: number): T[] => {
      const rest = [...list];
      const out: T[] = [];
      while (out.length < count && rest.length > 0) out.push(...rest.splice(int(0, rest.length - 1), 1));
      return out;
    },
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[int(0, 3)]}${hex(3)}-${hex(12)}`,
    letters: (count) => Array.from({ length: count }, () => "abcdefghijklmnopqrstuvwxyz"[int(0, 25)]).join(""),
    fork: (label) => createRng(`${seed}/${label}`),
  };
}
