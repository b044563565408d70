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
  isRequiredArgument,
} from 'graphql';
import { nodeTypes, nounOf, nounsByType } from './ids.js';

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

/** What ids name whose fields are not called after the type; of any other, `workspaceId` and `workspaceIds` a Workspace. */
const namedOtherwise: Readonly<Record<string, readonly string[]>> = {
  id: nodeTypes,
  ids: nodeTypes,
  actorIds: ['User', 'ServiceToken'],
  createdByIds: ['User'],
  memberIds: ['User'],
  ownerId: ['User', 'Team'],
  ownerIds: ['User', 'Team'],
  targetIds: ['Workspace', ...nodeTypes.filter((type) => type !== 'Workspace')],
};

/** The types of what the field of an input or the argument names. */
export function typesOfId(field: string): readonly string[] {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1).replace(/Ids?$/, '')}`;
  return namedOtherwise[field] ?? [nounOf(type).type];
}

/** The same of a place that `idPlaces` tells of. */
export function typesAt(place: string): readonly string[] {
  return typesOfId(/(\w+)(?:\[\])?\)$/.exec(place)?.[1] ?? '');
}

/** A list by pages, somewhere in the schema. */
export interface ConnectionField {
  /** Type whose field it is: a noun, or `Query`. */
  readonly parent: string;
  readonly field: GraphQLField<unknown, unknown>;
  /** Type of the items. */
  readonly type: string;
}

/** Every list by pages that there is. */
export function connectionFields(schema: GraphQLSchema): ConnectionField[] {
  return objectTypes(schema).flatMap((parent) =>
    Object.values(parent.getFields()).flatMap((field) => {
      const type = itemsOf(field);
      return type === null ? [] : [{ parent: parent.name, field, type }];
    }),
  );
}

const dayMs = 86_400_000;
const around = [-300, 1].map((days) => new Date(Date.now() + days * dayMs).toISOString());
/** Of inputs that a field can't do without, a value that takes in all that a test makes. */
const requiredInputs: Readonly<Record<string, string>> = {
  TimeRangeInput: `{ from: "${around[0]}", to: "${around[1]}" }`,
};

/** The arguments that the field can't do without and that are no ids, with values: `range: { … }`; empty for none. */
export function requiredArguments({ args }: Pick<GraphQLField<unknown, unknown>, 'args'>): string {
  return args
    .filter(isRequiredArgument)
    .flatMap(({ name, type }) => {
      const value = requiredInputs[getNamedType(type).name];
      return value === undefined ? [] : [`${name}: ${value}`];
    })
    .join(', ');
}

/** Whether the list by pages tells how long it is. */
export function isCounted({ type }: GraphQLField<unknown, unknown>): boolean {
  const connection = getNamedType(type);
  return isObjectType(connection) && 'totalCount' in connection.getFields();
}

/** The type of a connection's items; null for a field that is no connection. */
export function itemsOf({ type }: GraphQLField<unknown, unknown>): string | null {
  const name = getNamedType(type).name;
  const items = name.replace(/Connection$/, '');
  return items !== name && nounsByType.has(items) ? items : null;
}

/**
 * What an object that is no noun is part of: the noun, and the fields that lead from it to the object. The first way that
 * there is, the shortest of them; null where there is none.
 */
export function wayTo(schema: GraphQLSchema, name: string): { readonly noun: string; readonly path: string[] } | null {
  let ways = nodeTypes.map((noun) => ({ noun, at: noun, path: [] as string[] }));
  for (let length = 1; ways.length > 0; length++) {
    ways = ways.flatMap(({ noun, at, path }) => {
      const type = schema.getType(at);
      const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
      return fields
        .map((field) => ({ noun, at: getNamedType(field.type), path: [...path, field.name] }))
        .filter((way) => isObjectType(way.at) && !nounsByType.has(way.at.name) && !way.at.name.endsWith('Connection'))
        .map((way) => ({ ...way, at: way.at.name }));
    });
    const way = ways.find(({ at }) => at === name);
    if (way !== undefined) return way;
    if (length > 5) return null;
  }
  return null;
}

/** Selects every field of the type but `query`, which is a payload's way back to all there is; of an object below it the id, or where it has none all of its plain values. */
export function wholeSelection(type: GraphQLObjectType): string {
  const fields = Object.values(type.getFields()).filter(({ name }) => name !== 'query');
  return fields.map(fieldSelection).join(' ');
}

export function fieldSelection(field: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(field.type);
  const required = requiredArguments(field);
  const name = required === '' ? field.name : `${field.name}(${required})`;
  if (!isObjectType(named) && !isInterfaceType(named)) return name;
  if (itemsOf(field) !== null && !isCounted(field)) return `${name} { nodes { id } }`;
  const fields = Object.values(named.getFields());
  const chosen = fields.filter((field) => field.name === 'id');
  const plain = fields.filter((field) => isLeafType(getNamedType(field.type)));
  return `${name} { ${(chosen.length > 0 ? chosen : plain).map((field) => field.name).join(' ')} }`;
}
