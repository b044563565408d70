import { expect, test } from '@jest/globals';
import { introspectionFromSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { createSchema } from './schema.js';
import { objectTypes } from './testing/schema-places.js';
import { parseUrl } from './url.js';

/** What clients and their caches may count on, of every type that there is. */

const schema = await createSchema();

test('what has an id is a Node, and every Node has one: caches know objects by it', () => {
  const withId = objectTypes(schema).filter((type) => 'id' in type.getFields());
  const nodes = objectTypes(schema).filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
  expect(withId.map(({ name }) => name).sort()).toEqual(nodes.map(({ name }) => name).sort());
  expect(nodes.length).toBeGreaterThan(10);
});

test('every scalar of our own says where it is specified', () => {
  const scalars = Object.values(schema.getTypeMap()).filter(isScalarType);
  const own = scalars.filter((type) => !isSpecifiedScalarType(type));
  const urls = own.map(({ name, specifiedByURL }) => [name, parseUrl(specifiedByURL ?? '') !== null]);
  expect(Object.fromEntries(urls)).toEqual(Object.fromEntries(own.map(({ name }) => [name, true])));
  expect(own.length).toBeGreaterThan(2);
});

test('introspection names no place of a directive that the specification of 2021 does not know', () => {
  const known = [
    ...['QUERY', 'MUTATION', 'SUBSCRIPTION', 'FIELD', 'FRAGMENT_DEFINITION', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
    ...['VARIABLE_DEFINITION', 'SCHEMA', 'SCALAR', 'OBJECT', 'FIELD_DEFINITION', 'ARGUMENT_DEFINITION', 'INTERFACE'],
    ...['UNION', 'ENUM', 'ENUM_VALUE', 'INPUT_OBJECT', 'INPUT_FIELD_DEFINITION'],
  ];
  const { directives } = introspectionFromSchema(schema).__schema;
  const locations = directives.flatMap(({ locations }) => locations);
  expect(locations.filter((location) => !known.includes(location))).toEqual([]);
  expect(directives.map(({ name }) => name)).toEqual(expect.arrayContaining(['deprecated', 'include', 'skip']));
});
