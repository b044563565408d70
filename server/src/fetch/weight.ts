import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { costKey, type FieldCost } from './cost.js';
import { pageSizeDefault } from './list.js';

/** How many values each object of this field below the present one can have, with the pages and lists in it; 0 unless it is asked for. */
export function weightBelow(info: GraphQLResolveInfo, name: string): number {
  const type = getNamedType(info.returnType);
  return fieldsOf(info, info.fieldNodes)
    .filter((field) => field.name.value === name)
    .reduce((sum, field) => sum + weightOf(info, type, field), 0);
}

function weightOf(info: GraphQLResolveInfo, parent: GraphQLNamedType | undefined, field: FieldNode): number {
  const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value] : undefined;
  if (definition === undefined) return 1;
  const { items = 1, sizeUnlessGiven = pageSizeDefault } = (definition.extensions[costKey] ?? {}) as FieldCost;
  const type = getNamedType(definition.type);
  const each = fieldsOf(info, [field]).reduce((sum, below) => sum + weightOf(info, type, below), 0);
  if (items !== 'page') return 1 + items * each;
  const { first, last } = getArgumentValues(definition, field, info.variableValues) as Record<string, number | null>;
  return 1 + (first ?? last ?? sizeUnlessGiven) * each;
}

function fieldsOf({ fragments }: GraphQLResolveInfo, fields: readonly FieldNode[]): FieldNode[] {
  const visit = (set: SelectionSetNode | undefined): FieldNode[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection;
      return visit(
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments[selection.name.value]?.selectionSet,
      );
    });
  return fields.flatMap(({ selectionSet }) => visit(selectionSet));
}
