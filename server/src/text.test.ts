import { describe, expect, test } from '@jest/globals';
import {
  isName,
  isText,
  nameKey,
  nameLengthMax,
  normalizeName,
  normalizeText,
  readName,
  readNameUpTo,
  searchKey,
} from './text.js';
import { unassigned } from './unicode.generated.js';

const newer = new RegExp(`[${unassigned.replace(/\w+/g, '\\u{$&}').replaceAll(' ', '')}]`, 'u');

/** Put in order by `normalize` in a time that grows with its square. */
const attack = `a${'\u0315'.repeat(20_000)}${'\u0300'.repeat(20_000)}`;

const family = '👨\u200d👩\u200d👧';
const heart = '❤\ufe0f';
const iWant = 'می\u200cخواهم';
const malayalamN = 'ന്\u200d';

describe('a name is kept', () => {
  test.each([
    ['without blanks around it', ' \t\u00a0\u3000Billing\u2003\r\n', 'Billing'],
    ['without what looks like a blank around it', '\ufeff\u200b\u2060\u2800\u3164Billing\uffa0\u00ad', 'Billing'],
    ['in NFC', 'E\u0301clair', 'Éclair'],
    ['with the blanks that are written in it', 'A  \u00a0B', 'A  \u00a0B'],
    ['with the joiners of an emoji', family, family],
    ['with the selector at the end of an emoji', heart, heart],
    ['with the joiners of a Persian word', iWant, iWant],
    ['with the joiner at the end of an Indic word', malayalamN, malayalamN],
    ['with marks of direction and isolates', 'a\u200f\u2067b\u2069', 'a\u200f\u2067b\u2069'],
    ['if it is of one character', 'x', 'x'],
    ['if it is of 80 characters', 'x'.repeat(80), 'x'.repeat(80)],
    ['if it is of 80 characters of two units each', '🦊'.repeat(80), '🦊'.repeat(80)],
    ['if it is of 80 characters of four units each', 'α\u0313\u0300\u0345'.repeat(80), 'ᾂ'.repeat(80)],
    ['if it is of one letter with 79 marks', `x${'\u0301'.repeat(79)}`, `x${'\u0301'.repeat(79)}`],
    ['whatever there is of blanks around it', `${' '.repeat(10_000)}x${'\n'.repeat(10_000)}`, 'x'],
    ['if Unicode learned of it later', '\u{1fae9}', '\u{1fae9}'],
    ['if it is of private use', '\u{f8ff}', '\u{f8ff}'],
  ])('%s', (_case, value, name) => {
    expect(readName(value)).toBe(name);
    expect(normalizeName(value)).toBe(name);
    expect(isName(name)).toBe(true);
  });
});

describe('it is no name', () => {
  test.each([
    ['if it is empty', ''],
    ['of blanks only', ' \t\u00a0\u3000'],
    ['of joiners, selectors and soft hyphens only', '\u200d\u200c\ufe0f\u00ad\u{e0067}'],
    ['of marks of direction only', '\u200e\u200f\u2066\u2069'],
    ['of combining marks only', '\u0301\u0300'],
    ['of a mark with a width only', '\u093e'],
    ['of BRAILLE PATTERN BLANK only', '\u2800'],
    ['of HANGUL FILLER only', '\u3164'],
    ['of HALFWIDTH HANGUL FILLER only', '\uffa0'],
    ['of the fillers of Hangul syllables only', '\u115f\u1160'],
    ['of MUSICAL SYMBOL NULL NOTEHEAD only', '\u{1d159}'],
    ['of all of these, in turns', '\u2800\u0301 \u200d\u115f\u3164\u{1d159}\u2800\ufff9'],
    ['with a line break', 'a\nb'],
    ['with a tab', 'a\tb'],
    ['with NUL', 'a\0'],
    ['with a C1 control character', 'a\u0085'],
    ['with half a pair', 'a\ud83eb'],
    ['with LINE SEPARATOR', 'a\u2028b'],
    ['with PARAGRAPH SEPARATOR', 'a\u2029b'],
    ['with what is no character', 'a\ufffe'],
    ['of 81 characters', 'x'.repeat(81)],
    ['of 81 characters of two units each', '🦊'.repeat(81)],
    ['of 81 characters in NFC that are fewer in other forms', '\u0958'.repeat(41)],
    ['of one letter with 80 marks', `x${'\u0301'.repeat(80)}`],
    ['of more marks than could be put in order', attack],
  ])('%s', (_case, value) => {
    expect(readName(value)).toBeNull();
    expect(isName(normalizeName(value))).toBe(false);
  });

  test.each(['\u202a', '\u202b', '\u202c', '\u202d', '\u202e'])('with an embedding or override: %j', (control) => {
    expect(readName(`a${control}b`)).toBeNull();
    expect(readName(`${control}a`)).toBeNull();
    expect(readName(`a${control}`)).toBeNull();
  });
});

