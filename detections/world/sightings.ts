import { DAY } from "./seen.ts";

/** Of each kind no more values are kept of one owner. */
export const MAX_VALUES = 512;
const FORGET_AFTER_DAYS = 120;
const MOST_DAYS = 255;

const CHUNK_BITS = 20;
const CHUNK = 1 << CHUNK_BITS;
const INSIDE = CHUNK - 1;
const FIRST_CHUNK = 1 << 10;
const FIRST_SLOTS = 64;
const FULL = 0.75;
/** An owner's slot: two words of its hash, and where its first segment is. */
const SLOT = 3;
/** A first segment begins with the next one's address, kinds and count, days and last day; any other with the next one's address. */
const HEAD = 3;
/** A value: its hash, when it was first seen, and last day, days, kind and the rest of the hash. */
const VALUE = 3;
const LARGEST_SEGMENT = 128;
/** Whoever has many values gets ever larger segments: few places in memory to look at. */
const grown = (size: number): number => Math.min(LARGEST_SEGMENT, size * 2);
const REMEMBERED = 64;
const MAGIC = 0x50_45_54_32;
const PREFACE = 8;

/**
 * First sighting and days of values, for very many owners, as numbers in flat tables: 12 bytes a value, an owner's values
 * side by side, so that looking at one owner costs the same among a million. A value is known by a hash that the seed
 * keys: whoever does not know the seed cannot make a value that is taken for another. Times are kept to the second.
 * An owner and a value found are told by address, 0 for none; addresses stay.
 */
export class Sightings {
  readonly #seed: number;
  readonly #perSegment: number;
  #slots: Int32Array = new Int32Array(FIRST_SLOTS * SLOT);
  #owners = 0;
  #chunks: Int32Array[] = [new Int32Array(FIRST_CHUNK)];
  #end = 1;
  /** The hash at hand, and those of the last texts: one record asks for the same ones again and again. */
  #high = 0;
  #low = 0;
  readonly #texts = new Array<string>(REMEMBERED).fill("");
  readonly #hashes = new Int32Array(REMEMBERED * 2);

  /**
   * @param seed what others do not know
   * @param perSegment how many values an owner mostly has: room is taken in such steps, which grow
   */
  constructor(seed: number, perSegment: number) {
    this.#seed = seed | 0;
    this.#perSegment = perSegment;
  }

  get owners(): number {
    return this.#owners;
  }

