/** A GraphQL Code Generator plugin: what normalizing caches have to know of the schema. */
import { getNamedType, isAbstractType, isIntrospectionType, isObjectType } from 'graphql';

/** Which part of a list is asked for, not which list. */
const paging = ['first', 'after', 'last', 'before'];

export function plugin(schema) {
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
  const objects = types.filter(isObjectType);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const possibleTypes = types
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const withoutId = objects.filter((type) => !roots.includes(type) && !type.getFields().id).map(({ name }) => name);
  const pages = objects
    .map((type) => [type.name, Object.values(type.getFields()).filter(isPaged)])
    .filter(([, fields]) => fields.length > 0)
    .map(([name, fields]) => [name, Object.fromEntries(fields.map((field) => [field.name, argumentsOf(field)]))]);
  return {
    content: [
      '/** The types that stand behind an interface or a union. */',
      `export const possibleTypes = ${literal(Object.fromEntries(possibleTypes))};`,
      '/** The types without an `id`: a value of theirs belongs to what has it. */',
      `export const typesWithoutId = ${literal(withoutId)} as const;`,
      '/** The fields that are paged, by the type that has them, each with the arguments that make it another list. */',
      `export const pagedFields = ${literal(Object.fromEntries(pages))};`,
    ].join('\n'),
  };
}

function isPaged({ type }) {
  const fields = isObjectType(getNamedType(type)) ? getNamedType(type).getFields() : {};
  return 'pageInfo' in fields && 'edges' in fields;
}

function argumentsOf({ args }) {
  return args.map(({ name }) => name).filter((name) => !paging.includes(name));
}

function literal(value) {
  return JSON.stringify(value, null, 2);
}
