import { beforeAll, describe, expect, test } from '@jest/globals';
import { getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { createSchema } from '../schema.js';
import { castOf, create, newCompany, newScene, type Player } from '../testing/cast.js';
import { commands, namedTypes } from '../testing/commands.js';
import { run } from '../testing/fixtures.js';
import { type Ids, idOf } from '../testing/ids.js';
import { type ConnectionField, connectionFields, isCounted, itemsOf } from '../testing/schema-places.js';
import { person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { fieldPermissions, listPermission, readersWith } from '../testing/who-may.js';

/** How every list by pages is paged. The lists and their orderings are found in the schema. */

useServer();

const schema = await createSchema();

interface List {
  readonly name: string;
  readonly field: string;
  /** Type of what is in it. */
  readonly items: string;
  readonly parent: string;
  /** Takes `$id` below a noun, `$orderBy` where the list can be ordered, and the arguments of a page. */
  readonly query: string;
  readonly orderings: readonly (object | null)[];
}

const fields =
  'totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

// Those that are never counted have tests of their own.
const lists: readonly List[] = connectionFields(schema).flatMap((connection) => {
  const { parent, field } = connection;
  if (!isCounted(field)) return [];
  const orderBy = field.args.find(({ name }) => name === 'orderBy');
  const variables = `$first: Int, $after: String, $last: Int, $before: String${orderBy ? `, $orderBy: ${orderBy.type}` : ''}`;
  const args = `first: $first, after: $after, last: $last, before: $before${orderBy ? ', orderBy: $orderBy' : ''}`;
  const list = `${field.name}(${args}) { ${fields} }`;
  return {
    name: `${parent}.${field.name}`,
    field: field.name,
    items: itemsOf(field) ?? '',
    parent,
    query:
      parent === 'Query'
        ? `query (${variables}) { ${list} }`
        : `query ($id: ID!, ${variables}) { node(id: $id) { ... on ${parent} { ${list} } } }`,
    orderings: orderingsOf(connection),
  };
});

/** Everything that the list can be ordered by, both ways; null stands for its own order. */
function orderingsOf({ field }: ConnectionField): readonly (object | null)[] {
  const input = getNamedType(field.args.find(({ name }) => name === 'orderBy')?.type);
  if (!isInputObjectType(input)) return [null];
  const by = getNamedType(input.getFields()['field']?.type);
  if (!isEnumType(by)) throw new Error(`${field.name} can be ordered, and nothing says by what.`);
  return [
    null,
    ...by.getValues().flatMap(({ name }) => ['ASC', 'DESC'].map((direction) => ({ field: name, direction }))),
  ];
}

interface Connection {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly orderBy?: object | null;
}

let ids: Ids;
/** Somebody who sees all of the organization, and somebody who sees what is theirs. */
let readers: Readonly<Record<'organizationAdmin' | 'owner', Player>>;
/** Those of them who may read the list. */
const readersOf = ({ parent, field, items }: List) =>
  (['organizationAdmin', 'owner'] as const)
    .filter(
      (part) => parent !== 'Query' || readersWith(fieldPermissions[field] ?? listPermission(items)).includes(part),
    )
    .map((part) => readers[part]);
beforeAll(async () => {
  const company = await newCompany(server);
  await person(server, { sub: 'of many teams', org: company.organization, teams: ['north', 'south', 'east', 'west'] });
  const { organizationAdmin, owner } = castOf(company, company);
  readers = { organizationAdmin, owner };
  const scenes = [];
  for (let count = 0; count < 5; count++) scenes.push(await newScene(server, company));
  ({ ids } = scenes[0] as (typeof scenes)[number]);
  // Several of everything that is created in the first workspace.
  const creates = Object.keys(commands).filter((name) => /^(?:create|set)/.test(name));
  for (const name of creates.filter((mutation) => namedTypes(mutation, ids).includes('Workspace'))) {
    for (let count = 0; count < 4; count++) await create(server, owner, name.replace(/^(?:create|set)/, ''), ids);
  }
});

function variablesOf({ parent }: List, args: PageArgs): Record<string, unknown> {
  return { ...args, ...(parent === 'Query' ? {} : { id: idOf(ids, parent) }) };
}

async function pageOf(who: Player, list: List, args: PageArgs): Promise<Connection> {
  const data = await run<Record<string, unknown>>(server, who, list.query, variablesOf(list, args));
  const around = list.parent === 'Query' ? data : (data['node'] as Record<string, unknown>);
  const page = around[list.field] as Connection;
  expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
  expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
  expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
  return page;
}

/** The cursor of the first item, by list. */
const cursors = new Map<List, string>();

async function cursorOf(list: List): Promise<string> {
  const who = readers.organizationAdmin;
  const cursor = cursors.get(list) ?? (await pageOf(who, list, { first: 1 })).edges[0]?.cursor ?? '';
  cursors.set(list, cursor);
  return cursor;
}

const idsOf = (page: Connection) => page.nodes.map(({ id }) => id);

/** All items, page after page from the start. */
async function forwards(who: Player, list: List, size: number, orderBy: object | null): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Connection = await pageOf(who, list, { first: size, after, orderBy });
    found.push(...idsOf(page));
    expect([page.pageInfo.hasPreviousPage, page.totalCount > found.length]).toEqual([
      after !== null,
      page.pageInfo.hasNextPage,
    ]);
    if (!page.pageInfo.hasNextPage) return found;
    expect(page.nodes).toHaveLength(size);
    after = page.pageInfo.endCursor;
  }
}