  /** Bytes taken, room that is not used yet included. */
  get bytes(): number {
    return this.#slots.byteLength + this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /** The owner of that name, or 0. */
  owner(name: string): number {
    this.#hash(name);
    return this.#slots[this.#slotOf() + 2]! >>> 0;
  }

  /** The owner of that name, made where there is none. */
  open(name: string): number {
    this.#hash(name);
    const slot = this.#slotOf();
    const known = this.#slots[slot + 2]! >>> 0;
    if (known !== 0) return known;
    const made = this.#take(HEAD + this.#perSegment * VALUE);
    this.#slots[slot] = this.#high;
    this.#slots[slot + 1] = this.#low;
    this.#slots[slot + 2] = made;
    this.#owners += 1;
    if (this.#owners * SLOT > this.#slots.length * FULL) this.#widen();
    return made;
  }

  /** Notes that the owner was there on this day. */
  attend(owner: number, at: number): void {
    const chunk = this.#chunks[owner >>> CHUNK_BITS]!;
    const word = (owner & INSIDE) + 2;
    const day = Math.floor(at / DAY);
    const known = chunk[word]!;
    if (known !== 0 && (known & 0xffff) === day) return;
    chunk[word] = (Math.min(0xffff, (known >>> 16) + 1) << 16) | day;
  }

  /** On how many days the owner was there. */
  attended(owner: number): number {
    return this.#chunks[owner >>> CHUNK_BITS]![(owner & INSIDE) + 2]! >>> 16;
  }

  /** Whether any value of the kind (0 to 15) was seen of the owner. */
  hasAny(owner: number, kind: number): boolean {
    return (this.#chunks[owner >>> CHUNK_BITS]![(owner & INSIDE) + 1]! & (1 << kind)) !== 0;
  }

  find(owner: number, kind: number, value: string): number {
    this.#hash(value);
    return this.#find(owner, kind);
  }

  /** When a found value was first seen, ms. */
  first(found: number): number {
    return (this.#chunks[found >>> CHUNK_BITS]![(found & INSIDE) + 1]! >>> 0) * 1000;
  }

  /** On how many days a found value was seen, or how often it was counted; 255 stands for more. */
  days(found: number): number {
    return (this.#chunks[found >>> CHUNK_BITS]![(found & INSIDE) + 2]! >>> 8) & 0xff;
  }

  /** A value was seen. One not seen for months begins anew. */
  learn(owner: number, kind: number, value: string, at: number): void {
    const day = Math.floor(at / DAY);
    const found = this.find(owner, kind, value);
    if (found === 0) {
      this.#add(owner, kind, at, day);
      return;
    }
    const chunk = this.#chunks[found >>> CHUNK_BITS]!;
    const word = (found & INSIDE) + 2;
    const known = chunk[word]!;
    const last = known >>> 16;
    if (last === day) return;
    const isForgotten = day - last > FORGET_AFTER_DAYS;
    if (isForgotten) chunk[word - 1] = Math.floor(at / 1000);
    const days = isForgotten ? 1 : Math.min(MOST_DAYS, ((known >>> 8) & 0xff) + 1);
    chunk[word] = (day << 16) | (days << 8) | (known & 0xff);
  }

  /** Counts a value once more, whatever the day. */
  count(owner: number, kind: number, value: string, at: number): void {
    const found = this.find(owner, kind, value);
    if (found === 0) {
      this.#add(owner, kind, at, Math.floor(at / DAY));
      return;
    }
    const chunk = this.#chunks[found >>> CHUNK_BITS]!;
    const word = (found & INSIDE) + 2;
    if (((chunk[word]! >>> 8) & 0xff) < MOST_DAYS) chunk[word]! += 1 << 8;
  }

  /** Keeps the time of a value's last sighting in place of its first. */
  mark(owner: number, kind: number, value: string, at: number): void {
    const found = this.find(owner, kind, value);
    if (found === 0) {
      this.#add(owner, kind, at, Math.floor(at / DAY));
      return;
    }
    this.#chunks[found >>> CHUNK_BITS]![(found & INSIDE) + 1] = Math.floor(at / 1000);
  }

  /** Whether at least `need` values of an owner pass; values are told by address. */
  hasAtLeast(owner: number, need: number, passes: (found: number) => boolean): boolean {
    let size = this.#perSegment;
    let left = this.#used(owner);
    let count = 0;
    let segment = owner;
    let values = owner + HEAD;
    while (count < need && left > 0) {
      const here = Math.min(size, left);
      for (let i = 0; i < here && count < need; i++) if (passes(values + i * VALUE)) count += 1;
      left -= size;
      size = grown(size);
      segment = this.#chunks[segment >>> CHUNK_BITS]![segment & INSIDE]! >>> 0;
      values = segment + 1;
    }
    return count >= need;
  }

  /** Everything as bytes, piece by piece and without a copy: a piece holds until the table changes. */
  write(take: (piece: Uint8Array) => void): void {
    const preface = new Int32Array(PREFACE);
    preface.set([MAGIC, this.#seed, this.#perSegment, this.#owners, this.#slots.length, this.#end]);
    const words = [preface, this.#slots];
    for (const [i, chunk] of this.#chunks.entries())
      words.push(chunk.subarray(0, Math.min(chunk.length, this.#end - i * CHUNK)));
    for (const { buffer, byteOffset, byteLength } of words) take(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** The same bytes in one piece of their own. */
  snapshot(): Uint8Array {
    const bytes = new Uint8Array(4 * (PREFACE + this.#slots.length + this.#end));
    let at = 0;
    this.write((piece) => {
      bytes.set(piece, at);
      at += piece.length;
    });
    return bytes;
  }

  /** A table as it was when the bytes were made. The bytes are the table's own from then on: it writes into them. */
  static adopt(bytes: Uint8Array): Sightings {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const words = new Int32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
    const [magic, seed = 0, perSegment = 0, owners = 0, slots = 0, last = 0] = words;
    const end = last >>> 0;
    if (magic !== MAGIC || bytes.byteLength !== 4 * (PREFACE + slots + end)) throw new Error("No table of sightings.");
    const table = new Sightings(seed, perSegment);
    table.#owners = owners;
    table.#slots = words.subarray(PREFACE, PREFACE + slots);
    table.#end = end;
    table.#chunks = [];
    for (let at = PREFACE + slots; at < words.length; at += CHUNK) table.#chunks.push(words.subarray(at, at + CHUNK));
    return table;
  }

  #hash(text: string): void {
    const { length } = text;
    const middle = text.charCodeAt(length >> 1);
    const at = (length + 7 * middle + 31 * text.charCodeAt(length - 1)) & (REMEMBERED - 1);
    if (this.#texts[at] !== text || length === 0) {
      this.#texts[at] = text;
      this.#compute(text, at * 2);
    }
    this.#high = this.#hashes[at * 2]!;
    this.#low = this.#hashes[at * 2 + 1]!;
  }

  #compute(text: string, at: number): void {
    let high = this.#seed;
    let low = Math.imul(high, 0x9e_37_79_b1) ^ 0x7f_4a_7c_15;
    const p = (high << 1) | 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 0x01_00_01_93) + p;
      low = Math.imul(low ^ code, 0x85_eb_ca_6b);
      low ^= low >>> 13;
    }
    high = Math.imul(high ^ (high >>> 16) ^ low, 0xc2_b2_ae_35);
    low = Math.imul(low ^ (low >>> 16) ^ high, 0x27_d4_eb_2f);
    this.#hashes[at] = high ^ (high >>> 15) || 1;
    this.#hashes[at + 1] = low ^ (low >>> 14);
  }

  /** Where the owner with the hash at hand is, or the free slot that is to become its. */
  #slotOf(): number {
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    for (let i = this.#low & mask; ; i = (i + 1) & mask) {
      const slot = i * SLOT;
      if (slots[slot + 2] === 0) return slot;
      if (slots[slot] === this.#high && slots[slot + 1] === this.#low) return slot;
    }
  }

  #widen(): void {
    const old = this.#slots;
    const wide = new Int32Array(old.length * 2);
    const mask = wide.length / SLOT - 1;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      if (old[slot + 2] === 0) continue;
      let i = old[slot + 1]! & mask;
      while (wide[i * SLOT + 2] !== 0) i = (i + 1) & mask;
      wide.set(old.subarray(slot, slot + SLOT), i * SLOT);
    }
    this.#slots = wide;
  }

  #take(words: number): number {
    let at = this.#end & INSIDE;
    if (at + words > CHUNK) {
      this.#lengthen(CHUNK);
      this.#chunks.push(new Int32Array(CHUNK));
      this.#end = (this.#chunks.length - 1) * CHUNK;
      at = 0;
    } else if (at === 0) this.#chunks.push(new Int32Array(CHUNK));
    this.#lengthen(at + words);
    const made = this.#end;
    this.#end += words;
    return made;
  }

  /** The last piece holds at least so many words, at most `CHUNK`. */
  #lengthen(words: number): void {
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last]!;
    if (words <= chunk.length) return;
    const longer = new Int32Array(Math.min(CHUNK, Math.max(words, FIRST_CHUNK, chunk.length * 2)));
    longer.set(chunk);
    this.#chunks[last] = longer;
  }

  #used(owner: number): number {
    return this.#chunks[owner >>> CHUNK_BITS]![(owner & INSIDE) + 1]! >>> 16;
  }

  #find(owner: number, kind: number): number {
    const wanted = this.#high;
    const mark = (kind << 4) | (this.#low & 0xf);
    let size = this.#perSegment;
    let chunk = this.#chunks[owner >>> CHUNK_BITS]!;
    let segment = owner;
    let values = (owner & INSIDE) + HEAD;
    let left = chunk[(owner & INSIDE) + 1]! >>> 16;
    while (left > 0) {
      const end = values + (left < size ? left : size) * VALUE;
      for (let i = values; i < end; i += VALUE)
        if (chunk[i] === wanted && (chunk[i + 2]! & 0xff) === mark) return segment - (segment & INSIDE) + i;
      left -= size;
      size = grown(size);
      segment = chunk[segment & INSIDE]! >>> 0;
      chunk = this.#chunks[segment >>> CHUNK_BITS]!;
      values = (segment & INSIDE) + 1;
    }
    return 0;
  }

  /** Adds the value with the hash at hand. */
  #add(owner: number, kind: number, at: number, day: number): void {
    const used = this.#used(owner);
    if (used >= MAX_VALUES && this.#ofKind(owner, kind) >= MAX_VALUES) return;
    let size = this.#perSegment;
    let segment = owner;
    let inside = used;
    while (inside > size) {
      inside -= size;
      size = grown(size);
      segment = this.#chunks[segment >>> CHUNK_BITS]![segment & INSIDE]! >>> 0;
    }
    if (inside === size) {
      const next = this.#take(1 + grown(size) * VALUE);
      this.#chunks[segment >>> CHUNK_BITS]![segment & INSIDE] = next;
      segment = next;
      inside = 0;
    }
    const chunk = this.#chunks[segment >>> CHUNK_BITS]!;
    const value = (segment & INSIDE) + (segment === owner ? HEAD : 1) + inside * VALUE;
    chunk[value] = this.#high;
    chunk[value + 1] = Math.floor(at / 1000);
    chunk[value + 2] = (day << 16) | (1 << 8) | (kind << 4) | (this.#low & 0xf);
    const word = (owner & INSIDE) + 1;
    const head = this.#chunks[owner >>> CHUNK_BITS]!;
    head[word] = ((used + 1) << 16) | (head[word]! & 0xffff) | (1 << kind);
  }

  #ofKind(owner: number, kind: number): number {
    let count = 0;
    this.hasAtLeast(owner, 0x1_0000, (found) => {
      const stamp = this.#chunks[found >>> CHUNK_BITS]![(found & INSIDE) + 2]!;
      if (((stamp >>> 4) & 0xf) === kind) count += 1;
      return false;
    });
    return count;
  }
}
