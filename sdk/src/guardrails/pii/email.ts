/** E-mail addresses: from each `@` to the left and to the right, in any script that sets words apart by spaces. */
import { isMark, kindOfUnit, WORD } from '../folding.js';
import type { Finder, KnownText, Scanner } from '../scanner.js';
import { isAlphanumeric } from './characters.js';

const DOT = 0x2e;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 255;
const LONGEST_LABEL = 63;
/** How far before an address its URL is looked for. */
const BEHIND = 160;

/** Endings of file names that are no top-level domains: `icon@2x.png`. */
const fileEnding =
  /^(?:png|jpe?g|gif|svg|webp|avif|bmp|ico|css|scss|m?jsx?|cjs|tsx?|json|xml|html?|txt|csv|ya?ml|log|lock|exe|dll|pdf|docx?|xlsx?|pptx?|woff2?|ttf)$/i;

export class EmailScanner implements Scanner, Finder {
  readonly finders = [this];
  found: number[] = [];
  decided = 0;
  /** Up to where every `@` has been looked at. */
  #read = 0;

  get needed(): number {
    return this.decided - BEHIND;
  }

  scan({ text, base, isWhole }: KnownText): void {
    for (let at = text.indexOf('@', this.#read - base); at >= 0; at = text.indexOf('@', at + 1)) {
      const start = this.#startOf(text, at, base, true);
      if (!isWhole && text.length - at <= LONGEST_DOMAIN + 1 && domainRun(text, at + 1) >= text.length) {
        this.#read = base + at;
        this.decided = Math.max(this.decided, base + start);
        return;
      }
      const end = start < at ? domainEnd(text, at + 1) : 0;
      if (end > 0 && !isRemote(text, start, at, end)) {
        this.found.push(base + start, base + end);
        this.decided = base + end;
      }
      this.#read = base + at + 1;
    }
    this.#read = base + text.length;
    const open = isWhole ? text.length : this.#startOf(text, text.length, base, false);
    this.decided = Math.max(this.decided, base + open);
  }

  /** Where the local part before the index begins, which may be ended there or go on. */
  #startOf(text: string, index: number, base: number, isEnded: boolean): number {
    const earliest = Math.max(0, index - LONGEST_LOCAL, this.decided - base);
    let start = index;
    while (start > earliest && isLocal(text.charCodeAt(start - 1))) {
      if (text.charCodeAt(start - 1) === DOT && (start === index ? isEnded : text.charCodeAt(start) === DOT)) break;
      start -= 1;
    }
    while (start < index && !isLetter(text.charCodeAt(start))) start += 1;
    return start;
  }
}

/** `.` `_` `%` `+` `-` `'` `&` `~` `#`, letters and digits. */
function isLocal(unit: number): boolean {
  if (isAlphanumeric(unit)) return true;
  return "._%+-'’&~#".includes(String.fromCharCode(unit)) || (unit > 0x7f && isLetter(unit));
}

/** A letter, or a mark of one that sets words apart by spaces. */
function isLetter(unit: number): boolean {
  if (unit >= 0x300 && unit <= 0x36f) return true;
  return (unit < 0xd800 || unit > 0xdfff) && kindOfUnit(unit) === WORD && !isMark(unit);
}

function isLabel(unit: number): boolean {
  return isAlphanumeric(unit) || unit === HYPHEN || (unit > 0x7f && isLetter(unit));
}

/** Where the characters of domains end. */
function domainRun(text: string, index: number): number {
  let end = index;
  while (
    end < text.length &&
    end - index <= LONGEST_DOMAIN &&
    (isLabel(text.charCodeAt(end)) || text.charCodeAt(end) === DOT)
  ) {
    end += 1;
  }
  return end;
}

/** Where the domain that begins at the index ends: after the last label that can be a top-level domain; 0 for none. */
function domainEnd(text: string, index: number): number {
  let end = 0;
  let start = index;
  let previous = '';
  for (let count = 0; start - index < LONGEST_DOMAIN; count++) {
    let labelEnd = start;
    while (isLabel(text.charCodeAt(labelEnd)) && labelEnd - start < LONGEST_LABEL) labelEnd += 1;
    const run = text.slice(start, labelEnd);
    const label = run.replace(/-+$/, '');
    if (label === '' || label.startsWith('-')) break;
    // `react@18.2` is a version, and `…com.Then` the next sentence.
    if (count === 1 && /^\d+$/.test(previous) && /^\d/.test(label)) return 0;
    if (count > 1 && /^\p{Lu}\p{Ll}/u.test(label) && !/\p{Lu}/u.test(previous)) break;
    if (count > 0 && isTopLevel(label)) end = start + label.length;
    if (run !== label || text.charCodeAt(labelEnd) !== DOT) break;
    previous = label;
    start = labelEnd + 1;
  }
  return end > 0 && fileEnding.test(text.slice(text.lastIndexOf('.', end - 1) + 1, end)) ? 0 : end;
}

function isTopLevel(label: string): boolean {
  return label.length >= 2 && (/^xn--/i.test(label) || !/[\d-]/.test(label));
}

/** Whether it names who signs in somewhere: `git@github.com:owner`, `https://user:password@example.com`. */
function isRemote(text: string, start: number, at: number, end: number): boolean {
  if (text.charCodeAt(end) === COLON && text.slice(start, at) === 'git') return true;
  const before = text.slice(Math.max(0, start - 80), start);
  if (!before.includes('://')) return false;
  const scheme = /([a-z][a-z\d+.-]*):\/\/[^\s/?#@]*$/i.exec(before);
  return scheme !== null && scheme[1]?.toLowerCase() !== 'mailto';
}
