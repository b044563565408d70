/**
 * A GraphQL Code Generator plugin: every operation, with the fragments that it uses, as one typed string constant.
 * The ready-made plugin's strings are objects whose types need another package, and tagged templates stay in a bundle
 * that does not use them; a plain string does neither.
 */
import { print, stripIgnoredCharacters } from 'graphql';
import { operationsOf } from './documents.mjs';

export function plugin(_schema, files) {
  const constants = operationsOf(files).map(({ operation, name, type, fragments }) => {
    const text = [operation, ...fragments].map(print).join('\n');
    const literal = JSON.stringify(stripIgnoredCharacters(text));
    return `export const ${name}Document: TypedDocument<Types.${type}, Types.${type}Variables> =\n  ${literal};`;
  });
  return {
    prepend: ["import type { TypedDocument } from '../document.js';", "import type * as Types from './operations.js';"],
    content: constants.join('\n\n'),
  };
}
