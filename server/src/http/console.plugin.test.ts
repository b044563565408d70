import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { rawRequest } from '../testing/raw-request.js';
import { consolePlugin } from './console.plugin.js';

const document = '<script type="application/json" id="page-config">"{{config}}"</script>';
let directory: string;
let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), document);
  await writeFile(join(directory, 'assets', 'index-1a2b.js'), 'export {};');
  app = Fastify();
  await app.register(consolePlugin, { directory, endpoint: '/graphql', token: async () => 'token' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true });
});

test('the page at / may run and ask for files of this origin only, with nothing inline', async () => {
  const { status, headers, text } = await rawRequest(`${url}/`, { method: 'GET' });
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(text).toBe(document.replace('"{{config}}"', '{"endpoint":"/graphql","token":"token"}'));
});

test('it carries no token when it is called by a name that is not of this machine', async () => {
  const { text } = await rawRequest(`${url}/`, { method: 'GET', headers: { host: 'rebound.example' } });
  expect(text).toContain('{"endpoint":"/graphql"}');
});

test('its files lie under /assets, and nothing else does', async () => {
  expect(await rawRequest(`${url}/assets/index-1a2b.js`, { method: 'GET' })).toMatchObject({ status: 200 });
  expect(await rawRequest(`${url}/assets/index.html`, { method: 'GET' })).toMatchObject({ status: 404 });
});

test('a missing bundle stops the start and says what to run', async () => {
  const other = Fastify();
  const options = { directory: join(directory, 'nowhere'), endpoint: '/graphql' };
  await expect(Promise.resolve(other.register(consolePlugin, options))).rejects.toThrow(
    /The console's bundle is missing.*npm run build.*CONSOLE=false/,
  );
  await other.close();
});
