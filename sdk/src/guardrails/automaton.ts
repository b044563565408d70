/** Aho and Corasick's automaton: all terms in one pass, a step a code unit. Node 0 is the root. */

const ASCII = 0x80;

export class Automaton {
  /** By node, how many units lead to it. */
  readonly depth: Uint16Array;
  /** Whether a term ends in the node. */
  readonly ends: Uint8Array;
  /** The node of the longest term that ends here and is shorter; 0 where there is none. */
  readonly shorter: Int32Array;
  readonly longest: number;
  readonly #fail: Int32Array;
  readonly #parent: Int32Array;
  readonly #incoming: Int32Array;
  /** A hash table of nodes by parent and incoming symbol. */
  readonly #slots: Int32Array;
  /** The units that terms hold, numbered from 1 on. */
  readonly #symbols = new Map<number, number>();
  readonly #asciiSymbols = new Int32Array(ASCII);

  constructor(terms: readonly string[]) {
    const most = terms.reduce((sum, { length }) => sum + length, 1);
    this.longest = terms.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.depth = new Uint16Array(most);
    this.ends = new Uint8Array(most);
    this.shorter = new Int32Array(most);
    this.#fail = new Int32Array(most);
    this.#parent = new Int32Array(most);
    this.#incoming = new Int32Array(most);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most)));
    const count = this.#plant(terms);
    this.#link(count);
  }

  /** The node after one more unit. */
  step(from: number, unit: number): number {
    const symbol = unit < ASCII ? (this.#asciiSymbols[unit] as number) : (this.#symbols.get(unit) ?? 0);
    return symbol === 0 ? 0 : this.#go(from, symbol);
  }

  #go(from: number, symbol: number): number {
    let node = from;
    while (true) {
      const slot = this.#slotOf(node, symbol);
      const child = this.#slots[slot] as number;
      if (child !== 0 || node === 0) return child;
      node = this.#fail[node] as number;
    }
  }

  /** Where the child is in the hash table, or would be. */
  #slotOf(node: number, symbol: number): number {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (true) {
      const child = this.#slots[slot] as number;
      if (child === 0 || (this.#parent[child] === node && this.#incoming[child] === symbol)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #plant(terms: readonly string[]): number {
    let count = 1;
    for (const term of terms) {
      let node = 0;
      for (let index = 0; index < term.length; index++) {
        const symbol = this.#symbolOf(term.charCodeAt(index));
        const slot = this.#slotOf(node, symbol);
        if (this.#slots[slot] === 0) {
          this.#slots[slot] = count;
          this.#parent[count] = node;
          this.#incoming[count] = symbol;
          this.depth[count] = index + 1;
          count += 1;
        }
        node = this.#slots[slot] as number;
      }
      this.ends[node] = 1;
    }
    return count;
  }

  #symbolOf(unit: number): number {
    const symbol = this.#symbols.get(unit) ?? this.#symbols.size + 1;
    this.#symbols.set(unit, symbol);
    if (unit < ASCII) this.#asciiSymbols[unit] = symbol;
    return symbol;
  }

  /** Where to go on when a node has no child for a unit: the shallow nodes first. */
  #link(count: number): void {
    const byDepth = Array.from({ length: this.longest + 1 }, (): number[] => []);
    for (let node = 1; node < count; node++) byDepth[this.depth[node] as number]?.push(node);
    for (const nodes of byDepth) {
      for (const node of nodes) {
        const parent = this.#parent[node] as number;
        const fail = parent === 0 ? 0 : this.#go(this.#fail[parent] as number, this.#incoming[node] as number);
        this.#fail[node] = fail;
        this.shorter[node] = this.ends[fail] === 1 ? fail : (this.shorter[fail] as number);
      }
    }
  }
}
