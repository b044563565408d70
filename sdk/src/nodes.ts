/** An object by its global id; only the one of the type that was asked for has more than its type's name. */
interface Node {
  __typename: string;
}

type OfType<AnyNode extends Node, Name> = Omit<Extract<AnyNode, { __typename: Name }>, '__typename'>;

/** The object, if there is one of this type in sight. */
export function nodeOf<AnyNode extends Node, Name extends AnyNode['__typename']>(
  node: AnyNode | null,
  typename: Name,
): OfType<AnyNode, Name> | null {
  if (node?.__typename !== typename) return null;
  const { __typename: _, ...fields } = node as Extract<AnyNode, { __typename: Name }>;
  return fields;
}
