import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { refusals } from './errors.js';
import { idPrefixes, type NodeTypeName, parseGlobalId } from './graphql/ids.js';
import { createSchema } from './schema.js';
import {
  type Company,
  castOf,
  type Ids,
  newCompany,
  newScene,
  newSceneElsewhere,
  type Part,
  type Player,
  parts,
  type Scene,
} from './testing/cast.js';
import { commandOf, commands, mutationText, prepare } from './testing/commands.js';
import { contentByOrganization } from './testing/database-content.js';
import { giveToTeam, idOfNothing, mutate, uuidOf } from './testing/fixtures.js';
import { fieldSelection, idPlaces, objectTypes } from './testing/schema-places.js';
import { changesOfAnybody, recordStatements } from './testing/statements.js';
import { server, useServer } from './testing/use-server.js';
import { holdObjects } from './testing/waiting.js';

/**
 * What everybody is answered, for every field, every mutation and every place that takes an id. The tables below are
 * compared with the schema, so that what is new there has to be decided on here.
 */

type Outcome = 'done' | 'FORBIDDEN' | 'NOT_FOUND';
type Outcomes = Readonly<Record<Part, Outcome>>;

const services = { reader: 'FORBIDDEN', writer: 'done', directory: 'FORBIDDEN', gateway: 'FORBIDDEN' } as const;
const noServices = { ...services, writer: 'FORBIDDEN' } as const;
const withoutSight = { foreignAdmin: 'NOT_FOUND', foreignService: 'NOT_FOUND', stranger: 'NOT_FOUND' } as const;

const forOwners: Outcomes = {
  ...withoutSight,
  viewer: 'FORBIDDEN',
  member: 'FORBIDDEN',
  admin: 'FORBIDDEN',
  owner: 'done',
  organizationAdmin: 'done',
  ...services,
};
const forAdmins: Outcomes = { ...forOwners, admin: 'done' };
const forMembers: Outcomes = { ...forAdmins, member: 'done' };
const forPeopleWithSight: Outcomes = {
  ...forMembers,
  viewer: 'done',
  foreignService: 'FORBIDDEN',
  ...noServices,
};
/** What lies in the organization of whoever asks, so that foreigners do it in theirs. */
const forPeople: Outcomes = { ...forPeopleWithSight, foreignAdmin: 'done', stranger: 'done' };
const forOrganizationAdmins: Outcomes = {
  ...forPeople,
  stranger: 'FORBIDDEN',
  viewer: 'FORBIDDEN',
  member: 'FORBIDDEN',
  admin: 'FORBIDDEN',
  owner: 'FORBIDDEN',
};

/** Who may do it with what is not their own. */
const mutationOutcomes: Readonly<Record<string, Outcomes>> = {
  archiveWorkspace: forOwners,
  changeMemberRole: forAdmins,
  completeWorkspaceReview: forAdmins,
  createServiceToken: forOrganizationAdmins,
  createVirtualKey: forMembers,
  createWorkspace: forPeople,
  requestWorkspaceReview: forAdmins,
  restoreWorkspace: forOwners,
  reviewVirtualKeys: forAdmins,
  revokeServiceToken: { ...forOrganizationAdmins, foreignAdmin: 'NOT_FOUND' },
  revokeVirtualKey: forAdmins,
  rotateVirtualKey: forAdmins,
  selectWorkspace: forPeopleWithSight,
  syncTeamAccess: { ...forOrganizationAdmins, foreignService: 'done', directory: 'done' },
  transferWorkspaceOwnership: forOwners,
  updateVirtualKey: forAdmins,
  updateWorkspaceSettings: forAdmins,
};

/** Who may do it with a key that they have created themselves; a service has none of its own. */
const ownKeyOutcomes: Readonly<Record<string, Outcomes>> = {
  reviewVirtualKeys: forAdmins,
  revokeVirtualKey: forMembers,
  rotateVirtualKey: forMembers,
  updateVirtualKey: forMembers,
};

