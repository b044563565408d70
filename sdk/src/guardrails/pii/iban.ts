/** IBANs, printed in groups or not, with their country's length and a checksum that fits. */
import { isAlphanumeric, isBlank, isDash, isDigit, isLower, isUpper, isWord } from './characters.js';
import type { WindowRules } from './window-scanner.js';

/** By country, from the registry of IBAN formats and from the countries that use them unregistered: digits alone. */
const numeric =
  'AE23AO25AT20BA20BE16BI27CR22CV25CZ24DE22DJ27DK18DZ26EE20EG29ES24FI18FO18GL18HR21HU28IL23IR26IS26LT20LY25MA28' +
  'ME22MN20MR27MZ25NO15PL28PT25RS22SD18SE24SI19SK24SO23TL23TN24VA22XK20';
/** The same, where letters are possible too. */
const alphanumeric =
  'AD24AL28AZ28BF28BG22BH22BJ28BR29BY28CF27CG27CH21CI28CM27CY28DO28FK18FR27GA27GB22GE22GI23GQ27GR27GT28GW25HN28' +
  'IE22IQ23IT27JO30KM27KW30KZ20LB28LC32LI21LU20LV21MC27MD24MG27MK19ML28MT31MU30NE28NI28NL18OM23PK24PS29QA29RO24' +
  'RU33SA24SC31SM27SN28ST25SV28TD27TG28TR26UA29VG24YE30';
const lengthsIn = (table: string) =>
  new Map((table.match(/.{4}/g) ?? []).map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]));
const numericLengths = lengthsIn(numeric);
const lengths = new Map([...numericLengths, ...lengthsIn(alphanumeric)]);
const LONGEST = 34;
/** The longest IBAN in groups of four, and what stands before and after it. */
const BEHIND = 44;

export const ibanRules: WindowRules = {
  bound: 2 * LONGEST + 4,
  behind: 1,
  ahead: 1,
  isInside: (unit) => isAlphanumeric(unit) || isSeparator(unit),
  next(text, from, limit) {
    for (let index = from; index < limit; index++) {
      if (isStart(text, index)) return index;
    }
    return limit;
  },
  endOf(text, index) {
    const country = text.slice(index, index + 2).toUpperCase();
    const length = lengths.get(country);
    if (length === undefined) return 0;
    const isPrintedSmall = isLower(text.charCodeAt(index));
    const hasLetters = !numericLengths.has(country);
    let at = index;
    let remainder = 0;
    for (let count = 0; count < length; count++) {
      if (count > 0 && isSeparator(text.charCodeAt(at))) at += 1;
      const unit = text.charCodeAt(at);
      const isLetter = (count < 2 || (count > 3 && hasLetters)) && (isPrintedSmall ? isLower(unit) : isUpper(unit));
      if (!isDigit(unit) && !isLetter) return 0;
      // The first four come last in what the checksum is of.
      if (count >= 4) remainder = append(remainder, unit);
      at += 1;
    }
    if (isWord(text.charCodeAt(at))) return 0;
    const [check] = /\d[^\da-z]?\d/i.exec(text.slice(index + 2, index + 6)) ?? [''];
    for (const character of country + check.replace(/\D/g, '')) {
      remainder = append(remainder, character.charCodeAt(0));
    }
    return remainder === 1 ? at : 0;
  },
};

function isSeparator(unit: number): boolean {
  return isBlank(unit) || isDash(unit);
}

/** Two letters of one case and a digit, with at most one separator between them. */
function isStart(text: string, index: number): boolean {
  const first = text.charCodeAt(index);
  const second = text.charCodeAt(index + 1);
  if (!(isUpper(first) && isUpper(second)) && !(isLower(first) && isLower(second))) return false;
  if (isWord(text.charCodeAt(index - 1))) return false;
  const third = text.charCodeAt(index + 2);
  return isDigit(third) || (isSeparator(third) && isDigit(text.charCodeAt(index + 3)));
}

/** The remainder by 97 after one more digit, or a letter as two. */
function append(remainder: number, unit: number): number {
  if (isDigit(unit)) return (remainder * 10 + unit - 0x30) % 97;
  return (remainder * 100 + (unit & 0x1f) + 9) % 97;
}

const begunIban = /(?:^|[^a-z\d])([a-z]{2}\d\d(?:[^\S\n]?[a-z\d]{4}|\p{Pd}[a-z\d]{4})*)[^a-z\d\n]$/iu;

/** Whether a number here is a later part of what is printed as an IBAN, whether or not its checksum fits. */
export function followsIban(text: string, index: number): boolean {
  const begun = begunIban.exec(text.slice(Math.max(0, index - BEHIND), index))?.[1] ?? '';
  const length = lengths.get(begun.slice(0, 2).toUpperCase()) ?? 0;
  return begun.replace(/[^a-z\d]/gi, '').length < length;
}
