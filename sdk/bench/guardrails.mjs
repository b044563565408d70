/**
 * How long the guardrails take: ten of them, as they are used, over 10 kB and 1 MB of usual texts and of texts that are
 * made to take long; the longest slice; how long compiling takes; and patterns that are made to take long. Times
 * are the shortest of some runs, of the CPU rather than of the clock.
 */
import { setImmediate } from 'node:timers/promises';
import { countries } from '../dist/esm/guardrails/countries.js';
import { createEvaluator, createEvaluatorInSlices } from '../dist/esm/guardrails/index.js';
import { hostile, usual } from './texts.mjs';

const someTerms = Array.from({ length: 1_000 }, (_, index) => `project ${(index * 7_919).toString(36)} falcon`);
const ten = [
  {
    kind: 'BLOCKED_TERMS',
    action: 'FLAG',
    terms: ['secret project', 'Projekt Falke', '機密', 'straße', ...someTerms.slice(0, 96)],
  },
  { kind: 'BLOCKED_TERMS', action: 'REDACT', terms: someTerms },
  { kind: 'PATTERN', action: 'REDACT', pattern: 'secret.*key' },
  { kind: 'PATTERN', action: 'FLAG', pattern: '\\d+' },
  { kind: 'PATTERN', action: 'REDACT', pattern: '(?i)\\b(?:sk|pk)-[a-z0-9]{20,}\\b' },
  { kind: 'PATTERN', action: 'FLAG', pattern: '(?i)confidential|internal use only|do not distribute' },
  { kind: 'PII', action: 'REDACT', piiTypes: ['EMAIL', 'IP_ADDRESS'] },
  { kind: 'PII', action: 'REDACT', piiTypes: ['CREDIT_CARD', 'IBAN'] },
  { kind: 'PII', action: 'FLAG', piiTypes: ['PHONE'], country: 'DE' },
  { kind: 'MAX_LENGTH', action: 'FLAG', maxLength: 100_000 },
];

const costlyPatterns = [
  '(?:a.*z)|a',
  'a{0,148}z|a',
  '(?:a|b)*a(?:a|b){200}c|a',
  '(?:[ab]?b?){70}z|a',
  '(?:\\b|a|b){95}z|[ab]',
  '(?:(?:a*|b*)*){42}z|[ab]',
  '(?:(?:\\b*|\\B*|a|b)*){27}z|[ab]',
  '(?:(?:c?){149}[ab])*',
  '(?:b*a*){74}z|[ab]',
  '\\pL{150}z|.',
];

const largestList = {
  kind: 'BLOCKED_TERMS',
  action: 'FLAG',
  terms: Array.from({ length: 1_000 }, (_, index) =>
    String.fromCharCode(
      ...Array.from({ length: 100 }, (_unit, place) => 0xac00 + ((index * 7_919 + place * 104_729) % 11_172)),
    ),
  ),
};

function cpu(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function shortest(runs, work) {
  return Math.min(...Array.from({ length: runs }, () => cpu(work)));
}

/** The longest slice of the work, in milliseconds. */
async function longestSlice(work) {
  let longest = 0;
  let began = process.cpuUsage();
  const measure = () => {
    const { user, system } = process.cpuUsage(began);
    longest = Math.max(longest, (user + system) / 1_000);
  };
  await work(async () => {
    measure();
    await setImmediate();
    began = process.cpuUsage();
  });
  measure();
  return longest;
}

const row = (...cells) =>
  console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell)).join(' | ')} |`);
const table = (...heads) => {
  row(...heads);
  row(...heads.map(() => '---'));
};

const evaluator = createEvaluator(ten, { countries });
table('text', '10 kB, ms', '1 MB, ms', 'longest slice of 100,000 characters, ms');
for (const [name, make] of Object.entries({ ...usual, ...hostile })) {
  const text = make(1_000_000);
  const short = text.slice(0, 10_000);
  for (let run = 0; run < 60; run++) evaluator.evaluate(short);
  row(
    `\`${name}\``,
    shortest(21, () => evaluator.evaluate(short)),
    shortest(5, () => evaluator.evaluate(text)),
    await longestSlice((pause) => evaluator.evaluateInSlices(text.slice(0, 100_000), pause)),
  );
}

console.log('\nPatterns that are made to take long, alone, over the worst of some texts:\n');
table('pattern', '1 MB, ms', 'longest slice of 100,000 characters, ms');
for (const pattern of costlyPatterns) {
  const alone = createEvaluator([{ kind: 'PATTERN', action: 'REDACT', pattern }]);
  const texts = [hostile.a(1_000_000), hostile['letters at random'](1_000_000)];
  for (const text of texts) alone.evaluate(text.slice(0, 50_000));
  const slices = [];
  for (const text of texts) {
    slices.push(await longestSlice((pause) => alone.evaluateInSlices(text.slice(0, 100_000), pause)));
  }
  const times = texts.map((text) => shortest(3, () => alone.evaluate(text)));
  row(`\`${pattern.replaceAll('|', '\\|')}\``, Math.max(...times), Math.max(...slices));
}

console.log('\nCompiling:\n');
table('guardrails', 'all, ms', 'longest slice, ms');
for (const [name, guardrails] of Object.entries({ 'the ten': ten, 'the largest list of terms': [largestList] })) {
  const slice = await longestSlice((pause) => createEvaluatorInSlices(guardrails, pause, { countries }));
  row(
    name,
    shortest(5, () => createEvaluator(guardrails, { countries })),
    slice,
  );
}
