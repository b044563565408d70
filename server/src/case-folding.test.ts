import { expect, test } from '@jest/globals';
import { foldCase } from './case-folding.js';
import { ignorable, unassigned, unicodeVersion } from './unicode.generated.js';

const charactersOf = (ranges: string) => new RegExp(`[${ranges.replace(/\w+/g, '\\u{$&}').replaceAll(' ', '')}]`, 'u');
const newer = charactersOf(unassigned);

/** Every character but the halves of pairs. */
const characters = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint)
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint));
const known = characters.filter((character) => !newer.test(character));

const codePoints = (text: string) => [...text].map((character) => character.codePointAt(0)?.toString(16)).join(' ');

test('this Node knows every character of the version of Unicode by which names are compared', () => {
  expect(Number.parseFloat(process.versions['unicode'] ?? '')).toBeGreaterThanOrEqual(
    Number.parseFloat(unicodeVersion),
  );
  expect(known.filter((character) => /\p{Cn}/u.test(character))).toEqual([]);
});

test('case is folded as this Node maps it to upper case and back, but for the letters that Unicode folds otherwise', () => {
  function expected(character: string): string {
    // Without a language the dotless ı is no i, though its upper case is I.
    if (character === 'ı') return character;
    // Its lower case ß is folded further, and Cherokee folds to upper case.
    if (character === 'ẞ') return 'ss';
    if (/\p{Script=Cherokee}/u.test(character)) return character.toUpperCase();
    return [...character.toUpperCase()].map((upper) => upper.toLowerCase()).join('');
  }
  const different = known.filter((character) => foldCase(character) !== expected(character));
  expect(different.map(codePoints)).toEqual([]);
});

test('what is folded stays as it is when it is folded again', () => {
  const changing = characters.filter((character) => foldCase(foldCase(character)) !== foldCase(character));
  expect(changing.map(codePoints)).toEqual([]);
});

test('characters that are newer than the table fold to themselves', () => {
  const changing = characters.filter((character) => newer.test(character) && foldCase(character) !== character);
  expect(changing.map(codePoints)).toEqual([]);
});

test('what cannot be seen is what this Node takes for ignorable', () => {
  const listed = charactersOf(ignorable);
  const different = characters.filter(
    (character) => listed.test(character) !== /\p{Default_Ignorable_Code_Point}/u.test(character),
  );
  expect(different.map(codePoints)).toEqual([]);
});
