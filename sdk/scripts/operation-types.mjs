/** A GraphQL Code Generator plugin: the types of every operation under its name. */
import { operationsOf } from './documents.mjs';

export function plugin(_schema, files) {
  const rows = operationsOf(files).map(
    ({ name, type }) => `  ${name}: { variables: Types.${type}Variables; result: Types.${type} };`,
  );
  return {
    prepend: ["import type * as Types from './operations.js';"],
    content: [
      '/** Every operation of the SDK by its name, with the types of its variables and its result. */',
      'export interface Operations {',
      ...rows,
      '}',
    ].join('\n'),
  };
}