/** What each id of a mutation names. */
const mutationIds: Readonly<Record<string, readonly NodeTypeName[]>> = {
  'archiveWorkspace(input.workspaceId)': ['Workspace'],
  'changeMemberRole(input.memberId)': ['Member'],
  'completeWorkspaceReview(input.workspaceId)': ['Workspace'],
  'createVirtualKey(input.workspaceId)': ['Workspace'],
  'createWorkspace(input.memberIds[])': ['User'],
  'requestWorkspaceReview(input.workspaceId)': ['Workspace'],
  'restoreWorkspace(input.workspaceId)': ['Workspace'],
  'reviewVirtualKeys(input.decisions[].virtualKeyId)': ['VirtualKey'],
  'revokeServiceToken(input.serviceTokenId)': ['ServiceToken'],
  'revokeVirtualKey(input.virtualKeyId)': ['VirtualKey'],
  'rotateVirtualKey(input.virtualKeyId)': ['VirtualKey'],
  'selectWorkspace(input.workspaceId)': ['Workspace'],
  'transferWorkspaceOwnership(input.ownerId)': ['User', 'Team'],
  'transferWorkspaceOwnership(input.workspaceId)': ['Workspace'],
  'updateVirtualKey(input.virtualKeyId)': ['VirtualKey'],
  'updateWorkspaceSettings(input.memberIds[])': ['User'],
  'updateWorkspaceSettings(input.workspaceId)': ['Workspace'],
};

interface QueryRow {
  /** Name of the root field, or the place of the id. */
  readonly place: string;
  /** May take `$id` and `$workspaceId`. */
  readonly query: string;
  /** The object whose id tells that it is shown. */
  readonly shows: NodeTypeName;
  /** What `$id` names, an object of the type that is shown unless given. */
  readonly id?: (ids: Ids, company: Company) => string;
  readonly types?: readonly NodeTypeName[];
  /** Who is shown it. The others see what is there without it, or for services FORBIDDEN. */
  readonly to: readonly Part[];
  readonly forbiddenTo: readonly Part[];
}

const people: readonly Part[] = ['viewer', 'member', 'admin', 'owner', 'organizationAdmin'];
const everybody: readonly Part[] = [...people, 'reader', 'writer'];
const managers: readonly Part[] = ['admin', 'owner', 'organizationAdmin', 'reader', 'writer'];
const withoutScope: readonly Part[] = ['directory', 'gateway'];
const everyService: readonly Part[] = ['foreignService', 'reader', 'writer', ...withoutScope];

function nodeRow(shows: NodeTypeName, to: readonly Part[]): QueryRow {
  const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  return { place: 'node(id)', query, shows, to, forbiddenTo: withoutScope };
}

const queryRows: readonly QueryRow[] = [
  { place: 'viewer', query: '{ viewer { teams { id } } }', shows: 'Team', to: people, forbiddenTo: [] },
  {
    place: 'activeWorkspace',
    query: '{ activeWorkspace { id } viewer { activeWorkspace { id } } }',
    shows: 'Workspace',
    to: people,
    forbiddenTo: [],
  },
  {
    place: 'workspaceSummary',
    query: '{ workspaceSummary { activeWorkspace { id } } }',
    shows: 'Workspace',
    to: people,
    forbiddenTo: withoutScope,
  },
  {
    place: 'workspaces',
    query: '{ workspaces { nodes { id } edges { node { id } } } }',
    shows: 'Workspace',
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'workspaces(filter.ownerIds[])',
    query: 'query ($id: ID!) { workspaces(filter: { ownerIds: [$id] }) { totalCount nodes { id } } }',
    shows: 'Workspace',
    id: (_ids, company) => company.people.owner.id,
    types: ['User', 'Team'],
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'workspace(id)',
    query: 'query ($id: ID!) { workspace(id: $id) { id } }',
    shows: 'Workspace',
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'virtualKeys',
    query: '{ virtualKeys { nodes { id } edges { node { id } } } }',
    shows: 'VirtualKey',
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'virtualKeys(filter.workspaceIds[])',
    query: 'query ($id: ID!) { virtualKeys(filter: { workspaceIds: [$id] }) { totalCount nodes { id } } }',
    shows: 'VirtualKey',
    id: ({ Workspace }) => Workspace,
    types: ['Workspace'],
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'Workspace.auditLog(filter.actorIds[])',
    query: `query ($id: ID!, $workspaceId: ID!) {
      workspace(id: $workspaceId) { auditLog(filter: { actorIds: [$id] }) { totalCount nodes { id } } }
    }`,
    shows: 'AuditEvent',
    id: (_ids, company) => company.people.owner.id,
    types: ['User', 'ServiceToken'],
    to: managers,
    forbiddenTo: withoutScope,
  },
  {
    place: 'assignableUsers',
    query: '{ assignableUsers { nodes { id } edges { node { id } } } }',
    shows: 'User',
    to: everybody,
    forbiddenTo: withoutScope,
  },
  {
    place: 'serviceTokens',
    query: '{ serviceTokens { id } }',
    shows: 'ServiceToken',
    to: ['organizationAdmin'],
    forbiddenTo: everyService,
  },
  nodeRow('Workspace', everybody),
  nodeRow('Member', everybody),
  nodeRow('VirtualKey', everybody),
  nodeRow('User', everybody),
  nodeRow('Team', everybody),
  nodeRow('AuditEvent', managers),
  nodeRow('ServiceToken', ['organizationAdmin']),
];

