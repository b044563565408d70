import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  DangerousChangeType,
  type DocumentNode,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from 'graphql';

/**
 * Programs go on using the SDK that they were built with. What each released one sends is kept in `releases/`, by
 * `npm run release:record`, and has to be understood by the present API. What is broken on purpose stands in
 * `breaking-changes.json`, with the reason.
 */

interface BreakingChange {
  /** The words of this test for it. */
  readonly change: string;
  readonly reason: string;
}

const releases = join(import.meta.dirname, '../releases');
const read = (...path: string[]) => readFileSync(join(releases, ...path), 'utf8');
const versions = readdirSync(releases).filter((name) => /^\d+\.\d+\.\d+/.test(name));
const listed: readonly BreakingChange[] = JSON.parse(read('breaking-changes.json'));
const present = buildSchema(read('../../schema.graphql'));

/** Not broken to the letter, but no type or default of a program takes them into account. New enum values are expected. */
const unexpected: ReadonlySet<DangerousChangeType> = new Set([
  DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
  DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
  DangerousChangeType.TYPE_ADDED_TO_UNION,
]);

/** What a program of this release could meet that it was not built for. */
function broken(operations: DocumentNode, released: GraphQLSchema, schema: GraphQLSchema): string[] {
  const refused = validate(schema, operations).map(({ message }) => message);
  const changed = [
    ...findBreakingChanges(released, schema),
    ...findDangerousChanges(released, schema).filter(({ type }) => unexpected.has(type)),
  ];
  return [...new Set([...refused, ...changed.map(({ description }) => description)])];
}

function releaseOf(version: string) {
  return {
    operations: parse(read(version, 'operations.graphql')),
    schema: buildSchema(read(version, 'schema.graphql')),
  };
}

describe.each(versions)('the SDK %s', (version) => {
  const { operations, schema } = releaseOf(version);

  test('is understood by the present API, but for what is broken on purpose', () => {
    const known = listed.map(({ change }) => change);
    expect(broken(operations, schema, present).filter((change) => !known.includes(change))).toEqual([]);
  });

  test('was understood by the API of its own time', () => {
    expect(validate(schema, operations)).toEqual([]);
    expect(operations.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length).toBeGreaterThan(20);
  });
});

test('the present SDK is kept, so that its release cannot be forgotten', () => {
  const { version } = JSON.parse(read('../package.json')) as { version: string };
  expect(versions).toContain(version);
});

test('what is listed as broken is so, and has a reason', () => {
  const all = new Set(
    versions.flatMap((version) => {
      const { operations, schema } = releaseOf(version);
      return broken(operations, schema, present);
    }),
  );
  expect(listed.filter(({ change, reason }) => !all.has(change) || reason.trim().length < 10)).toEqual([]);
});

describe('a change of the API', () => {
  const released = buildSchema('type Query { a(id: ID = "1"): String, b: E } enum E { X Y }');
  const sent = parse('query Q($id: ID) { a(id: $id) b }');
  const changes = (schema: string) => broken(sent, released, buildSchema(schema));

  test.each([
    ['a field that is gone', 'type Query { a(id: ID): String } enum E { X Y }', 'Query.b was removed.'],
    ['an argument that is needed now', 'type Query { a(id: ID!): String, b: E } enum E { X Y }', 'Query.a'],
    ['a value that is gone', 'type Query { a(id: ID): String, b: E } enum E { X }', 'Y was removed from enum type E.'],
    ['another default', 'type Query { a(id: ID = "2"): String, b: E } enum E { X Y }', 'Query.a arg id has changed'],
    ['another type', 'type Query { a(id: ID): Int, b: E } enum E { X Y }', 'Query.a changed type'],
  ])('is found: %s', (_what, schema, words) => {
    expect(changes(schema).join('\n')).toContain(words);
  });

  test('that only adds breaks nothing', () => {
    expect(changes('type Query { a(id: ID = "1", more: Int): String, b: E, c: Int } enum E { X Y Z }')).toEqual([]);
  });
});

test('the recorded release is compared before the package is published', () => {
  const { scripts } = JSON.parse(read('../package.json')) as { scripts: Record<string, string> };
  expect(scripts['prepublishOnly']).toBe('node scripts/record-release.mjs --check');
  const script = join(releases, '../scripts/record-release.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  // What is recorded stays, unless somebody says that it was never published.
  const refused = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('--again')]);
});
