import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { freePort } from '../testing/ports.js';
import { type RawAnswer, rawRequest } from '../testing/raw-request.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';

const token = 'a-token-for-prometheus';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ TRUST_PROXY: '1' });
});
afterAll(() => server.close());

function get(path: string, headers: Record<string, string> = {}, endpoint = server.endpoint): Promise<RawAnswer> {
  return rawRequest(new URL(path, endpoint).href, { method: 'GET', headers });
}

test('metrics are for this machine alone, and not for whom a proxy on it brings', async () => {
  expect((await get('/metrics')).status).toBe(200);
  for (const headers of [
    { 'x-forwarded-for': '198.51.100.1' },
    { 'x-forwarded-for': '127.0.0.1' },
    { forwarded: 'for=198.51.100.1' },
    { via: '1.1 proxy' },
    { 'x-real-ip': '127.0.0.1' },
  ]) {
    const { status, text } = await get('/metrics', headers);
    expect([status, text.includes('nodejs_')]).toEqual([404, false]);
  }
});

test('METRICS_TOKEN lets in who has it, and nobody else, wherever they are', async () => {
  const other = await startTestServer({ DATABASE_URL: server.databaseUrl, METRICS_TOKEN: token });
  const statusOf = async (headers: Record<string, string>) => (await get('/metrics', headers, other.endpoint)).status;
  expect(await statusOf({ authorization: `Bearer ${token}`, 'x-forwarded-for': '198.51.100.1' })).toBe(200);
  for (const authorization of [undefined, '', `Bearer ${token}x`, `Basic ${token}`, 'Bearer ']) {
    expect(await statusOf(authorization === undefined ? {} : { authorization })).toBe(401);
  }
  await other.close();
});

test('METRICS_PORT takes them away from the port of the API', async () => {
  const port = await freePort();
  const other = await startTestServer({ DATABASE_URL: server.databaseUrl, METRICS_PORT: String(port) });
  expect((await get('/metrics', {}, other.endpoint)).status).toBe(404);
  expect((await get('/metrics', {}, `http://127.0.0.1:${port}`)).text).toContain('nodejs_');
  expect((await get('/graphql', {}, `http://127.0.0.1:${port}`)).status).toBe(404);
  await other.close();
  await expect(get('/metrics', {}, `http://127.0.0.1:${port}`)).rejects.toThrow();
});

test('of those who ask for readiness at once many share one look at the database', async () => {
  const readiness = jest.spyOn(server.database, 'readiness');
  const answers = await Promise.all(Array.from({ length: 50 }, () => get('/health/ready')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  // One after the other: those that come when one has ended begin the next.
  expect(readiness.mock.calls.length).toBeLessThan(40);
  readiness.mockRestore();
});