interface TypeRow {
  /** The query around the fields of the type, and where its objects are in the answer. */
  readonly query: (fields: string) => string;
  readonly path: readonly string[];
  /** The type of the node whose id the query takes. */
  readonly node?: NodeTypeName;
  /** Who gets a value, where there is one; everybody else gets null, or the whole node is null. */
  readonly fields: readonly (readonly [to: readonly Part[], names: string])[];
}

/** A type that a node is, or that it holds at the end of a path. */
function below(node: NodeTypeName, path: readonly string[], ...fields: TypeRow['fields']): TypeRow {
  const selection = (names: string) => path.reduceRight((inner, step) => `${step} { ${inner} }`, names);
  const query = (names: string) => `query ($id: ID!) { node(id: $id) { ... on ${node} { ${selection(names)} } } }`;
  return { query, path: ['node', ...path], node, fields };
}

/** People of another organization see what is theirs. */
const everyPerson: readonly Part[] = ['foreignAdmin', 'stranger', ...people];

const typeRows: Readonly<Record<string, TypeRow>> = {
  Workspace: below(
    'Workspace',
    [],
    [
      everybody,
      `id name owner environment status region monthlyBudget memberCount activeKeyCount isActive version createdAt updatedAt
       archivedAt review reviewFindings viewerCanUpdateSettings members virtualKeys`,
    ],
    [people, 'viewerRole'],
    [managers, 'auditLog'],
  ),
  Money: below('Workspace', ['monthlyBudget'], [everybody, 'amount currency']),
  WorkspaceReview: below('Workspace', ['review'], [everybody, 'reason requestedBy requestedAt dueAt']),
  ReviewFinding: below('Workspace', ['reviewFindings'], [everybody, 'code severity message virtualKey']),
  Member: below('Member', [], [everybody, 'id workspace user role joinedAt']),
  VirtualKey: below(
    'VirtualKey',
    [],
    [
      everybody,
      `id workspace name maskedKey status createdBy createdAt expiresAt lastUsedAt version allowedModels monthlyBudget
       requestsPerMinute tokensPerMinute secrets lastReviewedAt lastReviewedBy revokedAt`,
    ],
  ),
  VirtualKeySecret: below('VirtualKey', ['secrets'], [everybody, 'maskedKey createdAt expiresAt lastUsedAt']),
  User: below('User', [], [everybody, 'id name email']),
  Team: below('Team', [], [everybody, 'id name users']),
  AuditEvent: below('AuditEvent', [], [managers, 'id action actor workspace targetId changes occurredAt requestId']),
  AuditActor: below('AuditEvent', ['actor'], [managers, 'kind id name']),
  AuditChange: below('AuditEvent', ['changes'], [managers, 'field before after']),
  ServiceToken: below(
    'ServiceToken',
    [],
    [['organizationAdmin'], 'id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt'],
  ),
  Viewer: {
    query: (names) => `{ viewer { ${names} } }`,
    path: ['viewer'],
    fields: [[everyPerson, 'user organizationRole teams activeWorkspace']],
  },
  WorkspaceSummary: {
    query: (names) => `{ workspaceSummary { ${names} } }`,
    path: ['workspaceSummary'],
    fields: [
      [everyPerson, 'activeWorkspace'],
      [
        [...everyPerson, 'foreignService', 'reader', 'writer'],
        'totalWorkspaces totalMonthlyBudget totalActiveKeys productionWorkspaces',
      ],
    ],
  },
};

