import type { AnyDocument } from './document.js';

/** A node of a GraphQL syntax tree, as far as printing it needs. */
interface Tree {
  readonly [part: string]: unknown;
}

const printed = new WeakMap<object, string>();

/** The text of an operation's syntax tree, as graphql-js and code generators make them. */
function printTree(document: object): string {
  const text = printed.get(document) ?? print(document);
  printed.set(document, text);
  return text;
}

/** Of each kind of node what stands between its parts; nothing where the part is not there. */
const printers: Record<string, (node: Tree) => string> = {
  Document: ({ definitions }) => each(definitions, '\n'),
  OperationDefinition: ({ operation, name, variableDefinitions, directives, selectionSet }) =>
    `${operation} ${print(name)}${each(variableDefinitions, ' ', '(', ')')}${each(directives)}${print(selectionSet)}`,
  VariableDefinition: ({ variable, type, defaultValue, directives }) =>
    `${print(variable)}:${print(type)}${defaultValue ? `=${print(defaultValue)}` : ''}${each(directives)}`,
  SelectionSet: ({ selections }) => each(selections, ' ', '{', '}'),
  Field: ({ alias, name, arguments: args, directives, selectionSet }) =>
    `${alias ? `${print(alias)}:` : ''}${print(name)}${each(args, ' ', '(', ')')}${each(directives)}${print(selectionSet)}`,
  FragmentSpread: ({ name, directives }) => `...${print(name)}${each(directives)}`,
  InlineFragment: ({ typeCondition, directives, selectionSet }) =>
    `...${typeCondition ? `on ${print(typeCondition)}` : ''}${each(directives)}${print(selectionSet)}`,
  FragmentDefinition: ({ name, typeCondition, directives, selectionSet }) =>
    `fragment ${print(name)} on ${print(typeCondition)}${each(directives)}${print(selectionSet)}`,
  Directive: ({ name, arguments: args }) => `@${print(name)}${each(args, ' ', '(', ')')}`,
  Variable: ({ name }) => `$${print(name)}`,
  StringValue: ({ value }) => JSON.stringify(value),
  NullValue: () => 'null',
  ListValue: ({ values }) => `[${each(values)}]`,
  ObjectValue: ({ fields }) => `{${each(fields)}}`,
  ListType: ({ type }) => `[${print(type)}]`,
  NonNullType: ({ type }) => `${print(type)}!`,
  NamedType: ({ name }) => print(name),
};
const named = ({ name, value }: Tree) => `${print(name)}:${print(value)}`;

function print(node: unknown): string {
  if (!node) return '';
  const tree = node as Tree;
  const printer = printers[String(tree['kind'])];
  if (printer) return printer(tree);
  // Arguments and fields of objects have a name; names, numbers, booleans and enums have their text alone.
  return tree['name'] ? named(tree) : String(tree['value']);
}

function each(nodes: unknown, between = ' ', start = '', end = ''): string {
  return Array.isArray(nodes) && nodes.length > 0 ? start + nodes.map(print).join(between) + end : '';
}

/** The operation as it is sent. */
export function textOf<Result, Variables>(document: AnyDocument<Result, Variables>): string {
  return 'definitions' in Object(document) ? printTree(document as object) : document.toString();
}
