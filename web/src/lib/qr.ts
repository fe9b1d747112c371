/** QR code (ISO/IEC 18004) of a short text: byte mode, error correction level L, versions 1 to 10, mask by the four penalties. */
const ECC_PER_BLOCK = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4];
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
const ALIGNMENT = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const LEVEL_L = 1;

const at = <T>(list: readonly T[], index: number): T => {
  const value = list[index];
  if (value === undefined) throw new RangeError(`Nothing at ${index}.`);
  return value;
};

function multiply(x: number, y: number): number {
  let z = 0;
  for (let bit = 7; bit >= 0; bit--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((y >>> bit) & 1) * x;
  }
  return z;
}

function divisorOf(degree: number): number[] {
  const out = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) out[j] = multiply(at(out, j), root) ^ (out[j + 1] ?? 0);
    root = multiply(root, 2);
  }
  return out;
}

function remainderOf(data: readonly number[], divisor: readonly number[]): number[] {
  const out = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (out.shift() ?? 0);
    out.push(0);
    divisor.forEach((coefficient, i) => {
      out[i] = at(out, i) ^ multiply(coefficient, factor);
    });
  }
  return out;
}

/** Data and error correction, block by block, interleaved as they are drawn. */
function codewordsOf(bytes: Uint8Array, version: number): number[] {
  const [ecc, blocks, total] = [at(ECC_PER_BLOCK, version - 1), at(BLOCKS, version - 1), at(CODEWORDS, version - 1)];
  const capacity = total - ecc * blocks;
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  const data: number[] = [];
  for (let i = 0; i < bits.length; i += 8) data.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad);
  const short = Math.floor(total / blocks) - ecc;
  const longFrom = blocks - (total % blocks);
  const divisor = divisorOf(ecc);
  let taken = 0;
  const parts = Array.from({ length: blocks }, (_, block) => {
    const own = data.slice(taken, taken + short + (block < longFrom ? 0 : 1));
    taken += own.length;
    return { own, check: remainderOf(own, divisor) };
  });
  const out: number[] = [];
  for (let i = 0; i <= short; i++) for (const { own } of parts) if (i < own.length) out.push(at(own, i));
  for (let i = 0; i < ecc; i++) for (const { check } of parts) out.push(at(check, i));
  return out;
}

type Grid = { size: number; dark: boolean[][]; fixed: boolean[][] };

function drawFixed(version: number): Grid {
  const size = version * 4 + 17;
  const square = () => Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const grid: Grid = { size, dark: square(), fixed: square() };
  const set = (x: number, y: number, isDark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    at(grid.dark, y)[x] = isDark;
    at(grid.fixed, y)[x] = true;
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const far = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, far !== 2 && far !== 4);
      }
  const places = at(ALIGNMENT, version - 1);
  const last = places.length - 1;
  for (const cx of places)
    for (const cy of places) {
      // The three corners hold the finders.
      const [isFirstX, isFirstY, isLastX, isLastY] = [
        cx === 6,
        cy === 6,
        cx === at(places, last),
        cy === at(places, last),
      ];
      if ((isFirstX && isFirstY) || (isFirstX && isLastY) || (isLastX && isFirstY)) continue;
      for (let dy = -2; dy <= 2; dy++)
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }
  drawFormat(grid, 0, set);
  if (version >= 7) {
    let rest = version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const isDark = ((bits >>> i) & 1) === 1;
      set(size - 11 + (i % 3), Math.floor(i / 3), isDark);
      set(Math.floor(i / 3), size - 11 + (i % 3), isDark);
    }
  }
  return grid;
}

function drawFormat(grid: Grid, mask: number, set: (x: number, y: number, isDark: boolean) => void): void {
  const data = (LEVEL_L << 3) | mask;
  let rest = data;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (i: number) => ((bits >>> i) & 1) === 1;
  const { size } = grid;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

function drawCodewords(grid: Grid, words: readonly number[]): void {
  const { size } = grid;
  let i = 0;
  for (let pair = size - 1; pair >= 1; pair -= 2) {
    const right = pair <= 6 ? pair - 1 : pair;
    for (let step = 0; step < size; step++)
      for (let j = 0; j < 2; j++) {
        const x = right - j;
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (at(at(grid.fixed, y), x) || i >= words.length * 8) continue;
        at(grid.dark, y)[x] = ((at(words, i >>> 3) >>> (7 - (i & 7))) & 1) === 1;
        i++;
      }
  }
}

const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function masked(grid: Grid, mask: number): boolean[][] {
  const dark = grid.dark.map((row, y) =>
    row.map((isDark, x) => (at(at(grid.fixed, y), x) ? isDark : isDark !== at(MASKS, mask)(x, y))),
  );
  drawFormat(grid, mask, (x, y, isDark) => {
    at(dark, y)[x] = isDark;
  });
  return dark;
}

function penaltyOf(dark: readonly boolean[][]): number {
  const size = dark.length;
  const columns = dark.map((_, x) => dark.map((row) => at(row, x)));
  let penalty = 0;
  for (const line of [...dark, ...columns]) {
    const text = line.map((isDark) => (isDark ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) penalty += run.length - 2;
    for (let i = 0; i + 11 <= size; i++) if (/^(?:00001011101|10111010000)/.test(text.slice(i))) penalty += 40;
  }
  for (let y = 0; y + 1 < size; y++)
    for (let x = 0; x + 1 < size; x++) {
      const here = at(at(dark, y), x);
      if (here === at(at(dark, y), x + 1) && here === at(at(dark, y + 1), x) && here === at(at(dark, y + 1), x + 1))
        penalty += 3;
    }
  const share = (dark.flat().filter(Boolean).length * 100) / (size * size);
  return penalty + Math.floor(Math.abs(share - 50) / 5) * 10;
}

/** Rows of modules, true is dark, without the quiet zone. Throws when the text is longer than a version 10 holds. */
export function qrOf(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const fits = (version: number) =>
    4 + (version < 10 ? 8 : 16) + bytes.length * 8 <=
    (at(CODEWORDS, version - 1) - at(ECC_PER_BLOCK, version - 1) * at(BLOCKS, version - 1)) * 8;
  const version = CODEWORDS.map((_, index) => index + 1).find(fits);
  if (!version) throw new RangeError("The text is too long for this QR code.");
  const grid = drawFixed(version);
  drawCodewords(grid, codewordsOf(bytes, version));
  const drawn = MASKS.map((_, mask) => masked(grid, mask));
  return drawn.reduce((best, one) => (penaltyOf(one) < penaltyOf(best) ? one : best));
}