/** What payloads and pages are put together from: all that goes with an answer has to be decided on here. */
const plumbingFields: Readonly<Record<string, string>> = {
  ArchiveWorkspacePayload: 'conflictingWorkspace userErrors workspace',
  ChangeMemberRolePayload: 'member userErrors',
  CompleteWorkspaceReviewPayload: 'userErrors workspace',
  CreateServiceTokenPayload: 'message serviceToken token userErrors',
  CreateVirtualKeyPayload: 'message secret userErrors virtualKey',
  CreateWorkspacePayload: 'userErrors workspace',
  PageInfo: 'endCursor hasNextPage hasPreviousPage startCursor',
  RequestWorkspaceReviewPayload: 'userErrors workspace',
  RestoreWorkspacePayload: 'userErrors workspace',
  ReviewVirtualKeysPayload: 'userErrors virtualKeys',
  RevokeServiceTokenPayload: 'serviceToken userErrors',
  RevokeVirtualKeyPayload: 'userErrors virtualKey',
  RotateVirtualKeyPayload: 'message secret userErrors virtualKey',
  SelectWorkspacePayload: 'previousWorkspace userErrors workspace',
  SyncTeamAccessPayload: 'teamsChanged userErrors usersChanged',
  TransferWorkspaceOwnershipPayload: 'conflictingWorkspace userErrors workspace',
  UpdateVirtualKeyPayload: 'conflictingVirtualKey userErrors virtualKey',
  UpdateWorkspaceSettingsPayload: 'conflictingWorkspace userErrors workspace',
  UserError: 'code field message',
};

useServer();

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

interface Stage {
  readonly ours: Company;
  readonly cast: Readonly<Record<Part, Player>>;
  /** Another organization, and what is in it. */
  readonly theirs: Company;
  readonly foreign: Scene;
  /** Of the same organization, out of sight for all but those who see everything. */
  readonly unseen: Scene;
}

async function setTheStage(): Promise<Stage> {
  const ours = await newCompany(server);
  const theirs = await newCompany(server);
  return {
    ours,
    cast: castOf(ours, theirs),
    theirs,
    foreign: await newScene(server, theirs, { monthlyBudget: '300.00' }),
    unseen: await newSceneElsewhere(server, ours, { monthlyBudget: '20.00' }),
  };
}

const nodeTypes = Object.keys(idPrefixes) as NodeTypeName[];

/** Well-formed ids of nothing. */
function noIds(): Ids {
  return Object.fromEntries(nodeTypes.map((type) => [type, idOfNothing(type)])) as Ids;
}

interface Sent {
  /** The answer to the letter; the same one has the same request id in it. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly error: string | undefined;
}

async function send(who: Player, query: string, variables: object): Promise<Sent> {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${who.token}`, 'x-request-id': 'isolation' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: string } }[];
  };
  return { text: `${response.status} ${text}`, data: data ?? null, error: errors?.[0]?.extensions.code };
}

interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

interface SentMutation extends Sent {
  readonly outcome: string;
  readonly field: readonly string[] | null;
}

/** Sends a mutation; where it is refused, makes sure that nothing else is in the payload. */
async function sendMutation(who: Player, mutation: string, input: object): Promise<SentMutation> {
  const sent = await send(who, mutationText(schema, mutation), { input });
  const payload = sent.data?.[mutation] as (Payload & Record<string, unknown>) | null | undefined;
  if (payload == null || sent.error !== undefined) return { ...sent, outcome: `${sent.error}`, field: null };
  const { userErrors, ...rest } = payload;
  const [refusal] = userErrors;
  if (refusal === undefined) return { ...sent, outcome: 'done', field: null };
  expect(Object.values(rest).filter((value) => value !== null && value !== 0)).toEqual([]);
  return { ...sent, outcome: refusal.code, field: refusal.field };
}

async function select(who: Player, workspaceId: string): Promise<void> {
  await mutate(server, who, { name: 'selectWorkspace', input: { workspaceId }, fields: 'workspace { id }' });
}

describe('the tables of this test', () => {
  const isRoot = (name: string) => name === 'Query' || name === 'Mutation';
  const names = (fields: object | undefined) => Object.keys(fields ?? {}).sort();

  test('have a row for every mutation and for every field of the query', () => {
    const mutations = names(schema.getMutationType()?.getFields());
    expect(names(mutationOutcomes)).toEqual(mutations);
    expect(names(commands)).toEqual(mutations);
    const fields = new Set(
      queryRows.map(({ place }) => place.replace(/\(.*/, '')).filter((name) => !name.includes('.')),
    );
    expect([...fields].sort()).toEqual(names(schema.getQueryType()?.getFields()));
  });

  test('have a row for every place that takes an id', () => {
    const isMutation = ({ name }: { name: string }) => name === 'Mutation';
    const types = objectTypes(schema);
    expect(names(mutationIds)).toEqual(idPlaces(schema, types.filter(isMutation)).sort());
    const places = new Set(queryRows.map(({ place }) => place).filter((place) => place.includes('(')));
    const others = types.filter((type) => !isMutation(type));
    expect([...places].sort()).toEqual(idPlaces(schema, others).sort());
  });

  test('have every field of every type, and every type of node', () => {
    const plumbing = /(?:Connection|Edge|Payload)$|^(?:PageInfo|UserError)$/;
    const types = objectTypes(schema).filter(({ name }) => !isRoot(name) && !plumbing.test(name));
    expect(names(typeRows)).toEqual(types.map(({ name }) => name).sort());
    for (const type of types) {
      const fields = typeRows[type.name]?.fields.flatMap(([, list]) => list.split(/\s+/)) ?? [];
      expect([type.name, fields.sort()]).toEqual([type.name, names(type.getFields())]);
    }
    expect(new Set(queryRows.filter(({ place }) => place === 'node(id)').map(({ shows }) => shows))).toEqual(
      new Set(nodeTypes),
    );
  });

  test('have every field of every payload, and of what goes with all of them', () => {
    const types = objectTypes(schema).filter(({ name }) => /Payload$|^(?:PageInfo|UserError)$/.test(name));
    const found = types.map((type) => [type.name, names(type.getFields()).join(' ')]);
    expect(Object.fromEntries(found)).toEqual(plumbingFields);
  });

  test('need none for pages, which hold nothing but what is in their lists', () => {
    for (const type of objectTypes(schema)) {
      if (type.name.endsWith('Edge')) expect(names(type.getFields())).toEqual(['cursor', 'node']);
      if (type.name.endsWith('Connection')) {
        expect(names(type.getFields())).toEqual(['edges', 'nodes', 'pageInfo', 'totalCount']);
      }
    }
  });
});

test('a sentence of NOT_FOUND says that there is no such thing, and nothing of sight or rights', () => {
  const sentences = Object.values(refusals).flatMap(({ code, message }) => (code === 'NOT_FOUND' ? [message] : []));
  expect(sentences.length).toBeGreaterThan(5);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^There is no /);
    expect(sentence).not.toMatch(/see|sight|hidden|allow|permi|may not|another organization/i);
  }
});

