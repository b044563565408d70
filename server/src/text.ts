import { foldCase } from './case-folding.js';
import { accentedLetters, accents, ignorable, unassigned } from './unicode.generated.js';

/*
 * How names are kept, compared and searched, for all nouns, by the version of Unicode in unicode.generated.ts: the newest
 * that each supported Node knows. A character that is newer is kept and compared as it is written, whatever Node knows
 * about it, so that a key never changes with the Node that makes it.
 *
 * Lengths are measured first: normalizing takes time with the square of the marks in a row.
 */

/** In code points, as kept. */
export const nameLengthMax = 80;

/** In code points, as kept. */
const textLengthMax = 1_000;

/**
 * How many UTF-16 units can become one code point of NFC. Nothing that is canonically equal is longer than NFD, and no
 * code point of NFC has more than four units there: "ᾂ" is α and three marks. (Only an ideograph can be written in two
 * units that are one in NFD; it is one code point in both.) So 80 characters come from 320 units at most.
 */
const unitsPerCharacter = 4;

/** In UTF-16 units: nothing longer is normalized or folded. */
const unitsMax = unitsPerCharacter * textLengthMax;

/** Marks in a row that are normalized together. No name has more: three for each of its characters at most. */
const marksMax = 300;

/** What stands between the brackets of a regular expression for these ranges of the table. */
const set = (ranges: string) => ranges.replace(/\w+/g, '\\u{$&}').replaceAll(' ', '');

const knownRuns = new RegExp(`[^${set(unassigned)}]+`, 'gu');
/** Nothing composes over the end of a part: after a mark only a mark does. */
const parts = new RegExp(`\\P{M}*\\p{M}{0,${marksMax}}`, 'gu');

/** Blanks, and what leaves one without being one: BRAILLE PATTERN BLANK. */
const blank = '\\s\\u2800';
const blankRuns = new RegExp(`[${blank}]+`, 'gu');
/** At the ends also what only parts or fills; joiners and selectors belong to the letter or emoji beside them. */
const edge = new RegExp(`^[${blank}\\xad\\u200b\\u2060\\u3164\\uffa0]$`, 'u');

/** Also the anchors of annotations and the null notehead, which Unicode shows nothing for either. */
const unseen = `${set(ignorable)}\\ufff9-\\ufffb\\u{1d159}`;
const unseenRuns = new RegExp(`[${unseen}]+`, 'gu');
/** A mark needs a letter, and a format character something to format; what newer characters are, no Node is asked. */
const visible = new RegExp(`[^${blank}${unseen}\\p{M}\\p{Cf}]|(?![${unseen}])[${set(unassigned)}]`, 'u');

/** Controls, breaks of line and paragraph, embeddings and overrides of direction, and what is no character at all. */
const refused = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\p{Cs}\p{Noncharacter_Code_Point}]/u;

const accentRuns = new RegExp(`(?<=[${set(accentedLetters)}])[${set(accents)}]+`, 'gu');
/** Letters that people type without what makes them another letter, and that Unicode takes for one piece. */
const plainLetters: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ð: 'd',
};
const pieceLetters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu');

/** The text in the form, in linear time. What is newer than the table stays between the parts. */
export function normalize(text: string, form: 'NFC' | 'NFD' | 'NFKC'): string {
  return text.replace(knownRuns, (run) => run.replace(parts, (part) => part.normalize(form)));
}

function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && edge.test(text.charAt(start))) start += 1;
  while (end > start && edge.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The text as it is kept, or null where it is longer than one of so many code points could be written. */
function tidy(value: string, lengthMax: number): string | null {
  const text = value.trim();
  return text.length > unitsPerCharacter * lengthMax ? null : normalize(trim(text), 'NFC');
}

/** Whether the text has 1 to so many code points; counts no more than it must. */
function hasLength(text: string, lengthMax: number): boolean {
  return text !== '' && text.length <= 2 * lengthMax && [...text].length <= lengthMax;
}

const isNameUpTo = (value: string, lengthMax: number) =>
  hasLength(value, lengthMax) && !refused.test(value) && visible.test(value);

/**
 * The name as it is kept: without blanks around it, in NFC, joiners as they are written. Null where it is no name: of 1
 * to 80 code points with something visible among them, no control character or line break, no embedding or override of
 * direction (U+202A to U+202E), no half of a character.
 */
export function readName(value: string): string | null {
  return readNameUpTo(value, nameLengthMax);
}

/** A name by the same rules that may be of another length, in code points. */
export function readNameUpTo(value: string, lengthMax: number): string | null {
  const name = tidy(value, lengthMax);
  return name !== null && isNameUpTo(name, lengthMax) ? name : null;
}

/** A name as it is kept, if `isName` says that it is one; what is too long even for free text comes back as it is. */
export function normalizeName(value: string): string {
  return tidy(value, textLengthMax) ?? value;
}

/** Whether the normalized text is a name; `readName` says what one is. */
export function isName(value: string): boolean {
  return isNameUpTo(value, nameLengthMax);
}

/** Free text is kept as names are. */
export const normalizeText = normalizeName;

/** Whether the normalized text is free text: 1 to 1,000 code points, of control characters only line breaks and tabs. */
export function isText(value: string): boolean {
  // Lone surrogates are no characters either: PostgreSQL can't hold them.
  return hasLength(value, textLengthMax) && !/[\p{Cc}\p{Cs}]/u.test(value.replace(/[\t\n\r]/g, ''));
}

/**
 * What is compared where names are unique: the name in folded case and NFC, without what can't be seen, with one U+0020
 * for every run of blanks and none around it. The key of a key is the key. It has up to three times the name's code
 * points: "ﬃ" becomes "ffi". What is longer than any text comes back as it is.
 */
export function nameKey(name: string): string {
  return keyOf(name, (folded) => folded);
}

/**
 * What is searched for, and what it is searched for in: the name's key without accents. In the scripts Latin, Greek and
 * Cyrillic marks are dropped, and ł ø đ ħ ı æ œ þ ð become l o d h i ae oe th d; the marks of other scripts tell words
 * apart and stay. Empty where nothing is searched for.
 */
export function searchKey(text: string): string {
  return keyOf(text, (folded) =>
    folded.replace(accentRuns, '').replace(pieceLetters, (letter) => plainLetters[letter] ?? letter),
  );
}

function keyOf(text: string, finish: (folded: string) => string): string {
  if (text.length > unitsMax) return text;
  // First of all, as joiners keep marks from their letter, and apart from each other.
  const seen = text.replace(unseenRuns, '');
  return normalize(finish(foldCase(normalize(seen, 'NFD'))), 'NFC')
    .replace(blankRuns, ' ')
    .trim();
}

/** What stands between the parts of a person's search key, and in no search: control characters are never looked for. */
export const searchKeySeparator = '\u001f';

/** What a person is found by: a part of the name or of the e-mail address. */
export function userSearchKey({ name, email }: { readonly name: string; readonly email: string }): string {
  return `${searchKey(name)}${searchKeySeparator}${searchKey(email)}`;
}
