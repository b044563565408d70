/** What a program does between two characters. */
import { ALT, ASSERT, type Program } from './program.js';

/**
 * The nodes that consume nothing, at places where certain assertions hold. Those that lead to each other in a circle, or to
 * one other alone, are as far from an end as that, and share its slot; so every distance is worked out once, also where
 * stars stand in stars.
 */
export class SilentNodes {
  /** By node, where its distance stands in a row. */
  readonly slots: Uint16Array;
  /** In threes: the slot of the smaller of two distances, and the slots of the two, in an order in which they are known. */
  readonly minima: Uint16Array;
  readonly #program: Program;
  readonly #holds: number;
  readonly #after: (Uint16Array | undefined)[] = [];
  readonly #ways: (Uint16Array | undefined)[] = [];

  constructor(program: Program, holds: number) {
    this.#program = program;
    this.#holds = holds;
    this.slots = Uint16Array.from({ length: program.size }, (_, node) => node);
    this.minima = Uint16Array.from(this.#settle());
  }

  /** By consumer, the slot in a row of these assertions where it goes on after a code point of the class. */
  after(column: number): Uint16Array {
    const known = this.#after[column];
    if (known !== undefined) return known;
    const slots = (this.#program.after[column] as Uint16Array).map((node) => this.slots[node] as number);
    this.#after[column] = slots;
    return slots;
  }

  /** The consumers, and the end of a match, that a node leads to, in the order in which they are preferred. */
  waysFrom(node: number): Uint16Array {
    const known = this.#ways[node];
    if (known !== undefined) return known;
    const visited = new Set<number>();
    const ways: number[] = [];
    const stack = [node];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (visited.has(next)) continue;
      visited.add(next);
      if (this.#isSilent(next)) stack.push(...this.#leadsTo(next).reverse());
      else if (next <= this.#program.match) ways.push(next);
    }
    const found = Uint16Array.from(ways);
    this.#ways[node] = found;
    return found;
  }

  #isSilent(node: number): boolean {
    return node >= this.#program.consumers && node < this.#program.match;
  }

  #leadsTo(node: number): number[] {
    const { op, out, arg } = this.#program;
    if (op[node] === ALT) return [out[node] as number, arg[node] as number];
    return op[node] === ASSERT && ((arg[node] as number) & ~this.#holds) === 0 ? [out[node] as number] : [];
  }

  /** Finds the circles, each after those that it leads to (Tarjan), and gives them their slots. */
  #settle(): number[] {
    const { slots } = this;
    const { consumers, match } = this.#program;
    const nowhere = match + 1;
    const minima: number[] = [];
    const entered = new Int32Array(match);
    const open: number[] = [];
    const settled = new Set<number>();
    let count = 0;
    const close = (circle: number[]) => {
      for (const member of circle) settled.add(member);
      const ways = new Set(circle.flatMap((member) => this.#leadsTo(member)).filter((to) => !circle.includes(to)));
      const [one = nowhere, other, ...others] = new Set(
        [...ways].map((to) => slots[to] as number).filter((slot) => slot !== nowhere),
      );
      const slot = other === undefined ? one : (circle[0] as number);
      if (other !== undefined) minima.push(slot, one, other);
      for (const another of others) minima.push(slot, another, slot);
      for (const member of circle) slots[member] = slot;
    };
    const enter = (node: number): number => {
      count += 1;
      const number = count;
      entered[node] = number;
      const height = open.push(node) - 1;
      let lowest = number;
      for (const to of this.#leadsTo(node)) {
        if (!this.#isSilent(to) || settled.has(to)) continue;
        lowest = Math.min(lowest, entered[to] === 0 ? enter(to) : (entered[to] as number));
      }
      if (lowest === number) close(open.splice(height));
      return lowest;
    };
    for (let node = consumers; node < match; node++) if (entered[node] === 0) enter(node);
    return minima;
  }
}