describe('a mutation', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setTheStage();
  });

  async function newPreparedScene(mutation: string): Promise<Scene> {
    const scene = await newScene(server, stage.ours);
    await prepare(server, mutation, scene.ids);
    return scene;
  }

  /** Sends the mutation as everybody, and sees what it did to whose rows. */
  async function outcomesOf(mutation: string, idsFor: (scene: Scene, part: Part) => Ids): Promise<object> {
    const { input } = commandOf(mutation);
    const outcomes: Partial<Record<Part, string>> = {};
    let scene = await newPreparedScene(mutation);
    for (const part of parts) {
      const before = await contentByOrganization(server.database);
      const { result: sent, statements } = await recordStatements(() =>
        sendMutation(stage.cast[part], mutation, input(idsFor(scene, part))),
      );
      expect(changesOfAnybody(statements)).toEqual([]);
      const after = await contentByOrganization(server.database);
      outcomes[part] = sent.outcome;
      const [ours, theirs] = [stage.ours.organizationId, stage.theirs.organizationId];
      const [own, other] = part.startsWith('foreign') ? [theirs, ours] : [ours, theirs];
      expect([part, after[other]]).toEqual([part, before[other]]);
      if (sent.outcome === 'done') {
        expect([part, after[own]]).not.toEqual([part, before[own]]);
        scene = await newPreparedScene(mutation);
      } else {
        expect([part, after[own]]).toEqual([part, before[own]]);
      }
      // Who may not know of it learns no more than of what is not there; nor does a service without the scope.
      if (sent.outcome === 'NOT_FOUND' || (sent.outcome === 'FORBIDDEN' && stage.cast[part].kind === 'SERVICE')) {
        expect([part, sent.text]).toEqual([
          part,
          (await sendMutation(stage.cast[part], mutation, input(noIds()))).text,
        ]);
      }
    }
    return outcomes;
  }

  test.each(Object.entries(mutationOutcomes))(
    '%s is done for who may do it, refused to everybody else, and then changes nothing',
    async (mutation, outcomes) => {
      expect(await outcomesOf(mutation, ({ ids }) => ids)).toEqual(outcomes);
    },
  );

  test.each(Object.entries(ownKeyOutcomes))(
    "%s of one's own key is done for who may do it, and for nobody who has lost sight of it",
    async (mutation, outcomes) => {
      const own = ({ ids, ownKeys }: Scene, part: Part) => ({ ...ids, VirtualKey: ownKeys[part] ?? ids.VirtualKey });
      expect(await outcomesOf(mutation, own)).toEqual(outcomes);
    },
  );

  test.each(Object.entries(mutationIds))(
    '%s answers for what is of others, out of sight or of another type as for nothing, and waits for none of it',
    async (place, types) => {
      const [, mutation = '', path = ''] = /^(\w+)\((.*)\)$/.exec(place) ?? [];
      const { foreign, unseen, cast } = stage;
      const { ids } = await newPreparedScene(mutation);
      const answerTo = (part: Part, id: string) =>
        sendMutation(
          cast[part],
          mutation,
          withId(commandOf(mutation).input(ids), path.split('.').slice(1), id) as object,
        );
      const before = await contentByOrganization(server.database);
      const release = await holdObjects(
        server.databaseUrl,
        [foreign, unseen].flatMap((scene) => Object.values(scene.ids)),
      );
      try {
        for (const part of [...people, 'writer'] as const) {
          const toNothing = await answerTo(part, idOfNothing(types[0] ?? 'Workspace'));
          if (mutationOutcomes[mutation]?.[part] === 'done') {
            expect([part, toNothing.outcome, toNothing.field?.join('.')]).toEqual([
              part,
              'NOT_FOUND',
              path.replaceAll('[]', '.0'),
            ]);
          }
          const seesAll = part === 'organizationAdmin' || part === 'writer';
          const strange = types.flatMap((type) => [foreign.ids[type], ...(seesAll ? [] : [unseen.ids[type]])]);
          const wrong = part === 'organizationAdmin' ? wrongIds(ids, types) : [];
          for (const id of strange) await expectAsNothing(id, async (one) => (await answerTo(part, one)).text);
          for (const id of wrong) {
            expect([part, id, (await answerTo(part, id)).text]).toEqual([part, id, toNothing.text]);
          }
        }
      } finally {
        await release();
      }
      expect(await contentByOrganization(server.database)).toEqual(before);
    },
  );
});

