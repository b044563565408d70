/** One text that comes piece by piece, and what becomes of it. */
import type { Rule } from './compile.js';
import { Redaction } from './redaction.js';
import type { Finder, Scanner } from './scanner.js';
import { atOnce } from './slices.js';
import type { GuardrailCheck, GuardrailMatch, GuardrailOutcome, GuardrailRule } from './types.js';
import { piiTypes } from './validate.js';

/** How many matches of a guardrail are listed. */
const MOST_LISTED = 1_000;
/** How many UTF-16 code units a scanner reads in one step. */
const PIECE = 2_048;

/** A text that comes piece by piece. */
export interface GuardrailStream<Guardrail extends GuardrailRule = GuardrailRule> {
  /** Whether nothing goes on any more, whatever comes: the source can be told to stop. */
  readonly blocked: boolean;
  /** Takes what comes next, and answers what may go on by now: what no match can reach any more. */
  push(chunk: string): string;
  /** Answers the rest, or null for a text that was blocked, with the outcome and the matches of the whole. */
  end(): GuardrailCheck<Guardrail>;
}

/** What was found for a guardrail by one finder. */
interface Track<Guardrail> {
  readonly rule: Rule<Guardrail>;
  /** Starts and ends of what is listed. */
  readonly listed: number[];
  hasMatched: boolean;
}

/** The match after whose end nothing is looked at. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly order: number;
}

export class EvaluatedStream<Guardrail extends GuardrailRule> implements GuardrailStream<Guardrail> {
  readonly #scanners: readonly Scanner[];
  readonly #tracks = new Map<Finder, Track<Guardrail>[]>();
  readonly #redaction = new Redaction();
  #text = '';
  #base = 0;
  #block: Block | null = null;
  #hasEnded = false;

  constructor(rules: readonly Rule<Guardrail>[]) {
    const scanners = new Map(rules.map(({ scanner }) => [scanner, scanner()]));
    this.#scanners = [...scanners.values()];
    for (const rule of rules) {
      const finder = scanners.get(rule.scanner)?.finders[rule.finder] as Finder;
      const tracks = this.#tracks.get(finder) ?? [];
      this.#tracks.set(finder, [...tracks, { rule, listed: [], hasMatched: false }]);
    }
  }

  get blocked(): boolean {
    return this.#block !== null;
  }

  push(chunk: string): string {
    return atOnce(this.pushing(chunk));
  }

  end(): GuardrailCheck<Guardrail> {
    return atOnce(this.ending());
  }

  /** `push` in steps. */
  *pushing(chunk: string): Generator<void, string> {
    if (this.#hasEnded) throw new TypeError('The stream has ended.');
    let passed = '';
    for (let index = 0; index < chunk.length && !this.#isDecided(); index += PIECE) {
      this.#text += chunk.slice(index, index + PIECE);
      passed += yield* this.#advance(false);
    }
    return passed;
  }

  /** `end` in steps. */
  *ending(): Generator<void, GuardrailCheck<Guardrail>> {
    if (this.#hasEnded) throw new TypeError('The stream has ended.');
    this.#hasEnded = true;
    const rest = this.#isDecided() ? '' : yield* this.#advance(true);
    return { outcome: this.#outcome(), text: this.blocked ? null : rest, matches: this.#matches() };
  }

  /** Looks at what is known by now, and answers what goes on. */
  *#advance(isWhole: boolean): Generator<void, string> {
    const known = { text: this.#text, base: this.#base, isWhole };
    for (const scanner of this.#scanners) {
      scanner.scan(known);
      yield;
    }
    for (const [finder, tracks] of this.#tracks) this.#take(finder, tracks);
    const passed = this.blocked ? '' : this.#redaction.pass(known, this.#firstUndecided('BLOCK', 'REDACT'));
    this.#forget();
    return passed;
  }

  #take(finder: Finder, tracks: readonly Track<Guardrail>[]): void {
    const { found } = finder;
    if (found.length === 0) return;
    finder.found = [];
    for (const track of tracks) {
      const { action, order } = track.rule;
      track.hasMatched = true;
      const room = 2 * MOST_LISTED - track.listed.length;
      for (let index = 0; index < found.length && index < room; index++) track.listed.push(found[index] as number);
      if (action === 'REDACT') this.#redaction.add(found);
      if (action === 'BLOCK') this.#blockAt(found[0] as number, found[1] as number, order);
    }
  }

  /** The first match that blocks: by start, by the guardrails' order, and of one guardrail's by end, whoever found it first. */
  #blockAt(start: number, end: number, order: number): void {
    const first = this.#block;
    const isFirst = first === null || (start - first.start || order - first.order || end - first.end) < 0;
    if (isFirst) this.#block = { start, end, order };
  }

  /** The first offset at which a match of such a guardrail may still begin. */
  #firstUndecided(...actions: string[]): number {
    let first = this.#base + this.#text.length;
    for (const [finder, tracks] of this.#tracks) {
      if (finder.decided < first && tracks.some(({ rule }) => actions.includes(rule.action))) first = finder.decided;
    }
    return first;
  }

  /** Whether the text is blocked, and all is known that began before the end of the first match that blocks. */
  #isDecided(): boolean {
    return this.#block !== null && this.#firstUndecided('BLOCK', 'REDACT', 'FLAG') >= this.#block.end;
  }

  /** Lets go of the text that nothing looks at again. */
  #forget(): void {
    let needed = this.blocked ? this.#base + this.#text.length : this.#redaction.passed;
    for (const finder of this.#tracks.keys()) needed = Math.min(needed, finder.needed);
    if (needed <= this.#base) return;
    this.#text = this.#text.slice(needed - this.#base);
    this.#base = needed;
  }

  #outcome(): GuardrailOutcome {
    if (this.blocked) return 'BLOCKED';
    const matched = [...this.#tracks.values()].flat().filter(({ hasMatched }) => hasMatched);
    if (matched.length === 0) return 'ALLOWED';
    return matched.some(({ rule }) => rule.action === 'REDACT') ? 'REDACTED' : 'FLAGGED';
  }

  #matches(): GuardrailMatch<Guardrail>[] {
    const limit = this.#block?.end ?? Number.POSITIVE_INFINITY;
    // Where a text that is too long ends, as far as it was looked at.
    const length = Number.isFinite(limit) ? limit : this.#base + this.#text.length;
    const byGuardrail = new Map<number, (GuardrailMatch<Guardrail> & { order: number })[]>();
    for (const { rule, listed } of [...this.#tracks.values()].flat()) {
      const { guardrail, order, piiType } = rule;
      const matches = byGuardrail.get(order) ?? [];
      byGuardrail.set(order, matches);
      for (let index = 0; index < listed.length; index += 2) {
        const start = listed[index] as number;
        if (start >= limit) break;
        const end = listed[index + 1] as number;
        matches.push({ order, guardrail, piiType, start, end: Number.isFinite(end) ? end : length });
      }
    }
    return [...byGuardrail.values()]
      .flatMap((matches) => matches.sort(byPlace).slice(0, MOST_LISTED))
      .sort(byPlace)
      .map(({ guardrail, piiType, start, end }) => ({ guardrail, piiType, start, end }));
  }
}

interface Placed {
  readonly order: number;
  readonly start: number;
  readonly end: number;
  readonly piiType: GuardrailMatch['piiType'];
}

function byPlace(a: Placed, b: Placed): number {
  return a.start - b.start || a.order - b.order || a.end - b.end || typeOf(a) - typeOf(b);
}

function typeOf({ piiType }: Placed): number {
  return piiType === null ? 0 : piiTypes.indexOf(piiType);
}
