import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { createWorkspace, newService } from '../testing/fixtures.js';
import { type RawAnswer, rawRequest } from '../testing/raw-request.js';
import {
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';
import { addressOf } from './client-address.js';

const limits = { token: 20, address: 3, gateway: 30, operations: 2 } as const;
const environment = {
  RATE_LIMIT_TOKEN: String(limits.token),
  RATE_LIMIT_ADDRESS: String(limits.address),
  RATE_LIMIT_GATEWAY: String(limits.gateway),
  RATE_LIMIT_OPERATIONS: String(limits.operations),
  TRUST_PROXY: '1',
};

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer(environment);
  admin = await person(server, { sub: 'admin', org: newOrganization(), org_role: 'admin' });
});
afterAll(() => server.close());

let lastAddress = 0;
/** An address that no other test uses. */
function newAddress(): string {
  lastAddress++;
  return `198.51.100.${lastAddress}`;
}

interface Sent {
  readonly authorization?: string;
  readonly forwardedFor?: string;
  readonly body?: string;
  readonly endpoint?: string;
}

function send({
  authorization,
  forwardedFor = newAddress(),
  body,
  endpoint = server.endpoint,
}: Sent): Promise<RawAnswer> {
  return rawRequest(endpoint, {
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': forwardedFor,
      ...(authorization !== undefined && { authorization }),
    },
    body: body ?? JSON.stringify({ query: '{ viewer { user { id } } }' }),
  });
}

async function statusesOf(answers: Iterable<Promise<RawAnswer>>): Promise<number[]> {
  return (await Promise.all(answers)).map(({ status }) => status).sort();
}