/** Neither the answer nor the statements that it takes tell whether the id, which is well-formed, is one of nothing. */
async function expectAsNothing(id: string, answerTo: (id: string) => Promise<string>): Promise<void> {
  const type = parseGlobalId(id)?.type;
  if (type === undefined) throw new Error('The id is malformed.');
  const trace = async (one: string) => {
    const { result, statements } = await recordStatements(() => answerTo(one));
    // Now and then it is looked up again who a token belongs to.
    return [id, result, statements.filter((text) => !text.includes('u.subject ='))];
  };
  expect(await trace(id)).toEqual(await trace(idOfNothing(type)));
}

/** Ids of what is in sight but of other types, and texts that are no ids. */
function wrongIds(ids: Ids, types: readonly NodeTypeName[]): string[] {
  const [id] = types.map((type) => ids[type]);
  if (id === undefined) throw new Error('The place names nothing.');
  const others = nodeTypes.filter((type) => !types.includes(type)).map((type) => ids[type]);
  return [...others, '', 'nothing', uuidOf(id), id.toUpperCase(), `${id}0`, randomUUID()];
}

/** The input with this id at the path, in lists alone. */
function withId(input: unknown, [step, ...rest]: readonly string[], id: string): unknown {
  if (step === undefined) return id;
  const [name = '', list] = step.split('[');
  const value = (input as Record<string, unknown>)[name];
  const inner =
    list === undefined ? withId(value, rest, id) : [withId((value as unknown[] | undefined)?.[0], rest, id)];
  return { ...(input as object), [name]: inner };
}