/** All items, page before page from the end. */
async function backwards(who: Player, list: List, size: number, orderBy: object | null): Promise<string[]> {
  const found: string[] = [];
  for (let before: string | null = null; ; ) {
    const page: Connection = await pageOf(who, list, { last: size, before, orderBy });
    found.unshift(...idsOf(page));
    expect([page.pageInfo.hasNextPage, page.totalCount > found.length]).toEqual([
      before !== null,
      page.pageInfo.hasPreviousPage,
    ]);
    if (!page.pageInfo.hasPreviousPage) return found;
    expect(page.nodes).toHaveLength(size);
    before = page.pageInfo.startCursor;
  }
}

/** What the list answers to arguments that it refuses: the one error, without its place in the document. */
async function refusalOf(list: List, args: PageArgs) {
  const who = readers.organizationAdmin;
  const { status, data, errors } = await server.request<Record<string, unknown>>({
    token: who.token,
    query: list.query,
    variables: variablesOf(list, args),
  });
  expect(JSON.stringify(data ?? null)).not.toContain('"nodes"');
  const [error] = errors ?? [];
  const code = error?.extensions.code;
  return { status, count: errors?.length, code, message: error?.message, at: error?.path?.at(-1) };
}

function refused({ field }: List, message: string) {
  return { status: 200, count: 1, code: 'BAD_USER_INPUT', message, at: field };
}

test('every field that answers with a connection takes the arguments of a page', () => {
  expect(lists.length).toBeGreaterThan(5);
  for (const { parent, field } of connectionFields(schema)) {
    const args = Object.fromEntries(field.args.map(({ name, type }) => [name, String(type)]));
    expect([parent, field.name, args]).toEqual([
      parent,
      field.name,
      expect.objectContaining({ first: 'Int', after: 'String', last: 'Int', before: 'String' }),
    ]);
  }
});

