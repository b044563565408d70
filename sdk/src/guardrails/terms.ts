/** The terms of guardrails, found in one pass over the clusters of a text. */
import { AhoCorasick } from './aho-corasick.js';
import { ClusterReader, SEPARATOR, WORD } from './folding.js';
import type { Finder, KnownText, Scanner } from './scanner.js';

/** A term as texts are compared with it: folded, with one space for each run of blanks, and none around. */
export function foldTerm(term: string): string {
  const reader = new ClusterReader();
  let folded = '';
  for (let index = 0; index < term.length; index = reader.end) {
    reader.read(term, index, true);
    folded += reader.folded;
  }
  return folded.replace(/ +/g, ' ').replace(/^ | $/g, '');
}

/** Compiles the terms of one guardrail in steps; every text has a finder of its own. */
export function* compileTerms(terms: readonly string[]): Generator<void, AhoCorasick> {
  const folded: string[] = [];
  for (const term of terms) {
    folded.push(foldTerm(term));
    yield;
  }
  const automaton = new AhoCorasick(folded);
  for (const term of folded) {
    automaton.add(term);
    yield;
  }
  return automaton;
}

/** What the finders need to know about the latest units of the folded text, by the unit's number. */
class Units {
  readonly mask: number;
  count = 0;
  /** Where the unit's cluster begins in the text. */
  readonly starts: Float64Array;
  /** Whether the unit is the first of its cluster, and the cluster no later one of a word. */
  readonly canBegin: Uint8Array;

  constructor(longest: number) {
    const size = 2 ** Math.ceil(Math.log2(longest + 2));
    this.mask = size - 1;
    this.starts = new Float64Array(size);
    this.canBegin = new Uint8Array(size);
  }
}

class TermFinder implements Finder {
  found: number[] = [];
  decided = 0;
  needed = 0;
  readonly #automaton: AhoCorasick;
  readonly #units: Units;
  #node = 0;
  /** Matches that a longer one may still take in; their starts and ends rise. */
  #open: number[] = [];

  constructor(automaton: AhoCorasick, units: Units) {
    this.#automaton = automaton;
    this.#units = units;
  }

  step(unit: number): void {
    this.#node = this.#automaton.step(this.#node, unit);
  }

  /** Ends the longest term that can end with the latest unit, whose cluster ends at the offset. */
  endAt(offset: number): void {
    const automaton = this.#automaton;
    const { starts, canBegin, count, mask } = this.#units;
    for (let node = automaton.termAt(this.#node); node !== 0; node = automaton.shorterTerm(node)) {
      const first = (count - (automaton.depth[node] as number)) & mask;
      if (canBegin[first] === 1) {
        this.#add(starts[first] as number, offset);
        return;
      }
    }
  }

  /** Of terms that lie within each other only the longest counts. */
  #add(start: number, end: number): void {
    const open = this.#open;
    while (open.length > 0 && (open[open.length - 2] as number) >= start) open.length -= 2;
    open.push(start, end);
  }

  /** After all has been read up to the offset. */
  settle(offset: number, isWhole: boolean): void {
    const { starts, count, mask } = this.#units;
    const depth = this.#automaton.depth[this.#node] as number;
    this.decided = isWhole || depth === 0 ? offset : (starts[(count - depth) & mask] as number);
    this.needed = offset;
    const later = this.#open.findIndex((start, index) => index % 2 === 0 && start >= this.decided);
    const settled = later < 0 ? this.#open : this.#open.slice(0, later);
    for (const place of settled) this.found.push(place);
    this.#open = later < 0 ? [] : this.#open.slice(later);
  }
}

export class TermScanner implements Scanner {
  readonly finders: readonly TermFinder[];
  readonly #units: Units;
  readonly #reader = new ClusterReader();
  #read = 0;
  /** Of the latest cluster that can be seen: what it is to whole words, and where it ends. */
  #kind = SEPARATOR;
  #end = 0;

  constructor(automatons: readonly AhoCorasick[]) {
    this.#units = new Units(Math.max(...automatons.map(({ longest }) => longest)));
    this.finders = automatons.map((automaton) => new TermFinder(automaton, this.#units));
  }

  scan({ text, base, isWhole }: KnownText): void {
    const reader = this.#reader;
    let index = this.#read - base;
    while (index < text.length && reader.read(text, index, isWhole)) {
      index = reader.end;
      if (reader.folded === '') continue;
      const inWord = this.#kind === WORD && reader.kind === WORD;
      if (!inWord) this.#endTerms();
      this.#take(base + reader.start, inWord);
      this.#kind = reader.kind;
      this.#end = base + index;
    }
    this.#read = base + index;
    if (isWhole) this.#endTerms();
    for (const finder of this.finders) finder.settle(this.#read, isWhole);
  }

  #endTerms(): void {
    for (const finder of this.finders) finder.endAt(this.#end);
  }

  #take(start: number, inWord: boolean): void {
    const units = this.#units;
    const { folded } = this.#reader;
    for (let index = 0; index < folded.length; index++) {
      units.starts[units.count & units.mask] = start;
      units.canBegin[units.count & units.mask] = index === 0 && !inWord ? 1 : 0;
      units.count += 1;
      const unit = folded.charCodeAt(index);
      for (const finder of this.finders) finder.step(unit);
    }
  }
}
