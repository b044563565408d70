import type { RefusalName } from '../errors.js';
import { isPrice } from '../llm-configuration/llm-configuration-validators.js';
import { readNameUpTo } from '../text.js';
import type { UsageRecordInput } from './usage.inputs.js';

/** What a list is longer than is refused before any of it is looked at. */
export const recordsMax = 1_000;

const requestIdMax = 200;
const modelMax = 200;
const errorCodeMax = 200;
export const tagsMax = 20;
const tagMax = 100;
const guardrailsMax = 200;
const latencyMsMax = 86_400_000;

type Field = keyof UsageRecordInput;

/** As a table and not by decorators of the fields, which take longer for a thousand records than recording them. */
const checks: readonly (readonly [Field, RefusalName, (record: UsageRecordInput) => boolean])[] = [
  ['requestId', 'requestIdInvalid', ({ requestId }) => isPrintable(requestId, requestIdMax)],
  // Anything else is the digest of no key.
  ['keyDigest', 'keyDigestNotFound', ({ keyDigest }) => /^[0-9a-f]{64}$/.test(keyDigest)],
  ['model', 'modelNameInvalid', ({ model }) => readNameUpTo(model, modelMax) !== null],
  ['errorCode', 'errorCodeInvalid', ({ errorCode }) => errorCode == null || isPrintable(errorCode, errorCodeMax)],
  ['inputTokens', 'tokensInvalid', ({ inputTokens }) => inputTokens >= 0],
  [
    'cachedInputTokens',
    'cachedTokensInvalid',
    // What is wrong with the input itself is told of that alone.
    ({ cachedInputTokens: cached, inputTokens }) => cached >= 0 && (cached <= inputTokens || inputTokens < 0),
  ],
  ['outputTokens', 'tokensInvalid', ({ outputTokens }) => outputTokens >= 0],
  ['cost', 'costInvalid', ({ cost }) => cost == null || isPrice(cost)],
  ['latencyMs', 'latencyInvalid', ({ latencyMs }) => latencyMs >= 0 && latencyMs <= latencyMsMax],
  [
    'guardrailIds',
    'tooManyMatches',
    ({ guardrailIds }) => guardrailIds == null || guardrailIds.length <= guardrailsMax,
  ],
  [
    'tags',
    'tagsInvalid',
    ({ tags }) => tags == null || (tags.length <= tagsMax && tags.every((tag) => isPrintable(tag, tagMax))),
  ],
];

/** The fields of a record that are refused for themselves, whatever the database knows. */
export function* refusedFields(record: UsageRecordInput): Generator<readonly [RefusalName, Field]> {
  for (const [field, refusal, isGood] of checks) if (!isGood(record)) yield [refusal, field];
}

/** Whether the text has 1 to so many characters, each of which can be seen, or is a blank. */
function isPrintable(text: string, lengthMax: number): boolean {
  if (text === '' || text.length > 2 * lengthMax || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return false;
  return text.length <= lengthMax || [...text].length <= lengthMax;
}
