import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createSecret } from './auth/secret.js';
import { Message } from './database/message.js';
import { breakTable, createWorkspace } from './testing/fixtures.js';
import { isShared } from './testing/plain-postgres.js';
import { type RawRequest, rawRequest } from './testing/raw-request.js';
import { organizationIdOf } from './testing/rows.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from './testing/test-server.js';

/**
 * Where secrets are after some days of work: in the answer that shows them and nowhere else. What was written and
 * answered is searched for them, for what they could be told by, and for their digests.
 */

let server: TestServer;
let org: string;
let root: Person;
let owner: Person;
let workspaceId: string;

interface Shown {
  readonly secret: string;
  /** The answer that showed it. */
  readonly answer: string;
}

/** Every secret that was shown. */
const shown: Shown[] = [];
/** Every answer of the server, headers included. */
const answers: string[] = [];
/** Digests that came to the database in transactions that failed; nobody knows their secrets. */
const unknownDigests: Buffer[] = [];

beforeAll(async () => {
  server = await startTestServer({ LOG_LEVEL: 'trace' });
  org = newOrganization();
  root = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
  owner = await person(server, { sub: 'owner', org, name: 'Owner' });
  workspaceId = await createWorkspace(server, owner);
  await workWithKeys();
  await workWithServiceTokens();
  await failToCreate();
});
afterAll(() => server.close());

async function send(request: RawRequest & { readonly path?: string }): Promise<{ status: number; answer: string }> {
  const { status, headers, text } = await rawRequest(
    new URL(request.path ?? '/graphql', server.endpoint).href,
    request,
  );
  const answer = `${JSON.stringify(headers)}\n${text}`;
  answers.push(answer);
  return { status, answer };
}

function post(token: string | null, body: string): Promise<{ status: number; answer: string }> {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return send({ headers: { 'content-type': 'application/json', ...authorization }, body });
}

function ask(token: string | null, query: string, variables: object = {}) {
  return post(token, JSON.stringify({ query, variables }));
}

