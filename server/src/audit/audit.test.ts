import { beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from '../schema.js';
import { type Company, castOf, type Ids, newCompany, newScene, type Part, type Player } from '../testing/cast.js';
import { commandOf, mutationText, prepare } from '../testing/commands.js';
import { databaseContent } from '../testing/database-content.js';
import { breakAudit, uuidOf } from '../testing/fixtures.js';
import { server, useServer } from '../testing/use-server.js';

/** What every mutation leaves behind; the table is compared with the schema, so that a new mutation has to say it here. */

useServer();

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

type Payload = Readonly<Record<string, unknown>> & {
  readonly userErrors: readonly { readonly code: string }[];
};

/** What there is to say an event from. */
interface Told {
  readonly company: Company;
  readonly ids: Ids;
  readonly input: Readonly<Record<string, unknown>>;
  readonly payload: Payload;
}

type Change = readonly [field: string, before: unknown, after: unknown];

interface ToldEvent {
  readonly action: string;
  readonly target: unknown;
  /** Global id; null for what belongs to the organization. */
  readonly workspace: string | null;
  readonly changes: readonly Change[];
}

interface Recipe {
  /** Who does it: a person and, where one may, a service. */
  readonly by: readonly Part[];
  /** Who may not do it: a person, but for what every person may do, and a service. */
  readonly refusedTo: readonly Part[];
  readonly permission: string;
  readonly events: (told: Told) => readonly ToldEvent[];
  /** What is sent to have the same again, the same input unless given. */
  readonly again?: (input: object) => object;
  /** What comes of that; success unless given. */
  readonly comesOfIt?: 'another change' | 'INVALID';
}

/** An event of the scene's workspace. */
const inWorkspace = ({ ids }: Told, action: string, target: string, changes: readonly Change[]): ToldEvent[] => [
  { action, target, workspace: ids.Workspace, changes },
];
const ofOrganization = (action: string, target: unknown, changes: readonly Change[]): ToldEvent => ({
  action,
  target,
  workspace: null,
  changes,
});
const idOf = (object: unknown) => (object as { id: string }).id;
const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const version = (expectedVersion: number) => (input: object) => ({ ...input, expectedVersion });

const managers = { by: ['admin', 'writer'], refusedTo: ['member', 'reader'] } as const;
const owners = { by: ['owner', 'writer'], refusedTo: ['admin', 'reader'] } as const;
const keyUsers = { by: ['owner', 'writer'], refusedTo: ['viewer', 'reader'] } as const;
const tokenMakers = { by: ['organizationAdmin'], refusedTo: ['owner', 'writer'] } as const;

const recipes: Readonly<Record<string, Recipe>> = {
  archiveWorkspace: {
    ...owners,
    permission: 'workspace.archive',
    events: (told) => inWorkspace(told, 'workspace.archived', told.ids.Workspace, [['archivedAt', null, aTime]]),
  },
  changeMemberRole: {
    ...managers,
    permission: 'workspace.change_roles',
    events: (told) => inWorkspace(told, 'member.role_changed', told.ids.Member, [['role', 'MEMBER', 'VIEWER']]),
  },
  completeWorkspaceReview: {
    ...managers,
    permission: 'workspace.review',
    comesOfIt: 'INVALID',
    events: (told) =>
      inWorkspace(told, 'workspace.review_completed', told.ids.Workspace, [
        ['status', 'REVIEW', 'ACTIVE'],
        ['reviewReason', 'Yearly', null],
        ['note', null, 'In order'],
      ]),
  },
  createServiceToken: {
    ...tokenMakers,
    permission: 'service_token.manage',
    events: ({ payload }) => [
      ofOrganization('service_token.created', idOf(payload['serviceToken']), [
        ['name', null, 'Billing'],
        ['scopes', null, ['GATEWAY']],
      ]),
    ],
  },
  createVirtualKey: {
    ...keyUsers,
    permission: 'virtual_key.create',
    events: (told) =>
      inWorkspace(told, 'virtual_key.created', idOf(told.payload['virtualKey']), [
        ['name', null, 'CI'],
        ['allowedModels', null, ['small']],
        ['monthlyBudget', null, '5.00'],
      ]),
  },
  createWorkspace: {
    by: ['owner'],
    refusedTo: ['writer'],
    permission: 'workspace.create',
    events: ({ payload, input, company }) => {
      const workspace = idOf(payload['workspace']);
      const settings = ['name', 'environment', 'region', 'monthlyBudget'].map((field) => [field, null, input[field]]);
      const members = ['members', [], [company.people.owner.id]];
      const changes = [...settings, members] as unknown as Change[];
      return [{ action: 'workspace.created', target: workspace, workspace, changes }];
    },
  },
  requestWorkspaceReview: {
    ...managers,
    permission: 'workspace.review',
    comesOfIt: 'INVALID',
    events: (told) =>
      inWorkspace(told, 'workspace.review_requested', told.ids.Workspace, [
        ['status', 'ACTIVE', 'REVIEW'],
        ['reviewReason', null, 'Yearly'],
      ]),
  },
  restoreWorkspace: {
    ...owners,
    permission: 'workspace.archive',
    events: (told) => inWorkspace(told, 'workspace.restored', told.ids.Workspace, [['archivedAt', aTime, null]]),
  },
  reviewVirtualKeys: {
    ...managers,
    permission: 'virtual_key.review',
    events: (told) =>
      inWorkspace(told, 'virtual_key.reviewed', told.ids.VirtualKey, [
        ['decision', null, 'DISABLE'],
        ['note', null, 'Nobody knows it'],
        ['status', 'ACTIVE', 'DISABLED'],
      ]),
    comesOfIt: 'another change',
  },
  revokeServiceToken: {
    ...tokenMakers,
    permission: 'service_token.manage',
    events: ({ ids }) => [ofOrganization('service_token.revoked', ids.ServiceToken, [['revokedAt', null, aTime]])],
  },
  revokeVirtualKey: {
    ...keyUsers,
    permission: 'virtual_key.change_own',
    events: (told) =>
      inWorkspace(told, 'virtual_key.revoked', told.ids.VirtualKey, [
        ['status', 'ACTIVE', 'REVOKED'],
        ['reason', null, 'Leaked'],
      ]),
  },
  rotateVirtualKey: {
    ...keyUsers,
    permission: 'virtual_key.change_own',
    events: (told) =>
      inWorkspace(told, 'virtual_key.rotated', told.ids.VirtualKey, [
        ['maskedKey', 'tvk_…abcd', `tvk_…${String(told.payload['secret']).slice(-4)}`],
        ['overlapSeconds', null, 60],
      ]),
  },
  selectWorkspace: {
    by: ['viewer'],
    refusedTo: ['writer'],
    permission: 'workspace.select',
    events: (told) => inWorkspace(told, 'workspace.selected', told.ids.Workspace, [['isActive', false, true]]),
  },
  syncTeamAccess: {
    by: ['organizationAdmin', 'directory'],
    refusedTo: ['owner', 'writer'],
    permission: 'team_access.sync',
    events: ({ input, company }) => {
      const { users, teams } = input as Record<'users' | 'teams', { name: string }[]>;
      return [
        ofOrganization('user.updated', company.colleague.id, [
          ['name', 'colleague', users[0]?.name],
          ['email', '', 'colleague@example.com'],
        ]),
        ofOrganization('team.created', expect.stringMatching(/^team_/), [
          ['externalId', null, 'crowd'],
          ['name', null, teams[0]?.name],
          ['users', [], [company.colleague.id]],
        ]),
      ];
    },
  },
  transferWorkspaceOwnership: {
    ...owners,
    permission: 'workspace.transfer_ownership',
    events: (told) =>
      inWorkspace(told, 'workspace.ownership_transferred', told.ids.Workspace, [
        ['owner', told.company.people.owner.id, told.ids.User],
        ['members', [], [told.ids.User]],
      ]),
    again: version(2),
  },
  updateVirtualKey: {
    ...keyUsers,
    permission: 'virtual_key.change_own',
    events: (told) =>
      inWorkspace(told, 'virtual_key.updated', told.ids.VirtualKey, [
        ['name', 'owner', 'Renamed'],
        ['status', 'ACTIVE', 'DISABLED'],
      ]),
    again: version(2),
  },
  updateWorkspaceSettings: {
    ...managers,
    permission: 'workspace.update_settings',
    events: (told) =>
      inWorkspace(told, 'workspace.settings_updated', told.ids.Workspace, [['environment', 'SANDBOX', 'STAGING']]),
    again: version(2),
  },
};

/** A mutation that is about to change something in an organization that nobody else works in. */
interface Attempt {
  readonly company: Company;
  readonly ids: Ids;
  readonly input: Record<string, unknown>;
  readonly who: (part: Part) => Player;
}

async function newAttempt(mutation: string): Promise<Attempt> {
  const company = await newCompany(server);
  const { ids } = await newScene(server, company);
  await prepare(server, mutation, ids);
  const cast = castOf(company, company);
  return { company, ids, input: commandOf(mutation).input(ids), who: (part) => cast[part] };
}

async function send(who: Player, mutation: string, input: object, requestId = 'audit') {
  const { data, errors } = await server.request<Record<string, Payload | null>>({
    token: who.token,
    query: mutationText(schema, mutation),
    variables: { input },
    headers: { 'x-request-id': requestId },
  });
  return { payload: data?.[mutation] ?? null, errors };
}

async function succeed(who: Player, mutation: string, input: object, requestId?: string): Promise<Payload> {
  const { payload, errors } = await send(who, mutation, input, requestId);
  expect([payload?.userErrors, errors]).toEqual([[], undefined]);
  return payload as Payload;
}

const columns = `e.organization_id AS "organizationId", e.workspace_id AS "workspaceId", e.action, e.actor_kind AS "actorKind",
  e.actor_id AS "actorId", e.actor_name AS "actorName", e.target_id AS "targetId", e.request_id AS "requestId", e.changes,
  e.occurred_at BETWEEN now() - interval '10 s' AND now() AS "isOfNow"`;

/** The events of all organizations that are not among these, in the order in which they were written. */
function eventsWithout(before: readonly string[]): Promise<Record<string, unknown>[]> {
  return server.database.rows({
    text: `SELECT ${columns} FROM audit_events e WHERE e.id <> ALL ($1::uuid[]) ORDER BY e.id`,
    values: [before],
  });
}

async function eventIds(): Promise<string[]> {
  const rows = await server.database.rows<{ id: string }>({ text: 'SELECT id FROM audit_events', values: [] });
  return rows.map(({ id }) => id);
}

/** The log lines of a request that tell of a refusal. */
function refusalsOf(requestId: string): Record<string, unknown>[] {
  return server.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['requestId'] === requestId && line['msg'] === 'refused');
}

