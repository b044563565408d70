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

const STRINGS_AND_COMMENTS = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\])*"|#.*/g;
const INNERMOST_BRACES = /\{[^{}]*\}/g;
const OPERATION_HEADER = /^[\s,]*(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/;

/** The name of the operation in a document; undefined when it has none, or when the document holds several. */
export function operationName(document: string): string | undefined {
  let headers = document.replace(STRINGS_AND_COMMENTS, '');
  while (headers.search(INNERMOST_BRACES) >= 0) headers = headers.replace(INNERMOST_BRACES, ';');
  const names = headers.split(';').flatMap((header) => OPERATION_HEADER.exec(header)?.[1] ?? []);
  return names.length === 1 ? names[0] : undefined;
}
