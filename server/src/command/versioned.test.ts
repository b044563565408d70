import { describe, expect, test } from '@jest/globals';
import { getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { createSchema } from '../schema.js';
import { type AnyPayload, attempt, newAttempt } from '../testing/attempts.js';
import { typesFor } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { run } from '../testing/fixtures.js';
import { idOf } from '../testing/ids.js';
import { fieldSelection } from '../testing/schema-places.js';
import { server, useServer } from '../testing/use-server.js';
import { mutationOutcomes, people } from '../testing/who-may.js';

/** What every change with an expected version answers to another one. */

useServer();

const schema = await createSchema();
const fields = Object.values(schema.getMutationType()?.getFields() ?? {});

/** The mutations that delete, and may be told what was read last. */
const deletes = fields.flatMap(({ name, type }) =>
  isObjectType(type) && 'deletedId' in type.getFields() ? [name] : [],
);

/** The other mutations that take an expected version, each with the type whose version it is. */
const versioned = fields.flatMap(({ name, type, args }) => {
  const input = getNamedType(args[0]?.type);
  if (!isInputObjectType(input) || input.getFields()['expectedVersion'] === undefined) return [];
  if (isObjectType(type) && 'deletedId' in type.getFields()) return [];
  const conflict = isObjectType(type)
    ? Object.values(type.getFields()).find((field) => /^conflicting/.test(field.name))
    : null;
  return [{ name, type: conflict == null ? null : getNamedType(conflict.type).name }];
});

test('whatever changes something of an expected version answers a conflict with the present state, and nothing else does', () => {
  expect(versioned.length).toBeGreaterThan(2);
  expect(versioned.filter(({ type }) => type === null)).toEqual([]);
  const conflicts = fields.flatMap(({ name, type }) =>
    isObjectType(type) && Object.keys(type.getFields()).some((field) => field.startsWith('conflicting')) ? [name] : [],
  );
  expect(conflicts.sort()).toEqual(versioned.map(({ name }) => name).sort());
});

test.each(deletes)('%s of another version answers VERSION_CONFLICT and changes nothing', async (name) => {
  const { input, who } = await newAttempt(server, name, typesFor(name));
  const before = await databaseContent(server.database);
  const send = async (expectedVersion: number | null) =>
    (await attempt({ server, schema }, who('organizationAdmin'), name, { ...input, expectedVersion })).payload;
  expect(await send(2)).toEqual({
    deletedId: null,
    userErrors: [{ code: 'VERSION_CONFLICT', message: expect.any(String), field: ['input', 'expectedVersion'] }],
  });
  expect(await databaseContent(server.database)).toEqual(before);
  expect((await send(1))?.userErrors).toEqual([]);
});

describe.each(versioned)('$name with another version', ({ name, type }) => {
  const conflicting = `conflicting${type}`;

  test.each([2, 7])(
    'answers VERSION_CONFLICT with the whole object as it is now, and changes nothing: %d',
    async (expectedVersion) => {
      const { ids, input, who } = await newAttempt(server, name, typesFor(name));
      const before = await databaseContent(server.database);
      const { payload, errors } = await attempt({ server, schema }, who('organizationAdmin'), name, {
        ...input,
        expectedVersion,
      });
      const { userErrors, [conflicting]: state, ...rest } = payload as AnyPayload;
      expect([errors, userErrors]).toEqual([
        undefined,
        [{ code: 'VERSION_CONFLICT', message: expect.any(String), field: ['input', 'expectedVersion'] }],
      ]);
      expect(Object.values(rest)).toEqual([null]);
      expect(state).toEqual({ id: idOf(ids, type ?? '') });
      expect(await databaseContent(server.database)).toEqual(before);
    },
  );

  test('shows the object as a read does, and a change with its version is done', async () => {
    const { ids, input, who } = await newAttempt(server, name, typesFor(name));
    const id = idOf(ids, type ?? '');
    const found = schema.getType(type ?? '');
    const whole = isObjectType(found) ? Object.values(found.getFields()).map(fieldSelection).join(' ') : '';
    const inputType = fields.find((field) => field.name === name)?.args[0]?.type;
    const text = `mutation ($input: ${inputType}) { ${name}(input: $input) { ${conflicting} { ${whole} } } }`;
    const admin = who('organizationAdmin');
    const data = await run<Record<string, Record<string, unknown>>>(server, admin, text, {
      input: { ...input, expectedVersion: 9 },
    });
    const read = await run<{ node: object }>(
      server,
      admin,
      `query ($id: ID!) { node(id: $id) { ... on ${type} { ${whole} } } }`,
      { id },
    );
    const state = data[name]?.[conflicting] as { version: number };
    expect(state).toEqual(read.node);
    const again = await attempt({ server, schema }, admin, name, { ...input, expectedVersion: state.version });
    expect([again.payload?.userErrors, again.payload?.[conflicting]]).toEqual([[], null]);
  });

  test('shows nothing to who may not change it', async () => {
    const { input, who } = await newAttempt(server, name, typesFor(name));
    const outcomes = mutationOutcomes(name);
    const parts = [...people, 'stranger' as const, 'reader' as const].filter((part) => outcomes[part] !== 'done');
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      const { payload } = await attempt({ server, schema }, who(part), name, { ...input, expectedVersion: 9 });
      expect([part, payload?.userErrors.map(({ code }) => code), payload?.[conflicting]]).toEqual([
        part,
        [outcomes[part]],
        null,
      ]);
    }
  });
});
