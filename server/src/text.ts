const nameLengthMax = 80;
const textLengthMax = 1_000;

/** A name as it is kept: trimmed and in Unicode NFC. */
export function normalizeName(value: string): string {
  return value.normalize('NFC').trim();
}

/** Whether the normalized text is a name: 1 to 80 characters (code points), none of them a control character. */
export function isName(value: string): boolean {
  const length = [...value].length;
  // Lone surrogates are no characters either: PostgreSQL can't hold them.
  return length >= 1 && length <= nameLengthMax && !/[\p{Cc}\p{Cs}]/u.test(value);
}

/** Free text is kept as names are. */
export const normalizeText = normalizeName;

/** Whether the normalized text is free text: 1 to 1,000 characters, of control characters only line breaks and tabs. */
export function isText(value: string): boolean {
  const length = [...value].length;
  return length >= 1 && length <= textLengthMax && !/[\p{Cc}\p{Cs}]/u.test(value.replace(/[\t\n\r]/g, ''));
}