/** Sends a mutation with one input, and keeps what it shows. */
async function change(who: Person, name: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { answer } = await ask(
    who.token,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code message field } } }`,
    { input },
  );
  const body = JSON.parse(answer.split('\n')[1] ?? '') as { data?: Record<string, Record<string, unknown> | null> };
  const payload = body.data?.[name] ?? {};
  const secret = payload['secret'] ?? payload['token'];
  if (typeof secret === 'string') shown.push({ secret, answer });
  return payload;
}

const keyFields = `virtualKey { id name maskedKey version secrets { maskedKey } workspace { auditLog { nodes {
  action targetId actor { actorId name } changes { field before after } requestId } } } } secret message`;

async function newKey(input: object = {}): Promise<string> {
  const payload = await change(owner, 'createVirtualKey', { workspaceId, name: 'CI', ...input }, keyFields);
  return (payload['virtualKey'] as { id: string }).id;
}

/** Every mutation of keys, repeats and refusals included. */
async function workWithKeys(): Promise<void> {
  const once = { idempotencyKey: 'once' };
  const virtualKeyId = await newKey(once);
  await newKey(once);
  const other = await newKey({ allowedModels: ['small'], monthlyBudget: '5.00' });
  const withoutSecret = keyFields.replace('secret message', '');
  for (const input of [
    { overlapSeconds: 600, ...once },
    { overlapSeconds: 600, ...once },
    { overlapSeconds: 600 },
    {},
  ]) {
    await change(owner, 'rotateVirtualKey', { virtualKeyId, ...input }, keyFields);
  }
  await change(owner, 'updateVirtualKey', { virtualKeyId, expectedVersion: 1, name: 'Renamed' }, withoutSecret);
  await change(
    owner,
    'updateVirtualKey',
    { virtualKeyId, expectedVersion: 1, name: 'Late' },
    'conflictingVirtualKey { id }',
  );
  const decisions = [
    { virtualKeyId, decision: 'KEEP' },
    { virtualKeyId: other, decision: 'DISABLE', note: 'Nobody knows it' },
  ];
  await change(owner, 'reviewVirtualKeys', { decisions }, 'virtualKeys { id maskedKey secrets { maskedKey } }');
  await change(owner, 'revokeVirtualKey', { virtualKeyId: other, reason: 'Leaked' }, withoutSecret);
  await change(owner, 'rotateVirtualKey', { virtualKeyId: other }, keyFields);
  await change(owner, 'createVirtualKey', { workspaceId, name: '' }, keyFields);
  const [{ secret } = { secret: '' }] = shown;
  await change(owner, 'createVirtualKey', { workspaceId: secret, name: secret.repeat(2) }, keyFields);
  await change(owner, 'rotateVirtualKey', { virtualKeyId: secret }, keyFields);
  await sendInWrongPlaces(owner.token, secret);
}

const tokenFields = 'serviceToken { id name maskedToken scopes lastUsedAt } token message';

/** Tokens that work, that never worked and that no longer do, in good requests and in bad ones. */
async function workWithServiceTokens(): Promise<void> {
  const scopes = ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE', 'GATEWAY'];
  const input = { name: 'Billing', scopes, idempotencyKey: 'once' };
  const { serviceToken } = await change(root, 'createServiceToken', input, tokenFields);
  const token = shown.at(-1)?.secret ?? '';
  await change(root, 'createServiceToken', input, tokenFields);
  await change(root, 'createServiceToken', { name: 'Nothing', scopes: [] }, tokenFields);
  const { id } = serviceToken as { id: string };
  const service = { token, id };
  expect((await ask(token, '{ viewer { teams { id } } workspaces { nodes { id name } } }')).status).toBe(200);
  await ask(token, '{ serviceTokens { nodes { id } } }');
  await change(service, 'createVirtualKey', { workspaceId, name: 'Of a service' }, keyFields);
  await change(service, 'createServiceToken', input, tokenFields);
  await change(service, 'revokeServiceToken', { serviceTokenId: token }, 'serviceToken { id }');
  await sendInWrongPlaces(token, token);
  const wrong = `${token.slice(0, 40)}${token.at(40) === 'a' ? 'b' : 'a'}${token.slice(41)}`;
  const { secret: nobodys } = createSecret('tvs_', await organizationIdOf(server, org));
  for (const other of [wrong, nobodys]) {
    expect((await ask(other, '{ viewer { teams { id } } }')).status).toBe(401);
  }
  await ask(root.token, '{ serviceTokens { nodes { id name maskedToken scopes secrets { maskedToken } } } }');
  const rotation = { serviceTokenId: id, overlapSeconds: 600, idempotencyKey: 'once' };
  await change(root, 'rotateServiceToken', rotation, tokenFields);
  await change(root, 'rotateServiceToken', rotation, tokenFields);
  await change(root, 'rotateServiceToken', { serviceTokenId: token }, tokenFields);
  await change(service, 'rotateServiceToken', rotation, tokenFields);
  await withoutTokenSearch(async () => {
    expect((await ask(token, '{ viewer { teams { id } } }')).status).toBe(500);
  });
  await change(root, 'revokeServiceToken', { serviceTokenId: id }, 'serviceToken { id maskedToken }');
  expect((await ask(token, '{ viewer { teams { id } } }')).status).toBe(401);
  await sendInWrongPlaces(token, token);
}

/** What a client does wrong with a secret in its hands, with a token that may be right. */
async function sendInWrongPlaces(token: string, secret: string): Promise<void> {
  const query = 'query ($id: ID!) { node(id: $id) { id } workspace(id: $id) { id } }';
  const headers = { authorization: `Bearer ${token}` };
  await ask(token, query, { id: secret });
  await ask(token, 'query ($ids: [ID!]) { virtualKeys(filter: { workspaceIds: $ids, search: "x" }) { totalCount } }', {
    ids: [secret],
  });
  await ask(token, 'query ($text: String) { workspaces(after: $text) { nodes { id } } }', { text: secret });
  await ask(token, 'query ($text: String) { workspaces(filter: { search: $text }) { nodes { id } } }', {
    text: secret,
  });
  await ask(token, 'query ($first: Int) { workspaces(first: $first) { totalCount } }', { first: secret });
  await ask(
    token,
    'query ($from: DateTime) { workspaces { nodes { auditLog(filter: { from: $from }) { totalCount } } } }',
    {
      from: secret,
    },
  );
  const create = 'mutation ($input: CreateVirtualKeyInput!) { createVirtualKey(input: $input) { secret } }';
  await ask(token, create, { input: { workspaceId: secret, monthlyBudget: secret } });
  await ask(token, create, { input: { [secret]: 'CI' } });
  await ask(token, `{ ${secret} { id } }`);
  await ask(token, `{ viewer { teams { id } } ${secret}`);
  await post(token, JSON.stringify({ query: '{ viewer { teams { id } } }', operationName: secret }));
  await post(token, `{"query": "{ viewer { teams { id } } }", "variables": {"id": "${secret}"`);
  await post(token, `${secret}{"query": 1}`);
  await post(null, JSON.stringify({ query, variables: { id: secret } }));
  await send({
    method: 'GET',
    path: `/graphql?${new URLSearchParams({ query, variables: JSON.stringify({ id: secret }) })}`,
    headers,
  });
  await send({
    method: 'GET',
    path: `/graphql?${new URLSearchParams({ query: '{ viewer { teams { id } } }', token: secret })}`,
    headers,
  });
  await send({
    method: 'GET',
    path: `/graphql?${new URLSearchParams({ query, variables: `{"id": "${secret}` })}`,
    headers,
  });
  await send({ method: 'GET', path: `/nothing?token=${secret}`, headers });
  await send({ method: 'GET', path: `/%${secret}`, headers });
  await send({ method: 'GET', path: '/metrics', headers });
  await send({
    method: 'GET',
    path: '/graphql?query={viewer{teams{id}}}',
    headers: { ...headers, 'x-request-id': secret },
  });
  await send({ method: 'PUT', path: `/graphql?token=${secret}`, headers, body: secret });
  await send({ headers: { ...headers, 'content-type': 'text/plain' }, body: secret });
  for (const authorization of [`Basic ${secret}`, secret, `Bearer ${secret} x`, `Bearer x${secret}`]) {
    await send({ headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  }
}

/** Creates that fail where the secret, or what comes after it, is written. */
async function failToCreate(): Promise<void> {
  const virtualKeyId = await newKey();
  const token = await change(root, 'createServiceToken', { name: 'Rotated', scopes: ['GATEWAY'] }, tokenFields);
  const serviceTokenId = (token['serviceToken'] as { id: string }).id;
  const digests = await digestsSentWhile(async () => {
    for (const table of ['virtual_key_secrets', 'service_token_secrets', 'audit_events']) {
      const mend = await breakTable(server, table, org);
      const failed = [
        await change(owner, 'createVirtualKey', { workspaceId, name: 'Never' }, keyFields),
        await change(owner, 'rotateVirtualKey', { virtualKeyId, overlapSeconds: 5 }, keyFields),
        await change(root, 'createServiceToken', { name: 'Never', scopes: ['GATEWAY'] }, tokenFields),
        await change(root, 'rotateServiceToken', { serviceTokenId, overlapSeconds: 5 }, tokenFields),
      ];
      await mend();
      expect([table, failed.some((payload) => payload['secret'] === undefined)]).toEqual([table, true]);
    }
  });
  const known = new Set(shown.map(({ secret }) => digestOf(secret).toString('hex')));
  unknownDigests.push(...digests.filter((digest) => !known.has(digest.toString('hex'))));
}

/** The SHA-256 digests among the values of the statements that the server sends meanwhile. */
async function digestsSentWhile(work: () => Promise<void>): Promise<Buffer[]> {
  const digests: Buffer[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function record(this: pg.Client, ...args: unknown[]) {
    const [message] = args;
    const sent = message instanceof Message ? message.statements.flatMap(({ values }) => values) : [];
    digests.push(...sent.filter((value): value is Buffer => Buffer.isBuffer(value) && value.length === 32));
    return Reflect.apply(original, this, args) as unknown;
  } as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
  return digests;
}

/** Works while no service token can be looked up. */
async function withoutTokenSearch(work: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) =>
    server.database.rows({ text: `ALTER TABLE service_tokens RENAME COLUMN ${from} TO ${to}`, values: [] });
  await rename('revoked_at', 'lost_at');
  await work().finally(() => rename('lost_at', 'revoked_at'));
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** How the forms begin in which bytes come into text: hexadecimal, base64 and a list of numbers; long ones are often cut. */
function formsOf(bytes: Buffer): string[] {
  const start = bytes.subarray(0, 15);
  return [start.toString('hex'), start.toString('base64'), start.toString('base64url'), [...start].join(',')];
}

/** What must not be found of a secret: itself, parts of what is random in it, and other forms of it. */
function tracesOf(secret: string): string[] {
  // That of a service begins with its organization, which is no secret.
  const random = secret.slice(secret.startsWith('tvs_') ? 26 : 4);
  const [first, second] = [random.slice(0, 16), random.slice(16, 32)];
  const texts = [secret, first, second];
  return [...texts, ...texts.flatMap((text) => formsOf(Buffer.from(text))), ...formsOf(digestOf(secret))];
}

/** What is found in the text, with where it begins. */
function tracesIn(text: string): string[] {
  const compact = text.replaceAll(', ', ',');
  const traces = [...shown.flatMap(({ secret }) => tracesOf(secret)), ...unknownDigests.flatMap(formsOf)];
  const found = traces.filter((trace) => compact.includes(trace));
  const unknown = /tv[ks]_[0-9A-Za-z]{49}/.exec(text)?.[0];
  if (unknown !== undefined) found.push(unknown);
  return found.map((trace) => `${trace} in ${text.slice(0, 400)}`);
}

describe('a secret', () => {
  test('is shown by the create or rotation that made it, once', () => {
    const secrets = shown.map(({ secret }) => secret);
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(secrets.filter((secret) => secret.startsWith('tvk_'))).toHaveLength(9);
    expect(secrets.filter((secret) => secret.startsWith('tvs_'))).toHaveLength(5);
    expect(unknownDigests.length).toBeGreaterThanOrEqual(3);
    for (const { secret, answer } of shown) expect(answer.split(secret)).toHaveLength(2);
  });

  test('is in no other answer, whatever was asked', () => {
    expect(answers.length).toBeGreaterThan(80);
    const leaks = answers.flatMap((answer) => {
      const own = shown.find((one) => one.answer === answer);
      return tracesIn(own === undefined ? answer : answer.replace(own.secret, ''));
    });
    expect(leaks).toEqual([]);
  });

  test('is in no log line, of requests, refusals and faults alike, nor is a token of a person or the password of the database', () => {
    const lines = server.logLines.join('\n');
    for (const message of ['"msg":"request"', '"msg":"refused"', '"msg":"unexpected error"']) {
      expect(lines).toContain(message);
    }
    expect(server.logLines.flatMap((line) => tracesIn(line))).toEqual([]);
    const { password } = new URL(server.databaseUrl);
    // The URL of a shared one may have none.
    if (!isShared) expect(password).toMatch(/.{8}/);
    const passwords = password === '' ? [] : [password];
    for (const text of [...passwords, ...[root, owner].flatMap(({ token }) => token.split('.').slice(1))]) {
      expect(server.logLines.filter((line) => line.includes(text))).toEqual([]);
    }
  });

  test('is in no audit event', async () => {
    const events = await server.database.rows<{ event: string }>({
      text: 'SELECT to_jsonb(e)::text AS event FROM audit_events e',
      values: [],
    });
    const actions = new Set(events.map(({ event }) => (JSON.parse(event) as { action: string }).action));
    for (const action of ['virtual_key.created', 'virtual_key.rotated', 'service_token.created']) {
      expect(actions).toContain(action);
    }
    expect(events.flatMap(({ event }) => tracesIn(event))).toEqual([]);
  });

  test('is in no column of the database but as digest, in the two that are for it', async () => {
    const columns = await server.database.rows<{ table: string; column: string }>({
      text: `SELECT table_name AS table, column_name AS column FROM information_schema.columns
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
      values: [],
    });
    expect(columns.length).toBeGreaterThan(80);
    const digests = new Set(shown.map(({ secret }) => `\\x${digestOf(secret).toString('hex')}`));
    const found = new Set<string>();
    const kept = new Set<string>();
    for (const { table, column } of columns) {
      const values = await server.database.rows<{ value: string }>({
        text: `SELECT DISTINCT "${column}"::text AS value FROM "${table}" WHERE "${column}" IS NOT NULL`,
        values: [],
      });
      for (const { value } of values) {
        if (digests.has(value)) {
          kept.add(value);
          found.add(`${table}.${column}`);
        } else {
          expect([table, column, tracesIn(value)]).toEqual([table, column, []]);
        }
      }
    }
    expect([...found].sort()).toEqual(['service_token_secrets.secret_digest', 'virtual_key_secrets.secret_digest']);
    expect(kept).toEqual(digests);
  });

  test('is in no statement that the database knows by its text', async () => {
    const rows = await server.database.rows<{ text: string }>({
      text: `SELECT query AS text FROM pg_stat_activity WHERE datname = current_database()
        UNION ALL SELECT statement FROM pg_prepared_statements`,
      values: [],
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.flatMap(({ text }) => tracesIn(text))).toEqual([]);
  });
});
