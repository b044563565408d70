import { type Compiled, compile } from './compile.js';
import { EvaluatedStream, type GuardrailStream } from './stream.js';
import type { Countries, GuardrailCheck, GuardrailRule } from './types.js';

/** What an evaluator may need besides the guardrails. */
export interface EvaluatorOptions {
  /** Needed where a guardrail has a `country`: `countries` of `@tokenvue/sdk/guardrails/countries`. */
  readonly countries?: Countries | undefined;
}

/** How long a slice may take in the worst text, in nanoseconds. */
const SLICE_TIME = 10_000_000;
const LONGEST_SLICE = 16_384;
const SHORTEST_SLICE = 512;

/** Evaluates any number of texts with the same guardrails. */
export interface GuardrailEvaluator<Guardrail extends GuardrailRule = GuardrailRule> {
  /**
   * How many UTF-16 code units to push in one go where a process must not be held up: 16,384, or less where the guardrails
   * are many or large. A slice takes some 10 ms in the worst text.
   */
  readonly sliceLength: number;
  /** What becomes of a text, all at once. */
  evaluate(text: string): GuardrailCheck<Guardrail>;
  /** The same in slices, with a pause after each, in which the process can do other work. */
  evaluateInSlices(text: string, pause: () => PromiseLike<unknown>): Promise<GuardrailCheck<Guardrail>>;
  /** Begins with a text that comes piece by piece. */
  stream(): GuardrailStream<Guardrail>;
}

class CompiledEvaluator<Guardrail extends GuardrailRule> implements GuardrailEvaluator<Guardrail> {
  readonly sliceLength: number;
  readonly #compiled: Compiled<Guardrail>;

  constructor(compiled: Compiled<Guardrail>) {
    this.#compiled = compiled;
    const length = Math.floor(SLICE_TIME / compiled.worst);
    this.sliceLength = Math.max(SHORTEST_SLICE, Math.min(LONGEST_SLICE, length));
  }

  evaluate(text: string): GuardrailCheck<Guardrail> {
    const stream = this.stream();
    const passed = stream.push(text);
    return complete(passed, stream.end());
  }

  async evaluateInSlices(text: string, pause: () => PromiseLike<unknown>): Promise<GuardrailCheck<Guardrail>> {
    const stream = this.stream();
    let passed = '';
    for (let index = 0; index < text.length; index += this.sliceLength) {
      passed += stream.push(text.slice(index, index + this.sliceLength));
      await pause();
    }
    return complete(passed, stream.end());
  }

  stream(): GuardrailStream<Guardrail> {
    return new EvaluatedStream(this.#compiled);
  }
}

function complete<Check extends GuardrailCheck>(passed: string, check: Check): Check {
  return { ...check, text: check.text === null ? null : passed + check.text };
}

/**
 * Makes an evaluator of guardrails. It compiles them, so keep it for as long as they stay as they are. They apply in the
 * order of their positions; those that are not `enabled` are left out, and of which stage they are is for the caller to
 * choose. Throws a `GuardrailError` when one is not valid.
 */
export function createEvaluator<Guardrail extends GuardrailRule>(
  guardrails: readonly Guardrail[],
  { countries }: EvaluatorOptions = {},
): GuardrailEvaluator<Guardrail> {
  return new CompiledEvaluator(compile(guardrails, countries));
}
