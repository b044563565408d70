import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { createWorkspace, idOfNothing, workspaceInput } from '../testing/fixtures.js';
import { rawRequest } from '../testing/raw-request.js';
import { uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
/** The viewer of all tests, with a colleague in team access and somebody outside of it. */
let ada: Person;
let bob: Person;
let mallory: Person;
/** Somebody in another organization, with a workspace. */
let stranger: Person;
let workspaceId: string;
let strangerWorkspaceId: string;

beforeAll(async () => {
  server = await startTestServer();
  const org = newOrganization();
  ada = await person(server, { sub: 'ada', org, teams: ['core'] });
  bob = await person(server, { sub: 'bob', org, teams: ['core'] });
  mallory = await person(server, { sub: 'mallory', org, teams: ['elsewhere'] });
  stranger = await person(server, { sub: 'stranger', org: newOrganization(), teams: ['core'] });
  workspaceId = await createWorkspace(server, ada, { name: 'Straße', memberIds: [bob.id] });
  await createWorkspace(server, ada, { name: 'ΣΊΣΥΦΟΣ' });
  await createWorkspace(server, ada, { name: 'İzmir' });
  strangerWorkspaceId = await createWorkspace(server, stranger, { name: 'Of another organization' });
});
afterAll(() => server.close());

const create = `mutation ($input: CreateWorkspaceInput!) {
  createWorkspace(input: $input) { workspace { id name } userErrors { code message field } }
}`;
const update = `mutation ($input: UpdateWorkspaceSettingsInput!) {
  updateWorkspaceSettings(input: $input) {
    workspace { id } conflictingWorkspace { id version } userErrors { code message field }
  }
}`;
const select = `mutation ($input: SelectWorkspaceInput!) {
  selectWorkspace(input: $input) { workspace { id } previousWorkspace { id } userErrors { code message field } }
}`;

interface Payload {
  readonly workspace: { readonly id: string; readonly name?: string } | null;
  readonly conflictingWorkspace?: { readonly id: string; readonly version: number } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly field: string[] | null }[];
}

/** What no answer may hold: words of the database, of stack traces and of the dependencies. */
const insides =
  /node_modules|\.[jt]s:\d|at .+ \(|QueryFailed|TypeORM|postgres|pg_|SQL|relation |constraint|violates|syntax for type|::|_key\b|\bnull value|Cannot read/i;

async function expectUnchanged<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await databaseContent(server.database);
  const result = await work();
  expect(await databaseContent(server.database)).toEqual(before);
  return result;
}

/** Sends a mutation that has to be refused by `userErrors`, with nothing changed. */
async function refusal(mutation: string, input: object): Promise<Payload> {
  const answer = await expectUnchanged(() =>
    server.request<Record<string, Payload>>({ token: ada.token, query: mutation, variables: { input } }),
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.status).toBe(200);
  const [payload] = Object.values(answer.data ?? {});
  if (payload === undefined) throw new Error('There is no payload.');
  expect(payload.workspace).toBeNull();
  expect(JSON.stringify(payload)).not.toMatch(insides);
  for (const { message } of payload.userErrors) expect(message).toMatch(/^[A-Z].+\.$/);
  return payload;
}

interface RequestError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly reason?: string; readonly requestId: string };
}

/** Sends an operation that has to end in one top-level error, with nothing changed. */
async function requestError(query: string, variables: Record<string, unknown> = {}): Promise<ErrorAnswer> {
  const answer = await expectUnchanged(() =>
    server.request({ token: ada.token, query, variables, headers: { 'x-request-id': 'bad-input-test' } }),
  );
  return only(answer.status, answer.errors);
}

interface ErrorAnswer {
  readonly status: number;
  readonly error: RequestError;
}

function only(status: number, errors: readonly RequestError[] | undefined): ErrorAnswer {
  expect(errors).toHaveLength(1);
  const [error] = errors ?? [];
  if (error === undefined) throw new Error('There is no error.');
  expect(error.extensions.requestId).toBe('bad-input-test');
  expect(Object.keys(error.extensions).sort()).toEqual(['code', 'reason', 'requestId']);
  expect(error.message).not.toMatch(insides);
  return { status, error };
}

