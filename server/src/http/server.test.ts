import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { breakAudit, workspaceInput } from '../testing/fixtures.js';
import { rawRequest } from '../testing/raw-request.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';

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
