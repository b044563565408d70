import { createHash } from 'node:crypto';
import type { Statement } from './database.js';

const names = new Map<string, string>();

/**
 * A statement that each connection prepares once, under a name made from its text. For the few texts that are asked
 * for again and again and whose plan does not hang on their values.
 */
export function preparedStatement(text: string, values: readonly unknown[]): Statement {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
  }
  return { name, text, values };
}
