import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, idOfNothing, mutate, newService, run } from '../testing/fixtures.js';
import { toGlobalId } from '../testing/ids.js';
import { changeRows, giveToTeam, insertKeys, insertWorkspaces, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface AuditEvent {
  readonly id: string;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly actorId: string | null; readonly name: string };
  readonly workspace: { readonly id: string } | null;
  readonly targetId: string | null;
  readonly changes: readonly {
    readonly field: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly occurredAt: string;
  readonly requestId: string | null;
}

const eventFields = `id action actor { kind actorId name } workspace { id } targetId changes { field before after } occurredAt
  requestId`;

interface AuditLog {
  readonly nodes: readonly AuditEvent[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}

interface LogRequest {
  readonly first?: number;
  readonly after?: string | null;
  readonly filter?: object | null;
}

const logQuery = `query ($id: ID!, $first: Int, $after: String, $filter: AuditFilter) { workspace(id: $id) {
  auditLog(first: $first, after: $after, filter: $filter) {
    nodes { ${eventFields} } edges { cursor node { id } } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  }
} }`;

async function auditLog(who: Person, id: string, request: LogRequest = {}): Promise<AuditLog | null> {
  const data = await run<{ workspace: { auditLog: AuditLog | null } }>(server, who, logQuery, { id, ...request });
  return data.workspace.auditLog;
}

async function events(who: Person, id: string, filter: object = {}): Promise<readonly AuditEvent[]> {
  const log = await auditLog(who, id, { first: 100, filter });
  if (log === null) throw new Error('The audit log is not to be read.');
  expect(log.totalCount).toBe(log.nodes.length);
  return log.nodes;
}

async function node(who: Person, id: string): Promise<AuditEvent | null> {
  const query = `query ($id: ID!) { node(id: $id) { ... on AuditEvent { ${eventFields} } } }`;
  return (await run<{ node: AuditEvent | null }>(server, who, query, { id })).node;
}

async function change(who: Person, workspaceId: string, expectedVersion: number, monthlyBudget: string): Promise<void> {
  const { userErrors } = await mutate(server, who, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId, expectedVersion, monthlyBudget },
    fields: 'workspace { id }',
  });
  expect(userErrors).toEqual([]);
}

/** A workspace whose log has nine events: of its creation, five changes by two people, and a review of three keys. */
async function newHistory() {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Olga' });
  const admin = await person(server, { sub: 'admin', org, name: 'Adam' });
  const id = await createWorkspace(server, owner);
  await setRole(server, [id], admin, 'ADMIN');
  for (const version of [1, 2, 3, 4, 5]) await change(version % 2 === 0 ? admin : owner, id, version, `${version}.00`);
  const keys = await insertKeys(server, id, [{ name: 'one' }, { name: 'two' }, { name: 'three' }]);
  await mutate(server, owner, {
    name: 'reviewVirtualKeys',
    input: { decisions: keys.map((virtualKeyId) => ({ virtualKeyId, decision: 'KEEP' })) },
    fields: 'virtualKeys { id }',
  });
  return { org, owner, admin, id, keys };
}

