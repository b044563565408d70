import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEvaluator, validateGuardrail } from './index.js';
import { patternSize } from './pattern-size.js';
import { stepsOf } from './program.js';
import { type CompiledPattern, compileRe2 } from './re2.js';

/** Starts and ends of what matches. */
function places(pattern: string, text: string): number[][] {
  const { matches } = createEvaluator([{ kind: 'PATTERN', action: 'FLAG', pattern }]).evaluate(text);
  return matches.map(({ start, end }) => [start, end]);
}
const problem = (pattern: string) => validateGuardrail({ kind: 'PATTERN', action: 'FLAG', pattern })[0]?.message;

test.each([
  ['secret.*key', 'the secret is a key', [[4, 19]]],
  [
    '\\d+',
    'room 12, floor 3',
    [
      [5, 7],
      [15, 16],
    ],
  ],
  ['(?i)password', 'PassWord', [[0, 8]]],
  [
    '^a|z$',
    'a a z z',
    [
      [0, 1],
      [6, 7],
    ],
  ],
  [
    '(?m)^a',
    'a\na',
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['\\bkey\\b', 'key keys', [[0, 3]]],
  ['[\\p{Han}]+', 'das 東京 ist', [[4, 6]]],
  ['(?P<year>\\d{4})', 'in 2025', [[3, 7]]],
  ['\\Q1+1\\E', '1+1=2', [[0, 3]]],
  [
    '.',
    '😀a',
    [
      [0, 2],
      [2, 3],
    ],
  ],
  [
    'a+?',
    'aaa',
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  ],
  ['a|ab', 'ab', [[0, 1]]],
])('%s is a pattern as in RE2', (pattern, text, expected) => {
  expect(places(pattern, text)).toEqual(expected);
});

test.each([
  'secret.*key',
  '\\d+',
  '.*password.*',
  '(?i)\\b(?:password|passwd|pwd|secret|token)\\b\\s*[:=]\\s*\\S+',
  '\\b\\d{3}-\\d{2}-\\d{4}\\b',
  'AKIA[0-9A-Z]{16}',
  'sk-[A-Za-z0-9]{20,48}',
  'gh[pousr]_[A-Za-z0-9]{36}',
  'github_pat_[A-Za-z0-9_]{82}',
  'xox[baprs]-[0-9]{10,13}-[0-9]{10,13}-[a-zA-Z0-9]{24,34}',
  'eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
  '-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----',
  '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '\\b[a-fA-F0-9]{64}\\b',
  '(?:\\d{1,3}\\.){3}\\d{1,3}',
  'https?://[^\\s/$.?#].[^\\s]*',
  '[\\w.+-]+@[\\w-]+\\.[\\w.-]+',
  '(?i)(?:ignore|disregard) (?:all |any )?(?:previous|prior|above) (?:instructions|prompts?)',
  '(?is)<script[^>]*>.*?</script>',
  '\\b(?:EMP|CUST)-\\d{6,8}\\b',
  '[\\x{1F600}-\\x{1F64F}\\x{1F300}-\\x{1F5FF}\\x{1F680}-\\x{1F6FF}\\x{2600}-\\x{27BF}]',
  '\\p{Han}{2,20}',
])('%s, which people write, is taken', (pattern) => {
  expect(problem(pattern)).toBeUndefined();
});

test('empty matches don’t count', () => {
  expect(places('a*', 'baab')).toEqual([[1, 3]]);
  expect(places('(|a)', 'aaa')).toEqual([]);
  expect(places('\\b', 'a b')).toEqual([]);
});

describe('a match is looked for within 256 characters from its start', () => {
  test('so what stands further apart does not belong together', () => {
    const apart = (count: number) => `secret${'x'.repeat(count)}key`;
    expect(places('secret.*key', apart(247))).toEqual([[0, 256]]);
    expect(places('secret.*key', apart(248))).toEqual([]);
  });

  test('and what goes on for longer matches again', () => {
    expect(places('x+', 'x'.repeat(600))).toEqual([
      [0, 256],
      [256, 512],
      [512, 600],
    ]);
  });

  test('and the end of the text is only at its end', () => {
    expect(places('x+$', 'x'.repeat(300))).toEqual([[44, 300]]);
  });
});

test.each([
  ['(a', 'A group is not closed: ) is missing.'],
  ['a)', 'A group is closed that was not opened: there is a ) too many, or a ( is missing.'],
  ['[a', 'A class of characters is not closed: ] is missing.'],
  ['*a', 'There is nothing before a repetition; write \\* for the character itself: *'],
  ['a\\', 'The pattern ends with a backslash; write \\\\ for the character itself.'],
  ['(?<=a)b', 'Lookahead and lookbehind, such as (?=…) and (?<!…), are not possible in RE2.'],
  ['a(?!b)', 'Lookahead and lookbehind, such as (?=…) and (?<!…), are not possible in RE2: (?!'],
  ['(a)\\1', 'Backreferences, such as \\1, are not possible in RE2: \\1'],
  ['a++', 'One repetition follows directly after another; possessive ones, such as a++, are not possible in RE2: ++'],
  [
    'a{1001}',
    'A number in braces may be 1,000 at most, also where repetitions are within each other, and no less than the one before: {1001}',
  ],
  [
    'a{2,1}',
    'A number in braces may be 1,000 at most, also where repetitions are within each other, and no less than the one before: {2,1}',
  ],
  ['\\pX', 'There is no such class or range of characters.'],
  ['[z-a]', 'There is no such class or range of characters: z-a'],
])('what is wrong with %s is said in a sentence', (pattern, expected) => {
  expect(problem(pattern)).toBe(expected);
});

test('a pattern that is too large is refused, with what makes it smaller', () => {
  expect(problem('x{0,150}')).toBeUndefined();
  expect(problem('x{0,151}')).toBe(
    'The pattern is too large: it has 302 steps, and at most 300 are possible. Make it smaller: smaller numbers in braces, ' +
      'such as x{0,20} in place of x{0,200}; `*` or `+` where any number will do, because a match is looked for within 256 ' +
      'characters anyway; or divide it among several guardrails.',
  );
  expect(problem('x{0,1000}'.repeat(50))).toMatch(/^The pattern is too large: it has more than 2,000 steps/);
  expect(problem('((x{10}){10}){9}')).toMatch(/it has 900 steps/);
  expect(problem('\\pL|'.repeat(26))).toBe(
    'The pattern is too large: it has 26 classes such as \\p{L}, and at most 25 are possible. Make it smaller: put alternatives ' +
      'into one class, or divide it among several guardrails.',
  );
  expect(problem('a'.repeat(2_001))).toBe('The pattern has 2,001 characters, and at most 2,000 are possible.');
  expect(problem('')).toBe('The pattern is empty.');
});

test('what is wrong is found within milliseconds, however the pattern is made', () => {
  const patterns = [
    '('.repeat(2_000),
    '[',
    '(?:x{1000}){1000}',
    `(?:${'a'.repeat(900)}){300}`,
    '(((((x{30}){30}){30}){30}){30})',
    '\\p{L}{200}'.repeat(20),
    `${'\\pL|'.repeat(400)}`,
    `(?i)[${'\\x{80}-\\x{1ffff}'.repeat(120)}]`,
    `(?i)${'[!-🀀]'.repeat(300)}`,
  ];
  for (const pattern of patterns) {
    const before = process.cpuUsage();
    expect(typeof problem(pattern)).toBe('string');
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(250_000);
  }
});

test.each(['(?:(?:\\b*|\\B*|a|b)*){27}z|[ab]', '(?:(?:^|$|\\b|\\B|a|b)*){27}z|[ab]', '(?:(?:c?){149}[ab])*'])(
  '%s takes about as long as 300 steps in a row',
  (pattern) => {
    const text = 'a'.repeat(20_000);
    const shortestTime = (of: string) => {
      const evaluator = createEvaluator([{ kind: 'PATTERN', action: 'REDACT', pattern: of }]);
      return Math.min(
        ...Array.from({ length: 7 }, () => {
          const before = process.cpuUsage();
          evaluator.evaluate(text);
          const { user, system } = process.cpuUsage(before);
          return user + system;
        }),
      );
    };
    // Where steps were looked at more than once it took three to eight times as long.
    expect(shortestTime(pattern)).toBeLessThan(2.5 * shortestTime('\\pL{297}z|.'));
  },
);

test('a pattern keeps less than a megabyte for a text with characters of everywhere', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const text = Array.from({ length: 0x1100 }, (_, page) => String.fromCodePoint(page << 8)).join('');
  collect();
  const before = process.memoryUsage();
  const evaluators = ['x', 'y', 'z'].map((end) =>
    createEvaluator([{ kind: 'PATTERN', action: 'FLAG', pattern: `\\pL{20}${end}` }]),
  );
  for (const evaluator of evaluators) evaluator.evaluate(text);
  collect();
  const after = process.memoryUsage();
  const kept = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(kept / evaluators.length).toBeLessThan(1_000_000);
});

test('the size that is estimated of a pattern is about that of its program', () => {
  const atom = fc.constantFrom('a', '\\d', '[a-z]', '[^]x]', '.', '\\x{41}', '\\pL', '\\Qab\\E', '\\(', '[[:alpha:]_]');
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{3}', '{2,5}', '{4,}');
  const pattern = fc.letrec<{ all: string }>((tie) => ({
    all: fc
      .array(
        fc.tuple(
          fc.oneof(
            { depthSize: 'small', withCrossShrink: true },
            atom,
            tie('all').map((inner) => `(${inner}x)`),
          ),
          quantifier,
        ),
        { maxLength: 5 },
      )
      .map((parts) => parts.map((part) => part.join('')).join('')),
  })).all;
  fc.assert(
    fc.property(pattern, (text) => {
      fc.pre(patternSize(text) < 1_000);
      const size = stepsOf(compileRe2(text) as CompiledPattern);
      const estimated = patternSize(text);
      expect(estimated).toBeLessThanOrEqual(2 * size + 2);
      expect(size).toBeLessThanOrEqual(2 * estimated + 2);
    }),
  );
});
