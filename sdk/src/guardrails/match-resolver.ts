/**
 * Finds the matches of a program exactly, in time that grows with the text alone: going backwards it notes for every
 * place and node how far the nearest end of a match is, and going forwards it takes the preferred way among those that
 * end in time. Matches are RE2's (leftmost, and of those the preferred), each within `MAX_MATCH` units from its start.
 */
import { ALT, assertionsAt, CONSUME, kindOf, MATCH, NOTHING, type Program } from './program.js';

/** How long a match may be, in UTF-16 code units. */
export const MAX_MATCH = 256;
/** How many starts are decided in one go at the most. */
export const BLOCK = 1024;
/** Further than any match reaches, and still room to add the length of a block. */
const FAR = 0x7000;

/** The length, in units, of the code point at the index. */
export function widthAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0xd800 || unit > 0xdbff || index + 1 >= text.length) return 1;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}

/** Whether the index lies between the two halves of a code point. */
export function isInside(text: string, index: number): boolean {
  return index > 0 && widthAt(text, index - 1) === 2;
}

/** What is noted, shared by all: nothing of it is needed after a call. */
let shared = new Uint16Array(0);

/** The starts from `from` to `to`, from which nothing goes on after `horizon`; all are indices in the text. */
interface Stretch {
  readonly text: string;
  /** The offset of the text's first unit. */
  readonly base: number;
  readonly from: number;
  readonly to: number;
  readonly horizon: number;
  /** Whether the horizon is the end of the whole text. */
  readonly atEnd: boolean;
}

export class MatchResolver {
  readonly #program: Program;
  readonly #visited: Int32Array;
  readonly #stack: Int32Array;
  #mark = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#visited = new Int32Array(program.size);
    this.#stack = new Int32Array(2 * program.size + 2);
  }

  /** Adds the starts and ends of the matches, as offsets, and answers the index of the first start that is not decided. */
  resolve(stretch: Stretch, found: number[]): number {
    const { text, base, from, to } = stretch;
    const { size, start } = this.#program;
    this.#measure(stretch);
    let at = isInside(text, from) ? from + 1 : from;
    while (at < to) {
      let end = at;
      if ((shared[(at - from) * size + start] as number) <= MAX_MATCH) end = this.#end(text, from, at);
      if (end > at) found.push(base + at, base + end);
      at = end > at ? end : at + widthAt(text, at);
    }
    return at;
  }

  /** Notes by place and node how far the nearest end of a match is. */
  #measure({ text, base, from, horizon, atEnd }: Stretch): void {
    const { size, classes, consumers, after, hasAssertions } = this.#program;
    const last = (horizon - from) * size;
    if (shared.length < last + size) shared = new Uint16Array(last + size);
    const distances = shared;
    distances.fill(FAR, last, last + size);
    if (atEnd) this.#settle(last, hasAssertions ? assertionsAt(before(text, base, horizon), NOTHING) : 0);
    for (let at = horizon - 1; at >= from; at--) {
      const unit = text.charCodeAt(at);
      const codePoint = unit >= 0xd800 && unit <= 0xdfff ? (text.codePointAt(at) as number) : unit;
      if (codePoint !== unit && at + 2 > horizon) {
        // It goes on after the horizon, and so does every match that holds it.
        distances.fill(FAR, (at - from) * size, (at - from + 1) * size);
      } else {
        if (unit >= 0xdc00 && unit <= 0xdfff && isInside(text, at)) continue;
        const width = codePoint !== unit ? 2 : 1;
        const row = (at - from) * size;
        const next = row + width * size;
        const goesOn = after[classes.of(codePoint)] as Uint16Array;
        for (let node = 0; node < consumers; node++) {
          distances[row + node] = (distances[next + (goesOn[node] as number)] as number) + width;
        }
        distances[row + size - 1] = FAR;
      }
      const holds = hasAssertions ? assertionsAt(before(text, base, at), kindOf(codePoint)) : 0;
      this.#settle((at - from) * size, holds);
    }
  }

  /** The nodes that consume nothing. */
  #settle(row: number, holds: number): void {
    const { consumers, match, isCyclic } = this.#program;
    shared[row + match] = 0;
    if (isCyclic) shared.fill(FAR, row + consumers, row + match);
    while (this.#settleOnce(row, holds) && isCyclic);
  }

  /** Whether anything has changed. */
  #settleOnce(row: number, holds: number): boolean {
    const { op, out, arg, consumers, match } = this.#program;
    const distances = shared;
    let changed = false;
    for (let node = consumers; node < match; node++) {
      let distance = distances[row + (out[node] as number)] as number;
      if (op[node] === ALT) {
        const other = distances[row + (arg[node] as number)] as number;
        if (other < distance) distance = other;
      } else if (((arg[node] as number) & ~holds) !== 0) distance = FAR;
      if (distance !== distances[row + node]) changed = true;
      distances[row + node] = distance;
    }
    return changed;
  }

  /** The end of the preferred match from the start; the start itself when that match is empty. */
  #end(text: string, from: number, start: number): number {
    const { size, op, out, arg } = this.#program;
    const distances = shared;
    const visited = this.#visited;
    const stack = this.#stack;
    const limit = start + MAX_MATCH;
    let at = start;
    this.#mark += 1;
    stack[0] = this.#program.start;
    let height = 1;
    while (height > 0) {
      height -= 1;
      const node = stack[height] as number;
      if (visited[node] === this.#mark || at + (distances[(at - from) * size + node] as number) > limit) continue;
      visited[node] = this.#mark;
      const does = op[node];
      if (does === MATCH) return at;
      if (does === ALT) stack[height++] = arg[node] as number;
      if (does === CONSUME) {
        at += widthAt(text, at);
        this.#mark += 1;
        height = 0;
      }
      stack[height++] = out[node] as number;
    }
    return start;
  }
}

function before(text: string, base: number, index: number): number {
  if (index > 0) return kindOf(text.charCodeAt(index - 1));
  return base === 0 ? NOTHING : 0;
}
