import { concatAST, Kind, visit } from 'graphql';

const suffixes = {
  query: 'Query',
  mutation: 'Mutation',
  subscription: 'Subscription',
};

/** The operations of the loaded files, each with the fragments that it uses and the name of its type, such as `ViewerQuery`. */
export function operationsOf(files) {
  const { definitions } = concatAST(files.map(({ document }) => document));
  const fragments = new Map(
    definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((operation) => ({
      operation,
      name: operation.name.value,
      type: `${operation.name.value}${suffixes[operation.operation]}`,
      fragments: [...usedFragments(operation, fragments)],
    }));
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