describe('a query', () => {
  let stage: Stage;
  let scene: Scene;
  beforeAll(async () => {
    stage = await setTheStage();
    scene = await newScene(server, stage.ours, { monthlyBudget: '1.00' });
    for (const part of people) await select(stage.cast[part], scene.ids.Workspace);
  });

  const named = queryRows.map((row) => [`${row.place} for ${row.shows}`, row] as const);

  test.each(named)('%s shows it to who may see it and to nobody else', async (_name, row) => {
    const { ids } = scene;
    const variables = { id: row.id?.(ids, stage.ours) ?? ids[row.shows], workspaceId: ids.Workspace };
    const outcomes: Partial<Record<Part, string>> = {};
    for (const part of parts) {
      const { text, error } = await send(stage.cast[part], row.query, variables);
      const isShown = text.includes(ids[row.shows]);
      outcomes[part] = `${error ?? (isShown ? 'shown' : 'not shown')}${error && isShown ? ' and shown' : ''}`;
    }
    const outcomeOf = (part: Part) =>
      row.forbiddenTo.includes(part) ? 'FORBIDDEN' : row.to.includes(part) ? 'shown' : 'not shown';
    expect(outcomes).toEqual(Object.fromEntries(parts.map((part) => [part, outcomeOf(part)])));
  });

  test.each(named.filter(([, { place }]) => place.includes('(')))(
    '%s answers for what is of others, out of sight or of another type as for nothing',
    async (_name, row) => {
      const { ids } = scene;
      const { foreign, unseen, cast } = stage;
      const types = row.types ?? [row.shows];
      const answerTo = async (part: Part, id: string) =>
        (await send(cast[part], row.query, { id, workspaceId: ids.Workspace })).text;
      for (const part of parts) {
        const toNothing = await answerTo(part, idOfNothing(row.shows));
        const isOurs = !part.startsWith('foreign');
        const seesAll = part === 'organizationAdmin' || part === 'reader' || part === 'writer';
        const [other, company] = isOurs ? [foreign, stage.theirs] : [scene, stage.ours];
        const outOfSight = part === 'stranger' ? scene : unseen;
        const strange = [
          row.id?.(other.ids, company) ?? other.ids[row.shows],
          ...types.map((type) => other.ids[type]),
          ...(isOurs && !seesAll ? types.map((type) => outOfSight.ids[type]) : []),
        ];
        const wrong = row.place === 'node(id)' ? wrongIds(ids, nodeTypes) : wrongIds(ids, types);
        for (const id of strange) await expectAsNothing(id, (one) => answerTo(part, one));
        for (const id of part === 'organizationAdmin' ? wrong : []) {
          expect([part, id, await answerTo(part, id)]).toEqual([part, id, toNothing]);
        }
      }
    },
  );

  test('workspaceSummary counts for everybody what they see', async () => {
    const counted: Record<string, unknown> = {};
    const query = '{ workspaceSummary { totalWorkspaces totalActiveKeys totalMonthlyBudget { amount } } }';
    for (const part of parts) {
      const { data, error } = await send(stage.cast[part], query, {});
      const summary = data?.['workspaceSummary'] as Record<string, unknown> | null | undefined;
      counted[part] = error ?? [
        summary?.['totalWorkspaces'],
        summary?.['totalMonthlyBudget'],
        summary?.['totalActiveKeys'],
      ];
    }
    const of = (workspaces: number, amount: string, keys: number) => [workspaces, { amount }, keys];
    const all = of(2, '21.00', 7);
    const one = of(1, '1.00', 6);
    const theirs = of(1, '300.00', 6);
    expect(counted).toEqual({
      foreignAdmin: theirs,
      foreignService: theirs,
      stranger: of(1, '20.00', 1),
      viewer: one,
      member: one,
      admin: one,
      owner: one,
      organizationAdmin: all,
      reader: all,
      writer: all,
      directory: 'FORBIDDEN',
      gateway: 'FORBIDDEN',
    });
  });
});

describe('somebody of the owning team counts as an admin of the workspace', () => {
  let company: Company;
  beforeAll(async () => {
    company = await newCompany(server);
  });

  async function newTeamScene(): Promise<Scene> {
    const scene = await newScene(server, company);
    await giveToTeam(server, [scene.ids.Workspace], company.owningTeam);
    return scene;
  }

  test.each(Object.entries(mutationOutcomes))('for the mutation %s', async (mutation, outcomes) => {
    const { ids } = await newTeamScene();
    await prepare(server, mutation, ids);
    const sent = await sendMutation(company.teammate, mutation, commandOf(mutation).input(ids));
    expect(sent.outcome).toBe(outcomes.admin);
  });

  // Without the row that asks by an owner in person, whom the workspace no longer has.
  const rows = queryRows.filter(({ types }) => types?.includes('Team') !== true);
  test.each(rows.map((row) => [row.place, row.shows, row] as const))('for the query %s of %s', async (...[, , row]) => {
    const { ids } = await newTeamScene();
    await select(company.teammate, ids.Workspace);
    const variables = { id: row.id?.(ids, company) ?? ids[row.shows], workspaceId: ids.Workspace };
    const { text, error } = await send(company.teammate, row.query, variables);
    expect([error, text.includes(ids[row.shows])]).toEqual([undefined, row.to.includes('admin')]);
  });
});

