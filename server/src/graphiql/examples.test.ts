import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

const folder = new URL('../../graphiql/examples/', import.meta.url);
const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
const files = readdirSync(folder);
const names = files.filter((file) => file.endsWith('.graphql')).map((file) => file.replace('.graphql', ''));

describe('the example operations of GraphiQL', () => {
  test('there are examples', () => {
    expect(names).toContain('WorkspaceSummary');
  });

  test.each(names)('%s fits the schema and is named like its file', (name) => {
    const document = parse(readFileSync(new URL(`${name}.graphql`, folder), 'utf8'));
    expect(validate(schema, document)).toEqual([]);
    expect(operations(name).map((operation) => operation.name?.value)).toEqual([name]);
  });

  test.each(names)('the variables of %s are the declared ones, of the declared types', (name) => {
    const variables = files.includes(`${name}.json`)
      ? JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
      : {};
    const declared = operations(name).flatMap((operation) => operation.variableDefinitions ?? []);
    expect(Object.keys(variables)).toEqual(declared.map((definition) => definition.variable.name.value));
    const { errors = [] } = getVariableValues(schema, declared, variables);
    expect(errors.map((error) => error.message)).toEqual([]);
  });
});

function operations(name: string): OperationDefinitionNode[] {
  const { definitions } = parse(readFileSync(new URL(`${name}.graphql`, folder), 'utf8'));
  return definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}
