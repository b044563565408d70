import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { breakAudit, createWorkspace, workspaceInput } from '../testing/fixtures.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { rawRequest } from '../testing/raw-request.js';
import { recordStatements } from '../testing/statements.js';
import {
  createDatabase,
  newOrganization,
  type Person,
  person,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';

const origins = ['https://app.example.com', 'http://localhost:5173'] as const;
const org = newOrganization();
let server: TestServer;
let base: string;
let ada: Person;
beforeAll(async () => {
  server = await startTestServer({ CORS_ORIGINS: origins.join(', ') });
  base = new URL(server.endpoint).origin;
  ada = await person(server, { sub: 'ada', org });
});
afterAll(() => server.close());

const signedIn = () => ({ authorization: `Bearer ${ada.token}`, accept: 'application/json' });
const summary = '{ workspaceSummary { totalWorkspaces } }';

interface ErrorBody {
  readonly errors: readonly { message: string; extensions: { code: string; requestId: string } }[];
}

function get(path: string, headers: Record<string, string> = signedIn()): Promise<Response> {
  return fetch(`${base}${path}`, { headers });
}

function query(parameters: Record<string, string>): string {
  return `/graphql?${new URLSearchParams(parameters)}`;
}

async function codeOf(response: Response): Promise<string | undefined> {
  return ((await response.json()) as ErrorBody).errors[0]?.extensions.code;
}

describe('GraphQL over HTTP', () => {
  test('answers queries by POST and by GET alike', async () => {
    const posted = await server.request({ token: ada.token, query: summary });
    const got = await get(query({ query: summary }));
    expect(got.status).toBe(200);
    expect(await got.json()).toEqual({ data: posted.data });
    expect(posted.data).toEqual({ workspaceSummary: { totalWorkspaces: 0 } });
  });

  test('takes variables and the name of the operation by GET', async () => {
    const response = await get(
      query({
        query: 'query a { __typename } query b($id: ID!) { workspace(id: $id) { id } }',
        operationName: 'b',
        variables: '{"id":"ws_x"}',
      }),
    );
    expect(await response.json()).toEqual({ data: { workspace: null } });
  });

  test('refuses mutations by GET, so that no link changes anything', async () => {
    const mutation = `mutation { createWorkspace(input: {
      name: "By link", environment: SANDBOX, region: EU, monthlyBudget: "1.00", memberIds: [] }) { workspace { id } } }`;
    const response = await get(query({ query: mutation }));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await codeOf(response)).toBe('BAD_USER_INPUT');
    const { data } = await server.request({ token: ada.token, query: '{ workspaces { totalCount } }' });
    expect(data).toEqual({ workspaces: { totalCount: 0 } });
  });

  test('refuses a GET whose variables are no JSON', async () => {
    const response = await get(query({ query: summary, variables: '{' }));
    expect([response.status, await codeOf(response)]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test.each([
    ['PUT', '/graphql', 'GET, HEAD, POST'],
    ['PATCH', '/graphql?query={__typename}', 'GET, HEAD, POST'],
    ['DELETE', '/graphql', 'GET, HEAD, POST'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['PUT', '/health/ready', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
  ])('answers %s of %s with the methods that are allowed', async (method, path, allow) => {
    const response = await fetch(`${base}${path}`, { method, headers: signedIn() });
    expect([response.status, response.headers.get('allow'), await codeOf(response)]).toEqual([
      405,
      allow,
      'BAD_USER_INPUT',
    ]);
  });

  test('answers that are told by GET are kept nowhere, unless they say otherwise', async () => {
    for (const path of [
      query({ query: summary }),
      '/health/live',
      '/health/ready',
      '/metrics',
      '/nothing',
      '/graphql',
    ]) {
      const { headers } = await get(path);
      expect([path, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
        path,
        'no-store',
        'nosniff',
      ]);
    }
  });

  test('answers HEAD without a body and without a fault', async () => {
    const response = await fetch(`${base}${query({ query: summary })}`, { method: 'HEAD', headers: signedIn() });
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).toBe('');
  });

  test('serves no page from elsewhere to a browser that opens the endpoint', async () => {
    const response = await get('/graphql', { accept: 'text/html', authorization: `Bearer ${ada.token}` });
    expect(response.status).toBe(406);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.text()).not.toMatch(/<html|https?:/i);
  });

  test('answers paths that are not there, in the form of all errors', async () => {
    for (const path of ['/', '/graphql/', '/favicon.ico', '/graphiql', '/%2e%2e/etc/passwd', '/metrics/..%2f']) {
      const response = await get(path);
      const { errors } = (await response.json()) as ErrorBody;
      expect([path, response.status]).toEqual([path, 404]);
      expect(errors).toEqual([
        {
          message: 'There is nothing at this path.',
          extensions: {
            code: 'BAD_USER_INPUT',
            reason: 'pathUnknown',
            requestId: response.headers.get('x-request-id'),
          },
        },
      ]);
    }
  });

  test('answers a path that cannot be decoded', async () => {
    const { status, text } = await rawRequest(`${base}/%ff`, { method: 'GET' });
    expect([status, (JSON.parse(text) as ErrorBody).errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test('passes the audit of graphql-http without an error, and with no other warnings than the known ones', async () => {
    const audits = serverAudits({
      url: server.endpoint,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${ada.token}` } }),
    });
    const results = [];
    for (const audit of audits) results.push(await audit.fn());
    const failed = results.filter((result) => result.status !== 'ok');
    expect(results.length).toBeGreaterThan(50);
    expect(failed.map(({ status, name }) => `${status}: ${name}`).sort()).toEqual([
      // The older media type answers with the same statuses as application/graphql-response+json does.
      'warn: SHOULD use 200 status code on document parsing failure when accepting application/json',
      'warn: SHOULD use 200 status code on document validation failure when accepting application/json',
      'warn: SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
    ]);
  });
});

describe('a browser', () => {
  const preflight = (origin: string) =>
    fetch(server.endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-request-id',
      },
    });

  test.each(origins)('may call from the configured origin %s', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
    for (const header of ['authorization', 'content-type', 'x-request-id', 'traceparent']) {
      expect(headers.get('access-control-allow-headers')).toContain(header);
    }
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
  });

  test('reads answers, refusals and the id of the request from there', async () => {
    for (const token of [ada.token, null]) {
      const { headers } = await server.request({ token, query: summary, headers: { origin: origins[0] } });
      expect(headers.get('access-control-allow-origin')).toBe(origins[0]);
      for (const header of ['x-request-id', 'retry-after']) {
        expect(headers.get('access-control-expose-headers')).toContain(header);
      }
    }
  });

  test.each([
    'https://evil.example.com',
    'https://app.example.com.evil.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'null',
  ])('may not call from %s', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    const { headers } = await server.request({ token: ada.token, query: summary, headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('may not call from anywhere where no origin is configured', async () => {
    const closed = await startTestServer();
    try {
      const { headers } = await closed.request({ token: null, query: summary, headers: { origin: origins[0] } });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await closed.close();
    }
  });
});

describe('the id of a request', () => {
  test('is what the client sends, in the answer, its errors and the log', async () => {
    const id = 'trace:0123-abc.DEF_9';
    const { headers, errors } = await server.request({ token: null, query: summary, headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toBe(id);
    expect(errors?.[0]?.extensions.requestId).toBe(id);
    const lines = server.logLines.filter((line) => line.includes(`"requestId":"${id}"`));
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['sign-in refused', 'request']);
  });

  test('is made where the client sends none, a new one for each request', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await get('/health/live')).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/);
  });

  test.each(['', 'x'.repeat(129), 'a b', '{"injected":true}', '<script>'])(
    'is not taken from the client when it could forge a line of the log: %s',
    async (sent) => {
      const { headers } = await server.request({ token: ada.token, query: summary, headers: { 'x-request-id': sent } });
      expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    },
  );
});

describe('health', () => {
  test('is told without a token', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const response = await get(path, {});
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  });

  onPlainPostgres('the others go on with it', () => {
    test('says not ready, and alive, while the database is gone', async () => {
      const databaseUrl = await createDatabase();
      const orphan = await startTestServer({ DATABASE_URL: databaseUrl });
      try {
        const { origin } = new URL(orphan.endpoint);
        expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
        await dropDatabase(databaseUrl);
        const ready = await fetch(`${origin}/health/ready`);
        expect(ready.status).toBe(503);
        expect(await ready.json()).toEqual({ status: 'unavailable', reason: 'The database does not answer.' });
        expect((await fetch(`${origin}/health/live`)).status).toBe(200);
        const { status, errors, headers } = await orphan.request({ token: ada.token, query: summary });
        expect([status, headers.get('retry-after')]).toEqual([503, '1']);
        expect(errors).toEqual([
          {
            message: expect.stringContaining('its database is away'),
            extensions: { code: 'SERVICE_UNAVAILABLE', requestId: headers.get('x-request-id') },
          },
        ]);
        const logged = orphan.logLines.filter((line) => line.includes('the database is not available'));
        expect(logged).toEqual([expect.stringContaining(`"requestId":"${headers.get('x-request-id')}"`)]);
        expect(orphan.logLines.join()).not.toMatch(/unexpected error|secretKey|processID/);
      } finally {
        await orphan.close();
      }
    });
  });

  test('says within seconds that statements hang, over a connection that no request takes', async () => {
    const busy = await startTestServer({ DATABASE_POOL_SIZE: '1' });
    const holder = new pg.Client({ connectionString: busy.databaseUrl });
    await holder.connect();
    const { origin } = new URL(busy.endpoint);
    try {
      const owner = await person(busy, { sub: 'ada', org });
      await holder.query('BEGIN; LOCK TABLE workspaces');
      const waiting = createWorkspace(busy, owner);
      await eventually(() => expect(busy.database.connections).toMatchObject({ total: 1, idle: 0 }));
      const start = performance.now();
      expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
      expect(performance.now() - start).toBeLessThan(10_000);
      await holder.query('ROLLBACK');
      await waiting;
      expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    } finally {
      await holder.end();
      await busy.close();
    }
  });
});

async function dropDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await client.end();
}

test('a server that stops waits for no request that has arrived by halves, and for no connection without one', async () => {
  const other = await startTestServer();
  const { port } = new URL(other.endpoint);
  const begin = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const sockets = ['', begin, `${begin}Content-Length: 100\r\n\r\n{"query":`].map((text) => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    socket.write(text);
    return socket.resume();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  expect((await fetch(new URL('/health/live', other.endpoint))).status).toBe(200);
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  const start = performance.now();
  await other.close();
  await closed;
  // Node itself would give them a minute.
  expect(performance.now() - start).toBeLessThan(20_000);
});

test('metrics count requests by route and status, and show the pool and the process', async () => {
  const requests = async () => {
    const text = await (await get('/metrics', {})).text();
    return Number(
      /^http_request_duration_seconds_count\{route="\/graphql",status="200"\} (\d+)$/m.exec(text)?.[1] ?? 0,
    );
  };
  const before = await requests();
  await server.request({ token: ada.token, query: summary });
  expect(await requests()).toBe(before + 1);

  const response = await get('/metrics', {});
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  expect(text).toMatch(/^http_request_duration_seconds_bucket\{le="0.005",route="\/graphql",status="200"\} \d+$/m);
  expect(text).toMatch(/^http_request_duration_seconds_count\{route="none",status="404"\} \d+$/m);
  for (const state of ['total', 'idle', 'waiting']) {
    expect(text).toMatch(new RegExp(`^database_connections\\{state="${state}"\\} \\d+$`, 'm'));
  }
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
  expect(text).not.toContain(ada.token);
});

describe('an operation that asks for too much is refused before the database is asked', () => {
  const nested = (first: string, levels: number): string =>
    levels === 0 ? '__typename' : `members(first: ${first}) { nodes { workspace { ${nested(first, levels - 1)} } } }`;
  const fragments = (levels: number) =>
    Array.from(
      { length: levels },
      (_, index) => `fragment F${index} on Query { ${`...F${index + 1} `.repeat(4)} }`,
    ).join(' ');
  const heavy = `workspaces(first: 100) { nodes { members(first: 100) { nodes { id } } } }`;

  test.each<[string, string, Record<string, unknown>]>([
    ['nested pages', `{ workspaces(first: 100) { nodes { ${nested('100', 2)} } } }`, {}],
    [
      'pages below a list without pages',
      `{ viewer { teams { users(first: 100) { nodes { ${Array.from({ length: 26 }, (_, index) => `a${index}: name`).join(' ')} } } } } }`,
      {},
    ],
    [
      'pages of nothing around fragments that double',
      `{ workspaces(first: 0) { nodes { ...W0 } } } ${Array.from({ length: 40 }, (_, index) => `fragment W${index} on Workspace { ${index === 39 ? 'id' : `...W${index + 1} ...W${index + 1}`} }`).join(' ')}`,
      {},
    ],
    ['nested pages of the default size', `{ workspaces { nodes { ${nested('20', 3)} } } }`, {}],
    ['nested pages through edges', `{ workspaces(first: 100) { edges { node { ${nested('100', 2)} } } } }`, {}],
    [
      'page sizes in variables',
      `query ($n: Int) { workspaces(first: $n) { nodes { ${nested('$n', 2)} } } }`,
      { n: 100 },
    ],
    [
      'page sizes in defaults of variables',
      `query ($n: Int = 100) { workspaces(first: $n) { nodes { ${nested('$n', 2)} } } }`,
      {},
    ],
    [
      'page sizes below zero that would make room',
      `{ ${heavy} a: workspaces(first: -100) { nodes { ${nested('100', 1)} id } } ${['b', 'c', 'd', 'e'].map((alias) => `${alias}: ${heavy}`).join(' ')} }`,
      {},
    ],
    [
      'many aliases of a page',
      `{ ${Array.from({ length: 500 }, (_, index) => `a${index}: workspaces(first: 100) { nodes { id } }`).join(' ')} }`,
      {},
    ],
    [
      'many counts',
      `{ ${Array.from({ length: 1_200 }, (_, index) => `a${index}: virtualKeys { totalCount }`).join(' ')} }`,
      {},
    ],
    [
      'many counts of one list',
      `{ virtualKeys { ${Array.from({ length: 1_200 }, (_, index) => `a${index}: totalCount`).join(' ')} } }`,
      {},
    ],
    [
      'many summaries',
      `{ ${Array.from({ length: 1_200 }, (_, index) => `a${index}: workspaceSummary { totalWorkspaces }`).join(' ')} }`,
      {},
    ],
    [
      'many looks at the teams',
      `{ viewer { ${Array.from({ length: 1_200 }, (_, index) => `a${index}: teams { id }`).join(' ')} } }`,
      {},
    ],
    [
      'people of many teams',
      `{ viewer { teams { ${['a', 'b', 'c'].map((alias) => `${alias}: users(first: 100) { nodes { id name email } }`).join(' ')} } } }`,
      {},
    ],
    [
      'keys of many decisions',
      `mutation { reviewVirtualKeys(input: { decisions: [] }) { virtualKeys { workspace { ${nested('100', 1)} } } } }`,
      {},
    ],
    ['fragments that double', `{ ...F0 } ${fragments(12)} fragment F12 on Query { __typename }`, {}],
    [
      'fragments within pages',
      `{ workspaces(first: 100) { nodes { ...A } } } fragment A on Workspace { members(first: 100) { nodes { workspace { ...B } } } } fragment B on Workspace { virtualKeys(first: 100) { nodes { id } } }`,
      {},
    ],
    [
      'pages within a node',
      `query ($id: ID!) { node(id: $id) { ... on Workspace { ${nested('100', 3)} } } }`,
      { id: 'ws_x' },
    ],
    [
      'pages after a mutation',
      `mutation { selectWorkspace(input: { workspaceId: "x" }) { workspace { ${nested('100', 3)} } } }`,
      {},
    ],
  ])('%s', async (_case, text, variables) => {
    await server.request({ token: ada.token, query: summary });
    const { result, statements } = await recordStatements(() =>
      server.request({ token: ada.token, query: text, variables }),
    );
    expect(result.status).toBe(400);
    expect(result.errors).toEqual([
      {
        message: expect.stringMatching(
          /^(The operation could answer with too many objects at once, or|A field is asked for at most 100 times)/,
        ),
        extensions: { code: 'OPERATION_TOO_COMPLEX', requestId: result.headers.get('x-request-id') },
      },
    ]);
    expect(statements).toEqual([]);
  });

  test('a hundred cards with their people, keys and counts, and the keys for a review, are not too much', async () => {
    const { errors } = await server.request({
      token: ada.token,
      query: `{
        viewer { teams { id name users { totalCount nodes { id name email } } } }
        workspaces(first: 100) {
          totalCount pageInfo { hasNextPage endCursor }
          nodes {
            id name status environment owner { __typename } monthlyBudget { amount currency } memberCount isActive version
            members { totalCount nodes { role user { id name } } } virtualKeys(first: 5) { totalCount nodes { id name } }
          }
        }
        virtualKeys(first: 100) { totalCount nodes { id name workspace { id name } createdBy { id name } lastUsedAt } }
        serviceTokens(first: 100) { nodes { id name scopes lastUsedAt } }
      }`,
    });
    expect(errors).toBeUndefined();
  });

  test.each([
    ['more than 10,000 tokens', `{ ${'id '.repeat(10_001)} }`],
    ['selections nested a thousand times', `{ workspace(id: "x") { ${nested('1', 1_000)} } }`],
    [
      'objects nested a thousand times',
      `{ workspaces(filter: ${'{ search: '.repeat(2_400)}1${' }'.repeat(2_400)}) { totalCount } }`,
    ],
    ['lists nested four thousand times', `{ node(id: ${'['.repeat(4_900)}${']'.repeat(4_900)}) { id } }`],
    ['fragments that contain each other', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['the same field with other arguments', '{ a: workspace(id: "1") { id } a: workspace(id: "2") { id } }'],
  ])('%s', async (_case, text) => {
    await server.request({ token: ada.token, query: summary });
    const { result, statements } = await recordStatements(() => server.request({ token: ada.token, query: text }));
    expect([result.status, result.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(result.errors?.[0]?.message.length).toBeLessThan(500);
    expect(statements).toEqual([]);
  });
});

describe('an error that nobody expected', () => {
  test('is masked for the client and whole in the log, under the same id, and nothing is half-done', async () => {
    const count = { text: 'SELECT count(*)::integer AS count FROM workspaces', values: [] };
    const before = await server.database.rows(count);
    const mend = await breakAudit(server, org);
    const { status, headers, data, errors } = await server.request({
      token: ada.token,
      query: `mutation Make($input: CreateWorkspaceInput!) {
        createWorkspace(input: $input) { workspace { id } userErrors { code } }
      }`,
      variables: { input: workspaceInput({ name: 'Half done' }) },
    });
    await mend();
    expect(status).toBe(200);
    expect(data).toEqual({ createWorkspace: null });
    expect(errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        path: ['createWorkspace'],
        locations: expect.anything(),
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: headers.get('x-request-id') },
      },
    ]);
    expect(await server.database.rows(count)).toEqual(before);

    const [line = '{}', ...more] = server.logLines.filter(
      (text) => text.includes('unexpected error') && text.includes(headers.get('x-request-id') ?? ''),
    );
    expect(more).toEqual([]);
    const logged = JSON.parse(line) as { operationName: string; err: { message: string; stack: string } };
    expect(logged.operationName).toBe('Make');
    expect(logged.err.message).toContain('violates check constraint');
    expect(logged.err.stack).toContain('at ');
  });

  test('takes only its own part of the answer with it', async () => {
    const mend = await breakAudit(server, org);
    const { data, errors } = await server.request({
      token: ada.token,
      query: `mutation ($a: CreateWorkspaceInput!) {
        createWorkspace(input: $a) { workspace { id } }
        selectWorkspace(input: { workspaceId: "nonsense" }) { userErrors { code } }
      }`,
      variables: { a: workspaceInput() },
    });
    await mend();
    expect(data).toEqual({ createWorkspace: null, selectWorkspace: { userErrors: [{ code: 'NOT_FOUND' }] } });
    expect(errors).toHaveLength(1);
  });
});
