/** A text that is too long: one match from the limit to the end, whose end is known only there. */
import type { Finder, KnownText, Scanner } from './scanner.js';

export class LengthScanner implements Scanner, Finder {
  readonly finders = [this];
  found: number[] = [];
  decided = 0;
  #left: number;
  #isOver = false;
  #endsInHalf = false;

  constructor(maxLength: number) {
    this.#left = maxLength;
  }

  get needed(): number {
    return this.decided;
  }

  scan({ text, base }: KnownText): void {
    let index = this.decided - base;
    for (; index < text.length && !this.#isOver; index++) {
      const unit = text.charCodeAt(index);
      const isSecondHalf = this.#endsInHalf && unit >= 0xdc00 && unit <= 0xdfff;
      this.#endsInHalf = unit >= 0xd800 && unit <= 0xdbff;
      if (isSecondHalf) continue;
      if (this.#left === 0) {
        this.#isOver = true;
        this.found.push(base + index, Number.POSITIVE_INFINITY);
      } else this.#left -= 1;
    }
    this.decided = base + text.length;
  }
}
