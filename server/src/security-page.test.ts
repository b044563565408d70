import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** What the page of security promises is tested as it says. */

const source = new URL('./', import.meta.url);
const page = readFileSync(new URL('../docs/security.md', source), 'utf8');

/** The files that a line names, each with the beginnings of the sentences that it names of it. */
function namedIn(line: string, before: string): { file: string; sentences: string[] }[] {
  let file = before;
  return [...line.matchAll(/(?:`([\w./-]+\.(?:test|api|long|pooler|browser)\.ts)`|same file)(?:: ([^|`;]*))?/g)].map(
    ([, named = file, sentences = '']) => {
      file = named;
      const pieces = sentences
        .split('…')
        .map((piece) => piece.replace(/^[,.\s]+(?:and )?|^the cases of |[,.\s]+$/g, ''));
      return {
        file,
        sentences: pieces.map((piece) => piece.replace(/^the cases of /, '')).filter((piece) => piece !== ''),
      };
    },
  );
}

test('every test that the page names is there, under its sentence', () => {
  let last = '';
  const named = page.split('\n').flatMap((line) => {
    const ofLine = namedIn(line, last);
    last = ofLine.at(-1)?.file ?? last;
    return ofLine;
  });
  expect(named.length).toBeGreaterThan(25);
  const missing = named.flatMap(({ file, sentences }) => {
    const text = readFileSync(new URL(file, source), 'utf8').replaceAll("\\'", "'");
    return sentences.filter((sentence) => !text.includes(sentence)).map((sentence) => `${file}: ${sentence}`);
  });
  expect(missing).toEqual([]);
});

test('every row of a promise names the test that attacks it', () => {
  const rows =
    page
      .split('## Beside OWASP')[0]
      ?.split('\n')
      .filter((line) => /^\| [A-Z]/.test(line)) ?? [];
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !/`[\w./-]+\.ts`|same file/.test(row))).toEqual([]);
});