function times<Result>(count: number, make: (index: number) => Result): Result[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

async function refusalsBy(limit: string): Promise<number> {
  const text = await server.app.metrics.registry.metrics();
  return Number(new RegExp(`^requests_rate_limited_total\\{limit="${limit}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

describe('of one token', () => {
  test('so many requests a minute are answered, however the token is written and where it is sent from, and the next is refused unread', async () => {
    const before = await refusalsBy('token');
    const org = newOrganization();
    const token = await signToken({ sub: 'greedy', org });
    // The last character of an HMAC in base64url has bits that say nothing.
    const last = token.slice(-1);
    const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
    const index = others.indexOf(last);
    const twin = `${token.slice(0, -1)}${others[(index & ~3) | ((index + 1) & 3)]}`;
    const spellings = [`Bearer ${token}`, `bearer ${token}`, `BEARER    ${token} `, `Bearer ${twin}`];
    const answers: RawAnswer[] = [];
    for (let sent = 0; sent < limits.token; sent++) {
      answers.push(await send({ authorization: spellings[sent % 3] ?? '' }));
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.headers).toMatchObject({
      'ratelimit-policy': `"token";q=${limits.token};w=60`,
      ratelimit: `"token";r=${limits.token - 1};t=60`,
    });
    for (const authorization of spellings) {
      const { status, headers, text } = await send({ authorization, body: 'not even JSON' });
      // Whether another spelling of the signature is taken at all is the library's to say.
      expect(authorization === spellings[3] ? [401, 429] : [429]).toContain(status);
      if (status === 401) continue;
      const wait = Number(headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(headers['ratelimit']).toBe(`"token";r=0;t=${wait}`);
      expect(JSON.parse(text)).toEqual({
        errors: [
          {
            message: 'Too many requests.',
            extensions: { code: 'RATE_LIMITED', requestId: headers['x-request-id'] },
          },
        ],
      });
    }
    expect((await send({ authorization: `Bearer ${await signToken({ sub: 'greedy', org })}` })).status).toBe(200);
    expect(await refusalsBy('token')).toBeGreaterThanOrEqual(before + 3);
  });

  test('so many operations are under way, also when their clients are gone, and a further one is refused until one ends', async () => {
    const ada = await person(server, { sub: 'ada', org: newOrganization() });
    const workspaceId = await createWorkspace(server, ada);
    const release = await holdObjects(server, [workspaceId]);
    const watcher = await connect(server.databaseUrl);
    const query = `mutation ($id: ID!) {
      archiveWorkspace(input: { workspaceId: $id, expectedVersion: 1 }) { userErrors { code } } }`;
    const archive = (signal: AbortSignal | null = null) =>
      fetch(server.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
        body: JSON.stringify({ query, variables: { id: workspaceId } }),
        signal,
      });
    const gone = new AbortController();
    const first = archive();
    const second = archive(gone.signal);
    await untilWaiting(watcher, limits.operations);
    const third = await archive();
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1']);
    gone.abort();
    await expect(second).rejects.toThrow();
    expect((await archive()).status).toBe(429);
    await release();
    expect((await first).status).toBe(200);
    await eventually(async () => expect((await archive()).status).toBe(200));
    await watcher.end();
  });

  test('of the scope GATEWAY only its own limit is met, by the second', async () => {
    const before = await refusalsBy('token');
    const service = await newService(server, admin, ['GATEWAY']);
    const authorization = `Bearer ${service.token}`;
    const answers = await Promise.all(times(limits.gateway * 3, () => send({ authorization, body: '{}' })));
    const passed = answers.filter(({ status }) => status === 400);
    expect(passed.length).toBeGreaterThanOrEqual(limits.gateway);
    expect(passed[0]?.headers['ratelimit-policy']).toBe(`"gateway";q=${limits.gateway};w=1`);
    expect(await refusalsBy('token')).toBe(before);
    for (const { status, headers } of answers.filter(({ status }) => status !== 400)) {
      expect([status, headers['retry-after']]).toEqual([429, '1']);
    }
  });
});

describe('of one address', () => {
  test('who has no good token is refused after so many requests, whatever is sent, and nobody else is', async () => {
    const forwardedFor = newAddress();
    const attempts = [
      undefined,
      'Basic abc',
      'Bearer not-a-token',
      `Bearer tvs_${'a'.repeat(60)}`,
      `Bearer ${await signToken({ sub: 'late', org: newOrganization() }, '-1h')}`,
    ];
    const statuses: number[] = [];
    for (const authorization of attempts) {
      statuses.push(
        (await send({ forwardedFor, body: '{', ...(authorization !== undefined && { authorization }) })).status,
      );
    }
    // Introspection is on, so that a stranger's body is read.
    expect(statuses).toEqual([400, 401, 401, 429, 429]);
    const { headers } = await send({ forwardedFor });
    expect(headers['ratelimit-policy']).toBe(`"address";q=${limits.address};w=60`);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const token = await signToken({ sub: randomUUID(), org: newOrganization() });
    expect((await send({ forwardedFor, authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await send({ authorization: 'Bearer not-a-token' })).status).toBe(401);
    expect(await refusalsBy('address')).toBeGreaterThanOrEqual(2);
  });

  test('what a client says of itself counts for nothing: only the proxies that are trusted are believed', async () => {
    const address = newAddress();
    const behind = times(limits.address + 1, () =>
      send({ authorization: 'Bearer x', forwardedFor: `${newAddress()}, ${address}` }),
    );
    expect(await statusesOf(behind)).toEqual([...times(limits.address, () => 401), 429]);
    const { DATABASE_URL, ...rest } = { ...environment, DATABASE_URL: server.databaseUrl };
    for (const [trusted, expected] of [
      ['', 429],
      ['10.0.0.0/8, ::1', 429],
      ['127.0.0.0/8', 401],
    ] as const) {
      const other = await startTestServer({ ...rest, DATABASE_URL, TRUST_PROXY: trusted });
      const statuses = await statusesOf(
        times(limits.address + 1, () => send({ authorization: 'Bearer x', endpoint: other.endpoint })),
      );
      expect(statuses).toEqual([...times(limits.address, () => 401), expected]);
      await other.close();
    }
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['[2001:DB8::1:9:8:7:6]:443', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['nobody', '127.0.0.1'],
    ['', '127.0.0.1'],
  ])('%p counts as %s', (ip, expected) => {
    expect(addressOf({ ip, socket: { remoteAddress: '127.0.0.1' } as never })).toBe(expected);
  });
});
