/** Phone numbers: international ones (`+`, `00`), and local ones of a country where it is given. */
import { isInternational } from './calling-codes.js';
import { cardRules } from './card.js';
import { isAlphanumeric, isBlank, isDash, isDigit, isWord } from './characters.js';
import { bracketsIn, type DigitGroup, digitGroups, isBetweenDigits } from './digit-groups.js';
import { canBePhone } from './local-phone.js';
import type { WindowRules } from './window-scanner.js';

/** The phone numbers of a country. */
export interface LocalNumbers {
  readonly country: string;
  readonly trunk: string;
  isNumber(digits: string): boolean;
}

const PLUS = 0x2b;
const FULL_WIDTH_PLUS = 0xff0b;
const ZERO = 0x30;
const OPEN = 0x28;
const CLOSE = 0x29;
const COLON = 0x3a;
/** How many digits after a number can be another one, and no part of the same. */
const FEWEST_OF_ANOTHER = 5;

export function phoneRules(local: LocalNumbers | null): WindowRules {
  return {
    // Fifteen digits, each with a gap.
    bound: 64,
    behind: 48,
    ahead: 6,
    isInside: (unit) => isDigit(unit) || isBetweenDigits(unit) || isPlus(unit),
    next(text, from, limit) {
      for (let index = from; index < limit; index++) {
        const unit = text.charCodeAt(index);
        if ((isDigit(unit) && !isDigit(text.charCodeAt(index - 1))) || unit === OPEN || isPlus(unit)) return index;
      }
      return limit;
    },
    endOf(text, index, previousEnd) {
      if (!standsAlone(text, index)) return 0;
      const international = internationalEnd(text, index, previousEnd);
      if (international > 0 || local === null) return international;
      return localEnd(text, index, previousEnd, local);
    },
  };
}

function isPlus(unit: number): boolean {
  return unit === PLUS || unit === FULL_WIDTH_PLUS;
}

/** Whether no longer name or number goes on here: `x030`, `12:00`, `7-030`, `1+49`, `3.141`. */
function standsAlone(text: string, index: number): boolean {
  const before = text.charCodeAt(index - 1);
  if (isWord(before) || isPlus(before)) return false;
  if (isPlus(text.charCodeAt(index))) return true;
  const earlier = text.charCodeAt(index - 2);
  if (isDash(before) || before === 0x2f) return !isAlphanumeric(earlier);
  return !((before === COLON || before === 0x2e || before === 0x2c) && isDigit(earlier));
}

/** Whether a number can end here: nothing that goes on, but for an extension such as `x12`. */
function endsAlone(text: string, end: number): boolean {
  const after = text.charCodeAt(end);
  if (isDash(after) && isAlphanumeric(text.charCodeAt(end + 1))) return false;
  return !isWord(after) || ((after === 0x78 || after === 0x58) && isDigit(text.charCodeAt(end + 1)));
}

/** Where the country's calling code begins, after `+`, `00`, `(+` or `(00`; 0 for nowhere. */
function callingCodeAt(text: string, index: number): number {
  const at = text.charCodeAt(index) === OPEN ? index + 1 : index;
  if (isPlus(text.charCodeAt(at))) return at + 1;
  if (text.charCodeAt(at) !== ZERO || text.charCodeAt(at + 1) !== ZERO) return 0;
  const next = text.charCodeAt(at + 2);
  return isBlank(next) || isDash(next) ? at + 3 : at + 2;
}

function internationalEnd(text: string, index: number, previousEnd: number): number {
  const start = callingCodeAt(text, index);
  if (start === 0 || !isDigit(text.charCodeAt(start))) return 0;
  if (text.charCodeAt(index) === ZERO && goesOn(text, index, previousEnd)) return 0;
  const groups = digitGroups(text, start);
  let open = text.charCodeAt(index) === OPEN ? 1 : 0;
  let digits = '';
  let end = 0;
  for (const [number, group] of groups.entries()) {
    open += bracketsIn(group);
    if (open < 0 || (end > 0 && group.gap.length === 3)) break;
    // `+44 (0)20` is dialled without the zero.
    if (!(group.digits === '0' && group.gap.endsWith('(') && groups[number + 1]?.gap.startsWith(')'))) {
      digits += group.digits;
    }
    if (open === 0 && isInternational(digits) && endsAlone(text, group.end)) end = group.end;
  }
  return end;
}

/** A later part of a longer number, unless what stands before is a number that was found. */
function goesOn(text: string, index: number, previousEnd: number): boolean {
  const before = text.charCodeAt(index - 1);
  if (before === CLOSE) return previousEnd !== index;
  return isBlank(before) && isDigit(text.charCodeAt(index - 2)) && previousEnd !== index - 1;
}

function localEnd(text: string, index: number, previousEnd: number, local: LocalNumbers): number {
  if (isPlus(text.charCodeAt(index)) || goesOn(text, index, previousEnd)) return 0;
  if (cardRules.endOf(text, index, previousEnd) > 0) return 0;
  const groups = digitGroups(text, index);
  for (let count = groups.length; count > 0; count--) {
    if (!mayBeAnother(groups.slice(count))) continue;
    const used = groups.slice(0, count);
    const end = used.at(-1)?.end as number;
    if (used.reduce((open, group) => open + bracketsIn(group), 0) !== 0 || !endsAlone(text, end)) continue;
    const digits = used.map((group) => group.digits).join('');
    if (canBePhone(text, index, { ...local, groups: used, digits }) && local.isNumber(digits)) return end;
  }
  return 0;
}

/** Whether what follows is nothing, or begins like a number of its own. */
function mayBeAnother(groups: readonly DigitGroup[]): boolean {
  const [first] = groups;
  if (first === undefined) return true;
  if (first.gap === ' (') return true;
  const begins = first.gap === ' ' && first.digits.startsWith('0');
  return begins && groups.reduce((sum, { digits }) => sum + digits.length, 0) >= FEWEST_OF_ANOTHER;
}
