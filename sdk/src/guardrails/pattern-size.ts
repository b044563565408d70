/** Roughly how many steps a pattern compiles to, from its text alone: one that has a million takes all memory. */
export function patternSize(pattern: string): number {
  return new Reader(pattern).alternatives(0);
}

/** Deeper groups are not possible in RE2. */
const DEEPEST = 1_000;

const characterClass = /\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]?/sy;
const quoted = /\\Q(.*?)(?:\\E|$)/sy;
const escaped = /\\(?:[pPx](?:\{[^}]*\}|.)|.|$)/sy;
const opened = /\((?:\?(?:P?<\w*>|[a-zA-Z-]*[:)]?))?/y;
const repeated = /[*+?]|\{(\d+)(?:,(\d*))?\}/y;

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** To the end, or to the bracket that closes the group. */
  alternatives(depth: number): number {
    let sum = 0;
    let isClass = true;
    while (true) {
      const size = this.#sequence(depth);
      sum += size;
      isClass &&= size === 1;
      if (this.#pattern[this.#at] !== '|') return isClass ? 1 : sum;
      sum += 1;
      this.#at += 1;
    }
  }

  #sequence(depth: number): number {
    let sum = 0;
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at] as string)) {
      sum += this.#repeated(this.#atom(depth));
    }
    // A bracket that closes nothing.
    if (depth === 0 && this.#pattern[this.#at] === ')') this.#at += 1;
    return sum;
  }

  #atom(depth: number): number {
    const literal = this.#take(quoted)?.[1];
    if (literal !== undefined) return literal.length;
    if (this.#take(characterClass) !== null || this.#take(escaped) !== null) return 1;
    const group = this.#take(opened)?.[0];
    if (group === undefined || depth === DEEPEST) {
      this.#at += group === undefined ? 1 : 0;
      return 1;
    }
    if (group.endsWith(')')) return 0;
    const size = this.alternatives(depth + 1);
    if (this.#pattern[this.#at] === ')') this.#at += 1;
    return size;
  }

  /** What came before, with its copies and the alternatives between them. */
  #repeated(size: number): number {
    let repeatedSize = size;
    for (let found = this.#take(repeated); found !== null; found = this.#take(repeated)) {
      const [, least, most = least] = found;
      if (least === undefined || most === undefined) repeatedSize += 1;
      else {
        const copies = Math.max(Number(least), Number(most), 1);
        repeatedSize = repeatedSize * copies + Math.max(0, Number(most) - Number(least));
      }
    }
    return repeatedSize;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#pattern);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}