describe('a new workspace is refused', () => {
  test.each([
    ['of spaces', '   \t \u00a0'],
    ['that is empty', ''],
    ['of 81 characters', 'x'.repeat(81)],
    ['of 81 characters outside of the basic plane', '🦊'.repeat(81)],
    ['with a control character', 'line\nbreak'],
    ['with a C1 control character', 'a\u0085b'],
    ['with NUL', 'a\0b'],
    ['with half a character', 'a\ud83eb'],
  ])('with a name %s', async (_case, name) => {
    const { userErrors } = await refusal(create, workspaceInput({ name }));
    expect(userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'name'], message: expect.stringContaining('1 to 80 characters') },
    ]);
  });

  test.each([
    ['the same', 'Straße'],
    ['upper case', 'STRASSE'],
    ['lower case', 'strasse'],
    ['capital sharp s', 'STRAẞE'],
    ['spaces around it', '  straße '],
    ['Greek, with a final sigma', 'σίσυφος'],
    ['Greek, without a final sigma', 'σίσυφοσ'],
    ['Greek, decomposed', 'ΣΊΣΥΦΟΣ'.normalize('NFD')],
    ['Turkish, decomposed', 'I\u0307ZMIR'],
    ['Turkish with a dotted I', 'İZMIR'],
    ['Turkish in lower case', 'i\u0307zmir'],
  ])('with a name that is taken in other case: %s', async (_case, name) => {
    const { userErrors } = await refusal(create, workspaceInput({ name }));
    expect(userErrors).toEqual([
      { code: 'TAKEN', field: ['input', 'name'], message: expect.stringContaining('already has this name') },
    ]);
  });

  test.each(['-0.01', '-1', '1.005', '0.001', '1000000000000', '1000000000000.00'])(
    'with a budget of %s',
    async (monthlyBudget) => {
      const { userErrors } = await refusal(create, workspaceInput({ monthlyBudget }));
      expect(userErrors).toEqual([
        {
          code: 'INVALID',
          field: ['input', 'monthlyBudget'],
          message: expect.stringContaining('at most two decimals'),
        },
      ]);
    },
  );

  test.each([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['that is not ASCII', 'schlüssel'],
    ['with a line break', 'a\nb'],
    ['with NUL', 'a\0b'],
  ])('with an idempotency key %s', async (_case, idempotencyKey) => {
    const { userErrors } = await refusal(create, workspaceInput({ idempotencyKey }));
    expect(userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'idempotencyKey'], message: expect.stringContaining('1 to 255') },
    ]);
  });

  test('with members who are outside of team access, in another organization, of another type or nobody at all', async () => {
    const outside = [
      mallory.id,
      stranger.id,
      workspaceId,
      idOfNothing('User'),
      'nonsense',
      '',
      '\0',
      `usr_${'z'.repeat(26)}`,
    ];
    const { userErrors } = await refusal(create, workspaceInput({ memberIds: [bob.id, ...outside] }));
    expect(userErrors).toEqual(
      outside.map((_id, index) => ({
        code: 'NOT_FOUND',
        field: ['input', 'memberIds', String(index + 1)],
        message: 'There is no such person in your team access.',
      })),
    );
  });

  test('with more members than a workspace may have, before anybody is looked up', async () => {
    const { userErrors } = await refusal(
      create,
      workspaceInput({ memberIds: Array.from({ length: 10_001 }, (_, index) => `x${index}`) }),
    );
    expect(userErrors).toMatchObject([{ code: 'LIMIT_REACHED', field: ['input', 'memberIds'] }]);
  });

  test('with every fault of its input told at once', async () => {
    const { userErrors } = await refusal(create, workspaceInput({ name: '', monthlyBudget: '-1', idempotencyKey: '' }));
    expect(userErrors.map(({ field }) => field?.join('.')).sort()).toEqual([
      'input.idempotencyKey',
      'input.monthlyBudget',
      'input.name',
    ]);
  });
});

describe('names at the edge of what is allowed are kept as they are', () => {
  test.each([
    ['80 characters', 'x'.repeat(80)],
    ['80 characters outside of the basic plane', '🦊'.repeat(80)],
    ['80 composed characters, sent decomposed', 'é'.repeat(80)],
    ['quotes, backslashes and percent signs', `'"\\%_$1; DROP TABLE workspaces--`],
  ])('%s', async (_case, name) => {
    const answer = await server.request<{ createWorkspace: Payload }>({
      token: ada.token,
      query: create,
      variables: { input: workspaceInput({ name: name.normalize('NFD') }) },
    });
    expect(answer.data?.createWorkspace).toMatchObject({ workspace: { name }, userErrors: [] });
  });
});

describe('a change of settings is refused', () => {
  const change = (input: object) => ({ workspaceId, expectedVersion: 1, ...input });

  test.each([0, -1, -2_147_483_648])('with a version of %d', async (expectedVersion) => {
    const { userErrors } = await refusal(update, change({ expectedVersion, region: 'US' }));
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'expectedVersion'] }]);
  });

  test.each(['environment', 'region', 'monthlyBudget', 'memberIds'])('with null for %s', async (field) => {
    const { userErrors } = await refusal(update, change({ [field]: null }));
    expect(userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', field] }]);
  });

  test.each(['-0.01', '0.001'])('with a budget of %s', async (monthlyBudget) => {
    const { userErrors } = await refusal(update, change({ monthlyBudget }));
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'monthlyBudget'] }]);
  });

  test('with a name: it never changes', async () => {
    const { status, error } = await requestError(update, { input: change({ name: 'Other' }) });
    expect(status).toBe(400);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain('"name" is not defined');
  });
});

