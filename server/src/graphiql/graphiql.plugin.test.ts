import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { graphiqlPlugin } from './graphiql.plugin.js';

const page = '<script type="application/json" id="page-config">"{{config}}"</script>';
const token = 'made-for-</script>-this-page';
const servers: FastifyInstance[] = [];
let directory: string;
let signedIn: string;
let signedOut: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'graphiql-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), page);
  await writeFile(join(directory, 'assets', 'main.js'), 'export {};');
  signedIn = await start({ token: async () => token });
  signedOut = await start({});
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await rm(directory, { recursive: true });
});

describe('the page', () => {
  test.each(['localhost', 'LOCALHOST:4000', '127.0.0.1:4000', '[::1]', '[::1]:4000'])(
    'carries a development token when it is called %s',
    async (host) => {
      expect(config(await get(`${signedIn}/graphiql`, { host }))).toMatchObject({
        endpoint: '/graphql',
        token,
      });
    },
  );

  test.each(['rebound.example', 'localhost.rebound.example:4000', '127.0.0.1.rebound.example', '0.0.0.0', '192.0.2.1'])(
    'carries no token when it is called %s',
    async (host) => {
      const response = await get(`${signedIn}/graphiql`, {
        host,
        'x-forwarded-host': 'localhost',
      });
      expect(response.status).toBe(200);
      expect(config(response)).not.toHaveProperty('token');
    },
  );

  test('carries no token outside development mode', async () => {
    expect(config(await get(`${signedOut}/graphiql`))).not.toHaveProperty('token');
  });

  test('cannot be broken out of by what it carries', async () => {
    expect((await get(`${signedIn}/graphiql`)).body.match(/<\/script>/g)).toHaveLength(1);
  });

  test('is never stored, never framed, and allows nothing but this origin', async () => {
    const { headers } = await get(`${signedIn}/graphiql`);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test('has a style nonce of its own each time, the same as in its policy', async () => {
    const [first, second] = [await get(`${signedIn}/graphiql`), await get(`${signedIn}/graphiql`)];
    expect(String(first.headers['content-security-policy'])).toContain(`'nonce-${config(first)['styleNonce']}'`);
    expect(config(first)['styleNonce']).not.toBe(config(second)['styleNonce']);
  });

  test('is found with a slash at the end too', async () => {
    const response = await get(`${signedIn}/graphiql/`);
    expect([response.status, response.headers.location]).toEqual([308, '/graphiql']);
  });
});

describe('its files', () => {
  test('are asked for again and answered with 304 while they are the same', async () => {
    const url = `${signedIn}/graphiql/assets/main.js`;
    const first = await get(url);
    expect(first).toMatchObject({ status: 200, body: 'export {};' });
    expect(first.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    const again = await get(url, {
      'if-none-match': `W/${first.headers.etag}`,
    });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect(await get(url, { 'if-none-match': '"another"' })).toMatchObject({
      status: 200,
    });
  });

  test.each(['missing.js', '..%2findex.html', '..%2f..%2fpackage.json'])('%s is not found', async (name) => {
    expect(await get(`${signedIn}/graphiql/assets/${name}`)).toMatchObject({
      status: 404,
    });
  });
});

test('a missing bundle stops the start and says what to run', async () => {
  await expect(start({ directory: join(directory, 'nowhere') })).rejects.toThrow(/bundle is missing.*npm run build/);
});

async function start(options: { directory?: string; token?: () => Promise<string> }): Promise<string> {
  const app = Fastify({ trustProxy: true });
  servers.push(app);
  await app.register(graphiqlPlugin, {
    directory,
    endpoint: '/graphql',
    ...options,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

interface Response {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** `fetch` would not let a test choose the Host header. */
function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      text(response).then(
        (body) =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body,
          }),
        reject,
      );
    });
    sent.on('error', reject).end();
  });
}

function config({ body }: Response): Record<string, unknown> {
  return JSON.parse(body.replace(/^<script[^>]*>|<\/script>$/g, ''));
}
