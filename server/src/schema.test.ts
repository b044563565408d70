import { expect, test } from '@jest/globals';
import { isScalarType, isSpecifiedScalarType } from 'graphql';
import { createSchema } from './schema.js';
import { objectTypes } from './testing/schema-places.js';

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
  const urls = own.map(({ name, specifiedByURL }) => [name, URL.canParse(specifiedByURL ?? '')]);
  expect(Object.fromEntries(urls)).toEqual(Object.fromEntries(own.map(({ name }) => [name, true])));
  expect(own.length).toBeGreaterThan(2);
});
