import type { FieldNode, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective, getDirectiveValues, Kind } from 'graphql';

/**
 * Names of the fields that the operation asks of the objects at the end of any of the paths below the present field:
 * `selectedFields(info, [['nodes'], ['edges', 'node']])`. Fragments are followed whatever their type condition says.
 */
export function selectedFields(info: GraphQLResolveInfo, paths: readonly (readonly string[])[]): Set<string> {
  const names = new Set<string>();
  for (const path of paths) {
    let sets = info.fieldNodes.flatMap((node) => node.selectionSet ?? []);
    for (const step of path) {
      sets = fieldsOf(info, sets)
        .filter((field) => field.name.value === step)
        .flatMap((field) => field.selectionSet ?? []);
    }
    for (const field of fieldsOf(info, sets)) names.add(field.name.value);
  }
  return names;
}

function fieldsOf(info: GraphQLResolveInfo, sets: readonly SelectionSetNode[]): FieldNode[] {
  const fields: FieldNode[] = [];
  const visit = (selection: SelectionNode): void => {
    if (!isIncluded(info, selection)) return;
    if (selection.kind === Kind.FIELD) {
      fields.push(selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      selection.selectionSet.selections.forEach(visit);
    } else {
      info.fragments[selection.name.value]?.selectionSet.selections.forEach(visit);
    }
  };
  for (const set of sets) set.selections.forEach(visit);
  return fields;
}

function isIncluded(info: GraphQLResolveInfo, selection: SelectionNode): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, info.variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, info.variableValues);
  return skip?.['if'] !== true && include?.['if'] !== false;
}
