/** IPv4 and IPv6 addresses. */
import { isAlphanumeric, isDigit, isHexadecimal, isWord } from './characters.js';
import type { WindowRules } from './window-scanner.js';

const DOT = 0x2e;
const COLON = 0x3a;
const LONGEST = 45;

/** Words before a number of four parts that is none of an address: `version 1.2.3.4`, `section 1.2.3.4`. */
const numberedThing =
  /(?:^|[^\p{L}\p{N}])(?:v|ver|vers|version|versión|versão|versione|release|build|rev|section|sec|chapter|clause|article|art|abschnitt|kapitel|oid|§)[.:]?[^\S\n]{0,2}$/iu;

export const ipRules: WindowRules = {
  bound: LONGEST + 3,
  behind: 24,
  ahead: 2,
  isInside: (unit) => isHexadecimal(unit) || unit === DOT || unit === COLON,
  next(text, from, limit) {
    for (let index = from; index < limit; index++) {
      const unit = text.charCodeAt(index);
      if ((isHexadecimal(unit) || unit === COLON) && !isWord(text.charCodeAt(index - 1))) return index;
    }
    return limit;
  },
  endOf: (text, index) => ipv4End(text, index) || ipv6End(text, index),
};

/** Four numbers to 255, without leading zeros. */
function dottedEnd(text: string, index: number): number {
  let at = index;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(at++) !== DOT) return 0;
    const start = at;
    let value = 0;
    while (at - start < 3 && isDigit(text.charCodeAt(at))) value = value * 10 + text.charCodeAt(at++) - 0x30;
    if (at === start || value > 255 || (at - start > 1 && text.charCodeAt(start) === 0x30)) return 0;
  }
  return at;
}

function ipv4End(text: string, index: number): number {
  if (text.charCodeAt(index - 1) === DOT && isAlphanumeric(text.charCodeAt(index - 2))) return 0;
  const end = dottedEnd(text, index);
  if (end === 0 || isWord(text.charCodeAt(end))) return 0;
  if (text.charCodeAt(end) === DOT && isAlphanumeric(text.charCodeAt(end + 1))) return 0;
  return numberedThing.test(text.slice(Math.max(0, index - 16), index)) ? 0 : end;
}

/** Whether what stands before is a part of the same address, and no word such as `from:`. */
function followsGroup(text: string, index: number): boolean {
  if (text.charCodeAt(index - 1) !== COLON) return false;
  let start = index - 1;
  while (index - start < 7 && isWord(text.charCodeAt(start - 1))) start -= 1;
  return /^[\da-f]{0,4}$/i.test(text.slice(start, index - 1));
}

function ipv6End(text: string, index: number): number {
  if (followsGroup(text, index)) return 0;
  const groups: string[] = [];
  let gap = -1;
  let at = index;
  if (text.charCodeAt(at) === COLON) {
    if (text.charCodeAt(at + 1) !== COLON) return 0;
    gap = 0;
    at += 2;
  }
  while (groups.length < 8) {
    const dotted = groups.length <= 6 && (gap >= 0 || groups.length === 6) ? dottedEnd(text, at) : 0;
    if (dotted > 0) {
      groups.push(text.slice(at, dotted), '');
      at = dotted;
      break;
    }
    const start = at;
    while (at - start < 4 && isHexadecimal(text.charCodeAt(at))) at += 1;
    if (at === start) break;
    groups.push(text.slice(start, at));
    if (text.charCodeAt(at) !== COLON || groups.length === 8) break;
    if (text.charCodeAt(at + 1) === COLON) {
      if (gap >= 0) return 0;
      gap = groups.length;
      at += 2;
    } else if (isHexadecimal(text.charCodeAt(at + 1))) at += 1;
    else break;
  }
  const isComplete = gap < 0 ? groups.length === 8 : groups.length < 8;
  if (!isComplete || isWord(text.charCodeAt(at))) return 0;
  if (text.charCodeAt(at) === COLON && isWord(text.charCodeAt(at + 1))) return 0;
  return isPlausible(text, index, groups, gap) ? at : 0;
}

/** Whether it is an address, and neither a MAC address of eight bytes nor a name in code such as `a::b`. */
function isPlausible(text: string, index: number, groups: readonly string[], gap: number): boolean {
  if (gap < 0) return groups.some(({ length }) => length !== 2);
  if (gap > 0) return isAssigned(Number.parseInt(groups[0] as string, 16));
  // `::` alone is more often something else, and so is `list[::1]`.
  const isSlice = text.charCodeAt(index - 1) === 0x5b && /[\w\])]/.test(text.charAt(index - 2));
  return !isSlice && (groups.length > 1 || groups[0] === '1');
}

/** The first 16 bits of the blocks from which addresses are given. */
function isAssigned(first: number): boolean {
  const isGlobal = first >= 0x2000 && first <= 0x3fff;
  const isLocal = (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
  return isGlobal || isLocal || (first & 0xff00) === 0xff00 || first === 0x64 || first === 0x100;
}