const names = Object.keys(recipes);
const everyDoer = Object.entries(recipes).flatMap(([name, { by }]) => by.map((part) => [name, part] as const));

function recipeOf(mutation: string): Recipe {
  const recipe = recipes[mutation];
  if (recipe === undefined) throw new Error(`There is no recipe of ${mutation}.`);
  return recipe;
}

describe('a mutation that changes something', () => {
  test('has a row in the table of this test, every one', () => {
    expect(names.sort()).toEqual(Object.keys(schema.getMutationType()?.getFields() ?? {}).sort());
  });

  test.each(everyDoer)(
    '%s by the %s writes who did what to what, in which request, and nothing else',
    async (mutation, part) => {
      const { company, ids, input, who } = await newAttempt(mutation);
      const before = await eventIds();
      const requestId = `${mutation}.${part}`;
      const payload = await succeed(who(part), mutation, input, requestId);
      const { kind, id, name } = who(part);
      const expected = recipeOf(mutation)
        .events({ company, ids, input, payload })
        .map(({ action, target, workspace, changes }) => ({
          organizationId: company.organizationId,
          workspaceId: workspace === null ? null : uuidOf(workspace),
          action,
          actorKind: kind,
          actorId: uuidOf(id),
          actorName: name,
          targetId: target,
          requestId,
          changes: changes.map(([field, was, is]) => ({ field, before: was, after: is })),
          isOfNow: true,
        }));
      expect(await eventsWithout(before)).toEqual(expected);
    },
  );

  test.each(names)('%s is undone whole where its event can not be written', async (mutation) => {
    const { company, input, who } = await newAttempt(mutation);
    const [part = 'owner'] = recipeOf(mutation).by;
    const before = await databaseContent(server.database);
    const mend = await breakAudit(server, company.organization);
    const { payload, errors } = await send(who(part), mutation, input);
    await mend();
    expect(payload).toBeNull();
    expect(errors).toMatchObject([{ path: [mutation], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(await databaseContent(server.database)).toEqual(before);
    await succeed(who(part), mutation, input);
  });
});

describe('a mutation that changes nothing', () => {
  const repeatable = names.filter((name) => recipeOf(name).comesOfIt !== 'another change');
  test.each(repeatable)('%s writes no event when the same is sent again', async (mutation) => {
    const { input, who } = await newAttempt(mutation);
    const { again = (same: object) => same, comesOfIt } = recipeOf(mutation);
    const admin = who('organizationAdmin');
    await succeed(admin, mutation, input);
    const before = await databaseContent(server.database);
    const { payload } = await send(admin, mutation, again(input));
    expect(payload?.userErrors.map(({ code }) => code)).toEqual(comesOfIt === undefined ? [] : [comesOfIt]);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  const refused = Object.entries(recipes).flatMap(([name, { refusedTo }]) =>
    refusedTo.map((part) => [name, part] as const),
  );
  test.each(refused)('%s is logged, and not audited, when it is refused to the %s', async (mutation, part) => {
    const { company, input, who } = await newAttempt(mutation);
    const before = await databaseContent(server.database);
    const requestId = `refused.${mutation}.${part}`;
    const { payload } = await send(who(part), mutation, input, requestId);
    expect(payload?.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(await databaseContent(server.database)).toEqual(before);
    const { kind, id } = who(part);
    const { organizationId } = company;
    expect(refusalsOf(requestId)).toMatchObject([
      { level: 40, actor: { kind, id: uuidOf(id), organizationId }, permission: recipeOf(mutation).permission },
    ]);
  });
});
