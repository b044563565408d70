/** What a pattern may be, and what is said about one that can't be taken. */
import { number } from './numbers.js';
import { PatternMatcher } from './pattern-scanner.js';
import { patternSize } from './pattern-size.js';
import { stepsOf } from './program.js';
import { compileRe2, type SyntaxProblem } from './re2.js';

const LONGEST_PATTERN = 2_000;
/** How many steps a pattern may have: with more, a text that is made for it would take too long. */
const MOST_STEPS = 300;
/** With more than that it isn't even compiled. */
const MOST_STEPS_COMPILED = 2_000;
/** How many large classes of characters it may name: each takes up to two milliseconds to compile. */
const MOST_LARGE_CLASSES = 25;

const smaller =
  'Make it smaller: smaller numbers in braces, such as x{0,20} in place of x{0,200}; `*` or `+` where any number will do, ' +
  'because a match is looked for within 256 characters anyway; or divide it among several guardrails.';

/** The pattern, compiled, or a sentence that says what is wrong with it. */
export function compilePattern(pattern: string): PatternMatcher | string {
  if (pattern === '') return 'The pattern is empty.';
  if (pattern.length > LONGEST_PATTERN) {
    return `The pattern has ${number(pattern.length)} characters, and at most ${number(LONGEST_PATTERN)} are possible.`;
  }
  if (patternSize(pattern) > MOST_STEPS_COMPILED) return tooLarge(`more than ${number(MOST_STEPS_COMPILED)}`);
  const classes = largeClasses(pattern);
  if (classes > MOST_LARGE_CLASSES) {
    return `The pattern is too large: it has ${classes} classes such as \\p{L}, and at most ${MOST_LARGE_CLASSES} are possible. Make it smaller: put alternatives into one class, or divide it among several guardrails.`;
  }
  const compiled = compileRe2(pattern);
  if ('reason' in compiled) return sentence(pattern, compiled);
  const steps = stepsOf(compiled);
  return steps > MOST_STEPS ? tooLarge(number(steps)) : new PatternMatcher(compiled);
}

/** Classes of Unicode, and ranges beyond ASCII where case does not count. */
function largeClasses(pattern: string): number {
  const folds = /\(\?[a-zA-Z]*i/.test(pattern);
  return pattern.match(folds ? /\\p|-(?:\\x\{|\P{ASCII})/giu : /\\p/gi)?.length ?? 0;
}

function tooLarge(steps: string): string {
  return `The pattern is too large: it has ${steps} steps, and at most ${MOST_STEPS} are possible. ${smaller}`;
}

/** Beginnings of what other engines have and RE2 does not. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^\(\?(?:<?[=!])/, 'Lookahead and lookbehind, such as (?=…) and (?<!…), are not possible in RE2'],
  [/^\(\?>/, 'Atomic groups, (?>…), are not possible in RE2'],
  [/^\(\?[#|&R(\d]/, 'This kind of group is not possible in RE2'],
  [/^\\[1-9k]/, 'Backreferences, such as \\1, are not possible in RE2'],
];

const sentences: Record<string, string> = {
  'invalid character class range': 'There is no such class or range of characters',
  'invalid escape sequence': 'There is no such escape',
  'invalid named capture': 'The name of a group is not valid',
  'duplicate capture group name': 'Two groups have the same name',
  'invalid or unsupported Perl syntax': 'This kind of group is not possible in RE2',
  'invalid nested repetition operator':
    'One repetition follows directly after another; possessive ones, such as a++, are not possible in RE2',
  'invalid repeat count':
    'A number in braces may be 1,000 at most, also where repetitions are within each other, and no less than the one before',
  'missing closing ]': 'A class of characters is not closed: ] is missing',
  'missing closing )': 'A group is not closed: ) is missing',
  'unexpected )': 'A group is closed that was not opened: there is a ) too many, or a ( is missing',
  'missing argument to repetition operator': 'There is nothing before a repetition; write \\* for the character itself',
  'trailing backslash at end of expression': 'The pattern ends with a backslash; write \\\\ for the character itself',
  'expression nests too deeply': 'Groups are nested too deeply',
};

/** Of a pattern, in a sentence about it: it may hold what nobody else may read. */
const partShown = 10;

function sentence(pattern: string, { reason, part }: SyntaxProblem): string {
  if (reason === 'expression too large') return `The pattern is too large. ${smaller}`;
  const known = foreign.find(([beginning]) => beginning.test(part))?.[1] ?? sentences[reason];
  const where =
    part === '' || part === pattern ? '' : `: ${part.length > partShown ? `${part.slice(0, partShown)}…` : part}`;
  return `${known ?? 'The pattern is not valid in RE2'}${where === '' ? '.' : where}`;
}