describe('the fields of', () => {
  let stage: Stage;
  /** Objects of each type that have a value in every field, between them. */
  let objects: Readonly<Record<NodeTypeName, readonly string[]>>;
  beforeAll(async () => {
    stage = await setTheStage();
    objects = await newObjects(stage);
    for (const part of people) await select(stage.cast[part], objects.Workspace[0] ?? '');
    await select(stage.cast.foreignAdmin, stage.foreign.ids.Workspace);
  });

  test.each(Object.entries(typeRows))('%s have values for who may see them, and for nobody else', async (name, row) => {
    const type = objectTypes(schema).find((one) => one.name === name);
    const selection = Object.values(type?.getFields() ?? {}).map(fieldSelection);
    const seen: Partial<Record<Part, readonly string[]>> = {};
    for (const part of parts) {
      const found = new Set<string>();
      for (const id of row.node === undefined ? [''] : objects[row.node]) {
        const { data } = await send(stage.cast[part], row.query(selection.join(' ')), { id });
        for (const object of objectsAt(data, row.path)) {
          for (const [field, value] of Object.entries(object)) if (hasValue(value)) found.add(field);
        }
      }
      seen[part] = [...found].sort();
    }
    const fieldsOf = (part: Part) =>
      row.fields.flatMap(([to, names]) => (to.includes(part) ? names.split(/\s+/) : [])).sort();
    expect(seen).toEqual(Object.fromEntries(parts.map((part) => [part, fieldsOf(part)])));
  });
});

function hasValue(value: unknown): boolean {
  return value != null && !(Array.isArray(value) && value.length === 0);
}

/** The objects at the end of the path, those in lists each for itself. */
function objectsAt(value: unknown, path: readonly string[]): object[] {
  if (value == null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => objectsAt(item, path));
  const [step, ...rest] = path;
  return step === undefined ? [value as object] : objectsAt((value as Record<string, unknown>)[step], rest);
}

/** A production workspace under review and one that is archived, a key with everything and one that is revoked, … */
async function newObjects({ ours, cast }: Stage): Promise<Record<NodeTypeName, string[]>> {
  const [first, second] = [await newScene(server, ours), await newScene(server, ours)];
  const { owner } = cast;
  await mutate(server, owner, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId: first.ids.Workspace, expectedVersion: 1, environment: 'PRODUCTION' },
    fields: 'workspace { id }',
  });
  await mutate(server, owner, {
    name: 'requestWorkspaceReview',
    input: { workspaceId: first.ids.Workspace, reason: 'Yearly', dueAt: '2999-01-01T00:00:00Z' },
    fields: 'workspace { id }',
  });
  await mutate(server, owner, {
    name: 'updateVirtualKey',
    input: {
      virtualKeyId: first.ids.VirtualKey,
      expectedVersion: 1,
      expiresAt: '2999-01-01T00:00:00Z',
      allowedModels: ['small'],
      monthlyBudget: '5.00',
      requestsPerMinute: 1,
      tokensPerMinute: 1,
    },
    fields: 'virtualKey { id }',
  });
  await mutate(server, owner, {
    name: 'rotateVirtualKey',
    input: { virtualKeyId: first.ids.VirtualKey, overlapSeconds: 600 },
    fields: 'virtualKey { id }',
  });
  await mutate(server, owner, {
    name: 'reviewVirtualKeys',
    input: { decisions: [{ virtualKeyId: second.ids.VirtualKey, decision: 'REVOKE' }] },
    fields: 'virtualKeys { id }',
  });
  const key = uuidOf(first.ids.VirtualKey);
  await sql('UPDATE virtual_keys SET last_used_at = now() WHERE id = $1', key);
  await sql('UPDATE virtual_key_secrets SET last_used_at = now() WHERE virtual_key_id = $1', key);
  await sql('UPDATE workspaces SET archived_at = now() WHERE id = $1', uuidOf(second.ids.Workspace));
  await sql(
    'UPDATE service_tokens SET expires_at = now(), last_used_at = now(), revoked_at = now() WHERE id = $1',
    uuidOf(first.ids.ServiceToken),
  );
  const { data } = await send(owner, 'query ($id: ID!) { workspace(id: $id) { auditLog { nodes { id } } } }', {
    id: first.ids.Workspace,
  });
  const events = objectsAt(data, ['workspace', 'auditLog', 'nodes']) as { id: string }[];
  const objects = Object.fromEntries(nodeTypes.map((type) => [type, [first.ids[type], second.ids[type]]]));
  return { ...(objects as Record<NodeTypeName, string[]>), AuditEvent: events.map(({ id }) => id) };
}

async function sql(text: string, id: string): Promise<void> {
  await server.database.rows({ text, values: [id] });
}
