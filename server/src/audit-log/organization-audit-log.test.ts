import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace, idOfNothing, mutate, newService, run } from '../testing/fixtures.js';
import { toGlobalId } from '../testing/ids.js';
import { changeRows, organizationOf, setRole } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface AuditEvent {
  readonly id: string;
  readonly action: string;
  readonly actor: {
    readonly kind: string;
    readonly actorId: string | null;
    readonly name: string;
    readonly user: { readonly id: string; readonly name: string } | null;
  };
  readonly workspace: { readonly id: string } | null;
  readonly targetId: string | null;
  readonly occurredAt: string;
}

interface AuditLog {
  readonly nodes: readonly AuditEvent[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const logQuery = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: AuditFilter) {
  auditLog(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { id action actor { kind actorId name user { id name } } workspace { id } targetId occurredAt }
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function auditLog(who: Person, request: object = {}): Promise<AuditLog | null> {
  return (await run<{ auditLog: AuditLog | null }>(server, who, logQuery, { ...request })).auditLog;
}

async function events(who: Person, filter: object = {}): Promise<readonly AuditEvent[]> {
  const log = await auditLog(who, { first: 100, filter });
  if (log === null) throw new Error('The audit log is not to be read.');
  expect(log.totalCount).toBe(log.nodes.length);
  return log.nodes;
}

/** An organization where an admin, an owner and two services did something in two workspaces and beside them. */
async function newHistory() {
  const org = newOrganization();
  const root = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
  const owner = await person(server, { sub: 'owner', org, name: 'Olga', teams: ['core'] });
  const first = await createWorkspace(server, owner);
  const second = await createWorkspace(server, root);
  const writer = await newService(server, root, ['WORKSPACES_WRITE']);
  const directory = await newService(server, root, ['DIRECTORY_WRITE']);
  const send = (who: Person, name: string, input: object, fields: string) =>
    mutate(server, who, { name, input, fields });
  await send(writer, 'requestWorkspaceReview', { workspaceId: first, reason: 'Due.' }, 'workspace { id }');
  await send(owner, 'createVirtualKey', { workspaceId: first, name: 'CI' }, 'virtualKey { id }');
  const users = [{ subject: 'ines', name: 'Ines', email: 'ines@example.com' }];
  const teams = [{ externalId: 'data', name: 'Data', subjects: ['ines'] }];
  await send(directory, 'syncTeamAccess', { users, teams }, 'usersChanged');
  await send(root, 'revokeServiceToken', { serviceTokenId: writer.id }, 'serviceToken { id }');
  return { org, root, owner, first, second, writer, directory };
}

describe("the organization's audit log", () => {
  let history: Awaited<ReturnType<typeof newHistory>>;
  let whole: readonly AuditEvent[];
  beforeAll(async () => {
    history = await newHistory();
    await newHistory();
    whole = await events(history.root);
  });

  test('tells of everything in it and of nothing elsewhere, newest first', async () => {
    const stored = await server.database.rows<{ id: string }>({
      text: 'SELECT id FROM audit_events WHERE organization_id = $1 ORDER BY occurred_at DESC, id DESC',
      values: [await organizationOf(server, history.root.id)],
    });
    expect(whole.map(({ id }) => id)).toEqual(stored.map(({ id }) => toGlobalId('AuditEvent', id)));
    expect(new Set(whole.map(({ action }) => action))).toEqual(
      new Set([
        'workspace.created',
        'workspace.review_requested',
        'virtual_key.created',
        'service_token.created',
        'service_token.revoked',
        'user.created',
        'team.created',
      ]),
    );
    const ofOrganization = whole.filter(({ workspace }) => workspace === null).map(({ action }) => action);
    expect(ofOrganization.every((action) => /^(service_token|user|team)\./.test(action))).toBe(true);
  });

  test.each(['first', 'last'] as const)('comes in pages of the %s ones without gap or double', async (size) => {
    for (const filter of [null, { workspaceIds: [history.first, history.second] }]) {
      const expected = filter === null ? whole : await events(history.root, filter);
      for (const count of [1, 3, expected.length]) {
        const paged: AuditEvent[] = [];
        for (let cursor: string | null = null, isOver = false; !isOver; ) {
          const isForward = size === 'first';
          const place = isForward ? { after: cursor } : { before: cursor };
          const log: AuditLog | null = await auditLog(history.root, { [size]: count, ...place, filter });
          if (log === null) throw new Error('The audit log is not to be read.');
          const { nodes, pageInfo } = log;
          paged.splice(isForward ? paged.length : 0, 0, ...nodes);
          cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor;
          isOver = !(isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage);
          expect(log.totalCount).toBe(expected.length);
        }
        expect(paged).toEqual(expected);
      }
    }
  });

  test('can be filtered by workspace, object, actor, action and time, each alone and all together', async () => {
    const { root, owner, first, second, writer, directory } = history;
    const key = whole.find(({ action }) => action === 'virtual_key.created')?.targetId ?? '';
    const from = whole.at(-3)?.occurredAt ?? '';
    const to = whole[1]?.occurredAt ?? '';
    const cases: [object, (event: AuditEvent) => boolean][] = [
      [{ workspaceIds: [first] }, ({ workspace }) => workspace?.id === first],
      [{ workspaceIds: [second, first, first] }, ({ workspace }) => workspace !== null],
      [{ targetIds: [key] }, ({ targetId }) => targetId === key],
      [{ targetIds: [key, writer.id, second] }, ({ targetId }) => [key, writer.id, second].includes(targetId ?? '')],
      [{ actorIds: [directory.id] }, ({ actor }) => actor.actorId === directory.id],
      [{ actorIds: [owner.id, root.id] }, ({ actor }) => actor.kind === 'USER'],
      [
        { actions: ['service_token.created', 'team.created'] },
        ({ action }) => /^(service_.*|team.)created/.test(action),
      ],
      [{ from, to }, ({ occurredAt }) => occurredAt >= from && occurredAt < to],
      [
        {
          workspaceIds: [first, second],
          targetIds: [first, key],
          actorIds: [owner.id],
          actions: ['workspace.created'],
          from: '2020-01-01T00:00:00Z',
        },
        ({ targetId, action }) => targetId === first && action === 'workspace.created',
      ],
      [{ workspaceIds: null, targetIds: null, actorIds: null, actions: null, from: null, to: null }, () => true],
      [{ workspaceIds: [] }, () => false],
      [{ workspaceIds: [first], targetIds: [] }, () => false],
      [{ workspaceIds: ['nonsense', idOfNothing('Workspace'), owner.id] }, () => false],
      [{ targetIds: ['\0', 'nonsense', idOfNothing('VirtualKey')] }, () => false],
      [{ actorIds: [first], actions: ['\0'] }, () => false],
    ];
    for (const [filter, holds] of cases) {
      const expected = whole.filter(holds).map(({ id, action }) => [id, action]);
      expect([filter, (await events(root, filter)).map(({ id, action }) => [id, action])]).toEqual([filter, expected]);
    }
  });

  test('names the actor as they were called then, and the person as they are now', async () => {
    const { root, owner, first } = history;
    await changeRows(server, owner.id, `name = 'Olga Renamed'`);
    const [created] = await events(root, { targetIds: [first], actions: ['workspace.created'] });
    expect(created?.actor).toEqual({
      kind: 'USER',
      actorId: owner.id,
      name: 'Olga',
      user: { id: owner.id, name: 'Olga Renamed' },
    });
    const [reviewed] = await events(root, { actions: ['workspace.review_requested'] });
    expect(reviewed?.actor).toEqual({
      kind: 'SERVICE',
      actorId: history.writer.id,
      name: 'WORKSPACES_WRITE',
      user: null,
    });
  });

  test('is null for who is no admin of the organization, whatever they are in it, and closed to every service', async () => {
    const { org, root, owner, first } = history;
    const admin = await person(server, { sub: 'admin', org, teams: ['core'] });
    await setRole(server, [first], admin, 'ADMIN');
    for (const who of [owner, admin]) expect(await auditLog(who)).toBeNull();
    const services = [['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE'], ['GATEWAY']];
    for (const scopes of services) {
      const { token } = await newService(server, root, scopes);
      const { data, errors } = await server.request({ token, query: logQuery });
      expect(data).toEqual({ auditLog: null });
      expect(errors).toMatchObject([{ path: ['auditLog'], extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  test('refuses filters out of bounds by the name of the field, and cursors of other lists', async () => {
    const { root, first } = history;
    const many = Array.from({ length: 101 }, (_, index) => `nothing.${index}`);
    const ofWorkspace = await run<{ workspace: { auditLog: { pageInfo: { endCursor: string } } } }>(
      server,
      root,
      'query ($id: ID!) { workspace(id: $id) { auditLog { pageInfo { endCursor } } } }',
      { id: first },
    );
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ first: 0 }, /"first"/],
      [{ last: 101 }, /"last"/],
      [{ first: 1, last: 1 }, /"first" and "last"/],
      [{ after: ofWorkspace.workspace.auditLog.pageInfo.endCursor }, /"after"/],
      ...['actions', 'actorIds', 'workspaceIds', 'targetIds'].map((field): [Record<string, unknown>, RegExp] => [
        { filter: { [field]: many } },
        new RegExp(`"${field}" takes at most 100 values`),
      ]),
    ];
    for (const [variables, message] of refused) {
      const { data, errors } = await server.request({ token: root.token, query: logQuery, variables });
      expect(data).toEqual({ auditLog: null });
      expect(errors).toMatchObject([
        { message: expect.stringMatching(message), path: ['auditLog'], extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  test('is read in as many statements for one event as for all of them', async () => {
    // Each with a workspace and a person.
    const filter = { actions: ['workspace.created', 'virtual_key.created'] };
    const statementsFor = async (first: number) =>
      (await recordStatements(() => auditLog(history.root, { first, filter }))).statements.length;
    expect(await statementsFor(100)).toBe(await statementsFor(1));
  });
});
