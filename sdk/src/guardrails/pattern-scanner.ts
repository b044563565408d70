/** The matches of a pattern: the dfa reads everything, and the resolver decides what the dfa can't rule out. */

import { IDLE_STATES, LazyDfa, LOST } from './lazy-dfa.js';
import { BLOCK, isInside, MAX_MATCH, MatchResolver } from './match-resolver.js';
import { kindOf, NOTHING, Program } from './program.js';
import type { CompiledPattern } from './re2.js';
import type { Finder, KnownText, Scanner } from './scanner.js';

/** How many starts have to be waiting, at the end of what is known, before it is worth deciding them. */
const WORTH_DECIDING = 64;

/** A pattern, compiled; every text has a scanner of its own. */
export class PatternMatcher {
  readonly program: Program;
  readonly dfa: LazyDfa;
  readonly resolver: MatchResolver;

  constructor(compiled: CompiledPattern) {
    this.program = new Program(compiled);
    this.dfa = new LazyDfa(this.program);
    this.resolver = new MatchResolver(this.program);
  }
}

export class PatternScanner implements Scanner, Finder {
  readonly finders = [this];
  found: number[] = [];
  decided = 0;
  readonly #matcher: PatternMatcher;
  /** How far the dfa has read, and in which state of which generation it is. */
  #read = 0;
  #state: number;
  #generation: number;
  /** The last place where a match may have ended. */
  #ended = -1;
  /** Up to where the dfa is not asked. */
  #blindUntil = 0;

  constructor(matcher: PatternMatcher) {
    this.#matcher = matcher;
    this.#state = matcher.dfa.idle(NOTHING);
    this.#generation = matcher.dfa.generation;
  }

  get needed(): number {
    return this.decided - 1;
  }

  scan(known: KnownText): void {
    const { text, base, isWhole } = known;
    const limit = base + (isWhole ? text.length : lengthOfWholeCodePoints(text));
    while (this.#read < limit) {
      if (this.decided >= this.#blindUntil) this.#follow(known, limit);
      else this.#goBlindly(known, limit);
    }
    if (isWhole) this.#finish(known);
    else this.#decideSome(known, WORTH_DECIDING);
  }

  /** Lets the dfa read on to the limit, unless it gets lost, and decides what it leaves behind. */
  #follow(known: KnownText, limit: number): void {
    const { dfa, program } = this.#matcher;
    const { text, base } = known;
    if (this.#generation !== dfa.generation) this.#startAgain(known);
    const { classes } = program;
    const { columns } = dfa;
    let { table } = dfa;
    let built = this.#read;
    let state = this.#state;
    while (this.#read < limit) {
      const at = this.#read - base;
      const unit = text.charCodeAt(at);
      const codePoint = unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(at) as number) : unit;
      const column = classes.of(codePoint);
      let cell = table[state * columns + column] as number;
      if (cell === LOST) {
        cell = dfa.step(state, column, this.#read - built);
        built = this.#read;
        table = dfa.table;
        if (cell === LOST) {
          this.#blindUntil = this.decided + dfa.rest;
          this.#startAgain(known);
          return;
        }
      }
      if ((cell & 1) === 1) this.#ended = this.#read;
      state = cell >> 1;
      this.#read += codePoint > 0xffff ? 2 : 1;
      if (state < IDLE_STATES) {
        if (this.#ended > this.decided) this.#decide(known, this.#read, this.#read);
        else this.decided = this.#read;
      } else if (this.#read - this.decided >= BLOCK + MAX_MATCH) this.#decideSome(known, BLOCK);
    }
    this.#state = state;
  }

  /** Goes on without the dfa: all is decided exactly. */
  #goBlindly(known: KnownText, limit: number): void {
    this.#read = Math.min(limit, this.decided + BLOCK + MAX_MATCH);
    this.#ended = this.#read;
    this.#decideSome(known, WORTH_DECIDING);
    if (this.decided >= this.#blindUntil) this.#startAgain(known);
  }

  /** Lets the dfa begin where nothing is decided yet, as if nothing were under way. */
  #startAgain({ text, base }: KnownText): void {
    const { dfa } = this.#matcher;
    this.#read = this.decided;
    this.#state = dfa.idle(this.decided === 0 ? NOTHING : kindOf(text.charCodeAt(this.decided - base - 1)));
    this.#generation = dfa.generation;
  }

  /** Decides the starts from which everything has been read, if there are as many as that. */
  #decideSome(known: KnownText, atLeast: number): void {
    let to = this.#read - MAX_MATCH;
    if (isInside(known.text, to - known.base)) to -= 1;
    if (to <= this.decided) return;
    if (this.#ended <= this.decided) this.decided = to;
    else if (to - this.decided >= atLeast) this.#decide(known, to, this.#read);
  }

  /** Decides the starts before `to`, from which nothing goes on after `horizon`. */
  #decide({ text, base }: KnownText, to: number, horizon: number, atEnd = false): void {
    const stretch = { text, base, from: this.decided - base, to: to - base, horizon: horizon - base, atEnd };
    this.decided = base + this.#matcher.resolver.resolve(stretch, this.found);
  }

  #finish(known: KnownText): void {
    const end = known.base + known.text.length;
    this.#ended = end;
    while (end - this.decided > BLOCK + MAX_MATCH) {
      this.#read = this.decided + BLOCK + MAX_MATCH;
      this.#decideSome(known, 0);
    }
    this.#decide(known, end, end, true);
    this.#read = end;
  }
}

/** Without the first half of a code point at the end. */
function lengthOfWholeCodePoints(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
}
