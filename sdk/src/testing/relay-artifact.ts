/** What Relay's compiler makes of an operation without fragments, as far as the tests need it. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ConcreteRequest } from 'relay-runtime';

/** The request; the field that `connection` names is kept as one list with all of its pages. */
export function relayRequest(schema: GraphQLSchema, text: string, connection?: string): ConcreteRequest {
  const document: DocumentNode = parse(text);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const name = operation.name?.value ?? '';
  const argumentDefinitions = (operation.variableDefinitions ?? []).map(({ variable }) => ({
    kind: 'LocalArgument',
    name: variable.name.value,
    defaultValue: null,
  }));
  const root = schema.getRootType(operation.operation)?.name ?? '';
  const selections = (isRead: boolean) => selectionsOf(operation, root, isRead);
  return {
    kind: 'Request',
    fragment: { kind: 'Fragment', name, type: root, metadata: null, argumentDefinitions, selections: selections(true) },
    operation: { kind: 'Operation', name, argumentDefinitions, selections: selections(false) },
    params: { id: null, cacheID: name, name, operationKind: operation.operation, text: print(document), metadata: {} },
  } as unknown as ConcreteRequest;

  function selectionsOf(
    { selectionSet }: { selectionSet?: FieldNode['selectionSet'] },
    parent: string,
    isRead: boolean,
  ) {
    return (selectionSet?.selections ?? []).flatMap((selection): object[] => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition?.name.value ?? parent;
        return [{ kind: 'InlineFragment', type, abstractKey: null, selections: selectionsOf(selection, type, isRead) }];
      }
      return selection.kind === Kind.FIELD ? fieldOf(selection, parent, isRead) : [];
    });
  }

  function fieldOf(field: FieldNode, parent: string, isRead: boolean): object[] {
    const name = field.name.value;
    const args = (field.arguments ?? []).map((argument) => argumentOf(argument.name.value, argument.value));
    const of = { alias: field.alias?.value ?? null, name, args: args.length > 0 ? args : null, storageKey: null };
    const parentType = schema.getType(parent);
    const declared =
      isObjectType(parentType) || isAbstractType(parentType)
        ? 'getFields' in parentType
          ? parentType.getFields()[name]?.type
          : undefined
        : undefined;
    if (!declared || isLeafType(getNamedType(declared))) return [{ kind: 'ScalarField', ...of }];
    const type = getNamedType(declared);
    const linked = {
      kind: 'LinkedField',
      ...of,
      concreteType: isAbstractType(type) ? null : type.name,
      plural: isListType(getNullableType(declared)),
      selections: selectionsOf(field, type.name, isRead),
    };
    if (name !== connection) return [linked];
    const handled = `__Test_${name}_connection`;
    if (isRead) return [{ ...linked, alias: name, name: handled, args: null }];
    const filters = null;
    return [linked, { kind: 'LinkedHandle', ...of, handle: 'connection', key: `Test_${name}`, filters }];
  }
}

function argumentOf(name: string, value: ValueNode): object {
  return value.kind === Kind.VARIABLE
    ? { kind: 'Variable', name, variableName: value.name.value }
    : { kind: 'Literal', name, value: valueFromASTUntyped(value) };
}
