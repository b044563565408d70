import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../testing/properties.js';
import { countries } from './countries.js';
import { createEvaluator, type GuardrailCheck, type GuardrailEvaluator, type GuardrailRule } from './index.js';

function stream(evaluator: GuardrailEvaluator, chunks: readonly string[]) {
  const stream = evaluator.stream();
  const passed = chunks.map((chunk) => stream.push(chunk)).join('');
  const { outcome, text, matches } = stream.end();
  return { passed, check: { outcome, text: text === null ? null : passed + text, matches } };
}

function cut(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}

const actions = fc.constantFrom<GuardrailRule['action'][]>('BLOCK', 'REDACT', 'REDACT', 'FLAG');
const termList = [
  'secret',
  'top secret',
  'secret key',
  'key',
  'straße',
  'İstanbul',
  '機密',
  '비밀',
  'a',
  'ab a',
  'c++',
  'café',
  'ﬁn',
];
const patternList = [
  'secret.*key',
  '\\d+',
  'a*b',
  '^a',
  'b$',
  '\\bkey\\b',
  '(?s).{3}',
  '[^a]{200,}',
  'a.*?z',
  '(?i)KEY',
  'x|',
  '\\pL+',
];
const guardrails: fc.Arbitrary<GuardrailRule> = fc.oneof(
  fc.record({
    kind: fc.constant('BLOCKED_TERMS' as const),
    action: actions,
    terms: fc.uniqueArray(fc.constantFrom(...termList), { minLength: 1 }),
  }),
  fc.record({ kind: fc.constant('PATTERN' as const), action: actions, pattern: fc.constantFrom(...patternList) }),
  fc.record({
    kind: fc.constant('PII' as const),
    action: actions,
    piiTypes: fc.uniqueArray(fc.constantFrom('EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS'), { minLength: 1 }),
    country: fc.constantFrom(null, 'DE', 'US', 'FR'),
  }),
  fc.record({
    kind: fc.constant('MAX_LENGTH' as const),
    action: fc.constantFrom<GuardrailRule['action'][]>('BLOCK', 'FLAG'),
    maxLength: fc.integer({ min: 1, max: 60 }),
  }),
);

const pieces = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'z',
      'x',
      'key',
      'secret',
      'top',
      'SECRET',
      'Ke',
      'y',
      'sec',
      'ret',
      ' ',
      ' ',
      '\n',
      '. ',
      ', ',
      '-',
      '1',
      '22',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\u0301',
      '\u00ad',
      '\u200b',
      '😀',
      '\ud83d',
      '\ude00',
      'ß',
      'ẞ',
      'ss',
      'İ',
      'ı',
      '機',
      '密',
      '비밀',
      '\u1107\u1175',
      'ﬁ',
      'é',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '@',
      'joe@',
      'joe@example.com',
      'o’neil',
      '.de',
      '..',
      '+49',
      '+49 30 1234567',
      '00',
      '0044 20 7946 0958',
      '(030) ',
      '030 123456',
      '(212) 555-0123',
      '12',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '4111 1111 1111 1111',
      '4111-',
      '1111',
      'DE89',
      'DE89 3704 0044 0532 0130 00',
      '3704',
      '192.0.2.',
      '192.0.2.1',
      '2001:db8::',
      ':',
      '::1',
      'fe80',
      'Tel. ',
      '€',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', ' ', '1', '\u0301', 'a@', '1-', 'secret ', '.', ':', '😀'),
        fc.integer({ min: 2, max: 400 }),
      )
      .map(([piece, times]) => piece.repeat(times)),
  },
);
const texts = fc.array(pieces, { maxLength: 40, size: 'max' }).map((parts) => parts.join(''));
const cuts = fc.oneof(
  fc.array(fc.nat(), { maxLength: 20 }),
  fc.constant(Array.from({ length: 3_000 }, (_, index) => index)),
);

