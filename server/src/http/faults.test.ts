import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace } from '../testing/fixtures.js';
import { rawRequest } from '../testing/raw-request.js';
import { uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

let ada: Person;
let workspaceId: string;

beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
  workspaceId = await createWorkspace(server, ada, { name: 'Straße' });
});

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly errors?: readonly { message: string; path?: unknown; extensions: { code: string; reason?: string } }[];
}

async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Told> {
  const { text, ...answer } = await rawRequest(server.endpoint, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}`, ...headers },
    body,
  });
  return { ...answer, ...(JSON.parse(text) as object) };
}

const send = (request: object, headers?: Record<string, string>) => post(JSON.stringify(request), headers);

async function get(search: string): Promise<Told> {
  const headers = { authorization: `Bearer ${ada.token}` };
  const { text, ...answer } = await rawRequest(`${server.endpoint}?${search}`, { method: 'GET', headers });
  return { ...answer, ...(JSON.parse(text) as object) };
}

function expectMistake(
  { status, errors = [] }: Told,
  expected: { status: number; reason: string; says: RegExp },
): void {
  expect({ status, extensions: errors[0]?.extensions }).toMatchObject({
    status: expected.status,
    extensions: { code: 'BAD_USER_INPUT', reason: expected.reason },
  });
  expect(errors[0]?.message).toMatch(expected.says);
  expect(server.logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
}

const asName = '{ __typename }';
const hashOf = (query: string) => createHash('sha256').update(query).digest('hex');
const persisted = (persistedQuery: unknown, query?: string) => ({ query, extensions: { persistedQuery } });
const select = (value: string) => `selectWorkspace(input: { workspaceId: ${value} }) { userErrors { code } }`;

describe('a mistake of the client’s is told as theirs, with its reason:', () => {
  test.each<[string, object, { status: number; reason: string; says: RegExp }]>([
    [
      'null through a default, where there must be a value',
      { query: 'query ($id: ID = "x") { workspace(id: $id) { id } }', variables: { id: null } },
      { status: 200, reason: 'argumentInvalid', says: /^Argument "id" of non-null type "ID!" must not be null\.$/ },
    ],
    [
      'null through a default, deep in an argument',
      {
        query: `mutation ($id: ID = "x") { createVirtualKey(input: { workspaceId: $id, name: "A word" }) { userErrors { code } } }`,
        variables: { id: null },
      },
      { status: 200, reason: 'argumentInvalid', says: /^Argument "input" has an invalid value\.$/ },
    ],
    [
      'null for @include at the top',
      { query: 'query ($yes: Boolean = true) { __typename @include(if: $yes) }', variables: { yes: null } },
      { status: 400, reason: 'argumentInvalid', says: /"if"/ },
    ],
    [
      'null for @skip below',
      { query: 'query ($no: Boolean = false) { viewer { organizationRole @skip(if: $no) } }', variables: { no: null } },
      { status: 200, reason: 'argumentInvalid', says: /"if"/ },
    ],
    [
      'null for @include of a fragment',
      {
        query:
          'query ($yes: Boolean = true) { viewer { ...F @include(if: $yes) } } fragment F on Viewer { organizationRole }',
        variables: { yes: null },
      },
      { status: 200, reason: 'argumentInvalid', says: /"if"/ },
    ],
    [
      'a variable of another type',
      { query: 'query ($n: Int) { workspaces(first: $n) { totalCount } }', variables: { n: 'ten' } },
      { status: 400, reason: 'variablesInvalid', says: /"\$n"/ },
    ],
    [
      'a document that does not parse',
      { query: '{ viewer {' },
      { status: 400, reason: 'documentMalformed', says: /Syntax Error/ },
    ],
    ['an unknown field', { query: '{ nothing }' }, { status: 400, reason: 'documentInvalid', says: /"nothing"/ }],
    [
      'the name of no operation',
      { query: 'query A { __typename }', operationName: 'B' },
      { status: 400, reason: 'operationUnknown', says: /"B"/ },
    ],
    [
      'several operations and an empty name',
      { query: 'query A { __typename } query B { __typename }', operationName: '' },
      { status: 400, reason: 'operationUnknown', says: /operation name/ },
    ],
    [
      'a page size out of bounds',
      { query: '{ workspaces(first: 0) { totalCount } }' },
      { status: 200, reason: 'pageSize', says: /"first"/ },
    ],
    [
      'a persisted query with another hash',
      persisted({ version: 1, sha256Hash: hashOf('{ other }') }, asName),
      { status: 400, reason: 'persistedQueryInvalid', says: /not the SHA-256 of the query/ },
    ],
    [
      'a persisted query without a hash',
      persisted({ version: 1 }, asName),
      { status: 400, reason: 'persistedQueryInvalid', says: /sha256Hash/ },
    ],
    [
      'a persisted query whose hash is none',
      persisted({ version: 1, sha256Hash: 'x' }),
      { status: 400, reason: 'persistedQueryInvalid', says: /sha256Hash/ },
    ],
    [
      'a persisted query whose hash is in capitals',
      persisted({ version: 1, sha256Hash: hashOf(asName).toUpperCase() }, asName),
      { status: 400, reason: 'persistedQueryInvalid', says: /lower-case/ },
    ],
    ...[2, '1', null].map((version): [string, object, { status: number; reason: string; says: RegExp }] => [
      `a persisted query of version ${JSON.stringify(version)}`,
      persisted({ version, sha256Hash: hashOf(asName) }, asName),
      { status: 400, reason: 'persistedQueryInvalid', says: /version/ },
    ]),
    [
      'a persisted query that is a text',
      persisted('x', asName),
      { status: 400, reason: 'requestMalformed', says: /"extensions.persistedQuery" is an object/ },
    ],
    [
      'extensions that are a list',
      { query: asName, extensions: [] },
      { status: 400, reason: 'requestMalformed', says: /"extensions" is an object/ },
    ],
    [
      'variables that are a text of JSON',
      { query: asName, variables: '{}' },
      { status: 400, reason: 'requestMalformed', says: /"variables" is an object/ },
    ],
    ['a batch', [{ query: asName }, { query: asName }], { status: 400, reason: 'requestMalformed', says: /batches/ }],
    ['a batch of nothing', [], { status: 400, reason: 'requestMalformed', says: /batches/ }],
    ['no query', { variables: {} }, { status: 400, reason: 'requestMalformed', says: /"query"/ }],
    ['an empty query', { query: '' }, { status: 400, reason: 'requestMalformed', says: /"query"/ }],
    [
      'a query as a tree',
      { query: { kind: 'Document' } },
      { status: 400, reason: 'requestMalformed', says: /"query"/ },
    ],
  ])('%s', async (_case, request, expected) => {
    expectMistake(await send(request), expected);
  });

  test.each([
    ['', 400, 'requestMalformed'],
    ['query=', 400, 'requestMalformed'],
    ['query={__typename}&variables={', 400, 'requestMalformed'],
    ['query={__typename}&variables=[]', 400, 'requestMalformed'],
    ['query={__typename}&variables=1', 400, 'requestMalformed'],
    ['query={__typename}&extensions="x"', 400, 'requestMalformed'],
    ['query={__typename}&query={__typename}', 400, 'requestMalformed'],
    ['query={__typename%ff}', 400, 'requestMalformed'],
    ['query={__typename}&variables={"a":"%ed%a0%80"}', 400, 'requestMalformed'],
    ['query=mutation{__typename}', 405, 'methodNotAllowed'],
  ])('GET %s', async (search, status, reason) => {
    expectMistake(await get(search.replaceAll(/[{}"[\]]/g, encodeURIComponent)), { status, reason, says: /./ });
  });

  test('what the document says in place of a value is not repeated', async () => {
    const query = `mutation ($id: ID = "x") { createVirtualKey(input: { workspaceId: $id, name: "pa55word" }) { userErrors { code } } }`;
    expect(JSON.stringify(await send({ query, variables: { id: null } }))).not.toContain('pa55word');
  });

  test('an Accept that takes no answer is refused before anything is changed', async () => {
    const active = async () => (await send({ query: '{ viewer { activeWorkspace { id } } }' })).data;
    const other = await createWorkspace(server, ada);
    const before = await active();
    const request = { query: `mutation { ${select(JSON.stringify(other))} }` };
    for (const accept of ['text/html', 'application/xml', 'text/event-stream', 'application/json;q=0']) {
      expectMistake(await send(request, { accept }), { status: 406, reason: 'notAcceptable', says: /Accept/ });
    }
    expect(await active()).toEqual(before);
    for (const accept of [
      '*/*',
      'application/*',
      'text/html, application/json;q=0.1',
      'application/graphql-response+json',
    ]) {
      expect((await send({ query: asName }, { accept })).status).toBe(200);
    }
  });
});

describe('what is as if it were left out is', () => {
  test.each<[string, object]>([
    ['an empty operationName', { query: 'query A { __typename }', operationName: '' }],
    ['null everywhere else', { query: asName, operationName: null, variables: null, extensions: null }],
    ['persistedQuery null', persisted(null, asName)],
  ])('%s', async (_case, request) => {
    expect(await send(request)).toMatchObject({ status: 200, data: { __typename: 'Query' } });
  });

  test('empty parameters of GET', async () => {
    const { status, data } = await get('query=%7B__typename%7D&operationName=&variables=&extensions=');
    expect([status, data]).toEqual([200, { __typename: 'Query' }]);
  });

  test('a persisted query that is right is kept, and unknown ones are asked for', async () => {
    const query = '{ viewer { organizationRole } }';
    const named = persisted({ version: 1, sha256Hash: hashOf(query) });
    expect((await send(named)).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    const data = { viewer: { organizationRole: 'MEMBER' } };
    expect(await send({ ...named, query })).toMatchObject({ status: 200, data });
    expect(await send(named)).toMatchObject({ status: 200, data });
  });
});

describe('a body is UTF-8 or refused:', () => {
  const renamed = (name: Buffer) =>
    Buffer.concat([
      Buffer.from(
        `{"query":"mutation ($n: String!) { requestWorkspaceReview(input: { workspaceId: \\"${workspaceId}\\", reason: $n }) { userErrors { field } } }","variables":{"n":"`,
      ),
      name,
      Buffer.from('"}}'),
    ]);
  const status = async () =>
    (await send({ query: `{ workspace(id: "${workspaceId}") { status review { reason } } }` })).data;
  const untouched = { workspace: { status: 'ACTIVE', review: null } };

  test.each<[string, Buffer, Record<string, string>, number]>([
    ['Latin-1 bytes', Buffer.from('Caf\xe9', 'latin1'), {}, 400],
    ['an overlong form', Buffer.from([0xc0, 0xaf]), {}, 400],
    ['a surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]), {}, 400],
    ['half a character', Buffer.from([0xe2, 0x82]), {}, 400],
    [
      'Latin-1 that says so',
      Buffer.from('Caf\xe9', 'latin1'),
      { 'content-type': 'application/json; charset=latin1' },
      415,
    ],
    ['UTF-8 that says Latin-1', Buffer.from('Café'), { 'content-type': 'application/json;charset="ISO-8859-1"' }, 415],
  ])('%s', async (_case, name, headers, expected) => {
    const reason = expected === 400 ? 'bodyMalformed' : 'mediaTypeUnsupported';
    expectMistake(await post(renamed(name), headers), { status: expected, reason, says: /UTF-8/ });
    expect(await status()).toEqual(untouched);
  });

  test('UTF-16, and what is packed', async () => {
    const body = JSON.stringify({ query: asName });
    const utf16 = Buffer.from(`\ufeff${body}`, 'utf16le');
    expectMistake(await post(utf16), { status: 400, reason: 'bodyMalformed', says: /UTF-8/ });
    const packed = await post(gzipSync(body), { 'content-encoding': 'gzip' });
    expectMistake(packed, { status: 415, reason: 'mediaTypeUnsupported', says: /coding/ });
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;Charset="UTF-8"',
    'application/json; charset=utf8',
  ])('and is taken as %s', async (type) => {
    const body = Buffer.from(JSON.stringify({ query: asName }));
    expect((await post(body, { 'content-type': type })).status).toBe(200);
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]);
    expect((await post(marked, { 'content-type': type, 'content-encoding': 'identity' })).status).toBe(200);
  });
});

