import { expect, test } from '@jest/globals';
import { type GraphQLInputType, getNamedType, getNullableType, isInputObjectType, isListType } from 'graphql';
import { createSchema } from '../schema.js';
import { attempt, newAttempt } from '../testing/attempts.js';
import type { Part } from '../testing/cast.js';
import { commands } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { server, useServer } from '../testing/use-server.js';
import { mutationOutcomes, people } from '../testing/who-may.js';

/** Texts that PostgreSQL can't hold, in every place of every mutation that takes a text: none is kept as another one. */

useServer();

const schema = await createSchema();
const services = ['directory', 'reader', 'writer', 'gateway'] as unknown as readonly Part[];

type Path = readonly (string | number)[];

/** Where an input of the type takes texts; of lists the first item. */
function textPaths(type: GraphQLInputType, path: Path = []): Path[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return textPaths(nullable.ofType, [...path, 0]);
  if (isInputObjectType(nullable)) {
    return Object.values(nullable.getFields()).flatMap((field) => textPaths(field.type, [...path, field.name]));
  }
  return getNamedType(nullable).name === 'String' ? [path] : [];
}

/** A copy of the value with this in its place; undefined where there is no list or object to put it into. */
function withText(value: unknown, [step, ...rest]: Path, text: string): unknown {
  if (step === undefined) return text;
  if (typeof step === 'number') {
    const [first, ...others] = Array.isArray(value) ? value : rest.length === 0 ? [null] : [];
    return first === undefined ? undefined : [withText(first, rest, text), ...others];
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const inner = withText((value as Record<string, unknown>)[step], rest, text);
  return inner === undefined ? undefined : { ...value, [step]: inner };
}

const places = Object.keys(commands).flatMap((mutation) => {
  const [input] = schema.getMutationType()?.getFields()[mutation]?.args ?? [];
  const paths = input === undefined ? [] : textPaths(input.type);
  return paths.length === 0 ? [] : [[mutation, paths] as const];
});

test.each(places)(
  '%s refuses half a character and U+0000 in each of its texts, by its name',
  async (mutation, paths) => {
    const outcomes = mutationOutcomes(mutation) as Partial<Record<Part, string>>;
    const part = [...people, ...services].find((one) => outcomes[one] === 'done');
    if (part === undefined) throw new Error(`Nobody may ${mutation}.`);
    const { input, who } = await newAttempt(server, mutation);
    const before = await databaseContent(server.database);
    const told: string[] = [];
    for (const path of paths) {
      for (const text of ['a\ud800b', '\udc00', 'a\0b']) {
        const damaged = withText(input, path, text) as object | undefined;
        if (damaged === undefined) continue;
        const { payload, errors } = await attempt({ server, schema }, who(part), mutation, damaged);
        const refusals = payload?.userErrors.map(({ field }) => field?.join('.')) ?? [];
        const messages = errors?.map(({ message }) => message) ?? [];
        const name = path.findLast((step) => typeof step === 'string') as string;
        const isNamed = [...refusals, ...messages].some((one) => one?.includes(name));
        if (!isNamed) told.push(`${path.join('.')}: ${JSON.stringify({ text, refusals, messages })}`);
      }
    }
    expect(told).toEqual([]);
    expect(await databaseContent(server.database)).toEqual(before);
  },
);