test('a text has the same outcome in any pieces as in one', () => {
  fc.assert(
    fc.property(fc.array(guardrails, { minLength: 1, maxLength: 5 }), texts, cuts, (rules, text, places) => {
      const evaluator = createEvaluator(rules, { countries });
      expect(stream(evaluator, cut(text, places)).check).toEqual(evaluator.evaluate(text));
    }),
    {
      ...runs(80),
      // What once came out differently.
      examples: [
        [[{ kind: 'PATTERN', action: 'REDACT', pattern: 'x' }], 'x'.repeat(9_000), [2_048]],
        [[{ kind: 'PATTERN', action: 'REDACT', pattern: '[^a]' }], 'a\ud83d\ude00a', [2]],
        [[{ kind: 'PII', action: 'REDACT', piiTypes: ['CREDIT_CARD'] }], '1-'.repeat(100), [31, 77]],
        [[{ kind: 'PII', action: 'REDACT', piiTypes: ['PHONE'], country: 'US' }], '(212) 555-0123', [1, 5]],
        [[{ kind: 'MAX_LENGTH', action: 'BLOCK', maxLength: 3 }], 'abcdef', [2, 4]],
        [
          [
            { kind: 'MAX_LENGTH', action: 'BLOCK', maxLength: 1 },
            { kind: 'PII', action: 'BLOCK', piiTypes: ['EMAIL', 'IP_ADDRESS'] },
          ],
          '192.0.2.1\u0301joe@example.com::1',
          Array.from({ length: 28 }, (_, place) => place),
        ],
      ],
    },
  );
});

/** What becomes of a text by the rules alone, from what each guardrail finds by itself. */
function expected(rules: readonly GuardrailRule[], text: string): GuardrailCheck {
  const found = rules.flatMap((guardrail, order) => {
    const alone = createEvaluator([{ ...guardrail, action: 'FLAG' }], { countries }).evaluate(text);
    return alone.matches.map((match) => ({ ...match, guardrail, order }));
  });
  const byPlace = found.sort((a, b) => a.start - b.start || a.order - b.order);
  const block = byPlace.find(({ guardrail }) => guardrail.action === 'BLOCK');
  const limit = block?.guardrail.kind === 'MAX_LENGTH' ? Number.POSITIVE_INFINITY : (block?.end ?? text.length);
  const matches = byPlace
    .filter(({ start }) => start < limit)
    // What is too long goes on to where looking ended.
    .map(({ order: _, ...match }) =>
      match.guardrail.kind === 'MAX_LENGTH' ? { ...match, end: Math.min(match.end, limit) } : match,
    );
  if (block !== undefined) return { outcome: 'BLOCKED', text: null, matches };
  const units = [...text.split(''), ''];
  const redacted = matches.filter(({ guardrail }) => guardrail.action === 'REDACT');
  for (const { start, end } of redacted) units.fill('', start, end);
  const touches = (at: number) => redacted.some(({ start, end }) => start < at && end >= at);
  for (const { start } of redacted) if (!touches(start)) units[start] = '[REDACTED]';
  const outcome = redacted.length > 0 ? 'REDACTED' : matches.length > 0 ? 'FLAGGED' : 'ALLOWED';
  return { outcome, text: units.join(''), matches };
}

test('the outcome follows from what each guardrail finds by itself', () => {
  const short = texts.map((text) => text.slice(0, 600));
  fc.assert(
    fc.property(fc.array(guardrails, { minLength: 1, maxLength: 5 }), short, (rules, text) => {
      expect(createEvaluator(rules, { countries }).evaluate(text)).toEqual(expected(rules, text));
    }),
    runs(80),
  );
});

test('what went out of a text that is blocked later is a beginning of what would have gone out without what blocks', () => {
  fc.assert(
    fc.property(fc.array(guardrails, { minLength: 1, maxLength: 4 }), texts, cuts, (rules, text, places) => {
      const { passed } = stream(createEvaluator(rules, { countries }), cut(text, places));
      const lenient = rules.map((rule) => (rule.action === 'BLOCK' ? { ...rule, action: 'FLAG' as const } : rule));
      const redacted = createEvaluator(lenient, { countries }).evaluate(text).text;
      expect(redacted?.startsWith(passed)).toBe(true);
    }),
    runs(80),
  );
});

