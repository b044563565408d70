/**
 * A GraphQL Code Generator plugin: every operation, with the fragments that it uses, as one typed string constant.
 * The ready-made plugin's strings are objects whose types need another package, and tagged templates stay in a bundle
 * that does not use them; a plain string does neither.
 */
import { concatAST, Kind, print, stripIgnoredCharacters, visit } from 'graphql';

const suffixes = {
  query: 'Query',
  mutation: 'Mutation',
  subscription: 'Subscription',
};

export function plugin(_schema, files) {
  const { definitions } = concatAST(files.map(({ document }) => document));
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  const constants = definitions.filter(isOperation).map((operation) => {
    const name = operation.name.value;
    const type = `Types.${name}${suffixes[operation.operation]}`;
    const text = [operation, ...usedFragments(operation, fragments)].map(print).join('\n');
    const literal = JSON.stringify(stripIgnoredCharacters(text));
    return `export const ${name}Document: TypedDocument<${type}, ${type}Variables> =\n  ${literal};`;
  });
  return {
    prepend: ["import type { TypedDocument } from '../document.js';", "import type * as Types from './operations.js';"],
    content: constants.join('\n\n'),
  };
}

const isFragment = ({ kind }) => kind === Kind.FRAGMENT_DEFINITION;
const isOperation = ({ kind }) => kind === Kind.OPERATION_DEFINITION;

function usedFragments(operation, fragments) {
  const used = new Set();
  const collect = (definition) =>
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  collect(operation);
  return used;
}
