// Writes the tables of Unicode by which names are compared, from the npm package of that version of Unicode, which is
// too large to be installed with the others:
//   npm install --prefix /tmp/unicode @unicode/unicode-15.1.0@2.0.7
//   node server/scripts/unicode.mjs /tmp/unicode/node_modules/@unicode/unicode-15.1.0
// With another version the keys of names that are stored already have to be made again.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const directory = `${resolve(process.argv[2] ?? '.')}/`;
const { name, version } = JSON.parse(await readFile(`${directory}package.json`, 'utf8'));

const load = async (property) =>
  (await import(new URL(`${property}/code-points.mjs`, pathToFileURL(directory)).href)).default;
const loadAll = async (...properties) => (await Promise.all(properties.map(load))).flat().sort((a, b) => a - b);

const hex = (codePoint) => codePoint.toString(16);

/** The sorted code points as ranges in hexadecimal. */
function ranges(codePoints) {
  const list = [];
  for (const codePoint of codePoints) {
    const range = list.at(-1);
    if (range?.last === codePoint - 1) range.last = codePoint;
    else list.push({ first: codePoint, last: codePoint });
  }
  return list.map(({ first, last }) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`));
}

/** The foldings to one character as runs with one distance, of every character or of every second. */
function runs(foldings) {
  const list = [];
  for (const [from, to] of foldings) {
    const run = list.at(-1);
    const step = run && from - run.last;
    const fits = run?.distance === to - from && (run.step === undefined ? step <= 2 : run.step === step);
    if (fits) Object.assign(run, { last: from, step });
    else list.push({ first: from, last: from, distance: to - from });
  }
  return list.map(({ first, last, step, distance }) =>
    step ? `${hex(first)}-${hex(last)}/${step}:${distance}` : `${hex(first)}:${distance}`,
  );
}

/** The words as one string, in lines of the width that the sources have. */
function text(words) {
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1).length + word.length > 112) lines.push('');
    lines.push(`${lines.pop()}${word} `);
  }
  return lines.map((line, index) => `  '${index === lines.length - 1 ? line.trimEnd() : line}'`).join(' +\n');
}

const marks = new Set(await load('General_Category/Nonspacing_Mark'));
const letters = new Set(await load('General_Category/Letter'));
const scripts = ['Script/Latin', 'Script/Greek', 'Script/Cyrillic'];
const bases = (await loadAll(...scripts)).filter((codePoint) => letters.has(codePoint));
const accents = (await loadAll(...scripts, 'Script/Inherited')).filter((codePoint) => marks.has(codePoint));
const byCodePoint = ([a], [b]) => a - b;
const simple = [...(await load('Case_Folding/C'))].sort(byCodePoint);
const full = [...(await load('Case_Folding/F'))].sort(byCodePoint);

await writeFile(
  new URL('../src/unicode.generated.ts', import.meta.url),
  `// Made by server/scripts/unicode.mjs from the Unicode Character Database in ${name}@${version}. Don't edit.
// © Unicode, Inc., under the Unicode License V3 (https://www.unicode.org/license.txt).

/** The version of Unicode by which names are compared. */
export const unicodeVersion = '${name.split('-').at(-1)}';

// Sets of characters are ranges of code points in hexadecimal, with blanks between them.

/** What this version doesn't know (General_Category=Unassigned). */
export const unassigned =
${text(ranges(await load('General_Category/Unassigned')))};

/** What can't be seen (Default_Ignorable_Code_Point): joiners, variation selectors, fillers. */
export const ignorable =
${text(ranges(await load('Binary_Property/Default_Ignorable_Code_Point')))};

/** The letters of the scripts Latin, Greek and Cyrillic. */
export const accentedLetters =
${text(ranges(bases))};

/** The marks without width (General_Category=Nonspacing_Mark) of these scripts and of all scripts (Inherited). */
export const accents =
${text(ranges(accents))};

/**
 * CaseFolding.txt, status C: first-last/step:distance, or code-point:distance where it stands alone. The code points
 * are hexadecimal, step and distance decimal.
 */
export const commonFoldings =
${text(runs(simple))};

/** CaseFolding.txt, status F: what one character folds to where that is more than one, all in hexadecimal. */
export const fullFoldings =
${text(full.map(([from, to]) => `${hex(from)}:${[to].flat().map(hex).join('+')}`))};
`,
);