/** Ids that name nothing for the viewer, as functions because some are known only when the server runs. */
const idsOfNothing: readonly (readonly [string, () => string])[] = [
  ['of nothing', () => idOfNothing('Workspace')],
  ['of another organization', () => strangerWorkspaceId],
  ['of another type', () => ada.id],
  ['of another type with the same number', () => workspaceId.replace('ws_', 'vk_')],
  ['in capitals', () => workspaceId.toUpperCase()],
  ['with a space after it', () => `${workspaceId} `],
  ['with a line break after it', () => `${workspaceId}\n`],
  ['that is a UUID', () => uuidOf(workspaceId)],
  ['that is too large for its digits', () => `ws_8${'0'.repeat(25)}`],
  ['that is empty', () => ''],
  ['with NUL', () => `ws_\0${workspaceId.slice(4)}`],
  ['with half a character', () => 'ws_\ud83e'],
  ['of random bytes', () => 'ÿ\u0001þ\u0002ý'],
  ['that is huge', () => `ws_${'0'.repeat(100_000)}`],
];

describe('an id that names nothing for the viewer', () => {
  test.each(idsOfNothing)('is answered with null by queries: one %s', async (_case, id) => {
    const answer = await expectUnchanged(() =>
      server.request({
        token: ada.token,
        query: `query ($id: ID!) {
          workspace(id: $id) { id } workspaces(filter: { ownerIds: [$id] }) { totalCount nodes { id } }
        }`,
        variables: { id: id() },
      }),
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['workspace']).toBeNull();
    if (id() !== ada.id) expect(answer.data?.['workspaces']).toEqual({ totalCount: 0, nodes: [] });
  });

  test.each(idsOfNothing)('is answered with the same NOT_FOUND by mutations: one %s', async (_case, id) => {
    const expected = {
      code: 'NOT_FOUND',
      message: 'There is no such workspace.',
      field: ['input', 'workspaceId'],
    };
    expect((await refusal(select, { workspaceId: id() })).userErrors).toEqual([expected]);
    const updated = await refusal(update, { workspaceId: id(), expectedVersion: 1, region: 'US' });
    expect(updated.userErrors).toEqual([expected]);
    expect(updated.conflictingWorkspace).toBeNull();
  });
});

describe('a list', () => {
  test.each(['\0', 'a\0b', '\ud83e', '%', '_', "'", '\\'])('finds nothing by a search for %j', async (search) => {
    const answer = await server.request({
      token: stranger.token,
      query: `query ($search: String) {
        workspaces(filter: { search: $search }) { totalCount nodes { id } }
        assignableUsers(search: $search) { totalCount nodes { id } }
      }`,
      variables: { search },
    });
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({
      workspaces: { totalCount: 0, nodes: [] },
      assignableUsers: { totalCount: 0, nodes: [] },
    });
  });
});

describe('an input of the wrong type is refused before anything runs, with a message that names the field', () => {
  test.each<[string, object, string]>([
    ['an unknown environment', { environment: 'DEVELOPMENT' }, 'input.environment'],
    ['an environment in lower case', { environment: 'production' }, 'input.environment'],
    ['an unknown region', { region: 'MARS' }, 'input.region'],
    ['a number for the budget', { monthlyBudget: 12.5 }, 'input.monthlyBudget'],
    ['a budget with an exponent', { monthlyBudget: '1e3' }, 'input.monthlyBudget'],
    ['a budget with thousands separators', { monthlyBudget: '1,000.00' }, 'input.monthlyBudget'],
    ['a budget that is not a number', { monthlyBudget: 'NaN' }, 'input.monthlyBudget'],
    ['a budget that is empty', { monthlyBudget: '' }, 'input.monthlyBudget'],
    ['a budget of a million digits', { monthlyBudget: '9'.repeat(900_000) }, 'input.monthlyBudget'],
    ['a number for the name', { name: 7 }, 'input.name'],
    ['null for the name', { name: null }, 'input.name'],
    ['an object for an id', { memberIds: [{ id: 'x' }] }, 'input.memberIds[0]'],
    ['null among the ids', { memberIds: [null] }, 'input.memberIds[0]'],
    ['a number for the idempotency key', { idempotencyKey: 7 }, 'input.idempotencyKey'],
    ['a status, which is not for clients to set', { status: 'ACTIVE' }, 'status'],
  ])('%s', async (_case, input, field) => {
    const { status, error } = await requestError(create, { input: { ...workspaceInput(), ...input } });
    expect(status).toBe(400);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain(field);
  });

  test('a text for an Int', async () => {
    const { status, error } = await requestError(update, { input: { workspaceId, expectedVersion: '1' } });
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(error.message).toContain('input.expectedVersion');
  });

  test('an object for an ID', async () => {
    const { status, error } = await requestError('query ($id: ID!) { workspace(id: $id) { id } }', { id: {} });
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(error.message).toContain('"$id"');
  });

  test.each([
    ['a number as a literal budget', 'monthlyBudget: 12.5', 'Decimal'],
    ['an unknown literal environment', 'environment: DEVELOPMENT', 'DEVELOPMENT'],
    ['a quoted environment', 'environment: "PRODUCTION"', 'WorkspaceEnvironment'],
  ])('%s', async (_case, literal, named) => {
    const { status, error } = await requestError(
      `mutation { updateWorkspaceSettings(input: { workspaceId: "${workspaceId}", expectedVersion: 1, ${literal} }) {
        userErrors { code }
      } }`,
    );
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(error.message).toContain(named);
  });
});

