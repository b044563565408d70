/**
 * Reads a text once, with one look-up a character, and tells where anything can have matched at all: a deterministic
 * automaton over sets of a program's nodes, made as texts need it and within a bound.
 */
import { ALT, ASSERT, assertionsAt, MATCH, NEWLINE, NOTHING, OTHER, type Program, WORD } from './program.js';

const MAX_STATES = 2_000;
const MAX_CELLS = 1 << 17;
/** A state has to serve so many characters, or else making it costs more than it saves. */
const CHARACTERS_A_STATE = 20;
/** How many states may be made before that counts. */
const FREE_STATES = 100;
/** For how many characters the dfa is not asked where it is of no use: at first, and at most. */
const SHORTEST_REST = 16_384;
const LONGEST_REST = 1 << 24;

/** What `step` answers where the automaton grew too large, and was forgotten. */
export const LOST = -1;

/** How many states there are in which no match is under way: one for each thing that can stand before, with its number. */
export const IDLE_STATES = 4;

interface State {
  /** The nodes that were come to by consuming something. */
  readonly nodes: readonly number[];
  readonly before: number;
}

export class LazyDfa {
  /** Changes when numbers of states lose their meaning. */
  generation = 0;
  /** By state and column: twice the next state, and 1 more where a match may have ended before the character. */
  table = new Int32Array(0);
  /** A column for every class of characters. */
  readonly columns: number;
  /** For how many characters it is better not to ask, because texts make new states again and again; or 0. */
  rest = 0;
  readonly #program: Program;
  #states: State[] = [];
  #numbers = new Map<string, number>();
  #read = 0;
  #mark = 0;
  readonly #reached: Int32Array;
  readonly #next: Int32Array;

  constructor(program: Program) {
    this.#program = program;
    this.columns = program.classes.count;
    this.#reached = new Int32Array(program.size);
    this.#next = new Int32Array(program.size);
    this.#forget();
  }

  /** The state in which nothing is under way. */
  idle(before: number): number {
    return this.#program.hasAssertions ? before : OTHER;
  }

  /** Makes a cell that the table lacks. `read` is how many characters were read since the last call. */
  step(state: number, column: number, read: number): number {
    this.#read += read;
    const program = this.#program;
    const { nodes, before } = this.#states[state] as State;
    const after = program.kinds[column] as number;
    const holds = program.hasAssertions ? assertionsAt(before, after) : 0;
    this.#mark += 1;
    const ended = this.#reach(nodes, holds);
    // What begins here has consumed nothing, so its end is none.
    this.#reach([program.start], holds);
    const next: number[] = [];
    (program.after[column] as Uint16Array).forEach((out, node) => {
      if (this.#reached[node] !== this.#mark || this.#next[out] === this.#mark) return;
      this.#next[out] = this.#mark;
      if (out <= program.match) next.push(out);
    });
    next.sort((a, b) => a - b);
    const number = this.#numberOf({ nodes: next, before: program.hasAssertions ? after : OTHER });
    if (number === LOST) return LOST;
    const cell = 2 * number + (ended ? 1 : 0);
    this.table[state * this.columns + column] = cell;
    return cell;
  }

  /** Marks what is reached without consuming anything; whether that is the end of a match. */
  #reach(from: readonly number[], holds: number): boolean {
    const { op, out, arg } = this.#program;
    const stack = [...from];
    let ended = false;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#reached[node] === this.#mark) continue;
      this.#reached[node] = this.#mark;
      if (op[node] === ALT) stack.push(arg[node] as number, out[node] as number);
      else if (op[node] === ASSERT && ((arg[node] as number) & ~holds) === 0) stack.push(out[node] as number);
      else if (op[node] === MATCH) ended = true;
    }
    return ended;
  }

  #numberOf(state: State): number {
    const key = `${state.before}:${state.nodes.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    const isUseless = this.#read < CHARACTERS_A_STATE * (number - FREE_STATES);
    if (isUseless || number === MAX_STATES || (number + 1) * this.columns > MAX_CELLS) {
      this.rest = isUseless ? Math.min(LONGEST_REST, Math.max(SHORTEST_REST, 2 * this.rest)) : 0;
      this.#forget();
      return LOST;
    }
    this.#numbers.set(key, number);
    this.#states.push(state);
    this.#makeRoom();
    return number;
  }

  #makeRoom(): void {
    if (this.#states.length * this.columns <= this.table.length) return;
    const grown = new Int32Array(2 * this.#states.length * this.columns).fill(LOST);
    grown.set(this.table);
    this.table = grown;
  }

  #forget(): void {
    this.generation += 1;
    this.#read = 0;
    this.#states = [OTHER, WORD, NEWLINE, NOTHING].map((before) => ({ nodes: [], before }));
    this.#numbers = new Map(this.#states.map(({ before }) => [`${before}:`, before]));
    this.table = new Int32Array(0);
    this.#makeRoom();
  }
}
