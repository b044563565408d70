import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@redis/client';
import { eventually } from '../testing/eventually.js';
import { createWorkspace } from '../testing/fixtures.js';
import { rawRequest } from '../testing/raw-request.js';
import { newRedis, type Redis, redisPath } from '../testing/redis.js';
import { newOrganization, person, startTestServer, type TestServer } from '../testing/test-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';

const limit = 20;
const operations = 3;
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

  test('the servers count together what is under way for a token, and what a server that died had begun for a time only', async () => {
    const environment = {
      RATE_LIMIT_URL: redis.url,
      RATE_LIMIT_OPERATIONS: String(operations),
      DATABASE_URL: servers[0].databaseUrl,
      DATABASE_POOL_SIZE: '8',
    };
    const pair = [await startTestServer(environment), await startTestServer(environment)] as const;
    const ada = await person(pair[0], { sub: 'ada', org: newOrganization() });
    const workspaceId = await createWorkspace(pair[0], ada);
    const release = await holdObjects(pair[0], [workspaceId]);
    const watcher = await connect(pair[0].databaseUrl);
    const query = `mutation ($id: ID!) { archiveWorkspace(input: { workspaceId: $id, expectedVersion: 9 }) { userErrors { code } } }`;
    const archive = async (at: number) => {
      const { status } = await pair[at % 2 === 0 ? 0 : 1].request({
        token: ada.token,
        query,
        variables: { id: workspaceId },
      });
      return status;
    };
    const held = Array.from({ length: operations }, (_, index) => archive(index));
    await untilWaiting(watcher, operations);
    expect(await Promise.all([archive(0), archive(1)])).toEqual([429, 429]);
    await release();
    expect(await Promise.all(held)).toEqual(held.map(() => 200));
    expect(await Promise.all([archive(0), archive(1)])).toEqual([200, 200]);

    const client = await createClient({ url: redis.url }).connect();
    const releaseAgain = await holdObjects(pair[0], [workspaceId]);
    const again = archive(0);
    await untilWaiting(watcher);
    const [key = ''] = await client.keys('tokenvue:operations:*');
    await releaseAgain();
    await again;
    for (const [leaseMs, status] of [
      [60_000, 429],
      [-1, 200],
    ] as const) {
      const leased = Array.from({ length: operations }, (_, place) => ({
        score: Date.now() + leaseMs,
        value: `dead ${place}`,
      }));
      await client.zAdd(key, leased);
      expect(await archive(1)).toBe(status);
    }
    client.destroy();
    await watcher.end();
    for (const server of pair) await server.close();
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
