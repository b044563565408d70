/** Numbers as people write them down: groups of digits, with something between them. */
import { isBlank, isDash, isDigit } from './characters.js';

const MOST_DIGITS = 15;
const LONGEST_GAP = 3;

export interface DigitGroup {
  readonly digits: string;
  /** What stands before it, with each blank as a space and each dash as a hyphen. */
  readonly gap: string;
  /** Where it ends in the text. */
  readonly end: number;
}

/** A blank, a dash, a dot or a slash; a bracket with what may stand beside it; a dash or slash between blanks. */
const gapPattern = /^(?:| ?\(|[-/. ]| [-/] |\)[-/. ]?)$/;

/** What can stand within a number. */
export function isBetweenDigits(unit: number): boolean {
  return isBlank(unit) || isDash(unit) || unit === 0x2e || unit === 0x2f || unit === 0x28 || unit === 0x29;
}

/** The groups from the index on, to one digit more than any phone number has. */
export function digitGroups(text: string, index: number): DigitGroup[] {
  const groups: DigitGroup[] = [];
  let at = index;
  let count = 0;
  while (count <= MOST_DIGITS) {
    let gap = '';
    while (gap.length <= LONGEST_GAP && isBetweenDigits(text.charCodeAt(at))) gap += plain(text.charCodeAt(at++));
    const start = at;
    while (count + at - start <= MOST_DIGITS && isDigit(text.charCodeAt(at))) at += 1;
    if (at === start || !gapPattern.test(gap) || (gap === '' && groups.length > 0)) break;
    count += at - start;
    groups.push({ digits: text.slice(start, at), gap, end: at });
  }
  return groups;
}

function plain(unit: number): string {
  if (isBlank(unit)) return ' ';
  return isDash(unit) ? '-' : String.fromCharCode(unit);
}

/** How many brackets the gap before a group opens, less those that it closes. */
export function bracketsIn({ gap }: DigitGroup): number {
  return (gap.includes('(') ? 1 : 0) - (gap.includes(')') ? 1 : 0);
}
