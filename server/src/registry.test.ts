import { describe, expect, test } from '@jest/globals';
import { Table } from './database/table.js';
import { jobs, nouns, resolvers, tables } from './registry.js';
import { importAll } from './testing/source-files.js';

/** That nothing which is written is forgotten in `registry.ts`: what is there is found by the names of the files. */

/** What the files whose names end so export, of one kind, each under its file and name. */
async function exported(ending: RegExp, isOfKind: (value: unknown) => boolean): Promise<Map<unknown, string>> {
  const found = new Map<unknown, string>();
  for (const [path, values] of await importAll(ending)) {
    for (const [name, value] of Object.entries(values)) if (isOfKind(value)) found.set(value, `${path}: ${name}`);
  }
  return found;
}

const isResolver = (value: unknown) => typeof value === 'function' && /Resolver$/.test(value.name);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const namesOf = (found: ReadonlyMap<unknown, string>, values: readonly unknown[]) =>
  values.map((value) => found.get(value) ?? `from no such file: ${String((value as { name?: string }).name)}`).sort();

describe('the registry has', () => {
  test.each<[string, RegExp, (value: unknown) => boolean, readonly unknown[]]>([
    ['every table of an .entity file', /\.entity\.ts$/, (value) => value instanceof Table, tables],
    ['every class …Resolver of a .resolver file', /\.resolver\.ts$/, isResolver, resolvers],
    [
      'how every noun is read, of a .queries file',
      /\.queries\.ts$/,
      (value) => isObject(value) && 'noun' in value && 'sight' in value,
      nouns,
    ],
    [
      'every job of a .job file',
      /\.job\.ts$/,
      (value) => isObject(value) && 'run' in value && 'everyMs' in value,
      jobs,
    ],
  ])('%s, and nothing twice', async (_what, ending, isOfKind, registered) => {
    const found = await exported(ending, isOfKind);
    expect(registered.length).toBeGreaterThan(0);
    expect(namesOf(found, registered)).toEqual([...found.values()].sort());
  });

  test('something of every .resolver and .job file', async () => {
    for (const [path, values] of await importAll(/\.(?:resolver|job)\.ts$/)) {
      const isRegistered = Object.values(values).some((value) => [...resolvers, ...jobs].some((one) => one === value));
      expect([path, isRegistered]).toEqual([path, true]);
    }
  });

  test('no two nouns with one type or one prefix, and no two tables with one name or one alias', () => {
    const all = [
      nouns.map(({ noun }) => noun.type),
      nouns.map(({ noun }) => noun.prefix),
      tables.map(({ name }) => name),
      tables.map(({ alias }) => alias),
    ];
    for (const names of all) expect(names).toEqual([...new Set(names)]);
  });
});