describe('a document is refused', () => {
  test.each([
    ['with an unknown field', '{ viewer { password } }', /"password"/],
    ['with an unknown argument', '{ workspaces(limit: 1) { totalCount } }', /"limit"/],
    [
      'with a secret of a key, which no field shows',
      `{ workspace(id: "x") { virtualKeys { nodes { secretDigest } } } }`,
      /secretDigest/,
    ],
    ['with a selection that is missing', '{ viewer }', /"viewer"/],
    ['with two operations and no name', 'query a { __typename } query b { __typename }', /operation name/i],
    ['that does not parse', '{ viewer {', /Syntax Error/],
    ['that is empty', '', /query/],
    ['with only a fragment', 'fragment F on Query { __typename }', /F|operation/],
    ['that subscribes', 'subscription { __typename }', /subscription/],
    ['with a variable that is missing', 'query ($id: ID!) { workspace(id: $id) { id } }', /"\$id"/],
  ])('%s', async (_case, query, message) => {
    const { status, error } = await requestError(query);
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(error.message).toMatch(message);
  });

  test('with the name of an operation that is not in it', async () => {
    const { status, error } = await post(JSON.stringify({ query: 'query a { __typename }', operationName: 'b' }));
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(error.message).toContain('"b"');
  });
});

async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<ErrorAnswer> {
  const { status, text } = await expectUnchanged(() =>
    rawRequest(server.endpoint, {
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${ada.token}`,
        'x-request-id': 'bad-input-test',
        ...headers,
      },
      body,
    }),
  );
  return only(status, (JSON.parse(text) as { errors: RequestError[] }).errors);
}

describe('a request body is refused', () => {
  const bodyOf = (bytes: number) => {
    const [before, after] = ['{"query":"{ __typename }","variables":{"x":"', '"}}'];
    return `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`;
  };

  test('of more than 1 MiB, with the limits in the message', async () => {
    const { status, error } = await post(bodyOf(1_048_577));
    expect([status, error.extensions.code]).toEqual([413, 'BAD_USER_INPUT']);
    expect(error.message).toContain('1 MiB at the most');
  });

  test('and one of exactly 1 MiB is not', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` };
    const { status, text } = await rawRequest(server.endpoint, { headers, body: bodyOf(1_048_576) });
    expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  test.each<[string, string | Buffer, Record<string, string>]>([
    ['that is empty', '', {}],
    ['that is no JSON', '{"query": ', {}],
    ['that is random bytes', Buffer.from([0xff, 0x00, 0xfe, 0x80]), {}],
    ['that is a JSON array', '[{"query":"{ __typename }"}]', {}],
    ['that is a JSON text', '"{ __typename }"', {}],
    ['that is null', 'null', {}],
    ['that is a number', '7', {}],
    ['without a query', '{}', {}],
    ['whose query is no text', '{"query":7}', {}],
    ['whose variables are a text', '{"query":"{ __typename }","variables":"x"}', {}],
    ['whose variables are a list', '{"query":"{ __typename }","variables":[1]}', {}],
    ['whose operation name is a number', '{"query":"{ __typename }","operationName":7}', {}],
    ['that pollutes prototypes', '{"query":"{ __typename }","__proto__":{"a":1}}', {}],
  ])('%s', async (_case, body, headers) => {
    const { status, error } = await post(body, headers);
    expect([status, error.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/graphql',
  ])('of the type %s', async (type) => {
    const { status, error } = await post('{"query":"{ __typename }"}', { 'content-type': type });
    expect([status, error.extensions.code]).toEqual([415, 'BAD_USER_INPUT']);
  });
});

test('after all of that the log holds no unexpected error', () => {
  expect(server.logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
});
