import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** The object types of the API, without those of introspection. */
export function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

/**
 * Every place of these types that takes an id, as field and path in its arguments: `archiveWorkspace(input.workspaceId)`,
 * `createWorkspace(input.memberIds[])` where a list takes them, `Workspace.auditLog(filter.actorIds[])` below the roots.
 */
export function idPlaces(schema: GraphQLSchema, types: readonly GraphQLObjectType[]): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  return types.flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) => {
      const name = roots.includes(type) ? field.name : `${type.name}.${field.name}`;
      return field.args.flatMap((argument) => idPaths(argument)).map((path) => `${name}(${path})`);
    }),
  );
}

function idPaths({ name, type }: GraphQLArgument | GraphQLInputField): string[] {
  const path = `${name}${isList(type) ? '[]' : ''}`;
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap((field) => idPaths(field).map((rest) => `${path}.${rest}`));
  }
  return named.name === 'ID' ? [path] : [];
}

function isList(type: GraphQLInputType): boolean {
  return isListType(getNullableType(type));
}

/** Selects every field of the type; of an object below it the id, or where it has none all of its plain values. */
export function wholeSelection(type: GraphQLObjectType): string {
  return Object.values(type.getFields()).map(fieldSelection).join(' ');
}

export function fieldSelection({ name, type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (!isObjectType(named) && !isInterfaceType(named)) return name;
  const fields = Object.values(named.getFields());
  const chosen = fields.filter((field) => field.name === 'id');
  const plain = fields.filter((field) => isLeafType(getNamedType(field.type)));
  return `${name} { ${(chosen.length > 0 ? chosen : plain).map((field) => field.name).join(' ')} }`;
}
