/**
 * Finds the matches of a program exactly, in time that grows with the text alone: going backwards it notes for every
 * place and node how far the nearest end of a match is, and going forwards it takes the preferred way among those that
 * end in time. Matches are RE2's (leftmost, and of those the preferred), each within `MAX_MATCH` units from its start.
 */
import { assertionsAt, kindOf, NOTHING, type Program } from './program.js';
import { SilentNodes } from './silent-nodes.js';

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
/** By place, the assertions that hold there. */
const held = new Uint8Array(BLOCK + MAX_MATCH + 1);

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
  /** By the assertions that hold. */
  readonly #silent: (SilentNodes | undefined)[] = [];

  constructor(program: Program) {
    this.#program = program;
  }

  /** Adds the starts and ends of the matches, as offsets, and answers the index of the first start that is not decided. */
  resolve(stretch: Stretch, found: number[]): number {
    const { text, base, from, to } = stretch;
    const { size, start } = this.#program;
    this.#measure(stretch);
    let at = isInside(text, from) ? from + 1 : from;
    while (at < to) {
      let end = at;
      const { slots } = this.#silentAt(held[at - from] as number);
      if ((shared[(at - from) * size + (slots[start] as number)] as number) <= MAX_MATCH) {
        end = this.#end(text, from, at);
      }
      if (end > at) found.push(base + at, base + end);
      at = end > at ? end : at + widthAt(text, at);
    }
    return at;
  }

  #silentAt(holds: number): SilentNodes {
    const known = this.#silent[holds];
    if (known !== undefined) return known;
    const silent = new SilentNodes(this.#program, holds);
    this.#silent[holds] = silent;
    return silent;
  }

  /** Notes by place and slot how far the nearest end of a match is. */
  #measure({ text, base, from, horizon, atEnd }: Stretch): void {
    const { size, classes, consumers, match, hasAssertions } = this.#program;
    const last = (horizon - from) * size;
    if (shared.length < last + size) shared = new Uint16Array(last + size);
    const distances = shared;
    distances.fill(FAR, last, last + size);
    held[horizon - from] = atEnd && hasAssertions ? assertionsAt(before(text, base, horizon), NOTHING) : 0;
    let silent = this.#silentAt(held[horizon - from] as number);
    if (atEnd) settle(distances, last, match, silent.minima);
    for (let at = horizon - 1; at >= from; at--) {
      const unit = text.charCodeAt(at);
      const codePoint = unit >= 0xd800 && unit <= 0xdfff ? (text.codePointAt(at) as number) : unit;
      const row = (at - from) * size;
      if (codePoint !== unit && at + 2 > horizon) {
        // It goes on after the horizon, and so does every match that holds it.
        distances.fill(FAR, row, row + size);
      } else {
        if (unit >= 0xdc00 && unit <= 0xdfff && isInside(text, at)) continue;
        const width = codePoint !== unit ? 2 : 1;
        const next = row + width * size;
        const goesOn = silent.after(classes.of(codePoint));
        for (let node = 0; node < consumers; node++) {
          distances[row + node] = (distances[next + (goesOn[node] as number)] as number) + width;
        }
        distances[row + size - 1] = FAR;
      }
      if (hasAssertions) {
        const holds = assertionsAt(before(text, base, at), kindOf(codePoint));
        silent = this.#silentAt(holds);
        held[at - from] = holds;
      } else held[at - from] = 0;
      settle(distances, row, match, silent.minima);
    }
  }

  /** The end of the preferred match from a start from which one ends in time; the start itself when it is empty. */
  #end(text: string, from: number, start: number): number {
    const { size, start: first, out, match } = this.#program;
    const distances = shared;
    let at = start;
    let left = MAX_MATCH;
    let node = first;
    while (true) {
      const row = (at - from) * size;
      const ways = this.#silentAt(held[at - from] as number).waysFrom(node);
      let index = 0;
      // One of them ends in time, or else this node would not have been come to.
      while ((distances[row + (ways[index] as number)] as number) > left) index += 1;
      const way = ways[index] as number;
      if (way === match) return at;
      const width = widthAt(text, at);
      at += width;
      left -= width;
      node = out[way] as number;
    }
  }
}

/** What is noted of the nodes that consume nothing. */
function settle(distances: Uint16Array, row: number, match: number, minima: Uint16Array): void {
  distances[row + match] = 0;
  // Most minima take the one before them, which isn't read again: that would wait for its having been written.
  let slot = match;
  let least = 0;
  for (let index = 0; index < minima.length; index += 3) {
    const one = distances[row + (minima[index + 1] as number)] as number;
    const place = minima[index + 2] as number;
    const other = place === slot ? least : (distances[row + place] as number);
    slot = minima[index] as number;
    least = one;
    if (other < one) least = other;
    distances[row + slot] = least;
  }
}

function before(text: string, base: number, index: number): number {
  if (index > 0) return kindOf(text.charCodeAt(index - 1));
  return base === 0 ? NOTHING : 0;
}
