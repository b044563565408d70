/**
 * Reads a text once, with one look-up a character, and tells where anything can have matched at all: a deterministic
 * automaton over sets of a program's nodes, made as texts need it and within a bound.
 */
import { ALT, ASSERT, assertionsAt, MATCH, NEWLINE, NOTHING, OTHER, type Program, WORD } from './program.js';

/**
 * What bounds its memory to some 700 kB. With 600 columns, or 300 nodes a state, there is still room for so many states that
 * the characters which paid for them are more than are undecided at a time: else it would get lost at one place for ever.
 */
const MAX_STATES = 1_000;
const MAX_CELLS = 1 << 17;
const MAX_NODES = 1 << 16;
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
  readonly nodes: Uint16Array;
  readonly before: number;
}

export class LazyDfa {
  /** Changes when numbers of states lose their meaning. */
  generation = 0;
  /** By state and column: twice the next state, and 1 more where a match may have ended before the character. */
  table = new Int16Array(0);
  /** A column for every class of characters. */
  readonly columns: number;
  /** For how many characters it is better not to ask, because texts make new states again and again; or 0. */
  rest = 0;
  readonly #program: Program;
  #states: State[] = [];
  /** How many nodes there are in all states together. */
  #nodes = 0;
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
    const sorted = Uint16Array.from(next).sort();
    const number = this.#numberOf({ nodes: sorted, before: program.hasAssertions ? after : OTHER });
    if (number === LOST) return LOST;
    const cell = 2 * number + (ended ? 1 : 0);
    this.table[state * this.columns + column] = cell;
    return cell;
  }

  /** Marks what is reached without consuming anything; whether that is the end of a match. */
  #reach(from: Iterable<number>, holds: number): boolean {
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
    const key = keyOf(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    const isUseless = this.#read < CHARACTERS_A_STATE * (number - FREE_STATES);
    const isTooMany = number >= MAX_STATES || this.#nodes + state.nodes.length > MAX_NODES;
    if (isUseless || isTooMany || (number + 1) * this.columns > MAX_CELLS) {
      this.rest = isUseless ? Math.min(LONGEST_REST, Math.max(SHORTEST_REST, 2 * this.rest)) : 0;
      this.#forget();
      return LOST;
    }
    this.#numbers.set(key, number);
    this.#states.push(state);
    this.#nodes += state.nodes.length;
    this.#makeRoom();
    return number;
  }

  #makeRoom(): void {
    if (this.#states.length * this.columns <= this.table.length) return;
    const cells = Math.min(2 * this.#states.length * this.columns, MAX_CELLS);
    const grown = new Int16Array(cells).fill(LOST);
    grown.set(this.table);
    this.table = grown;
  }

  #forget(): void {
    this.generation += 1;
    this.#read = 0;
    this.#nodes = 0;
    this.#states = [OTHER, WORD, NEWLINE, NOTHING].map((before) => ({ nodes: new Uint16Array(0), before }));
    this.#numbers = new Map(this.#states.map((state) => [keyOf(state), state.before]));
    this.table = new Int16Array(0);
    this.#makeRoom();
  }
}

/** A unit a node, which takes a quarter of what numbers would. */
function keyOf({ nodes, before }: State): string {
  return String.fromCharCode(before, ...nodes);
}
