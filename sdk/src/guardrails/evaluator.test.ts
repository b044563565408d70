import { describe, expect, test } from '@jest/globals';
import { createEvaluator, createEvaluatorInSlices, GuardrailError, type GuardrailRule } from './index.js';

const term = (action: GuardrailRule['action'], ...terms: string[]): GuardrailRule => ({
  kind: 'BLOCKED_TERMS',
  action,
  terms,
});
const pattern = (action: GuardrailRule['action'], text: string): GuardrailRule => ({
  kind: 'PATTERN',
  action,
  pattern: text,
});
const check = (text: string, ...guardrails: GuardrailRule[]) => createEvaluator(guardrails).evaluate(text);
/** Guardrail, start and end of each match. */
const places = (text: string, ...guardrails: GuardrailRule[]) =>
  check(text, ...guardrails).matches.map(({ guardrail, start, end }) => [guardrails.indexOf(guardrail), start, end]);

describe('the outcome', () => {
  test('is ALLOWED where nothing matches, and the text stays as it is', () => {
    expect(check('good morning', term('BLOCK', 'secret'))).toEqual({
      outcome: 'ALLOWED',
      text: 'good morning',
      matches: [],
    });
    expect(check('', term('BLOCK', 'secret'))).toEqual({ outcome: 'ALLOWED', text: '', matches: [] });
    expect(check('anything')).toEqual({ outcome: 'ALLOWED', text: 'anything', matches: [] });
  });

  test('is FLAGGED where something matches that only tells', () => {
    const guardrail = term('FLAG', 'secret');
    expect(check('a secret', guardrail)).toEqual({
      outcome: 'FLAGGED',
      text: 'a secret',
      matches: [{ guardrail, piiType: null, start: 2, end: 8 }],
    });
  });

  test('is that of the gravest action', () => {
    const [flag, redact, block] = [term('FLAG', 'one'), term('REDACT', 'two'), term('BLOCK', 'three')];
    expect(check('one two', flag, redact, block)).toMatchObject({ outcome: 'REDACTED', text: 'one [REDACTED]' });
    expect(check('one two three', flag, redact, block)).toMatchObject({ outcome: 'BLOCKED', text: null });
  });

  test('is found by guardrails that all look at the text as it came', () => {
    expect(check('secret key', pattern('REDACT', 'secret'), pattern('BLOCK', 'secret key'))).toMatchObject({
      outcome: 'BLOCKED',
    });
  });
});

describe('redacting', () => {
  test('puts one mark in the place of what overlaps and of what touches', () => {
    const guardrails = [
      pattern('REDACT', 'abc'),
      pattern('REDACT', 'cde'),
      pattern('REDACT', 'fg'),
      pattern('REDACT', 'x'),
    ];
    expect(check('-abcde-', ...guardrails).text).toBe('-[REDACTED]-');
    expect(check('-abcdefg-', ...guardrails).text).toBe('-[REDACTED]-');
    expect(check('xx x', ...guardrails).text).toBe('[REDACTED] [REDACTED]');
  });

  test('leaves what others only flag', () => {
    expect(check('abc def', pattern('REDACT', 'abc'), pattern('FLAG', 'def')).text).toBe('[REDACTED] def');
  });
});

describe('matches', () => {
  test('come by start, and then in the order of the guardrails', () => {
    expect(places('ab ab', pattern('FLAG', 'b'), pattern('FLAG', 'ab'), pattern('FLAG', 'a'))).toEqual([
      ...[
        [1, 0, 2],
        [2, 0, 1],
        [0, 1, 2],
      ],
      ...[
        [1, 3, 5],
        [2, 3, 4],
        [0, 4, 5],
      ],
    ]);
  });

  test('are half-open, in UTF-16 code units of the text as it came', () => {
    expect(places('😀 café! 😀', term('FLAG', 'café'))).toEqual([[0, 3, 7]]);
    expect(places('😀 cafe\u0301! 😀', term('FLAG', 'café'))).toEqual([[0, 3, 8]]);
  });

  test('are listed up to a thousand a guardrail, while all are redacted', () => {
    const { text, matches } = check('x'.repeat(1_500), pattern('REDACT', 'x'), pattern('FLAG', 'x{2}'));
    expect(text).toBe('[REDACTED]');
    expect(matches).toHaveLength(1_750);
    const spaced = check('x '.repeat(1_500), pattern('REDACT', 'x'));
    expect(spaced.text).toBe('[REDACTED] '.repeat(1_500));
    expect(spaced.matches).toHaveLength(1_000);
  });

  test('of a guardrail of several types are a thousand of all of them, the first', () => {
    const { matches } = check('a@b.co 192.0.2.1 '.repeat(900), {
      kind: 'PII',
      action: 'FLAG',
      piiTypes: ['EMAIL', 'IP_ADDRESS'],
    });
    expect(matches).toHaveLength(1_000);
    expect(matches.slice(0, 2).map(({ piiType }) => piiType)).toEqual(['EMAIL', 'IP_ADDRESS']);
    expect(matches.at(-1)).toMatchObject({ piiType: 'IP_ADDRESS', start: 499 * 17 + 7 });
  });

  test('of a text that was blocked are those that begin before the end of the first match that blocks', () => {
    const guardrails = [
      pattern('FLAG', '[a-z]'),
      pattern('BLOCK', 'cd'),
      pattern('BLOCK', 'b.*e'),
      pattern('FLAG', 'd.*'),
    ];
    expect(places('abcdefg', ...guardrails)).toEqual([
      [0, 0, 1],
      [0, 1, 2],
      [2, 1, 5],
      [0, 2, 3],
      [1, 2, 4],
      [0, 3, 4],
      [3, 3, 7],
      [0, 4, 5],
    ]);
  });
});

