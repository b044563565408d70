import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { requestError } from '../errors.js';
import { pageSizeDefault, pageSizeMax } from '../pagination/page.js';

/** Values that one operation may answer with at the most, by its page sizes, with what its statements weigh. */
export const complexityMax = 50_000;

/** What a statement weighs, in values. */
const statementWeight = 50;

/** What the schema says of a field. */
type FieldDefinition = GraphQLField<unknown, unknown>;

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Refuses an operation that could answer with too many values: each field counts as often as the pages around it have
 * items, and one that takes a statement of its own, which all items around it share, weighs that too. Fragments that grow
 * without bound end here as well, because every visited field counts at least once.
 * @throws OPERATION_TOO_COMPLEX
 */
export function limitComplexity({ schema, document, operation, variables }: Operation): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const given = { ...defaultsOf(operation), ...variables };
  let values = 0;

  const visitSet = (set: SelectionSetNode, parent: GraphQLNamedType | null | undefined, times: number): void => {
    for (const selection of set.selections) visit(selection, parent, times);
  };
  const visit = (selection: SelectionNode, parent: GraphQLNamedType | null | undefined, times: number): void => {
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment)
        visitSet(fragment.selectionSet, condition === undefined ? parent : schema.getType(condition), times);
      return;
    }
    const definition = definitionOf(parent, selection);
    values += times + (definition !== undefined && takesStatement(definition, parent, schema) ? statementWeight : 0);
    if (values > complexityMax) throw requestError('tooComplex');
    if (selection.selectionSet === undefined) return;
    const items = definition === undefined ? 1 : itemsOf(selection, definition, parent, given);
    visitSet(selection.selectionSet, definition && getNamedType(definition.type), times * items);
  };
  visitSet(operation.selectionSet, schema.getRootType(operation.operation), 1);
}

function definitionOf(parent: GraphQLNamedType | null | undefined, field: FieldNode): FieldDefinition | undefined {
  if (!isCompositeType(parent) || !('getFields' in parent)) return undefined;
  return parent.getFields()[field.name.value];
}

/** Whether a statement is sent for the field: for every root field, list and count. */
function takesStatement(
  { name, type }: FieldDefinition,
  parent: GraphQLNamedType | null | undefined,
  schema: GraphQLSchema,
): boolean {
  const isRoot = parent === schema.getQueryType() || parent === schema.getMutationType();
  const isCount = name === 'totalCount' && isConnection(parent);
  return isRoot || isCount || isConnection(getNamedType(type)) || isOwnList(type, parent);
}

function isConnection(type: GraphQLNamedType | null | undefined): boolean {
  return type?.name.endsWith('Connection') === true;
}

/** Whether it is a list of objects that stands by itself: the items of a page were counted with its connection. */
function isOwnList(type: GraphQLOutputType, parent: GraphQLNamedType | null | undefined): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type)) && !isConnection(parent);
}

/**
 * How many objects the field answers with: a page's size; for a list without pages what it says of itself, and for one
 * that says nothing, such as changes, a page's default.
 */
function itemsOf(
  field: FieldNode,
  { type, extensions }: FieldDefinition,
  parent: GraphQLNamedType | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (isConnection(getNamedType(type))) return pageSizeOf(field, variables);
  if (!isOwnList(type, parent)) return 1;
  const { itemsMax } = extensions;
  return typeof itemsMax === 'number' ? itemsMax : pageSizeDefault;
}

/** The values of the operation's variables where the request gives none; only whole numbers can be page sizes. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  );
}

/**
 * The page size asked for, or the default. One out of bounds, which the list itself refuses, counts as the nearest
 * within, so that no part of an operation counts as nothing or takes from the rest.
 */
function pageSizeOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  const literal = first?.kind === Kind.INT ? Number(first.value) : undefined;
  const size = first?.kind === Kind.VARIABLE ? variables[first.name.value] : literal;
  return typeof size === 'number' ? Math.min(Math.max(size, 1), pageSizeMax) : pageSizeDefault;
}
