import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { rawRequest } from '../testing/raw-request.js';
import { newRedis, type Redis, redisPath } from '../testing/redis.js';
import { newOrganization, person, startTestServer, type TestServer } from '../testing/test-server.js';

const limit = 20;
const password = 'a-password-that-is-never-told';

// Where everything has to hold, a missing program is an error.
const describeWithRedis = redisPath === undefined && process.env['CI'] !== 'true' ? describe.skip : describe;

describeWithRedis('with RATE_LIMIT_URL (needs `apt-get install redis-server`)', () => {
  let redis: Redis;
  let servers: readonly [TestServer, TestServer];
  beforeAll(async () => {
    redis = await newRedis(password);
    await redis.start();
    const environment = {
      RATE_LIMIT_URL: redis.url,
      RATE_LIMIT_TOKEN: String(limit),
      RATE_LIMIT_ADDRESS: String(limit),
      TRUST_PROXY: '1',
    };
    const first = await startTestServer(environment);
    servers = [first, await startTestServer({ ...environment, DATABASE_URL: first.databaseUrl })];
  });
  afterAll(async () => {
    for (const server of [...(servers ?? [])].reverse()) await server.close();
    await redis?.remove();
  });

  /** How many requests of many at once, by turns to both servers, are let through. */
  async function passed(headers: Record<string, string>, count = 3 * limit): Promise<number> {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        rawRequest(servers[index % 2 === 0 ? 0 : 1].endpoint, {
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        }),
      ),
    );
    return answers.filter(({ status }) => status !== 429).length;
  }

  async function newToken(): Promise<Record<string, string>> {
    const { token } = await person(servers[0], { sub: 'ada', org: newOrganization() });
    return { authorization: `Bearer ${token}` };
  }

  function saying(message: string): number {
    return servers.flatMap(({ logLines }) => logLines).filter((line) => line.includes(message)).length;
  }

  async function shared(): Promise<string | undefined> {
    const text = await servers[0].app.metrics.registry.metrics();
    return /^rate_limits_shared (\d)$/m.exec(text)?.[1];
  }

  test('the servers count a token and an address together, exactly', async () => {
    expect(await shared()).toBe('1');
    // One has made the person.
    expect(await passed(await newToken())).toBe(limit - 1);
    expect(await passed({ 'x-forwarded-for': '198.51.100.1', authorization: 'Bearer x' })).toBe(limit);
  });

  test('while that server is away each counts for itself, and says so, and they find together again', async () => {
    await redis.kill();
    await eventually(async () => expect(saying('does not answer')).toBe(2));
    expect(await shared()).toBe('0');
    expect(await passed(await newToken())).toBe(2 * limit - 1);
    await redis.start();
    await eventually(async () => expect(await shared()).toBe('1'));
    expect(await passed(await newToken())).toBe(limit - 1);
    expect(saying('does not answer')).toBe(2);
  });

  test('a server that keeps its connections and answers nothing holds nobody up', async () => {
    const token = await newToken();
    redis.pause();
    const start = performance.now();
    expect(await passed(token, 10)).toBe(10);
    expect(performance.now() - start).toBeLessThan(5_000);
    await eventually(async () => expect(await shared()).toBe('0'));
  });

  test('its password stands in no log', () => {
    expect(saying(password)).toBe(0);
    expect(servers[0].logLines.length).toBeGreaterThan(0);
  });
});
