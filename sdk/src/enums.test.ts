import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildSchema, isEnumType, isIntrospectionType } from 'graphql';
import * as sdk from './index.js';
import { type Open, type TokenVueClient, type WorkspaceCard, WorkspaceRegion } from './index.js';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));

test('every enum that the client knows has its values at run time', () => {
  const known = Object.entries(sdk).filter(([name]) => isEnumType(schema.getType(name)));
  const enums = Object.values(schema.getTypeMap()).filter((type) => isEnumType(type) && !isIntrospectionType(type));
  expect(known.length).toBeGreaterThan(20);
  expect(enums.filter(({ name }) => !(name in sdk))).toEqual([]);
  for (const [name, values] of known) {
    const type = schema.getType(name);
    const names = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    expect([name, Object.entries(values)]).toEqual([name, names.map((value) => [value, value])]);
  }
});

test('an input takes what the API knows, and an answer may be more', () => {
  const region: WorkspaceRegion = WorkspaceRegion.EU;
  const answered: Open<WorkspaceRegion> = 'MARS';
  const compiled = [
    (client: TokenVueClient) => client.workspaces.list({ filter: { regions: [region] } }),
    // @ts-expect-error the API knows no such region
    (client: TokenVueClient) => client.workspaces.list({ filter: { regions: ['MARS'] } }),
    // @ts-expect-error what was answered may be one that this SDK does not know
    (client: TokenVueClient, card: WorkspaceCard) => client.workspaces.list({ filter: { regions: [card.region] } }),
    (card: WorkspaceCard) => card.region === answered,
    (card: WorkspaceCard) => (card.region in WorkspaceRegion ? card.status === 'ACTIVE' : card.name),
  ];
  expect(compiled).toHaveLength(5);
});
