/** Which class of code points one belongs to: a table, filled as texts need it. */
export class CharacterClasses {
  readonly count: number;
  readonly #bounds: ArrayLike<number>;
  readonly #numbers: readonly number[];
  readonly #pages: (Uint16Array | undefined)[] = [];
  /** Pages of one class alone, which most are, by the class. */
  readonly #uniform: (Uint16Array | undefined)[] = [];

  /** Where stretches of code points begin, the first of which begins at 0, and the class of each stretch. */
  constructor(bounds: ArrayLike<number>, numbers: readonly number[]) {
    this.#bounds = bounds;
    this.#numbers = numbers;
    this.count = Math.max(...numbers) + 1;
  }

  of(codePoint: number): number {
    const page = this.#pages[codePoint >> 8] ?? this.#page(codePoint >> 8);
    return page[codePoint & 0xff] as number;
  }

  #page(number: number): Uint16Array {
    const first = this.#stretch(number * 256);
    const page = first === this.#stretch(number * 256 + 255) ? this.#uniformPage(first) : this.#mixedPage(number);
    this.#pages[number] = page;
    return page;
  }

  #uniformPage(stretch: number): Uint16Array {
    const number = this.#numbers[stretch] as number;
    const page = this.#uniform[number] ?? new Uint16Array(256).fill(number);
    this.#uniform[number] = page;
    return page;
  }

  #mixedPage(number: number): Uint16Array {
    return Uint16Array.from(
      { length: 256 },
      (_, index) => this.#numbers[this.#stretch(number * 256 + index)] as number,
    );
  }

  #stretch(codePoint: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bounds[middle] as number) <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
