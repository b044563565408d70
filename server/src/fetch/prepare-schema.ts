import {
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Reader } from './caller.js';
import { costKey } from './cost.js';
import { alongKey, type Need, needKey } from './fetch.js';
import { loadReferred, nounsKey, type ReadableNoun, type Reads } from './nodes.js';

type Field = GraphQLField<unknown, Reader>;

/**
 * Puts the schema together with how its nouns are read: their columns and the fields that say what they need are fetched
 * along and have no resolver; a field that holds another noun's UUID loads it; payloads have `query`.
 * @throws where a field of a noun has neither a column, nor a need, nor a resolver, and where a list declares no cost.
 */
export function prepareSchema(schema: GraphQLSchema, nouns: readonly Reads[]): void {
  const readable = new Map<string, ReadableNoun>();
  for (const reads of nouns) {
    const type = schema.getType(reads.noun.type);
    if (!isObjectType(type)) throw new Error(`There is no type ${reads.noun.type} in the schema.`);
    readable.set(type.name, { reads, needs: needsOf(type, reads) });
  }
  (schema.extensions as Record<string, unknown>)[nounsKey] = readable;

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    // Rows say their type themselves, without a promise for each.
    if (isInterfaceType(type)) type.resolveType = (row: { readonly __typename: string }) => row.__typename;
    if (!isObjectType(type)) continue;
    if (type.getFields()['userErrors'] !== undefined) addQuery(schema, type);
    for (const field of Object.values(type.getFields()) as Field[]) {
      const target = getNamedType(field.type).name;
      if (field.resolve === undefined && readable.has(target)) field.resolve = referenceResolver(field.name, target);
      if (
        isListType(getNullableType(field.type)) &&
        field.extensions[costKey] === undefined &&
        !isItemsOfPage(type, field)
      ) {
        throw new Error(`${type.name}.${field.name} is a list and declares no cost.`);
      }
    }
  }
}

/** What each field of the noun needs: what it declares, or its column. Those fields have no resolver any more. */
function needsOf(type: GraphQLObjectType, { noun }: Reads): Map<string, Need> {
  const needs = new Map<string, Need>();
  for (const field of Object.values(type.getFields())) {
    const declared = field.extensions[needKey] as Need | undefined;
    const along = field.extensions[alongKey] as Need | undefined;
    const column = noun.columns[field.name];
    if (along !== undefined) needs.set(field.name, along);
    if (declared !== undefined) {
      delete field.resolve;
      needs.set(field.name, declared);
    } else if (column !== undefined && field.resolve === undefined) {
      needs.set(field.name, { pieces: [column], read: (value) => value });
    } else if (field.resolve === undefined) {
      throw new Error(`${type.name}.${field.name} has no column, no resolver, and does not say what it needs.`);
    }
  }
  return needs;
}

/** A noun's UUID is loaded; what is there already, or is nothing, stays. Lists likewise, without what is not there. */
function referenceResolver(name: string, target: string): NonNullable<Field['resolve']> {
  return (source, _args, reader, info) => {
    const value = (source as Readonly<Record<string, unknown>>)[name];
    if (typeof value === 'string') return loadReferred(reader, info, target, value);
    if (!Array.isArray(value)) return value ?? null;
    return Promise.all(
      value.map((one: unknown) => (typeof one === 'string' ? loadReferred(reader, info, target, one) : one)),
    ).then((rows) => rows.filter((row) => row !== null));
  };
}

/** What can be read after the change, in the same round trip. */
function addQuery(schema: GraphQLSchema, payload: GraphQLObjectType): void {
  const query = schema.getQueryType();
  if (query == null) throw new Error('There is no query type.');
  payload.getFields()['query'] = {
    name: 'query',
    description: 'Everything that can be read, as it is after the change.',
    type: new GraphQLNonNull(query),
    args: [],
    resolve: () => ({}),
    deprecationReason: undefined,
    extensions: {},
    astNode: undefined,
  } as Field;
}

/** The items of a page were counted with their connection. */
function isItemsOfPage(type: GraphQLObjectType, { name }: Field): boolean {
  return type.getFields()['pageInfo'] !== undefined && (name === 'nodes' || name === 'edges');
}
