import { requestError } from '../errors.js';

/** The values of the last item's sort key; a cursor carries them with the name of the ordering that they belong to. */
export type CursorKey = readonly string[];

/** What each part of a cursor's key must look like, so that no value reaches SQL that it can't compare. */
export const cursorParts = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  decimal: /^\d{1,20}(\.\d{1,10})?$/,
  time: { test: isTime },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL's text can't hold NUL.
  text: /^[^\u0000]{0,400}$/su,
} as const;

/** Whether the text is a time as `toISOString` writes it, and one that there is; PostgreSQL has no year 0. */
function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || text.startsWith('0000')) return false;
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

export interface CursorShape {
  /** Name of the list and its ordering, such as `workspaces:NAME:ASC`. */
  readonly ordering: string;
  readonly parts: readonly (keyof typeof cursorParts)[];
}

/** Opaque to clients; stable while items come and go, because it names a place in the order and not a number. */
export function encodeCursor(shape: CursorShape, key: CursorKey): string {
  return Buffer.from(JSON.stringify([shape.ordering, ...key])).toString('base64url');
}

/** @throws BAD_USER_INPUT for anything that `encodeCursor` did not make for this ordering. */
export function decodeCursor(shape: CursorShape, cursor: string): CursorKey {
  const key = parse(cursor);
  if (
    key === null ||
    key[0] !== shape.ordering ||
    key.length !== shape.parts.length + 1 ||
    !shape.parts.every((part, index) => cursorParts[part].test(key[index + 1] ?? ''))
  ) {
    throw requestError('cursorInvalid');
  }
  return key.slice(1);
}

function parse(cursor: string): string[] | null {
  if (cursor.length > 2_000) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}
