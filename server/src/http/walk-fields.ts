import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field of an operation, in a place where it stands. */
export interface WalkedField {
  readonly node: FieldNode;
  /** The type in whose selection it stands; undefined below the fields of introspection. */
  readonly parent: GraphQLNamedType | undefined;
  /** What the schema says of it. */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
}

export interface WalkedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/**
 * Visits every field of the operation, those of a fragment wherever it is spread. `visit` gets what it has answered with for
 * the field above, `top` at the top, and ends the walk by throwing.
 */
export function walkFields<Above>(
  { schema, document, operation }: WalkedOperation,
  top: Above,
  visit: (field: WalkedField, above: Above) => Above,
): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, above: Above): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const definition = definitionOf(parent, selection);
        const own = visit({ node: selection, parent, definition }, above);
        if (selection.selectionSet) walk(selection.selectionSet, definition && getNamedType(definition.type), own);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const condition = fragment.typeCondition?.name.value;
      walk(fragment.selectionSet, condition === undefined ? parent : schema.getType(condition), above);
    }
  };
  walk(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, top);
}

function definitionOf(parent: GraphQLNamedType | undefined, field: FieldNode): WalkedField['definition'] {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined;
}