describe('the order', () => {
  test('is that of the positions; guardrails without one come last, as they were given', () => {
    const guardrails = [
      pattern('FLAG', 'a'),
      { ...pattern('FLAG', 'a'), position: 2 },
      { ...pattern('FLAG', 'a'), position: 1 },
      pattern('FLAG', 'a'),
    ];
    expect(places('a', ...guardrails).map(([index]) => index)).toEqual([2, 1, 0, 3]);
  });

  test('knows only guardrails that are enabled', () => {
    expect(
      places('a', { ...pattern('FLAG', 'a'), enabled: false }, { ...pattern('FLAG', 'a'), enabled: true }),
    ).toEqual([[1, 0, 1]]);
  });
});

describe('the greatest length', () => {
  const limit = (action: GuardrailRule['action'], maxLength: number): GuardrailRule => ({
    kind: 'MAX_LENGTH',
    action,
    maxLength,
  });

  test('is one of code points, and what is over it matches to the end', () => {
    expect(places('abc', limit('FLAG', 3))).toEqual([]);
    expect(places('abcd', limit('FLAG', 3))).toEqual([[0, 3, 4]]);
    expect(places('😀😀😀', limit('FLAG', 3))).toEqual([]);
    expect(places('😀😀😀😀x', limit('FLAG', 3))).toEqual([[0, 6, 9]]);
    expect(places('\ud83d\ud83d\ude00\ude00', limit('FLAG', 2))).toEqual([[0, 3, 4]]);
  });

  test('lets all on where it flags, and nothing where it blocks', () => {
    expect(check('abcdef', limit('FLAG', 3))).toMatchObject({ outcome: 'FLAGGED', text: 'abcdef' });
    expect(check('abcdef', limit('BLOCK', 3))).toMatchObject({ outcome: 'BLOCKED', text: null });
  });

  test('lets the others match to the end when it is what blocks first', () => {
    expect(places('abcdef', limit('BLOCK', 3), pattern('FLAG', 'f'))).toEqual([
      [0, 3, 6],
      [1, 5, 6],
    ]);
  });

  test('ends, in a text that another guardrail blocked, where looking ended', () => {
    expect(places(`a bad ${'x'.repeat(100_000)}`, limit('FLAG', 1), term('BLOCK', 'bad'))).toEqual([
      [0, 1, 5],
      [1, 2, 5],
    ]);
  });
});

test('the evaluator answers with the very objects that it was made with', () => {
  const guardrails = [{ id: 'guard_1', name: 'Names', ...term('FLAG', 'secret') }];
  expect(createEvaluator(guardrails).evaluate('secret').matches[0]?.guardrail.name).toBe('Names');
  expect(createEvaluator(guardrails).evaluate('secret').matches[0]?.guardrail).toBe(guardrails[0]);
});

test('a guardrail that is not valid makes no evaluator, and the error says why', () => {
  const guardrail = pattern('FLAG', '(a');
  expect(() => createEvaluator([guardrail])).toThrow(
    new GuardrailError('A group is not closed: ) is missing.', guardrail),
  );
  const local: GuardrailRule = { kind: 'PII', action: 'FLAG', piiTypes: ['PHONE'], country: 'DE' };
  expect(() => createEvaluator([local])).toThrow('give the evaluator `countries`');
  expect(() => createEvaluator([{ kind: 'LENGTH_OF_TOMORROW', action: 'FLAG' }])).toThrow('There is no kind');
});

describe('in slices', () => {
  const rules: GuardrailRule[] = [pattern('REDACT', '(?:a*|b*)*z|key\\d+'), term('FLAG', 'secret')];
  const text = 'a secret key123, aaaaabbbb '.repeat(4_000);

  test('a text has the same outcome, and the process does other work after some 10 ms', async () => {
    const evaluator = createEvaluator(rules);
    let longest = 0;
    let pauses = 0;
    let began = process.cpuUsage();
    const checked = await evaluator.evaluateInSlices(text, async () => {
      const { user } = process.cpuUsage(began);
      longest = Math.max(longest, user / 1_000);
      pauses += 1;
      began = process.cpuUsage();
    });
    expect(checked).toEqual(evaluator.evaluate(text));
    expect(pauses).toBeGreaterThan(1);
    expect(longest).toBeLessThan(50);
  });

  test('guardrails are compiled, and one that is not valid is refused', async () => {
    const longList = (start: number) =>
      term('FLAG', ...Array.from({ length: 1_000 }, (_, index) => `${start} ${String(index).repeat(20)}`));
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
    };
    const evaluator = await createEvaluatorInSlices([1, 2, 3].map(longList), pause);
    expect(pauses).toBeGreaterThan(0);
    expect(evaluator.evaluate(`3 ${'7'.repeat(20)}`).outcome).toBe('FLAGGED');
    await expect(createEvaluatorInSlices([pattern('FLAG', '(a')], pause)).rejects.toThrow(GuardrailError);
  });

  test('an error of the pause is the caller’s', async () => {
    const failing = createEvaluator(rules).evaluateInSlices(text, () => Promise.reject(new Error('gone')));
    await expect(failing).rejects.toThrow('gone');
  });
});