describe('what is too long is not normalized', () => {
  test('no character that is kept has more units in any form than are measured', () => {
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const character = String.fromCodePoint(codePoint);
      if (newer.test(character)) continue;
      const kept = [...character.normalize('NFC')].length;
      const longest = Math.max(character.length, character.normalize('NFD').length);
      if (longest > 4 * kept) throw new Error(`${codePoint.toString(16)} is ${kept} character from ${longest} units`);
    }
  });

  test('a name that is too long comes back as it is, and so do keys', () => {
    expect(normalizeName(attack)).toBe(attack);
    expect(normalizeText(attack)).toBe(attack);
    expect(nameKey(attack)).toBe(attack);
    expect(searchKey(attack)).toBe(attack);
    expect(isName(attack)).toBe(false);
    expect(isText(attack)).toBe(false);
  });

  test('marks that are more than any name has are put in order part by part', () => {
    const text = `a${'\u0315'.repeat(300)}${'\u0300'.repeat(300)}`;
    expect(normalizeText(text)).toBe(`a${'\u0315'.repeat(300)}${'\u0300'.repeat(300)}`);
    expect(isText(normalizeText(text))).toBe(true);
  });
});

test('names may be of another length by the same rules', () => {
  expect(nameLengthMax).toBe(80);
  expect(readNameUpTo('e\u0301'.repeat(255), 255)).toBe('é'.repeat(255));
  expect(readNameUpTo('x'.repeat(256), 255)).toBeNull();
  expect(readNameUpTo('\u2800', 255)).toBeNull();
});

describe('free text', () => {
  test.each([
    ['of one character', 'x'],
    ['of several lines', 'a\r\n\tb'],
    ['of 1,000 characters of four units each', 'α\u0313\u0300\u0345'.repeat(1_000)],
  ])('is text %s', (_case, value) => {
    expect(isText(normalizeText(value))).toBe(true);
    expect(normalizeText(value)).toBe(value.normalize('NFC'));
  });

  test.each([
    ['if it is empty', ' \n'],
    ['of 1,001 characters', 'x'.repeat(1_001)],
    ['with a control character', 'a\u001bb'],
    ['with half a pair', 'a\ud83e'],
  ])('is no text %s', (_case, value) => {
    expect(isText(normalizeText(value))).toBe(false);
  });
});

