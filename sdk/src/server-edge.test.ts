import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOrganization, person, startTestServer, type TestServer } from '../../server/src/testing/test-server.js';
import { TokenVueClient } from './index.js';

const origin = 'https://app.example.com';
let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ CORS_ORIGINS: origin });
  ({ token } = await person(server, { sub: 'ada', org: newOrganization() }));
});
afterAll(() => server.close());

/** A client of the real server, the headers that it sends and those that it reads. */
function watchedClient() {
  const sent = new Set<string>();
  const read = new Set<string>();
  const client = new TokenVueClient({
    endpoint: server.endpoint,
    token,
    appInfo: { name: 'billing-job', version: '1.4.0' },
    fetch: async (url, init) => {
      for (const name of Object.keys(init.headers)) sent.add(name);
      const response = await fetch(url, init);
      const headers = {
        get: (name: string) => {
          read.add(name);
          return response.headers.get(name);
        },
      };
      return { status: response.status, headers, text: () => response.text() };
    },
  });
  return { client, sent, read };
}

describe('a page of another origin', () => {
  test('may send every header that the SDK sends, and read every one that it reads', async () => {
    const { client, sent, read } = watchedClient();
    await client.viewer();
    await client.request('{').catch(() => {});
    expect(sent).toContain('x-app-name');
    const preflight = await fetch(server.endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': [...sent].join(','),
      },
    });
    const allowed = listOf(preflight.headers.get('access-control-allow-headers'));
    expect([...sent].filter((name) => !allowed.includes(name))).toEqual([]);

    const answer = await fetch(server.endpoint, { method: 'POST', headers: { origin } });
    const readable = ['content-type', ...listOf(answer.headers.get('access-control-expose-headers'))];
    expect(read).toContain('retry-after');
    expect([...read].filter((name) => !readable.includes(name))).toEqual([]);
  });
});

describe('the log of the server', () => {
  test('names the SDK and the program that uses it, each with its version', async () => {
    const { client } = watchedClient();
    const { response } = await client.viewer().withResponse();
    expect(lineOf(response.requestId)).toMatchObject({
      clientName: '@tokenvue/sdk',
      clientVersion: expect.stringMatching(/^\d/),
      appName: 'billing-job',
      appVersion: '1.4.0',
    });
  });

  test('names nothing that could forge a line, is no name, or looks like a secret', async () => {
    const secret = `tvk_${'a1B'.repeat(14)}`;
    const headers = {
      authorization: `Bearer ${token}`,
      'x-client-name': secret,
      'x-app-name': 'a b"',
      'x-app-version': 'é',
    };
    const response = await fetch(server.endpoint, { method: 'POST', headers });
    const line = lineOf(response.headers.get('x-request-id') ?? undefined);
    expect(Object.keys(line).filter((field) => /^(client|app)/.test(field))).toEqual([]);
    expect(JSON.stringify(line)).not.toContain(secret);
  });
});

function listOf(header: string | null): string[] {
  return header?.split(/,\s*/) ?? [];
}

function lineOf(requestId: string | undefined): Record<string, unknown> {
  const lines = server.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.find((line) => line['msg'] === 'request' && line['requestId'] === requestId) ?? {};
}
