/** Lets a text through, with `[REDACTED]` in the place of what was found. */
import type { KnownText } from './scanner.js';

const REDACTED = '[REDACTED]';

export class Redaction {
  /** How much of the text was let through, or left out. */
  passed = 0;
  /** The end of what is being left out; what touches it adds nothing. */
  #coveredTo = -1;
  #places: (readonly [start: number, end: number])[] = [];

  /** Starts and ends of places, whose starts have not been passed. */
  add(found: readonly number[]): void {
    for (let index = 0; index < found.length; index += 2) {
      this.#places.push([found[index] as number, found[index + 1] as number]);
    }
  }

  /** What goes on of the known text up to the offset, before which every place is known. */
  pass(known: KnownText, offset: number): string {
    const { text, base, isWhole } = known;
    const limit = isWhole ? offset : wholeCodePoints(text, base, offset);
    this.#places.sort(([a], [b]) => a - b);
    let passed = '';
    let used = 0;
    for (const [start, end] of this.#places) {
      if (start >= limit) break;
      used += 1;
      if (start > this.#coveredTo) {
        passed += this.#passUncovered(known, start) + REDACTED;
      }
      this.#coveredTo = Math.max(this.#coveredTo, end);
    }
    passed += this.#passUncovered(known, limit);
    this.#places = this.#places.slice(used);
    return passed;
  }

  /** The text up to the offset, without what was left out. */
  #passUncovered({ text, base }: KnownText, offset: number): string {
    const from = Math.max(this.passed, this.#coveredTo);
    this.passed = Math.max(this.passed, offset);
    return from < offset ? text.slice(from - base, offset - base) : '';
  }
}

/** The offset, or one less where it would part the halves of a code point. */
function wholeCodePoints(text: string, base: number, offset: number): number {
  const last = text.charCodeAt(offset - base - 1);
  if (last < 0xd800 || last > 0xdbff) return offset;
  const next = text.charCodeAt(offset - base);
  return next >= 0xdc00 && next <= 0xdfff ? offset - 1 : offset - (offset - base === text.length ? 1 : 0);
}