test('what matches is the same wherever it stands: a match begins and ends as in the text alone, between paragraphs', () => {
  const lone = fc.constantFrom(
    'joe@example.com',
    '+49 30 1234567',
    '4111 1111 1111 1111',
    'DE89 3704 0044 0532 0130 00',
    '192.0.2.1',
    '2001:db8::1',
  );
  const evaluator = createEvaluator([
    { kind: 'PII', action: 'FLAG', piiTypes: ['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS'] },
  ]);
  fc.assert(
    fc.property(texts, texts, lone, (before, after, value) => {
      const start = before.length + 2;
      const found = evaluator.evaluate(`${before}\n\n${value}\n\n${after}`).matches;
      expect(found.filter((match) => match.start >= start && match.end <= start + value.length)).toMatchObject([
        { start, end: start + value.length },
      ]);
    }),
    { ...runs(80), examples: [['sec', '', '192.0.2.1']] },
  );
});

test('a stream holds back only what a match can still reach', () => {
  const secret = createEvaluator([{ kind: 'PATTERN', action: 'REDACT', pattern: 'secret.*key' }]).stream();
  expect(secret.push('good morning ')).toBe('good morning ');
  expect(secret.push('se')).toBe('');
  expect(secret.push('ven ')).toBe('seven ');
  expect(secret.push('a secret ')).toBe('a ');
  expect(secret.push('and no more\n')).toBe('secret and no more\n');
  const term = createEvaluator([{ kind: 'BLOCKED_TERMS', action: 'BLOCK', terms: ['top secret'] }]).stream();
  expect(term.push('on to')).toBe('on ');
  // The last letter may still get a mark.
  expect(term.push('p of it')).toBe('top of i');
  const flag = createEvaluator([{ kind: 'PATTERN', action: 'FLAG', pattern: 'secret.*key' }]).stream();
  expect(flag.push('a secret ')).toBe('a secret ');
});

test('a stream never parts the halves of a character', () => {
  const stream = createEvaluator([{ kind: 'PATTERN', action: 'REDACT', pattern: 'x' }]).stream();
  expect([stream.push('a\ud83d'), stream.push('\ude00b'), stream.push('\ud83d'), stream.push('c')]).toEqual([
    'a',
    '😀b',
    '',
    '\ud83dc',
  ]);
});

test('a stream tells when nothing goes on any more, and says no more then', () => {
  const stream = createEvaluator([{ kind: 'BLOCKED_TERMS', action: 'BLOCK', terms: ['secret'] }]).stream();
  expect([stream.push('no, '), stream.blocked]).toEqual(['no,', false]);
  expect([stream.push('secret, '), stream.blocked]).toEqual(['', true]);
  expect(stream.push('and more')).toBe('');
  expect(stream.end()).toMatchObject({ outcome: 'BLOCKED', text: null, matches: [{ start: 4, end: 10 }] });
});

test('a stream that has ended takes nothing more', () => {
  const stream = createEvaluator([]).stream();
  expect(stream.push('a')).toBe('a');
  expect(stream.end()).toEqual({ outcome: 'ALLOWED', text: '', matches: [] });
  expect(() => stream.push('b')).toThrow('ended');
  expect(() => stream.end()).toThrow('ended');
});

test('an evaluator can evaluate several streams at once', () => {
  const evaluator = createEvaluator([{ kind: 'PATTERN', action: 'REDACT', pattern: '(?:a|b)*a(?:a|b){8}c' }]);
  const text = 'abbabaabbbabababaabbc '.repeat(40);
  const streams = [1, 2, 3].map(() => ({ stream: evaluator.stream(), passed: '' }));
  for (let index = 0; index < text.length; index += 7) {
    for (const one of streams) one.passed += one.stream.push(text.slice(index, index + 7));
  }
  for (const { stream, passed } of streams) expect(`${passed}${stream.end().text}`).toBe(evaluator.evaluate(text).text);
});
