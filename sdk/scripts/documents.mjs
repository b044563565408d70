import { concatAST, Kind, visit } from 'graphql';

const suffixes = {
  query: 'Query',
  mutation: 'Mutation',
  subscription: 'Subscription',
};

/** The operations of the loaded files, each with the fragments that it uses and the name of its type, such as `ViewerQuery`. */
export function operationsOf(files) {
  const fragments = fragmentsOf(files);
  return definitionsOf(files)
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((operation) => ({
      operation,
      name: operation.name.value,
      type: `${operation.name.value}${suffixes[operation.operation]}`,
      fragments: [...usedFragments(operation, fragments)],
    }));
}

/** The fragments of the loaded files by their names. */
export function fragmentsOf(files) {
  const fragments = definitionsOf(files).filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function definitionsOf(files) {
  return concatAST(files.map(({ document }) => document)).definitions;
}

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
