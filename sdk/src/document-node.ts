import type { DocumentNode } from 'graphql';

/**
 * A GraphQL operation's syntax tree that knows the types of its result and variables, as Apollo Client, urql and other
 * clients understand it.
 */
export interface TypedDocumentNode<Result, Variables> extends DocumentNode {
  /** Carries the types; never there at runtime. */
  __apiType?: (variables: Variables) => Result;
}
