/** A compiled pattern, laid out for matching. */
import { CharacterClasses } from './character-classes.js';
import type { CompiledPattern, Instruction } from './re2.js';

/** What a node does. */
export const ALT = 1;
export const ASSERT = 2;
export const CONSUME = 3;
export const MATCH = 4;
const FAIL = 0;

/** What stands before or after a place, as far as `^`, `$` and `\b` ask. */
export const OTHER = 0;
export const WORD = 1;
export const NEWLINE = 2;
/** Before the text's beginning, or after its end. */
export const NOTHING = 3;

const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BOUNDARY = 16;
const NO_WORD_BOUNDARY = 32;

/** The assertions that hold between what stands before and after. */
export function assertionsAt(before: number, after: number): number {
  let holds = (before === WORD) === (after === WORD) ? NO_WORD_BOUNDARY : WORD_BOUNDARY;
  if (before === NOTHING) holds |= BEGIN_TEXT | BEGIN_LINE;
  if (before === NEWLINE) holds |= BEGIN_LINE;
  if (after === NOTHING) holds |= END_TEXT | END_LINE;
  if (after === NEWLINE) holds |= END_LINE;
  return holds;
}

/** What a code unit is to the assertions. */
export function kindOf(unit: number): number {
  if (unit === 0x0a) return NEWLINE;
  const isWord =
    (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;
  return isWord ? WORD : OTHER;
}

/** RE2's numbers for what an instruction does. */
const RE2_ALT = [1, 2];
const RE2_LEADS_ON = [3, 7];
const RE2_ASSERT = 4;
const RE2_FAIL = 5;
const RE2_MATCH = 6;

/** A node of a program while it is laid out. */
interface Node {
  readonly op: number;
  /** The instructions that come next, the preferred one first. */
  readonly next: readonly number[];
  readonly holds: number;
}

/**
 * The instructions as arrays, without those that only lead on. The nodes that consume a code point come first, then those
 * that consume nothing, then the end of a match, and one that leads nowhere.
 */
export class Program {
  readonly size: number;
  readonly start: number;
  readonly consumers: number;
  readonly match: number;
  readonly op: Uint8Array;
  /** The node that comes next; of an alternative, the one that is preferred. */
  readonly out: Uint16Array;
  /** Of an alternative the other node, of an assertion what has to hold. */
  readonly arg: Uint16Array;
  readonly classes: CharacterClasses;
  /** By class, where each consumer goes on: to the one that leads nowhere unless it consumes a code point of the class. */
  readonly after: readonly Uint16Array[];
  /** By class, what its code points are to the assertions. */
  readonly kinds: Uint8Array;
  readonly hasAssertions: boolean;

  constructor({ instructions, start, classBounds }: CompiledPattern) {
    const nodes = nodesOf(instructions, leadsTo(instructions, start));
    const consuming = [...nodes].filter(([, { op }]) => op === CONSUME).map(([pc]) => pc);
    const silent = [...nodes].filter(([, { op }]) => op === ALT || op === ASSERT).map(([pc]) => pc);
    const numbers = new Map([...consuming, ...silent].map((pc, number) => [pc, number]));
    this.consumers = consuming.length;
    this.match = numbers.size;
    this.size = this.match + 2;
    const nowhere = this.match + 1;
    const numberOf = (pc: number): number => {
      const { op } = nodes.get(pc) as Node;
      return op === MATCH ? this.match : op === FAIL ? nowhere : (numbers.get(pc) as number);
    };
    this.start = numberOf(leadsTo(instructions, start));
    this.op = new Uint8Array(this.size);
    this.op[this.match] = MATCH;
    this.out = new Uint16Array(this.size);
    this.arg = new Uint16Array(this.size);
    for (const [pc, number] of numbers) {
      const { op, next, holds } = nodes.get(pc) as Node;
      this.op[number] = op;
      this.out[number] = numberOf(next[0] as number);
      this.arg[number] = op === ALT ? numberOf(next[1] as number) : holds;
    }
    this.hasAssertions = this.op.includes(ASSERT);
    const { classes, representatives, matching } = classify(
      classBounds,
      consuming.map((pc) => instructions[pc] as Instruction),
      this.hasAssertions,
    );
    this.classes = classes;
    this.kinds = Uint8Array.from(representatives, kindOf);
    this.after = matching.map((matches) =>
      Uint16Array.from(consuming, (_, number) => (matches(number) ? (this.out[number] as number) : nowhere)),
    );
  }
}

/** How many nodes a program has that do something. */
export function stepsOf({ instructions, start }: CompiledPattern): number {
  return [...nodesOf(instructions, leadsTo(instructions, start)).values()].filter(({ next }) => next.length > 0).length;
}

interface Classification {
  readonly classes: CharacterClasses;
  /** By class, one of its code points. */
  readonly representatives: readonly number[];
  /** By class, whether the instruction of that number consumes its code points. */
  readonly matching: readonly ((instruction: number) => boolean)[];
}

/** Puts into one class what no instruction tells apart: `\\p{L}` has hundreds of stretches, and two classes. */
function classify(
  bounds: ArrayLike<number>,
  instructions: readonly Instruction[],
  hasAssertions: boolean,
): Classification {
  const sets = new Map<string, number>();
  const setOf = instructions.map((instruction) => {
    const key = `${instruction.op}:${instruction.arg}:${instruction.runes.join()}`;
    const set = sets.get(key) ?? sets.size;
    sets.set(key, set);
    return set;
  });
  const distinct = [...sets.values()].map((set) => instructions[setOf.indexOf(set)] as Instruction);
  const numbers = new Map<string, number>();
  const representatives: number[] = [];
  const stretches = [0, ...Array.from(bounds)].map((codePoint) => {
    const matches = distinct.map((instruction) => (instruction.matchRune(codePoint) ? '1' : '0')).join('');
    const signature = hasAssertions ? `${matches}${kindOf(codePoint)}` : matches;
    const number = numbers.get(signature) ?? numbers.size;
    if (number === numbers.size) representatives.push(codePoint);
    numbers.set(signature, number);
    return number;
  });
  const matching = [...numbers.keys()].map(
    (signature) => (number: number) => signature[setOf[number] as number] === '1',
  );
  return { classes: new CharacterClasses(bounds, stretches), representatives, matching };
}

/** The first instruction from here on that does something. */
function leadsTo(instructions: readonly Instruction[], pc: number): number {
  let at = pc;
  while (RE2_LEADS_ON.includes(instructions[at]?.op as number)) at = instructions[at]?.out as number;
  return at;
}

/** What can be reached from the start, by the number of the instruction. */
function nodesOf(instructions: readonly Instruction[], start: number): Map<number, Node> {
  const nodes = new Map<number, Node>();
  const queue = [start];
  for (const pc of queue) {
    if (nodes.has(pc)) continue;
    const { op, out, arg } = instructions[pc] as Instruction;
    const isEnd = op === RE2_FAIL || op === RE2_MATCH;
    const isAlternative = RE2_ALT.includes(op);
    const next = (isEnd ? [] : isAlternative ? [out, arg] : [out]).map((to) => leadsTo(instructions, to));
    const does = op === RE2_FAIL ? FAIL : op === RE2_MATCH ? MATCH : op === RE2_ASSERT ? ASSERT : CONSUME;
    nodes.set(pc, { op: isAlternative ? ALT : does, next, holds: op === RE2_ASSERT ? arg : 0 });
    queue.push(...next);
  }
  return nodes;
}
