import { compile, type Rule } from './compile.js';
import { atOnce, inSlices, type Pause } from './slices.js';
import { EvaluatedStream, type GuardrailStream } from './stream.js';
import type { Countries, GuardrailCheck, GuardrailRule } from './types.js';

/** What an evaluator may need besides the guardrails. */
export interface EvaluatorOptions {
  /** Needed where a guardrail has a `country`: `countries` of `@tokenvue/sdk/guardrails/countries`. */
  readonly countries?: Countries | undefined;
}

/** Evaluates any number of texts with the same guardrails. */
export interface GuardrailEvaluator<Guardrail extends GuardrailRule = GuardrailRule> {
  /** What becomes of a text, all at once. */
  evaluate(text: string): GuardrailCheck<Guardrail>;
  /** The same with pauses, in which other work can be done: one after some 10 ms of work, in any text. */
  evaluateInSlices(text: string, pause: Pause): Promise<GuardrailCheck<Guardrail>>;
  /** Begins with a text that comes piece by piece. */
  stream(): GuardrailStream<Guardrail>;
}

class CompiledEvaluator<Guardrail extends GuardrailRule> implements GuardrailEvaluator<Guardrail> {
  readonly #rules: readonly Rule<Guardrail>[];

  constructor(rules: readonly Rule<Guardrail>[]) {
    this.#rules = rules;
  }

  evaluate(text: string): GuardrailCheck<Guardrail> {
    return atOnce(this.#evaluating(text));
  }

  evaluateInSlices(text: string, pause: Pause): Promise<GuardrailCheck<Guardrail>> {
    return inSlices(this.#evaluating(text), pause);
  }

  stream(): GuardrailStream<Guardrail> {
    return new EvaluatedStream(this.#rules);
  }

  *#evaluating(text: string): Generator<void, GuardrailCheck<Guardrail>> {
    const stream = new EvaluatedStream(this.#rules);
    const passed = yield* stream.pushing(text);
    const check = yield* stream.ending();
    return { ...check, text: check.text === null ? null : passed + check.text };
  }
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
  return new CompiledEvaluator(atOnce(compile(guardrails, countries)));
}

/** The same with pauses, in which other work can be done: long lists of terms take some time to compile. */
export async function createEvaluatorInSlices<Guardrail extends GuardrailRule>(
  guardrails: readonly Guardrail[],
  pause: Pause,
  { countries }: EvaluatorOptions = {},
): Promise<GuardrailEvaluator<Guardrail>> {
  return new CompiledEvaluator(await inSlices(compile(guardrails, countries), pause));
}
