import { inspect } from 'node:util';

/** Everything that a careless log could print of a value. */
export function everythingIn(value: unknown): string {
  const text = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  return `${text} ${JSON.stringify(value)} ${String(value)}`;
}
