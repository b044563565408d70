/**
 * Aho and Corasick's automaton: all terms in one pass, a step a code unit. Node 0 is the root. Where to go on when a node
 * has no child for a unit is worked out when a text asks for it, so that long lists are compiled quickly.
 */

const ASCII = 0x80;
const UNKNOWN = -1;

export class AhoCorasick {
  /** By node, how many units lead to it. */
  readonly depth: Uint16Array;
  readonly longest: number;
  /** Whether a term ends in the node. */
  readonly #ends: Uint8Array;
  /** The node of the longest beginning of a term that the units before end with, and that is shorter. */
  readonly #fail: Int32Array;
  /** The node of the longest term that ends here and is shorter; 0 where there is none. */
  readonly #shorter: Int32Array;
  readonly #parent: Int32Array;
  readonly #incoming: Int32Array;
  /** A hash table of nodes by parent and incoming symbol. */
  readonly #slots: Int32Array;
  #count = 1;
  /** The units that terms hold, numbered from 1 on. */
  readonly #symbols = new Map<number, number>();
  readonly #asciiSymbols = new Int32Array(ASCII);

  /** Makes room for the terms, which are added one by one. */
  constructor(terms: readonly string[]) {
    const most = terms.reduce((sum, { length }) => sum + length, 1);
    this.longest = terms.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.depth = new Uint16Array(most);
    this.#ends = new Uint8Array(most);
    this.#fail = new Int32Array(most).fill(UNKNOWN);
    this.#shorter = new Int32Array(most).fill(UNKNOWN);
    this.#parent = new Int32Array(most);
    this.#incoming = new Int32Array(most);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most)));
    this.#fail[0] = 0;
    this.#shorter[0] = 0;
  }

  add(term: string): void {
    let node = 0;
    for (let index = 0; index < term.length; index++) {
      const symbol = this.#symbolOf(term.charCodeAt(index));
      const slot = this.#slotOf(node, symbol);
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = this.#count;
        this.#parent[this.#count] = node;
        this.#incoming[this.#count] = symbol;
        this.depth[this.#count] = index + 1;
        this.#count += 1;
      }
      node = this.#slots[slot] as number;
    }
    this.#ends[node] = 1;
  }

  /** The node after one more unit. */
  step(from: number, unit: number): number {
    const symbol = unit < ASCII ? (this.#asciiSymbols[unit] as number) : (this.#symbols.get(unit) ?? 0);
    return symbol === 0 ? 0 : this.#go(from, symbol);
  }

  /** The node of the longest term that ends in the node; 0 where none does. */
  termAt(node: number): number {
    return this.#ends[node] === 1 ? node : this.shorterTerm(node);
  }

  /** The node of the longest term that ends in the node and is shorter than it; 0 where none does. */
  shorterTerm(node: number): number {
    const known = this.#shorter[node] as number;
    if (known !== UNKNOWN) return known;
    const shorter = this.termAt(this.#failOf(node));
    this.#shorter[node] = shorter;
    return shorter;
  }

  #go(from: number, symbol: number): number {
    let node = from;
    while (true) {
      const child = this.#slots[this.#slotOf(node, symbol)] as number;
      if (child !== 0 || node === 0) return child;
      node = this.#failOf(node);
    }
  }

  #failOf(node: number): number {
    const known = this.#fail[node] as number;
    if (known !== UNKNOWN) return known;
    const parent = this.#parent[node] as number;
    const fail = parent === 0 ? 0 : this.#go(this.#failOf(parent), this.#incoming[node] as number);
    this.#fail[node] = fail;
    return fail;
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

  #symbolOf(unit: number): number {
    const symbol = this.#symbols.get(unit) ?? this.#symbols.size + 1;
    this.#symbols.set(unit, symbol);
    if (unit < ASCII) this.#asciiSymbols[unit] = symbol;
    return symbol;
  }
}
