/** What the finders of personal data ask about single UTF-16 code units. All answer false past the text's end. */

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

export function isUpper(unit: number): boolean {
  return unit >= 0x41 && unit <= 0x5a;
}

export function isLower(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a;
}

export function isAlphanumeric(unit: number): boolean {
  return isDigit(unit) || isUpper(unit) || isLower(unit);
}

/** What can't stand directly beside a number that is one for itself. */
export function isWord(unit: number): boolean {
  return isAlphanumeric(unit) || unit === 0x5f;
}

export function isHexadecimal(unit: number): boolean {
  return isDigit(unit) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66);
}

/** Blanks within a line: spaces of all widths that do or don't break, and no tabs. */
export function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0xa0 || unit === 0x202f || (unit >= 0x2000 && unit <= 0x200a);
}

export function isDash(unit: number): boolean {
  return unit === 0x2d || (unit >= 0x2010 && unit <= 0x2015) || unit === 0x2212;
}
