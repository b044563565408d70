import { describe, expect, test } from '@jest/globals';
import { type GraphQLInputObjectType, getNamedType, getNullableType, isInputObjectType, isObjectType } from 'graphql';
import { createSchema } from '../schema.js';
import { type AnyPayload, attempt, newAttempt } from '../testing/attempts.js';
import { commandOf, resultFields, typesFor } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { server, useServer } from '../testing/use-server.js';

/** Which repeats of a create are the same create: whatever takes an idempotency key is found in the schema. */

useServer();

const schema = await createSchema();

interface Create {
  readonly name: string;
  readonly input: GraphQLInputObjectType;
}

const creates: Create[] = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args }) => {
  const input = getNamedType(args[0]?.type);
  return isInputObjectType(input) && 'idempotencyKey' in input.getFields() ? [{ name, input }] : [];
});

type Input = Readonly<Record<string, unknown>>;

/** A create that is done, in a scene of its own. */
async function done(name: string, change: (input: Input) => Input = (input) => input) {
  const { input: whole, who } = await newAttempt(server, name, typesFor(name));
  const input = change(whole);
  const admin = who('organizationAdmin');
  const send = async (other: Input) => (await attempt({ server, schema }, admin, name, other)).payload as AnyPayload;
  const first = await send(input);
  expect([input['idempotencyKey'], first.userErrors]).toEqual([expect.any(String), []]);
  return { input, send, first };
}

const resultOf = (name: string, payload: AnyPayload) => resultFields(schema, name).map((field) => payload[field]);

/** The same value, written otherwise; null where it can only be written in one way. */
function spelledOtherwise(name: string, type: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : [...value, value[0]];
  if (typeof value !== 'string') return null;
  // The same amount, however it is written.
  if (type === 'Decimal') return null;
  if (name === 'credentialRef') return null;
  if (name === 'timeZone') return value.toLowerCase();
  return type === 'String' ? ` ${value}` : null;
}

test('an idempotency key is taken by every create, and by whatever shows a secret once', () => {
  const named = creates.map(({ name }) => name);
  const showing = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(
    ({ name, type }) =>
      name.startsWith('create') ||
      (isObjectType(type) && Object.keys(type.getFields()).some((field) => /^(?:secret|token)$/.test(field))),
  );
  expect(showing.length).toBeGreaterThan(3);
  expect(named.sort()).toEqual(showing.map(({ name }) => name).sort());
});

describe.each(creates)('$name with an idempotency key', ({ name, input: type }) => {
  const fields = Object.values(type.getFields()).filter((field) => field.name !== 'idempotencyKey');

  async function expectSame({ first, send }: Awaited<ReturnType<typeof done>>, repeat: Input): Promise<void> {
    const before = await databaseContent(server.database);
    const again = await send(repeat);
    expect([again.userErrors, resultOf(name, again)]).toEqual([[], resultOf(name, first)]);
    expect(await databaseContent(server.database)).toEqual(before);
  }

  test('is the same with its fields in another order', async () => {
    const create = await done(name);
    const turned = Object.fromEntries(Object.entries(create.input).reverse());
    expect(Object.keys(turned)).not.toEqual(Object.keys(create.input));
    await expectSame(create, turned);
  });

  test('is the same with null for what it leaves out, and with that left out again', async () => {
    const optional = fields.filter((field) => getNullableType(field.type) === field.type);
    const nulls = Object.fromEntries(optional.map((field) => [field.name, null]));
    const required = fields
      .filter((field) => getNullableType(field.type) !== field.type)
      .map((field) => field.name)
      .concat(commandOf(name).needs ?? []);
    const onlyRequired = (input: Input) =>
      Object.fromEntries(
        Object.entries(input).filter(([field]) => required.includes(field) || field === 'idempotencyKey'),
      );
    const create = await done(name, onlyRequired);
    await expectSame(create, { ...nulls, ...create.input });
    const other = await done(name, (input) => ({ ...nulls, ...onlyRequired(input) }));
    await expectSame(other, onlyRequired(other.input));
  });

  test('is the same with its defaults spelled out, and with them left out again', async () => {
    const withDefault = fields.filter((field) => field.defaultValue !== undefined);
    const defaults = Object.fromEntries(withDefault.map((field) => [field.name, field.defaultValue]));
    const without = (input: Input) =>
      Object.fromEntries(Object.entries(input).filter(([field]) => !(field in defaults)));
    const create = await done(name, without);
    await expectSame(create, { ...create.input, ...defaults });
    const other = await done(name, (input) => ({ ...input, ...defaults }));
    await expectSame(other, without(other.input));
  });

  test('is another one with another spelling of a value: IDEMPOTENCY_KEY_REUSED, and nothing changes', async () => {
    const { input, send } = await done(name);
    const spellings = fields.flatMap((field) => {
      const value = spelledOtherwise(field.name, getNamedType(field.type).name, input[field.name]);
      return value === null ? [] : [{ [field.name]: value }];
    });
    for (const spelling of spellings) {
      const before = await databaseContent(server.database);
      const { userErrors, ...rest } = await send({ ...input, ...spelling });
      expect([spelling, userErrors]).toEqual([
        spelling,
        [{ code: 'IDEMPOTENCY_KEY_REUSED', message: expect.any(String), field: ['input', 'idempotencyKey'] }],
      ]);
      expect(Object.values(rest).filter((value) => value !== null)).toEqual([]);
      expect(await databaseContent(server.database)).toEqual(before);
    }
  });

  test('is another one without a value that it had', async () => {
    const { input, send } = await done(name);
    const optional = fields.filter((field) => getNullableType(field.type) === field.type && input[field.name] != null);
    for (const { name: field } of optional) {
      const { userErrors } = await send({ ...input, [field]: null });
      expect([field, userErrors.map(({ code }) => code)]).toEqual([field, ['IDEMPOTENCY_KEY_REUSED']]);
    }
  });
});
