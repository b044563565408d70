import { createEvaluatorInSlices, type GuardrailEvaluator } from '@tokenvue/sdk/guardrails';
import { LRUCache } from 'lru-cache';
import type { GuardrailRow } from './guardrail.entity.js';
import { pause } from './slices.js';

export type Evaluator = GuardrailEvaluator<GuardrailRow>;

/** What one guardrail weighs beside its terms; what finds personal data is shared. */
const baseWeight = 1_000;
/** With what a pattern keeps of the texts that it has read. */
const patternWeight = 4_000;
/** In characters of terms, of which each takes some hundred bytes. */
const weightMax = 1_000_000;

function weightOf(guardrails: readonly GuardrailRow[]): number {
  const weights = guardrails.map(({ terms, pattern }) =>
    (terms ?? []).reduce((sum, term) => sum + term.length, pattern === null ? baseWeight : patternWeight),
  );
  return weights.reduce((sum, weight) => sum + weight, baseWeight);
}

/** By the guardrails and their versions, so that a change of one is another key; the last one is kept whatever it weighs. */
const evaluators = new LRUCache<string, Promise<Evaluator>>({ maxSize: weightMax });

/** What says in which state the guardrails are, in their order. */
export function stateOf(guardrails: readonly Pick<GuardrailRow, 'id' | 'version'>[]): string {
  return guardrails.map(({ id, version }) => `${id}:${version}`).join(' ');
}

/** The evaluator of guardrails in this state, if it is still there. */
export function keptEvaluator(state: string): Promise<Evaluator> | undefined {
  return evaluators.get(state);
}

/** Compiles the guardrails once for each state, in slices between which the process does other work. */
export function evaluatorOf(guardrails: readonly GuardrailRow[]): Promise<Evaluator> {
  const state = stateOf(guardrails);
  const kept = evaluators.get(state);
  if (kept !== undefined) return kept;
  const evaluator = compile(guardrails);
  evaluator.catch(() => evaluators.delete(state));
  evaluators.set(state, evaluator, { size: Math.min(weightOf(guardrails), weightMax) });
  return evaluator;
}

async function compile(guardrails: readonly GuardrailRow[]): Promise<Evaluator> {
  const hasCountry = guardrails.some(({ country }) => country !== null);
  // What is known of phone numbers is large, and few need it.
  const countries = hasCountry ? (await import('@tokenvue/sdk/guardrails/countries')).countries : undefined;
  return createEvaluatorInSlices(guardrails, pause, { countries });
}
