import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEvaluator } from './index.js';

/** What of the text matches. */
function found(text: string, ...terms: string[]): string[] {
  const { matches } = createEvaluator([{ kind: 'BLOCKED_TERMS', action: 'FLAG', terms }]).evaluate(text);
  return matches.map(({ start, end }) => text.slice(start, end));
}

test('a term matches whole words only', () => {
  expect(found('A cat, a cat! concat cats cat_ 1cat cat', 'cat')).toEqual(['cat', 'cat', 'cat']);
  expect(found('кот котик', 'кот')).toEqual(['кот']);
  expect(found('cat-like “cat” cat’s', 'cat')).toEqual(['cat', 'cat', 'cat']);
});

test('a term may begin or end with what belongs to no word', () => {
  expect(found('c++ c++x xc++ (c++)', 'c++')).toEqual(['c++', 'c++', 'c++']);
  expect(found('it costs $100 or A$100', '$100')).toEqual(['$100', '$100']);
  expect(found('😀😀', '😀')).toEqual(['😀', '😀']);
});

test('a term matches in any case', () => {
  expect(found('Secret SECRET sEcReT', 'secret')).toEqual(['Secret', 'SECRET', 'sEcReT']);
  expect(found('STRASSE Straße straẞe', 'straße')).toEqual(['STRASSE', 'Straße', 'straẞe']);
  expect(found('ΟΔΟΣ οδός οδοσ', 'οδος')).toEqual(['ΟΔΟΣ', 'οδοσ']);
  expect(found('oﬃce OFFICE', 'office')).toEqual(['oﬃce', 'OFFICE']);
  expect(found('İSTANBUL istanbul ıstanbul', 'istanbul')).toEqual(['İSTANBUL', 'istanbul', 'ıstanbul']);
});

test('composed and decomposed letters are the same, and a letter with a mark is another than one without', () => {
  expect(found('café cafe\u0301 cafe', 'café')).toEqual(['café', 'cafe\u0301']);
  expect(found('café cafe\u0301 cafe', 'cafe')).toEqual(['cafe']);
  expect(found('a\u0323\u0307b a\u0307\u0323b', 'a\u0323\u0307b')).toEqual(['a\u0323\u0307b', 'a\u0307\u0323b']);
  expect(found('비밀 \u1107\u1175\u1106\u1175\u11af', '비밀')).toEqual(['비밀', '\u1107\u1175\u1106\u1175\u11af']);
  expect(found('가 각', '가')).toEqual(['가']);
});

test('what can’t be seen does not part a term', () => {
  expect(found('se\u00adcret s\u200be\u200bc\u200br\u200be\u200bt \u2060secret\ufeff', 'secret')).toEqual([
    'se\u00adcret',
    's\u200be\u200bc\u200br\u200be\u200bt',
    'secret\ufeff',
  ]);
});

test('blanks in a term match any blanks', () => {
  expect(found('top secret, top\n  secret, top\u00a0\u200bsecret, topsecret, top-secret', ' top  secret ')).toEqual([
    'top secret',
    'top\n  secret',
    'top\u00a0\u200bsecret',
  ]);
});

test('in scripts without spaces a term matches anywhere', () => {
  expect(found('これは極秘情報です', '極秘')).toEqual(['極秘']);
  expect(found('请联系张三谢谢', '张三')).toEqual(['张三']);
  expect(found('นี่คือความลับของบริษัท', 'ความลับ')).toEqual(['ความลับ']);
  expect(found('请用secret谢谢', 'secret')).toEqual(['secret']);
  expect(found('スーパーカー', 'カー')).toEqual(['カー']);
  expect(found('서울에서 서울 서울', '서울')).toEqual(['서울', '서울']);
});

test('of terms that lie within each other the longest matches, and terms that overlap match both', () => {
  expect(found('top secret key', 'secret', 'top secret', 'top', 'key')).toEqual(['top secret', 'key']);
  expect(found('a b c d', 'a b c', 'b', 'b c d')).toEqual(['a b c', 'b c d']);
  expect(found('a b', 'a', 'a b c')).toEqual(['a']);
  expect(found('a b d', 'b', 'a b c')).toEqual(['b']);
});

test('a letter has thirty marks at the most', () => {
  expect(found(`a${'\u0301'.repeat(100_000)} secret`, 'secret', 'a')).toEqual(['secret']);
});

test('the terms that match are those that a search term by term finds', () => {
  const word = fc
    .array(fc.constantFrom('a', 'a', 'A', 'b', 'ß'), { minLength: 1, maxLength: 2 })
    .map((letters) => letters.join(''));
  const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  const fold = (text: string) => text.toUpperCase().toLowerCase();
  fc.assert(
    fc.property(fc.array(phrase, { minLength: 1, maxLength: 8 }), fc.array(word, { maxLength: 30 }), (terms, words) => {
      const text = words.join(' ');
      const folded = ` ${fold(text)} `;
      const places: [number, number][] = [];
      for (const term of terms) {
        for (let at = folded.indexOf(` ${fold(term)} `); at >= 0; at = folded.indexOf(` ${fold(term)} `, at + 1))
          places.push([at, at + fold(term).length]);
      }
      const longest = places.filter(
        ([start, end]) => !places.some(([from, to]) => from <= start && to >= end && to - from > end - start),
      );
      const expected = [
        ...new Set(longest.sort(([a], [b]) => a - b).map(([start, end]) => fold(folded.slice(start + 1, end + 1)))),
      ];
      expect([...new Set(found(text, ...terms).map(fold))]).toEqual(expected);
    }),
  );
});
