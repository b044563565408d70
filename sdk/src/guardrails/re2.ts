/**
 * The one place that knows the RE2 library: its parser and compiler. What they make is run by `pattern-scanner.ts`, in
 * time that grows with the text alone. The build copies the library into this file, so that its version is known.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

/** One instruction of a compiled pattern, with RE2's numbers for what it does. */
export interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number> & { join(): string };
  matchRune(codePoint: number): boolean;
}

/** A compiled pattern, as the library has it. */
export interface CompiledPattern {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Where classes of code points begin that no instruction tells apart. */
  readonly classBounds: ArrayLike<number>;
}

/** What the parser did not understand, in its own words: a reason, and the part of the pattern. */
export interface SyntaxProblem {
  readonly reason: string;
  readonly part: string;
}

/** The pattern as a program, or what is wrong with it. */
export function compileRe2(pattern: string): CompiledPattern | SyntaxProblem {
  try {
    const { prog, dfa } = RE2JS.compile(pattern).re2();
    return { instructions: prog.inst, start: prog.start, classBounds: dfa.classBounds };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return { reason: error.error, part: error.input ?? '' };
    throw error;
  }
}
