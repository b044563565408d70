import type { FieldNode, GraphQLResolveInfo, SelectionNode, SelectionSetNode } from 'graphql';
import { GraphQLIncludeDirective, GraphQLSkipDirective, getDirectiveValues, Kind } from 'graphql';

/** The fields that are asked of an object, by name, each with what is asked of its own object. */
export type Selection = ReadonlyMap<string, Selection>;

type Path = readonly string[];

/** By field of a document and by where below it; only what no directive makes depend on the variables is kept. */
const known = new WeakMap<FieldNode, Map<readonly Path[], Selection>>();

/**
 * What the operation asks of the objects at the end of any of the paths below the present field, such as
 * `[['nodes'], ['edges', 'node']]`. Fragments are followed whatever their type condition says. Whoever asks again with the
 * very same `paths` gets the very same answer for the same document, which is looked through once.
 */
export function selectionOf(info: GraphQLResolveInfo, paths: readonly Path[]): Selection {
  const [field, ...others] = info.fieldNodes;
  const ofField = field === undefined || others.length > 0 ? undefined : (known.get(field) ?? new Map());
  const before = ofField?.get(paths);
  if (before !== undefined) return before;

  const walk: Walk = { info, hasDirectives: false };
  const found: MutableSelection = new Map();
  for (const path of paths) {
    let sets = setsOf(info.fieldNodes);
    for (const step of path) sets = setsOf(fieldsOf(walk, sets).filter(({ name }) => name.value === step));
    collect(walk, sets, found);
  }
  if (field !== undefined && ofField !== undefined && !walk.hasDirectives) known.set(field, ofField.set(paths, found));
  return found;
}

interface MutableSelection extends Map<string, MutableSelection> {}

interface Walk {
  readonly info: GraphQLResolveInfo;
  hasDirectives: boolean;
}

function setsOf(fields: readonly FieldNode[]): SelectionSetNode[] {
  return fields.flatMap(({ selectionSet }) => selectionSet ?? []);
}

function collect(walk: Walk, sets: readonly SelectionSetNode[], into: MutableSelection): void {
  for (const field of fieldsOf(walk, sets)) {
    const name = field.name.value;
    const below = into.get(name) ?? (new Map() as MutableSelection);
    into.set(name, below);
    if (field.selectionSet !== undefined) collect(walk, [field.selectionSet], below);
  }
}

function fieldsOf(walk: Walk, sets: readonly SelectionSetNode[]): FieldNode[] {
  const fields: FieldNode[] = [];
  const visit = (selection: SelectionNode): void => {
    if (!isIncluded(walk, selection)) return;
    if (selection.kind === Kind.FIELD) fields.push(selection);
    else if (selection.kind === Kind.INLINE_FRAGMENT) selection.selectionSet.selections.forEach(visit);
    else walk.info.fragments[selection.name.value]?.selectionSet.selections.forEach(visit);
  };
  for (const set of sets) set.selections.forEach(visit);
  return fields;
}

function isIncluded(walk: Walk, selection: SelectionNode): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  walk.hasDirectives = true;
  const { variableValues } = walk.info;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues);
  return skip?.['if'] !== true && include?.['if'] !== false;
}
