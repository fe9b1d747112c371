const SLOT = 4;

/** The limit of any table of sightings: hash, look, write one word back; no days, no times, no bound. */
export class BareTable {
  #slots = new Uint32Array(1024 * SLOT);
  #count = 0;
  #high = 0;
  #low = 0;

  put(owner: string, values: readonly string[]): void {
    this.#each(owner, values, (slot) => {
      if (this.#slots[slot + 3] !== 0) return;
      this.#slots[slot] = this.#high;
      this.#slots[slot + 1] = this.#low;
      this.#slots[slot + 3] = 1;
      this.#count += 1;
      if (this.#count * SLOT > this.#slots.length * 0.7) this.#widen();
    });
  }

  /** Looks at each value of the owner; how many were there. */
  probe(owner: string, values: readonly string[]): number {
    let found = 0;
    this.#each(owner, values, (slot) => {
      if (this.#slots[slot + 3] === 0) return;
      this.#slots[slot + 2]! += 1;
      found += 1;
    });
    return found;
  }

  #each(owner: string, values: readonly string[], visit: (slot: number) => void): void {
    this.#hash(0x811c9dc5, 0x7f4a7c15, owner);
    const [high, low] = [this.#high, this.#low];
    for (let kind = 0; kind < values.length; kind++) {
      this.#hash(high + kind, low, values[kind]!);
      visit(this.#slotOf());
    }
  }

  #hash(high: number, low: number, text: string): void {
    let [a, b] = [high | 0, low | 0];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b);
      b ^= b >>> 13;
    }
    this.#high = (a ^ (a >>> 15)) >>> 0;
    this.#low = Math.imul(b ^ (b >>> 16), 0x27d4eb2f) >>> 0;
  }

  #slotOf(): number {
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    for (let i = this.#low & mask; ; i = (i + 1) & mask) {
      const slot = i * SLOT;
      if (slots[slot + 3] === 0 || (slots[slot] === this.#high && slots[slot + 1] === this.#low)) return slot;
    }
  }

  #widen(): void {
    const old = this.#slots;
    const wide = new Uint32Array(old.length * 2);
    const mask = wide.length / SLOT - 1;
    for (let slot = 0; slot < old.length; slot += SLOT) {
      if (old[slot + 3] === 0) continue;
      let i = old[slot + 1]! & mask;
      while (wide[i * SLOT + 3] !== 0) i = (i + 1) & mask;
      wide.set(old.subarray(slot, slot + SLOT), i * SLOT);
    }
    this.#slots = wide;
  }
}
