/** Finds which of many texts lie inside another, in one walk over it. */
export class Automaton {
  readonly #classes = new Map<number, number>();
  readonly #ascii = new Uint16Array(128);
  readonly #next: Int32Array;
  readonly #width: number;
  readonly #found: (readonly number[] | undefined)[];

  constructor(needles: readonly string[]) {
    for (const needle of needles)
      for (let i = 0; i < needle.length; i++) {
        const code = needle.charCodeAt(i);
        if (!this.#classes.has(code)) this.#classes.set(code, this.#classes.size + 1);
      }
    for (const [code, id] of this.#classes) if (code < 128) this.#ascii[code] = id;
    this.#width = this.#classes.size + 1;
    const { children, ends } = trie(needles, (code) => this.#classes.get(code)!);
    const { next, found } = complete({ children, ends }, this.#width);
    this.#next = next;
    this.#found = found;
  }

  /** Calls `hit` with the number of each text found, once for every place it is found at. */
  search(text: string, hit: (needle: number) => void): void {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const id = code < 128 ? this.#ascii[code]! : (this.#classes.get(code) ?? 0);
      state = id === 0 ? 0 : this.#next[state * this.#width + id]!;
      const found = this.#found[state];
      if (found !== undefined) for (const needle of found) hit(needle);
    }
  }
}

type Trie = { children: Map<number, number>[]; ends: number[][] };

function trie(needles: readonly string[], idOf: (code: number) => number): Trie {
  const children: Map<number, number>[] = [new Map()];
  const ends: number[][] = [[]];
  for (const [index, needle] of needles.entries()) {
    let state = 0;
    for (let i = 0; i < needle.length; i++) {
      const id = idOf(needle.charCodeAt(i));
      let child = children[state]!.get(id);
      if (child === undefined) {
        child = children.push(new Map()) - 1;
        ends.push([]);
        children[state]!.set(id, child);
      }
      state = child;
    }
    ends[state]!.push(index);
  }
  return { children, ends };
}

/** Fills in where to go from each state on each character, so that the walk never goes back. */
function complete({ children, ends }: Trie, width: number): { next: Int32Array; found: (number[] | undefined)[] } {
  const next = new Int32Array(children.length * width);
  const found: (number[] | undefined)[] = ends.map((list) => (list.length > 0 ? list : undefined));
  const fallback = new Int32Array(children.length);
  const queue: number[] = [];
  for (const [id, child] of children[0]!) {
    next[id] = child;
    queue.push(child);
  }
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    const behind = fallback[state]!;
    const also = found[behind];
    if (also) found[state] = [...(found[state] ?? []), ...also];
    for (let id = 1; id < width; id++) {
      const child = children[state]!.get(id);
      const onward = next[behind * width + id]!;
      if (child === undefined) next[state * width + id] = onward;
      else {
        next[state * width + id] = child;
        fallback[child] = onward;
        queue.push(child);
      }
    }
  }
  return { next, found };
}
