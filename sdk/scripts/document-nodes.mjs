/**
 * A GraphQL Code Generator plugin: every operation as a typed syntax tree. Fragments are constants that the trees share;
 * the ready-made plugin spreads them into each, which a bundler may not leave out where it is not used.
 */
import { operationsOf } from './documents.mjs';

export function plugin(_schema, files) {
  const operations = operationsOf(files);
  const fragments = new Set(operations.flatMap((operation) => operation.fragments));
  const constants = [
    ...[...fragments].map((fragment) => `const ${nameOf(fragment)} = ${literal(fragment)};`),
    ...operations.map(({ operation, name, type, fragments }) => {
      const definitions = [literal(operation), ...fragments.map(nameOf)].join(', ');
      const typed = `TypedDocumentNode<Types.${type}, Types.${type}Variables>`;
      return `export const ${name}Document = { kind: 'Document', definitions: [${definitions}] } as unknown as ${typed};`;
    }),
  ];
  return {
    prepend: [
      "import type { TypedDocumentNode } from '../document-node.js';",
      "import type * as Types from './operations.js';",
    ],
    content: constants.join('\n\n'),
  };
}

const nameOf = (fragment) => `${fragment.name.value}Fragment`;

/** The tree without what it does not say: places in the source, and lists that are empty. */
function literal(node) {
  return JSON.stringify(node, (key, value) =>
    key === 'loc' || (Array.isArray(value) && value.length === 0) ? undefined : value,
  );
}
