import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from '../schema.js';
import { attempt } from '../testing/attempts.js';
import { type Company, newCompany, newScene, type Player } from '../testing/cast.js';
import { commandOf, mutationsOf, prepare, typesFor } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { newService } from '../testing/fixtures.js';
import { authorizeText, digestOf, type GatewayScene, newGatewayScene, requestOf } from '../testing/gateway.js';
import type { Ids } from '../testing/ids.js';
import { changeRows, giveToTeam, uuidOf } from '../testing/rows.js';
import { type GraphQLAnswer, type Person, person, signToken } from '../testing/test-server.js';
import { usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';
import { permissionOf } from '../testing/who-may.js';

// Whoever loses a right while a mutation of theirs waits, however late, changes nothing by it. Every mutation waits here for
// the last that it writes, when all that it looks at has been looked at.

useServer({ DATABASE_POOL_SIZE: '60' });

interface Scene {
  readonly mutation: string;
  readonly ids: Ids;
  /** Made once, so that an idempotency key that was claimed by what was undone is free again. */
  readonly input: Readonly<Record<string, unknown>>;
}

let schema: GraphQLSchema;
let company: Company;
let scenes: Scene[];
/** Without the one that holds the row of the person: nobody changes that meanwhile. */
let open: Scene[];

beforeAll(async () => {
  schema = await createSchema();
  company = await newCompany(server);
  scenes = [];
  for (const mutation of mutationsOf(schema)) {
    const { ids } = await newScene(server, company, {}, typesFor(mutation));
    await prepare(server, mutation, ids);
    scenes.push({ mutation, ids, input: commandOf(mutation).input(ids) });
  }
  open = scenes.filter(({ mutation }) => mutation !== 'selectWorkspace');
});

type Sent = Awaited<ReturnType<typeof attempt>>;

/**
 * Sends all of it, which has to wait for the tables that it writes last, makes the change, and lets it go on.
 * @returns the answers, and whether anything is in the database beside the change.
 */
async function loseMeanwhile<Answer>(
  sending: readonly (() => Promise<Answer>)[],
  lose: () => Promise<unknown>,
): Promise<{ answers: Answer[]; isUnchanged: boolean }> {
  const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
  try {
    await holder.query('BEGIN; LOCK TABLE audit_events, gateway_requests IN SHARE MODE');
    const answering = sending.map((one) => one());
    await untilWaiting(watcher, sending.length);
    await lose();
    const before = await databaseContent(server.database);
    await holder.query('COMMIT');
    const answers = await Promise.all(answering);
    return { answers, isUnchanged: isEqual(await databaseContent(server.database), before) };
  } finally {
    await Promise.all([holder.end(), watcher.end()]);
  }
}

function isEqual(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const trying =
  (who: Player, { mutation, input }: Scene) =>
  (): Promise<Sent> =>
    attempt({ server, schema }, who, mutation, input);

const codesOf = ({ payload, errors }: Sent) =>
  payload?.userErrors.map(({ code }) => code) ?? errors?.map(({ extensions }) => extensions.code);

const player = (who: Person, kind: Player['kind'] = 'USER'): Player => ({ ...who, kind, name: '' });

async function newAdmin(more: { expiresIn?: string } = {}): Promise<Player> {
  const claims = { sub: `admin ${randomUUID()}`, org: company.organization, org_role: 'admin' };
  const { id } = await person(server, claims);
  return player({ id, token: await signToken(claims, more.expiresIn) });
}

describe('somebody who loses the right while every mutation of theirs waits gets nothing done by', () => {
  test('being set inactive', async () => {
    const who = await newAdmin();
    const sending = open.map((scene) => trying(who, scene));
    const { answers, isUnchanged } = await loseMeanwhile(sending, () => changeRows(server, who.id, 'active = false'));
    expect(answers.map(codesOf)).toEqual(open.map(() => ['UNAUTHENTICATED']));
    expect(isUnchanged).toBe(true);
  });

  test('an end of their token', async () => {
    const who = await newAdmin({ expiresIn: '3s' });
    const sending = scenes.map((scene) => trying(who, scene));
    const { answers, isUnchanged } = await loseMeanwhile(sending, () => delay(3_000));
    expect(answers.map(codesOf)).toEqual(scenes.map(() => ['UNAUTHENTICATED']));
    expect(isUnchanged).toBe(true);
  });

  test('becoming a member of the organization', async () => {
    const who = await newAdmin();
    const others = open.filter(({ mutation }) => mutation !== 'createWorkspace');
    const sending = others.map((scene) => trying(who, scene));
    const { answers, isUnchanged } = await loseMeanwhile(sending, () =>
      changeRows(server, who.id, `organization_role = 'MEMBER', claims_issued_at = now()`),
    );
    for (const codes of answers.map(codesOf)) expect(['NOT_FOUND', 'FORBIDDEN']).toContain(codes?.join());
    expect(isUnchanged).toBe(true);
  });

  test('being taken from the team that owns the workspaces', async () => {
    const { teammate: who, owningTeam } = company;
    const given = scenes.filter(({ mutation }) =>
      /^workspace\.(update|review|change)|^virtual_key/.test(permissionOf(mutation)),
    );
    expect(given.length).toBeGreaterThan(10);
    const ids = given.map(({ ids: { Workspace } }) => Workspace);
    await giveToTeam(server, ids, owningTeam);
    const sending = given.map((scene) => trying(who, scene));
    const { answers, isUnchanged } = await loseMeanwhile(sending, () =>
      server.database.rows({
        text: `DELETE FROM team_memberships tm USING teams t WHERE t.id = tm.team_id AND tm.user_id = $1 AND t.name = $2`,
        values: [uuidOf(who.id), owningTeam],
      }),
    );
    expect(answers.map(codesOf)).toEqual(given.map(() => ['NOT_FOUND']));
    expect(isUnchanged).toBe(true);
  });

  const endings: readonly (readonly [string, string, string])[] = [
    ['a service whose token is revoked', 'service_tokens', 'revoked_at = now()'],
    ['a service whose token expires', 'service_tokens', 'expires_at = clock_timestamp()'],
    ['a service whose scopes are taken', 'service_tokens', `scopes = '{WORKSPACES_READ}'`],
    ['a service whose secret was rotated, and is over', 'service_token_secrets', 'expires_at = clock_timestamp()'],
  ];

  function end({ id }: Person, table: string, assignment: string) {
    const column = table === 'service_tokens' ? 'id' : 'service_token_id';
    return server.database.rows({
      text: `UPDATE ${table} SET ${assignment} WHERE ${column} = $1`,
      values: [uuidOf(id)],
    });
  }

  async function serviceOf(admin: Person, scopes: readonly string[]): Promise<Player> {
    const service = player(await newService(server, admin, scopes), 'SERVICE');
    await changeRows(server, service.id, `last_used_at = now() + interval '1 day'`);
    await end(service, 'service_token_secrets', `last_used_at = now() + interval '1 day'`);
    return service;
  }

  test.each(endings)('%s', async (_who, table, assignment) => {
    const who = await serviceOf(company.people.organizationAdmin, ['WORKSPACES_WRITE', 'DIRECTORY_WRITE']);
    const personal = [
      'createWorkspace',
      'selectWorkspace',
      'createServiceToken',
      'revokeServiceToken',
      'rotateServiceToken',
    ];
    const own = scenes.filter(({ mutation }) => !personal.includes(mutation));
    const sending = own.map((scene) => trying(who, scene));
    const { answers, isUnchanged } = await loseMeanwhile(sending, () => end(who, table, assignment));
    const expected = assignment.startsWith('scopes') ? 'FORBIDDEN' : 'UNAUTHENTICATED';
    expect(answers.map(codesOf)).toEqual(own.map(() => [expected]));
    expect(isUnchanged).toBe(true);
  });

  let scene: GatewayScene;
  test.each(endings)('%s, and what a gateway calls: of %s', async (_who, table, assignment) => {
    scene ??= await newGatewayScene();
    const who = await serviceOf(scene.admin, ['GATEWAY']);
    const { token } = who;
    const calls: (() => Promise<GraphQLAnswer<{ recordUsage?: { userErrors: { code: string }[] } }>>)[] = [
      () => server.request({ token, query: authorizeText('allowed'), variables: { input: requestOf(scene.key) } }),
      () =>
        server.request({
          token,
          query: 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { recorded userErrors { code } } }',
          variables: { input: { records: [usage({ keyDigest: digestOf(scene.key.secret) })] } },
        }),
    ];
    const { answers, isUnchanged } = await loseMeanwhile(calls, () => end(who, table, assignment));
    const codes = answers.map(
      ({ data, errors }) => errors?.[0]?.extensions.code ?? data?.recordUsage?.userErrors[0]?.code,
    );
    const expected = assignment.startsWith('scopes') ? 'FORBIDDEN' : 'UNAUTHENTICATED';
    expect(codes).toEqual([expected, expected]);
    expect(isUnchanged).toBe(true);
  });
});

test('every mutation that waits so is done where nobody has lost anything', async () => {
  const who = await newAdmin();
  const { answers } = await loseMeanwhile(
    scenes.map((scene) => trying(who, scene)),
    () => Promise.resolve(),
  );
  expect(answers.map(codesOf)).toEqual(scenes.map(() => []));
});
