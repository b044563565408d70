import { requestError } from '../errors.js';

/** The values of an item's sort key; a cursor carries them with the name of the order that they belong to. */
export type CursorKey = readonly string[];

/** What each part of a cursor's key must look like, so that no value reaches SQL that it can't compare. */
const parts = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  integer: /^\d{1,9}$/,
  numeric: /^\d{1,20}(\.\d{1,10})?$/,
  timestamptz: { test: isTime },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL's text can't hold NUL.
  text: /^[^\u0000]{0,400}$/su,
} as const;

export type CursorPart = keyof typeof parts;

/** Whether the text is a time as `toISOString` writes it, and one that there is; PostgreSQL has no year 0. */
function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || text.startsWith('0000')) return false;
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

export interface CursorShape {
  /** Name of the list and its order, such as `workspaces:NAME:ASC`. */
  readonly name: string;
  readonly parts: readonly CursorPart[];
}

/** Opaque to clients; stable while items come and go, because it names a place in the order and not a number. */
export function encodeCursor({ name }: CursorShape, key: CursorKey): string {
  return Buffer.from(JSON.stringify([name, ...key])).toString('base64url');
}

/** @throws BAD_USER_INPUT for anything that `encodeCursor` did not make for this order; names the argument. */
export function decodeCursor(shape: CursorShape, cursor: string, argument: 'after' | 'before'): CursorKey {
  const key = parse(cursor);
  if (
    key === null ||
    key[0] !== shape.name ||
    key.length !== shape.parts.length + 1 ||
    !shape.parts.every((part, index) => parts[part].test(key[index + 1] ?? ''))
  ) {
    throw requestError('cursorInvalid', `The argument "${argument}" is not a cursor of this list in this ordering.`);
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