describe('names are the same', () => {
  test.each([
    ['in other case', 'Billing', 'bILLING'],
    ['with ß and ss', 'Straße', 'STRASSE'],
    ['with capital ß', 'Straße', 'STRAẞE'],
    ['with a final sigma or none', 'σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['with İ and its parts', 'İzmir', 'i\u0307zmir'],
    ['with letters in one piece, and in three', 'ﬃ', 'FFI'],
    ['with a Kelvin sign', '\u212a', 'k'],
    ['in Cherokee', 'ꭰꮿ', 'ᎠᏯ'],
    ['composed and decomposed', 'Éclair', 'e\u0301clair'],
    ['with a joiner between a letter and its mark', 'Éclair', 'E\u200d\u0301clair'],
    ['with marks in another order, and a joiner of them', 'a\u0323\u0301', 'a\u0301\u034f\u0323'],
    ['with more blanks', 'A B', ' A \t  B '],
    ['with a no-break space', 'A B', 'A\u00a0B'],
    ['with narrow, ideographic and Braille blanks', 'A B', 'A\u202f\u3000\u2800B'],
    ['with a joiner between two blanks', 'A B', 'A \u200b B'],
    ['with joiners in a Persian word', iWant, iWant.replaceAll('\u200c', '')],
    ['with joiners in an Indic word', malayalamN, 'ന്'],
    ['with joiners in an emoji', family, '👨👩👧'],
    ['with a selector', heart, '❤'],
    ['with a soft hyphen', 'Work\u00adspace', 'Workspace'],
    ['with marks of direction and isolates', 'ab', '\u200ea\u2067b\u2069\u061c'],
    ['with fillers', 'ab', 'a\u3164\u115f\uffa0b'],
    ['with anchors of annotations', 'ab', 'a\ufff9b\ufffb'],
  ])('%s', (_case, name, other) => {
    expect(nameKey(other)).toBe(nameKey(name));
  });

  test('and their key is what one would type', () => {
    expect(nameKey(' Straße\u00a0 \u200dÉclair ')).toBe('strasse éclair');
  });
});

describe('names are different', () => {
  test.each([
    ['with accents', 'Éclair', 'Eclair'],
    ['with a blank between', 'AB', 'A B'],
    ['with a dotless ı', 'ısı', 'isi'],
    ['in letters of other scripts that look alike', 'A', 'Α'],
    ['in characters that are only compatible', '①', '1'],
  ])('%s', (_case, name, other) => {
    expect(nameKey(other)).not.toBe(nameKey(name));
  });

  test('where a newer Unicode alone would know them for the same, on every Node', () => {
    // KIRAT RAI VOWEL SIGN AI and its parts, GARAY CAPITAL LETTER A: Unicode 16.
    expect(nameKey('\u{16d68}')).toBe('\u{16d68}');
    expect(nameKey('\u{16d67}\u{16d67}')).toBe('\u{16d67}\u{16d67}');
    expect(readName('x\u{16d67}\u{16d67}')).toBe('x\u{16d67}\u{16d67}');
    expect(nameKey('\u{10d50}')).toBe('\u{10d50}');
  });
});

describe('a search finds', () => {
  test.each([
    ['without the accents', 'eclair', 'Éclair'],
    ['with accents that the name has not', 'Éclair', 'Eclair'],
    ['ss for ß', 'strasse', 'Straße'],
    ['ß for ss', 'straße', 'STRASSE'],
    ['blanks around it or not', '  zurich\u00a0', 'Zürich'],
    ['one blank for several', 'new york', 'New \u00a0York'],
    ['Polish', 'lodz', 'Łódź'],
    ['Danish', 'kobenhavn ae', 'København Æ'],
    ['Icelandic', 'thorsmork, eidur', 'Þórsmörk, Eiður'],
    ['Vietnamese', 'dien bien phu', 'Điện Biên Phủ'],
    ['Maltese', 'hamrun', 'Ħamrun'],
    ['French', 'coeur', 'Cœur'],
    ['Turkish, with and without a dot', 'ISTANBUL diyarbakir', 'İstanbul Dıyarbakır'],
    ['Greek', 'σισυφος', 'Σίσυφος'],
    ['Greek with an iota below', 'ἅιδης', 'ᾍδης'],
    ['Russian', 'елка', 'Ёлка'],
    ['emoji without their joiners', '👨👩👧', family],
  ])('%s', (_case, search, name) => {
    expect(searchKey(name)).toContain(searchKey(search));
  });

  test.each([
    ['Hindi', 'कि', 'क'],
    ['Hebrew', 'שׁ', 'ש'],
    ['Arabic', 'مُ', 'م'],
    ['Thai', 'ที่', 'ท'],
    ['Japanese', 'が', 'か'],
    ['mathematics', '≠', '='],
  ])('by their marks what marks tell apart: %s', (_case, name, other) => {
    expect(searchKey(name)).not.toBe(searchKey(other));
  });

  test.each(['', '  ', '\u00a0', '\u200d\u3164'])(
    'nothing in particular where nothing is searched for: %j',
    (search) => {
      expect(searchKey(search)).toBe('');
    },
  );
});

describe('of any text', () => {
  const pieces = [
    ...'aAbBeEiIkKsSxX ßẞſıİéÉåÅłŁøÆǆǅﬃŉΑαΣσςΐᾳᾂᾼйЁᎠꭰᲐა가가ᄀ각≠①֑שך한ञकक़ം🦊🏽1',
    ...['\u0300', '\u0301', '\u0307', '\u0308', '\u0313', '\u0315', '\u0323', '\u0327', '\u0338', '\u0345', '\u0344'],
    ...['\u034f', '\u200b', '\u200c', '\u200d', '\u00ad', '\ufe0f', '\u3164', '\u115f', '\u1160', '\ufff9', '\u200f'],
    ...['\u00a0', '\u2000', '\u3000', '\u2800', '\t', '\u2028', '\u202e', '\u0085', '\ud83e', '\udd8a', '\0', '\uffff'],
    ...['\u1100', '\u1161', '\u11a8', '\u09c7', '\u09be', '\u0dd9', '\u0dcf', '\u0dca', '\u0f71', '\u0f72', '\u3099'],
    ...['\u{1fae9}', '\u{16d67}', '\u{16d68}', '\u{10d50}', '\u{113c2}', '\u{1e5ee}', '\u{10d69}', '\u{e0067}'],
  ];

  /** Texts of 1 to 12 pieces and characters, the same in each run. */
  function* texts(): Generator<string> {
    let state = 20_260_101;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    for (let count = 0; count < 5_000; count += 1) {
      const length = 1 + below(12);
      yield Array.from({ length }, () =>
        below(4) === 0 ? String.fromCodePoint(below(0x20000)) : (pieces[below(pieces.length)] ?? ''),
      ).join('');
    }
  }

  function expectForAll(isRight: (text: string) => boolean): void {
    const wrong = [...texts()].filter((text) => !isRight(text));
    expect(wrong.map((text) => JSON.stringify(text))).toEqual([]);
  }

  test('what is read stays as it is when it is read again', () => {
    expectForAll((text) => {
      const name = readName(text);
      return name === null || readName(name) === name;
    });
  });

  test('it is a name if isName says so of what normalizeName returns', () => {
    expectForAll((text) => readName(text) === (isName(normalizeName(text)) ? normalizeName(text) : null));
  });

  test('a name has a key, and a key to search in', () => {
    expectForAll((text) => {
      const name = readName(text);
      return name === null || (nameKey(name) !== '' && searchKey(name) !== '');
    });
  });

  test('the key is that of the name as it is kept', () => {
    expectForAll((text) => {
      const name = readName(text);
      return name === null || nameKey(name) === nameKey(text);
    });
  });

  test('the key of a key is the key', () => {
    expectForAll((text) => nameKey(nameKey(text)) === nameKey(text));
    expectForAll((text) => searchKey(searchKey(text)) === searchKey(text));
    expectForAll((text) => searchKey(nameKey(text)) === searchKey(text));
  });

  test('the key is no more than three times as long', () => {
    expectForAll((text) => [...nameKey(text)].length <= 3 * [...text.normalize('NFC')].length);
  });

  test('what all versions of Unicode know is kept in NFC', () => {
    expectForAll((text) => newer.test(text) || normalizeName(text).normalize('NFC') === normalizeName(text));
  });

  test('the keys of NFC and NFD, of upper and lower case are the same', () => {
    expectForAll((text) => {
      // Upper case takes the iota below a letter for a letter, so that all that is above has to stand before it.
      const marksInOrder = text.replace(/[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu, '').normalize('NFD');
      const variants = [text.normalize('NFC'), text.normalize('NFD'), text.toLowerCase(), marksInOrder.toUpperCase()];
      // A dotless ı becomes I in upper case. And newer characters may be the case of known ones, for this Node.
      if (text.includes('ı') || variants.concat(text).some((variant) => newer.test(variant))) return true;
      return variants.every((variant) => nameKey(variant) === nameKey(text));
    });
  });
});
