/**
 * Evaluates guardrails: what becomes of a text, as a whole or while it comes. The server evaluates with the same code.
 *
 * @module guardrails
 */
export { GuardrailError } from './compile.js';
export {
  createEvaluator,
  createEvaluatorInSlices,
  type EvaluatorOptions,
  type GuardrailEvaluator,
} from './evaluator.js';
export type { Pause } from './slices.js';
export type { GuardrailStream } from './stream.js';
export type {
  Countries,
  GuardrailAction,
  GuardrailCheck,
  GuardrailKind,
  GuardrailMatch,
  GuardrailOutcome,
  GuardrailRule,
  Open,
  PiiType,
} from './types.js';
export { type GuardrailField, type GuardrailProblem, validateGuardrail } from './validate.js';