describe('a fault of ours is masked and logged', () => {
  const masked = { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

  test('where a value can not be sent, by the first sending and by later ones', async () => {
    const id = await createWorkspace(server, ada, { name: 'Broken' });
    const set = (text: string) => server.database.rows({ text, values: [] });
    const constraints = await server.database.rows<{ name: string; definition: string }>({
      text: `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = 'workspaces'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%(region %'`,
      values: [],
    });
    for (const { name } of constraints) await set(`ALTER TABLE workspaces DROP CONSTRAINT ${name}`);
    await set(`UPDATE workspaces SET region = 'MARS' WHERE id = '${uuidOf(id)}'`);
    const before = server.logLines.length;
    for (let time = 0; time < 4; time++) {
      const answer = await send({
        query: 'query Where($id: ID!) { workspace(id: $id) { id region } }',
        variables: { id },
      });
      expect(answer).toMatchObject({ status: 200, data: { workspace: null } });
      expect(answer.errors).toMatchObject([{ ...masked, path: ['workspace', 'region'] }]);
    }
    const logged = server.logLines.slice(before).filter((line) => line.includes('unexpected error'));
    expect(logged.map((line) => (JSON.parse(line) as { operationName: string }).operationName)).toEqual(
      Array(4).fill('Where'),
    );
    expect(logged[0]).toContain('cannot represent value');
    await set(`UPDATE workspaces SET region = 'EU' WHERE id = '${uuidOf(id)}'`);
    for (const { name, definition } of constraints) {
      await set(`ALTER TABLE workspaces ADD CONSTRAINT ${name} ${definition}`);
    }
  });
});