describe.each(lists)('$name', (list) => {
  test.each(list.orderings)(
    'has the same items from the end as from the start, whatever the size: ordered by %j',
    async (orderBy) => {
      for (const who of readersOf(list)) {
        const whole = await pageOf(who, list, { first: 100, orderBy });
        expect(whole.totalCount).toBeGreaterThan(4);
        expect(new Set(idsOf(whole)).size).toBe(whole.totalCount);
        const fromEnd = await pageOf(who, list, { last: 100, orderBy });
        expect(fromEnd).toEqual(whole);
        for (const size of [Math.ceil(whole.totalCount / 3), whole.totalCount - 1]) {
          expect(await forwards(who, list, size, orderBy)).toEqual(idsOf(whole));
          expect(await backwards(who, list, size, orderBy)).toEqual(idsOf(whole));
        }
      }
    },
  );

  test.each(list.orderings)('has between two cursors what lies between them: ordered by %j', async (orderBy) => {
    for (const who of readersOf(list)) {
      const whole = await pageOf(who, list, { first: 100, orderBy });
      const all = idsOf(whole);
      const [after = '', before = ''] = [whole.edges[0]?.cursor, whole.edges.at(-1)?.cursor];
      const between = all.slice(1, -1);
      for (const size of [{ first: 100 }, { last: 100 }]) {
        expect(idsOf(await pageOf(who, list, { ...size, after, before, orderBy }))).toEqual(between);
      }
      const first = await pageOf(who, list, { first: 1, after, before, orderBy });
      expect([idsOf(first), first.pageInfo.hasNextPage]).toEqual([between.slice(0, 1), true]);
      const last = await pageOf(who, list, { last: 1, after, before, orderBy });
      expect([idsOf(last), last.pageInfo.hasPreviousPage]).toEqual([between.slice(-1), true]);
      // What is the other way round has nothing between.
      for (const nothing of [{ before: after }, { after: before }, { after: before, before: after }]) {
        expect(idsOf(await pageOf(who, list, { ...nothing, orderBy }))).toEqual([]);
      }
    }
  });

  test('takes null for what is left out', async () => {
    const who = readers.organizationAdmin;
    const nulls = { first: null, after: null, last: null, before: null };
    expect(await pageOf(who, list, nulls)).toEqual(await pageOf(who, list, {}));
  });

  test.each(['first', 'last'])('refuses a page size out of bounds, and names the argument: %s', async (argument) => {
    for (const size of [0, -1, 101, 2_147_483_647, -2_147_483_648]) {
      const message = `The argument "${argument}" must be from 1 to 100.`;
      expect(await refusalOf(list, { [argument]: size })).toEqual(refused(list, message));
    }
  });

  test('refuses a page from both ends at once', async () => {
    const message = 'The arguments "first" and "last" exclude each other.';
    expect(await refusalOf(list, { first: 1, last: 1 })).toEqual(refused(list, message));
    expect(await refusalOf(list, { first: 0, last: 101 })).toEqual(refused(list, message));
  });

  test.each(['after', 'before'])(
    'refuses a cursor that is none of its own, and names the argument: %s',
    async (argument) => {
      const encode = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
      const own = await cursorOf(list);
      const [name, ...key] = JSON.parse(Buffer.from(own, 'base64url').toString()) as string[];
      const cursors = [
        ...[
          '',
          'nonsense',
          'a\0b',
          'ÿ\u0001þ\u0002ý',
          'A'.repeat(100_000),
          Buffer.from('{"a":1}').toString('base64url'),
        ],
        ...[
          encode(name),
          encode(name, ...key, 'more'),
          encode(name, ...key.slice(1)),
          encode(name, ...key.map(() => 1)),
        ],
        ...[encode(name, ...key.map(() => 'a\0b')), encode(name, ...key.map(() => '\0')), encode(`${name}X`, ...key)],
      ];
      for (const other of lists.filter(({ query }) => query !== list.query)) {
        const ofOther = await cursorOf(other);
        // Two lists of the same name and order are one list, such as the people of a team and of team access.
        if (JSON.parse(Buffer.from(ofOther, 'base64url').toString())[0] !== name) cursors.push(ofOther);
      }
      const message = `The argument "${argument}" is not a cursor of this list in this ordering.`;
      for (const cursor of cursors) {
        expect([cursor, await refusalOf(list, { [argument]: cursor })]).toEqual([cursor, refused(list, message)]);
      }
    },
  );
});

test.each(['first', 'last'])('what is no Int is refused before anything runs, as %s', async (argument) => {
  const [list] = lists as [List];
  for (const size of [2_147_483_648, 1.5, '20', true]) {
    const { status, code, message } = await refusalOf(list, { [argument]: size });
    expect([status, code, message]).toEqual([400, 'BAD_USER_INPUT', expect.stringContaining(`"$${argument}"`)]);
  }
});