describe('the audit log of a workspace', () => {
  test('tells newest first of what was done in it, on pages without gap or double', async () => {
    const { owner, id } = await newHistory();
    await createWorkspace(server, owner);
    const stored = (await auditEvents(server, id)).reverse();
    const whole = await events(owner, id);
    expect(whole.map(({ action, targetId }) => [action, targetId])).toEqual(
      stored.map(({ action, targetId }) => [action, targetId]),
    );
    expect(whole).toHaveLength(9);
    for (const first of [1, 2, 4, 9]) {
      const paged: AuditEvent[] = [];
      for (let after: string | null = null, isLast = false; !isLast; ) {
        const log: AuditLog | null = await auditLog(owner, id, { first, after });
        expect(log).toMatchObject({ totalCount: 9, pageInfo: { hasPreviousPage: after !== null } });
        expect(log?.edges.map((edge) => edge.node.id)).toEqual(log?.nodes.map((event) => event.id));
        expect(log?.pageInfo.endCursor).toBe(log?.edges.at(-1)?.cursor);
        paged.push(...(log?.nodes ?? []));
        after = log?.pageInfo.endCursor ?? null;
        isLast = log?.pageInfo.hasNextPage !== true;
      }
      expect(paged).toEqual(whole);
    }
  });

  test('shows who did it, where, to what, when, in which request, and the values as JSON', async () => {
    const owner = await person(server, { sub: 'owner', org: newOrganization(), name: 'Olga' });
    const workspaceId = await createWorkspace(server, owner, { monthlyBudget: '100.00' });
    const friend = await person(server, { sub: 'friend', org: newOrganization() });
    await server.request({
      token: owner.token,
      query: `mutation ($input: UpdateWorkspaceSettingsInput!) {
        updateWorkspaceSettings(input: $input) { userErrors { code } }
      }`,
      variables: { input: { workspaceId, expectedVersion: 1, monthlyBudget: '7.5', region: 'US' } },
      headers: { 'x-request-id': 'billing:42' },
    });
    const [event, created] = await events(owner, workspaceId);
    expect(event).toEqual({
      id: expect.stringMatching(/^aud_/),
      action: 'workspace.settings_updated',
      actor: { kind: 'USER', actorId: owner.id, name: 'Olga' },
      workspace: { id: workspaceId },
      targetId: workspaceId,
      changes: [
        { field: 'region', before: '"EU"', after: '"US"' },
        { field: 'monthlyBudget', before: '"100.00"', after: '"7.50"' },
      ],
      occurredAt: expect.stringMatching(/Z$/),
      requestId: 'billing:42',
    });
    expect(Math.abs(Date.parse(event?.occurredAt ?? '') - Date.now())).toBeLessThan(60_000);
    expect(created?.changes).toContainEqual({ field: 'members', before: '[]', after: JSON.stringify([owner.id]) });
    expect(created?.changes).toContainEqual({ field: 'region', before: null, after: '"EU"' });
    expect(await node(owner, event?.id ?? '')).toEqual(event);
    expect(await node(friend, event?.id ?? '')).toBeNull();
  });

  test('names a person as they were called then, a service by its token, and the system without an id', async () => {
    const org = newOrganization();
    const root = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
    const id = await createWorkspace(server, root);
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    await change(service, id, 1, '1.00');
    await server.database.rows({
      text: `INSERT INTO audit_events (id, organization_id, workspace_id, action, actor_kind, actor_name)
        SELECT gen_random_uuid(), organization_id, id, 'workspace.checked', 'SYSTEM', 'repair' FROM workspaces WHERE id = $1`,
      values: [uuidOf(id)],
    });
    await changeRows(server, root.id, `name = 'Renamed', claims_issued_at = now()`);
    const [system, changed, created] = await events(root, id);
    expect(system).toMatchObject({
      actor: { kind: 'SYSTEM', actorId: null, name: 'repair' },
      targetId: null,
      changes: [],
      requestId: null,
    });
    expect(changed?.actor).toEqual({ kind: 'SERVICE', actorId: service.id, name: 'WORKSPACES_WRITE' });
    expect(created?.actor).toEqual({ kind: 'USER', actorId: root.id, name: 'Root' });
  });

  test('can be filtered by action, by actor and by time, from the first to before the second', async () => {
    const { owner, admin, id, keys } = await newHistory();
    const whole = await events(owner, id);
    const idsWhere = (condition: (event: AuditEvent) => boolean) => whole.filter(condition).map((event) => event.id);
    const idsBy = async (filter: object) => (await events(owner, id, filter)).map((event) => event.id);
    const isReview = ({ action }: AuditEvent) => action === 'virtual_key.reviewed';
    const isCreation = ({ action }: AuditEvent) => action === 'workspace.created';
    expect(await idsBy({ actions: ['virtual_key.reviewed'] })).toEqual(idsWhere(isReview));
    expect(idsWhere(isReview)).toHaveLength(3);
    expect(await idsBy({ actions: ['virtual_key.reviewed', 'workspace.created', 'no.such'] })).toEqual(
      idsWhere((event) => isReview(event) || isCreation(event)),
    );
    expect(await idsBy({ actorIds: [admin.id] })).toEqual(idsWhere(({ actor }) => actor.actorId === admin.id));
    expect(idsWhere(({ actor }) => actor.actorId === admin.id)).toHaveLength(2);
    expect(await idsBy({ actorIds: [admin.id, owner.id, idOfNothing('User')] })).toEqual(idsWhere(() => true));
    expect(await idsBy({ actorIds: [admin.id], actions: ['workspace.created'] })).toEqual([]);
    const [key = ''] = keys;
    expect(await idsBy({ targetIds: [key] })).toEqual(idsWhere(({ targetId }) => targetId === key));
    expect(await idsBy({ targetIds: [key, id], workspaceIds: [id] })).toEqual(
      idsWhere(({ targetId }) => targetId === key || targetId === id),
    );
    expect(await idsBy({ workspaceIds: [idOfNothing('Workspace')] })).toEqual([]);
    for (const filter of [{ actions: [] }, { actorIds: [] }, { actorIds: ['nobody', id] }, { actions: ['\0'] }]) {
      expect(await idsBy(filter)).toEqual([]);
    }
    expect(await idsBy({ actions: null, actorIds: null, from: null, to: null })).toEqual(idsWhere(() => true));
    const from = whole[6]?.occurredAt ?? '';
    const to = whole[4]?.occurredAt ?? '';
    expect(from < to).toBe(true);
    expect(await idsBy({ from })).toEqual(idsWhere(({ occurredAt }) => occurredAt >= from));
    expect(await idsBy({ to })).toEqual(idsWhere(({ occurredAt }) => occurredAt < to));
    expect(await idsBy({ from, to })).toEqual(idsWhere(({ occurredAt }) => occurredAt >= from && occurredAt < to));
    expect(await idsBy({ from: to, to: from })).toEqual([]);
    const page = await auditLog(owner, id, { first: 1, filter: { actions: ['virtual_key.reviewed'] } });
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const after = page?.pageInfo.endCursor ?? null;
    const rest = await auditLog(owner, id, { after, filter: { actions: ['virtual_key.reviewed'] } });
    expect(rest?.nodes.map((event) => event.id)).toEqual(idsWhere(isReview).slice(1));
  });

  test('can be filtered by a service as by a person', async () => {
    const { org, owner, admin, id } = await newHistory();
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    await mutate(server, service, {
      name: 'requestWorkspaceReview',
      input: { workspaceId: id, reason: 'Due.' },
      fields: 'workspace { id }',
    });
    const [event, ...others] = await events(owner, id, { actorIds: [service.id] });
    expect([event, others]).toMatchObject([{ actor: { kind: 'SERVICE', actorId: service.id } }, []]);
    const people = await events(owner, id, { actorIds: [admin.id] });
    expect(await events(owner, id, { actorIds: [service.id, admin.id] })).toEqual([event, ...people]);
  });

  test('refuses pages and filters out of bounds, and cursors that are not its own', async () => {
    const { owner, id } = await newHistory();
    const members = await run<{ workspace: { members: { pageInfo: { endCursor: string } } } }>(
      server,
      owner,
      'query ($id: ID!) { workspace(id: $id) { members { pageInfo { endCursor } } } }',
      { id },
    );
    const many = Array.from({ length: 101 }, (_, index) => `action.${index}`);
    const requests: LogRequest[] = [
      { first: 0 },
      { first: 101 },
      { after: 'nothing' },
      { after: members.workspace.members.pageInfo.endCursor },
      { filter: { actions: many } },
      { filter: { actorIds: many } },
      { filter: { workspaceIds: many } },
      { filter: { targetIds: many } },
    ];
    for (const request of requests) {
      const { data, errors } = await server.request({
        token: owner.token,
        query: logQuery,
        variables: { id, ...request },
      });
      expect(errors).toMatchObject([{ path: ['workspace', 'auditLog'], extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(data).toEqual({ workspace: { auditLog: null } });
    }
  });

  test('is for those who manage the workspace, from the moment on and as long as they do', async () => {
    const { org, owner, id } = await newHistory();
    const reader = await person(server, { sub: 'reader', org, name: 'Reader' });
    const [{ id: eventId } = { id: '' }] = await events(owner, id);
    for (const [role, isShown] of [
      ['VIEWER', false],
      ['MEMBER', false],
      ['ADMIN', true],
      ['VIEWER', false],
    ] as const) {
      await setRole(server, [id], reader, role);
      expect([role, (await auditLog(reader, id)) !== null]).toEqual([role, isShown]);
      expect([role, (await node(reader, eventId)) !== null]).toEqual([role, isShown]);
    }
    const teamUser = await person(server, { sub: 'team', org, teams: ['owners'] });
    await giveToTeam(server, [id], 'owners');
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const services = [
      await newService(server, root, ['WORKSPACES_READ']),
      await newService(server, root, ['WORKSPACES_WRITE']),
    ];
    for (const who of [teamUser, root, ...services]) {
      expect(await events(who, id)).toHaveLength(9);
      expect(await node(who, eventId)).toMatchObject({ workspace: { id } });
    }
  });

  test('is there when the workspace is archived', async () => {
    const { owner, id } = await newHistory();
    await mutate(server, owner, {
      name: 'archiveWorkspace',
      input: { workspaceId: id, expectedVersion: 6 },
      fields: 'workspace { id }',
    });
    expect((await events(owner, id)).map(({ action }) => action).slice(0, 2)).toEqual([
      'workspace.archived',
      'virtual_key.reviewed',
    ]);
  });

  test('is read in as many statements for two workspaces as for twenty', async () => {
    const org = newOrganization();
    const owner = await person(server, { sub: 'owner', org });
    const member = await person(server, { sub: 'member', org });
    const ids = await insertWorkspaces(server, owner, { count: 20, prefix: 'Workspace' });
    await setRole(server, ids, member, 'ADMIN');
    for (const id of ids) for (const version of [1, 2, 3]) await change(owner, id, version, `${version}.00`);
    const query = `query ($first: Int) { workspaces(first: $first) { nodes {
      auditLog(first: 2) { nodes { ${eventFields} } totalCount pageInfo { hasNextPage } }
    } } }`;
    const statementsFor = async (first: number) => {
      const { result, statements } = await recordStatements(() =>
        run<{ workspaces: { nodes: { auditLog: AuditLog }[] } }>(server, member, query, { first }),
      );
      expect(result.workspaces.nodes.map((workspace) => workspace.auditLog.nodes.length)).toEqual(Array(first).fill(2));
      expect(new Set(result.workspaces.nodes.map((workspace) => workspace.auditLog.totalCount))).toEqual(new Set([3]));
      return statements.length;
    };
    expect(await statementsFor(20)).toBe(await statementsFor(2));
  });
});

describe('an event of the organization', () => {
  test('is for its admins alone, and has no workspace', async () => {
    const org = newOrganization();
    const root = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
    const owner = await person(server, { sub: 'owner', org });
    const foreigner = await person(server, { sub: 'root', org: newOrganization(), org_role: 'admin' });
    const service = await newService(server, root, ['WORKSPACES_READ', 'WORKSPACES_WRITE']);
    const [row] = await server.database.rows<{ id: string }>({
      text: `SELECT id FROM audit_events WHERE action = 'service_token.created' AND target_id = $1`,
      values: [service.id],
    });
    const id = toGlobalId('AuditEvent', row?.id ?? '');
    expect(await node(root, id)).toMatchObject({
      action: 'service_token.created',
      actor: { kind: 'USER', actorId: root.id, name: 'Root' },
      workspace: null,
      targetId: service.id,
    });
    for (const who of [owner, foreigner, service]) expect(await node(who, id)).toBeNull();
  });
});
