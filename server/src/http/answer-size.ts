import { type ExecutionResult, GraphQLError } from 'graphql';
import { AnswerTooLarge } from '../database/message.js';
import { requestError } from '../errors.js';

/** In bytes, as far as they are known before the answer is written. */
const answerMax = 8_000_000;
/** What is longer is measured; what is shorter is mostly ids, times and numbers, with a byte a character. */
const shortLength = 32;
/** Quotes, commas and colons around a value. */
const aroundValue = 4;
const ofErrors = 300;

/** The result, or the refusal of one that is too large to be written. What a mutation has changed stays changed. */
export function withinAnswerSize(result: ExecutionResult): ExecutionResult {
  const isTooLarge = result.errors?.some(isAnswerTooLarge) === true || !fits(result);
  return isTooLarge ? { errors: [requestError('answerTooLarge')] } : result;
}

function isAnswerTooLarge(error: GraphQLError): boolean {
  return error.originalError instanceof AnswerTooLarge;
}

function fits({ data, errors = [] }: ExecutionResult): boolean {
  const left = answerMax - errors.reduce((sum, { message, path }) => sum + message.length + bytesOf(path), 0);
  return left - ofErrors * errors.length >= 0 && leftAfter(data, left) >= 0;
}

function bytesOf(path: GraphQLError['path']): number {
  return (path ?? []).reduce((sum: number, step) => sum + String(step).length + aroundValue, 0);
}

/** How many bytes are left after the value; it is looked at no further where none are. */
function leftAfter(value: unknown, bytes: number): number {
  if (typeof value === 'string') {
    return bytes - aroundValue - (value.length > shortLength ? Buffer.byteLength(value) : value.length);
  }
  if (typeof value !== 'object' || value === null) return bytes - 2 * aroundValue;
  let left = bytes - aroundValue;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index++) left = leftAfter(value[index], left);
    return left;
  }
  for (const name in value) {
    left = leftAfter((value as Record<string, unknown>)[name], left - name.length - aroundValue);
    if (left < 0) break;
  }
  return left;
}
