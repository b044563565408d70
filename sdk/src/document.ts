/**
 * A GraphQL operation's text that knows the types of its result and variables. A plain string is one too (of unknown
 * result), and so is a `TypedDocumentString` made by GraphQL Code Generator; a syntax tree is not.
 */
export interface TypedDocument<Result, Variables> {
  toString(): string;
  /** Carries the types; never there at runtime. */
  readonly __apiType?: ((variables: Variables) => Result) | undefined;
  /** Syntax trees have one: this keeps them from being taken for text. */
  readonly kind?: never;
}

/**
 * A GraphQL operation's syntax tree that may know the types of its result and variables, such as a `TypedDocumentNode` or
 * what graphql-js parses.
 */
export interface DocumentTree<Result, Variables> {
  readonly kind: string;
  readonly definitions: readonly object[];
  /** Carries the types; never there at runtime. */
  readonly __apiType?: ((variables: Variables) => Result) | undefined;
}

/** An operation as a text or as a syntax tree. */
export type AnyDocument<Result, Variables> = TypedDocument<Result, Variables> | DocumentTree<Result, Variables>;

const STRINGS_AND_COMMENTS = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\])*"|#[^\n\r]*/g;
const INNERMOST_BRACES = /\{[^{}]*\}/g;
const OPERATION_HEADER = /^[\s,]*(query|mutation|subscription)\b[\s,]*([_A-Za-z]\w*)?/;

/** What a document asks for, as far as its text tells. */
export interface DocumentOutline {
  /** The name of its operation; undefined when it has none, or when the document holds several. */
  name: string | undefined;
  /** Whether it can only read. */
  isQuery: boolean;
}

export function outlineOf(document: string): DocumentOutline {
  let text = document.replace(STRINGS_AND_COMMENTS, '');
  while (text.search(INNERMOST_BRACES) >= 0) text = text.replace(INNERMOST_BRACES, ';');
  const operations = text.split(';').map((header) => OPERATION_HEADER.exec(header));
  const names = operations.flatMap((operation) => operation?.[2] ?? []);
  return {
    name: names.length === 1 ? names[0] : undefined,
    // A brace that is left over hides what stands around it.
    isQuery: !/[{}]/.test(text) && operations.every((operation) => operation === null || operation[1] === 'query'),
  };
}
