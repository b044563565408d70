/** Numbers at random, the same in every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 on, less than `below`. */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  between(least: number, most: number): number {
    return least + this.number(most - least + 1);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.number(items.length)] as Item;
  }

  /** `#` is a digit, `%` a digit but 0, `^` a capital letter, `*` either, `~` a hexadecimal digit. */
  fill(form: string): string {
    return form.replace(/[#%^*~]/g, (sign) => {
      if (sign === '#') return String(this.number(10));
      if (sign === '%') return String(this.between(1, 9));
      const signs = sign === '^' ? 26 : sign === '*' ? 36 : 16;
      return sign === '^'
        ? String.fromCharCode(65 + this.number(signs))
        : this.of([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.slice(0, signs)]);
    });
  }
}

/** A text, and what is to be found in it. */
export interface Sample {
  readonly text: string;
  readonly places: readonly { readonly start: number; readonly end: number }[];
}

/** The sentence with the value in place of `{}`. */
export function sample(sentence: string, value: string): Sample {
  const start = sentence.indexOf('{}');
  return { text: sentence.replace('{}', () => value), places: [{ start, end: start + value.length }] };
}
