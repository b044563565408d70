/** What finds matches by looking at a bounded stretch around each place, in the same way wherever the text is cut. */
import type { Finder, KnownText, Scanner } from '../scanner.js';

export interface WindowRules {
  /** How many units from its start a match, and what has to be seen after it, can take. */
  readonly bound: number;
  /** How many units before its start have to be seen. */
  readonly behind: number;
  /** How many units after a match have to be seen. */
  readonly ahead: number;
  /** Whether the unit can be within a match. Where it can't, whatever began before has ended. */
  isInside(unit: number): boolean;
  /** The first index from here on, before the limit, where a match may begin; the limit if there is none. */
  next(text: string, from: number, limit: number): number;
  /** The end of the match that begins at the index; 0 for none. `previousEnd` is where the match before it ended. */
  endOf(text: string, index: number, previousEnd: number): number;
}

export class WindowScanner implements Scanner, Finder {
  readonly finders = [this];
  found: number[] = [];
  decided = 0;
  readonly #rules: WindowRules;
  #previousEnd = -1;

  constructor(rules: WindowRules) {
    this.#rules = rules;
  }

  get needed(): number {
    return this.decided - this.#rules.behind;
  }

  scan({ text, base, isWhole }: KnownText): void {
    const rules = this.#rules;
    const limit = isWhole ? text.length : this.#limit(text);
    let index = this.decided - base;
    while (index < limit) {
      index = rules.next(text, index, limit);
      if (index >= limit) break;
      const end = rules.endOf(text, index, this.#previousEnd - base);
      if (end > index) {
        this.found.push(base + index, base + end);
        this.#previousEnd = base + end;
        index = end;
      } else index += 1;
    }
    this.decided = Math.max(this.decided, base + Math.max(index, limit));
  }

  /** Up to where matches don't depend on what comes after the text. */
  #limit(text: string): number {
    const { bound, ahead } = this.#rules;
    const seen = text.length - ahead;
    const earliest = Math.max(0, seen - bound);
    let limit = Math.max(0, seen);
    while (limit > earliest && this.#rules.isInside(text.charCodeAt(limit - 1))) limit -= 1;
    return limit;
  }
}
