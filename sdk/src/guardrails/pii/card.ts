/** Numbers of credit cards, printed in groups or not, with a known issuer, its length, and a checksum that fits (Luhn). */
import { isAlphanumeric, isBlank, isDash, isDigit, isWord } from './characters.js';
import { followsIban } from './iban.js';
import type { WindowRules } from './window-scanner.js';

const LONGEST = 19;
const SHORTEST = 14;

/** Issuers by the first digits, and the lengths of their numbers: the usual one first. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:30[0-5]|309|36|3[89])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 19]],
  [/^(?:6011|64[4-9]|65|62|81|60|508|220[0-4]|9792)/, [16, 19, 17, 18]],
  [/^(?:50|5[6-8]|6[1379])/, [16, 19, 18, 17]],
];

export const cardRules: WindowRules = {
  bound: 48,
  behind: 48,
  ahead: 6,
  isInside: (unit) => isDigit(unit) || isBlank(unit) || isDash(unit),
  next(text, from, limit) {
    for (let index = from; index < limit; index++) {
      if (isDigit(text.charCodeAt(index)) && isStart(text, index)) return index;
    }
    return limit;
  },
  endOf(text, index) {
    const { digits, ends } = groups(text, index);
    if (digits.length < SHORTEST || followsIban(text, index)) return 0;
    for (const length of issuers.find(([prefix]) => prefix.test(digits))?.[1] ?? []) {
      const end = ends[length];
      if (end !== undefined && isFree(text, end) && fitsLuhn(digits, length)) return end;
    }
    return 0;
  },
};

/** Not a later part of a longer number or name: `x4111`, `.4111`, `7-4111`, `+4111`, `1234 4111`. */
function isStart(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1);
  if (isBlank(before) && isFourDigits(text, index - 5)) return false;
  if (isWord(before) || before === 0x2b || before === 0x24 || before === 0x20ac || before === 0xa3) return false;
  return !((isDash(before) || before === 0x2e || before === 0x2c) && isAlphanumeric(text.charCodeAt(index - 2)));
}

/** Nothing after it that makes it a longer number or name. */
function isFree(text: string, end: number): boolean {
  const after = text.charCodeAt(end);
  if (isWord(after)) return false;
  // One more group like the others; but for when the card expires.
  if (isBlank(after) && isFourDigits(text, end + 1)) return /^(?:0[1-9]|1[0-2])[23]/.test(text.slice(end + 1, end + 4));
  return !((isDash(after) || after === 0x2e || after === 0x2c) && isAlphanumeric(text.charCodeAt(end + 1)));
}

/** Exactly four digits from the index on. */
function isFourDigits(text: string, index: number): boolean {
  for (let at = index; at < index + 4; at++) if (!isDigit(text.charCodeAt(at))) return false;
  return !isWord(text.charCodeAt(index - 1)) && !isWord(text.charCodeAt(index + 4));
}

/** The digits from the index on, in groups of the sizes that are printed, and where so many of them end. */
function groups(text: string, index: number): { digits: string; ends: (number | undefined)[] } {
  const ends: (number | undefined)[] = [];
  let digits = '';
  let at = index;
  let separator = 0;
  while (digits.length < LONGEST) {
    const start = at;
    while (digits.length + at - start <= LONGEST && isDigit(text.charCodeAt(at))) at += 1;
    const size = at - start;
    // A group of the first or the middle has four to seven digits: 4-4-4-4, 4-6-5, 4-7-4, 6-13.
    digits += text.slice(start, at);
    ends[digits.length] = at;
    if (size < 4 || digits.length > LONGEST) break;
    const between = text.charCodeAt(at);
    if (!(isBlank(between) || isDash(between)) || (separator !== 0 && between !== separator)) break;
    if (!isDigit(text.charCodeAt(at + 1))) break;
    separator = between;
    at += 1;
  }
  return { digits, ends };
}

function fitsLuhn(digits: string, length: number): boolean {
  let sum = 0;
  for (let index = 0; index < length; index++) {
    const digit = digits.charCodeAt(index) - 0x30;
    const doubled = (length - index) % 2 === 0 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
