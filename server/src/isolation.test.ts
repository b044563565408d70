import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLField, getNamedType, isLeafType, isScalarType } from 'graphql';
import type { Permission } from './access/permissions.js';
import { refusals } from './errors.js';
import { createSchema } from './schema.js';
import {
  type Company,
  castOf,
  newCompany,
  newScene,
  newSceneElsewhere,
  type Part,
  type Player,
  parts,
  type Scene,
  scopesOf,
} from './testing/cast.js';
import { commandOf, commands, mutationsOf, mutationText, prepare, typesFor, typesNamedBy } from './testing/commands.js';
import { contentByOrganization } from './testing/database-content.js';
import { idOfNothing, mutate } from './testing/fixtures.js';
import { type Ids, idOf, nodeTypes, nounsByType, parsed } from './testing/ids.js';
import { recordLogs } from './testing/logs.js';
import { changeRows, giveToTeam, organizationOf, uuidOf } from './testing/rows.js';
import {
  fieldSelection,
  idPlaces,
  isCounted,
  itemsOf,
  objectTypes,
  requiredArguments,
  typesAt,
  typesOfId,
  wayTo,
} from './testing/schema-places.js';
import { changesOfAnybody, recordStatements } from './testing/statements.js';
import { server, useServer } from './testing/use-server.js';
import { holdObjects } from './testing/waiting.js';
import {
  listPermission,
  mutationOutcomes,
  type Outcomes,
  ownOutcomes,
  people,
  readersWith,
  readPermission,
  serverCommands,
  servicesWithout,
} from './testing/who-may.js';

/**
 * What everybody is answered, for every field, every mutation and every place that takes an id. All of them are found in
 * the schema, and what has to come of them follows from the table of permissions (`testing/who-may.ts`); what does not
 * follow stands here.
 */

const schema = await createSchema();
const mutations = mutationsOf(schema);
const queries = Object.values(schema.getQueryType()?.getFields() ?? {});

/** Mutations of what somebody has created themselves. */
const ownMutations = mutations.filter((mutation) => typesNamedBy(mutation).includes('VirtualKey'));

const isMutation = ({ name }: { readonly name: string }) => name === 'Mutation';
const mutationPlaces = idPlaces(schema, objectTypes(schema).filter(isMutation)).filter((place) =>
  mutations.includes(place.replace(/\(.*/s, '')),
);
const queryPlaces = idPlaces(
  schema,
  objectTypes(schema).filter((type) => !isMutation(type)),
);

/** Where a person is told that they may not do it: at what they named; null where it is about the organization. */
function refusedAt(mutation: string): readonly string[] | null {
  const place = mutationPlaces.find((one) => {
    return one.startsWith(`${mutation}(`) && isInWorkspace(typesAt(one)[0] ?? '');
  });
  return place === undefined ? null : pathOf(place).split('.');
}

function isInWorkspace(type: string): boolean {
  return type === 'Workspace' || 'workspaceId' in (nounsByType.get(type)?.columns ?? {});
}

/** The path of the first id at the place. */
function pathOf(place: string): string {
  return place.replace(/^\w+\(|\)$/g, '').replaceAll('[]', '.0');
}

interface QueryRow {
  /** Name of the root field, or the place of the id. */
  readonly place: string;
  /** May take `$id` and `$workspaceId`. */
  readonly query: string;
  /** The type of the object whose id tells that it is shown. */
  readonly shows: string;
  /** What `$id` names, an object of the type that is shown unless given. */
  readonly id?: (ids: Ids, company: Company) => string;
  /** The types of what may be named. */
  readonly types: readonly string[];
  /** Who is shown it. The others see what is there without it, or for services FORBIDDEN. */
  readonly to: readonly Part[];
  readonly forbiddenTo: readonly Part[];
}

/** Root fields that are about more than one object, or about who asks. */
const otherQueries: readonly QueryRow[] = [
  { place: 'viewer', query: '{ viewer { teams { id } } }', shows: 'Team', types: [], to: people, forbiddenTo: [] },
  {
    place: 'activeWorkspace',
    query: '{ activeWorkspace { id } viewer { activeWorkspace { id } } }',
    shows: 'Workspace',
    types: [],
    to: people,
    forbiddenTo: [],
  },
  {
    place: 'workspaceSummary',
    query: '{ workspaceSummary { activeWorkspace { id } } }',
    shows: 'Workspace',
    types: [],
    to: people,
    forbiddenTo: servicesWithout('workspace.read'),
  },
  {
    place: 'checkGuardrails(input.workspaceId)',
    query: `query ($id: ID!) { checkGuardrails(input: { workspaceId: $id, stage: INPUT, text: "Strictly confidential" }) {
      matches { guardrail { id } } } }`,
    shows: 'Guardrail',
    id: ({ Workspace }) => Workspace,
    types: ['Workspace'],
    to: readersWith('workspace.read'),
    forbiddenTo: servicesWithout('workspace.read'),
  },
];

/** The object of this type is shown to who may read it, by a root field that needs this permission. */
function rowOf(
  shows: string,
  needed: Permission,
  row: Pick<QueryRow, 'place' | 'query'> & Partial<QueryRow>,
): QueryRow {
  const forbiddenTo = servicesWithout(needed);
  return { shows, types: [shows], to: readersWith(readPermission(shows)), forbiddenTo, ...row };
}

/** What follows from the schema of a root field: lists of nouns, and what finds a noun by its id. */
function rowsOf(field: GraphQLField<unknown, unknown>): QueryRow[] {
  const { name, type, args } = field;
  const named = getNamedType(type).name;
  const items = itemsOf(field);
  if (items !== null) {
    const to = readersWith(listPermission(items));
    return [rowOf(items, listPermission(items), { place: name, query: `{ ${name} ${page} }`, to })];
  }
  const [id] = args;
  if (named === 'Node') {
    const query = name === 'node' ? '($id: ID!) { node(id: $id)' : '($id: ID!) { nodes(ids: [$id])';
    const place = name === 'node' ? 'node(id)' : 'nodes(ids[])';
    return nodeTypes.map((shows) =>
      rowOf(shows, isReadByGateways(shows) ? 'gateway.read' : 'workspace.read', {
        place,
        query: `query ${query} { __typename id } }`,
        types: nodeTypes,
      }),
    );
  }
  if (!nounsByType.has(named)) return [];
  const needed = readPermission(named);
  if (id === undefined)
    return name === 'activeWorkspace' ? [] : [rowOf(named, needed, { place: name, query: `{ ${name} { id } }` })];
  return [rowOf(named, needed, { place: `${name}(id)`, query: `query ($id: ID!) { ${name}(id: $id) { id } }` })];
}

function isReadByGateways(type: string): boolean {
  return readPermission(type) === 'gateway.read';
}

const page = '{ nodes { id } edges { node { id } } }';

/** Whom ids name that are called after what somebody is to the object: in every scene the owner. */
const byOwner = ['actorIds', 'createdByIds', 'ownerIds'];

/** What follows of an id in the filter of a list, at a root or below a noun. */
function rowsOfFilter(place: string): QueryRow[] {
  const [, path = '', filter, argument = ''] = /^([\w.]+)\((\w+)\.(\w+)\[\]\)$/.exec(place) ?? [];
  if (filter === undefined) return [];
  const [root = '', nested] = path.split('.');
  const parent = nested === undefined ? schema.getQueryType() : objectTypes(schema).find(({ name }) => name === root);
  const field = parent?.getFields()[nested ?? root];
  const shows = field === undefined ? null : itemsOf(field);
  if (shows === null) return [];
  const args = [requiredArguments(field as GraphQLField<unknown, unknown>), `${filter}: { ${argument}: [$id] }`];
  const count = isCounted(field as GraphQLField<unknown, unknown>) ? 'totalCount' : '';
  const list = `${nested ?? root}(${args.filter(Boolean).join(', ')}) { ${count} ${page.slice(1)}`;
  const below = `workspace(id: $workspaceId) { ${list} }`;
  const query =
    nested === undefined ? `query ($id: ID!) { ${list} }` : `query ($id: ID!, $workspaceId: ID!) { ${below} }`;
  const types = typesOfId(argument);
  const id = byOwner.includes(argument)
    ? (_ids: Ids, { people }: Company) => people.owner.id
    : (ids: Ids) => idOf(ids, types[0] ?? '');
  const needed = nested === undefined ? listPermission(shows) : readPermission(root);
  const to = readersWith(nested === undefined ? listPermission(shows) : readPermission(shows));
  return [rowOf(shows, needed, { place, query, id, types, to })];
}

const queryRows: readonly QueryRow[] = [
  ...otherQueries,
  ...queries.flatMap(rowsOf),
  ...queryPlaces.flatMap(rowsOfFilter),
];

interface TypeRow {
  /** The query around the fields of the type, and where its objects are in the answer. */
  readonly query: (fields: string) => string;
  readonly path: readonly string[];
  /** The type of the node whose id the query takes. */
  readonly node?: string;
  /** Who gets a value, where there is one; everybody else gets null, or the whole node is null. */
  readonly to: (field: GraphQLField<unknown, unknown>) => readonly Part[];
}

/** People of another organization see what is theirs. */
const everyPerson: readonly Part[] = ['foreignAdmin', 'stranger', ...people];

/** Fields of nouns that not everybody has who sees the object. */
const fieldsOfPeople = ['Workspace.viewerRole'];

/** What the guardrails of a workspace say. */
const checkRow: Pick<TypeRow, 'query' | 'node' | 'to'> = {
  query: (names) => `query ($id: ID!) {
    checkGuardrails(input: { workspaceId: $id, stage: INPUT, text: "confidential: ada@example.com" }) { ${names} } }`,
  node: 'Workspace',
  to: () => readersWith('workspace.read'),
};

/** Types that are no part of a noun. */
const otherTypes: Readonly<Record<string, TypeRow>> = {
  Viewer: { query: (names) => `{ viewer { ${names} } }`, path: ['viewer'], to: () => everyPerson },
  WorkspaceSummary: {
    query: (names) => `{ workspaceSummary { ${names} } }`,
    path: ['workspaceSummary'],
    to: ({ name }) =>
      name === 'activeWorkspace' ? everyPerson : [...everyPerson, 'foreignService', 'reader', 'writer'],
  },
  GuardrailCheck: { ...checkRow, path: ['checkGuardrails'] },
  GuardrailMatch: {
    ...checkRow,
    query: (names) => checkRow.query(`matches { ${names} }`),
    path: ['checkGuardrails', 'matches'],
  },
};

/** Where the first way that the schema has leads to objects without some of their values, one that leads to all of them. */
const otherWays: Readonly<Record<string, ReturnType<typeof wayTo>>> = {
  UsageBucket: { noun: 'Workspace', path: ['usage(groupBy: VIRTUAL_KEY)'] },
  InsightGroup: { noun: 'Workspace', path: ['insights', 'topVirtualKeys'] },
};

/** A noun, or what it holds at the end of a path: whoever may read the noun gets it, and of lists what they may read. */
function rowOfType(name: string): TypeRow | undefined {
  const way = nounsByType.has(name) ? { noun: name, path: [] } : (otherWays[name] ?? wayTo(schema, name));
  if (name in otherTypes || way === null) return otherTypes[name];
  const { noun, path } = way;
  const selection = (names: string) => path.reduceRight((inner, step) => `${step} { ${inner} }`, names);
  const readers = readersWith(readPermission(noun));
  return {
    query: (names) => `query ($id: ID!) { node(id: $id) { ... on ${noun} { ${selection(names)} } } }`,
    path: ['node', ...path.map((step) => step.replace(/\(.*/s, ''))],
    node: noun,
    to: (field) => {
      const ofItems = readersWith(readPermission(itemsOf(field) ?? noun));
      const ofPeople: readonly Part[] = fieldsOfPeople.includes(`${name}.${field.name}`) ? people : parts;
      return readers.filter((part) => ofItems.includes(part) && ofPeople.includes(part));
    },
  };
}

/** What only goes around objects: pages, payloads, refusals, and the answers that gateways get, which have tests of their own. */
const isAround =
  /(?:Connection|Edge|Payload)$|^(?:PageInfo|UserError|Query|Mutation|GatewayAuthorization|GatewayDenial)$/;
const typeRows = objectTypes(schema).flatMap(({ name }) =>
  isAround.test(name) ? [] : [[name, rowOfType(name)] as const],
);

/** What a payload may say beside objects, refusals and `query`. */
const plainPayloadFields = [
  'deletedId',
  'duplicates',
  'message',
  'recorded',
  'secret',
  'teamsChanged',
  'token',
  'usersChanged',
];

useServer();

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

/** Well-formed ids of nothing. */
function noIds(): Ids {
  return Object.fromEntries(nodeTypes.map((type) => [type, idOfNothing(type)])) as unknown as Ids;
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

describe('this test', () => {
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

  test('knows a command and an input for every mutation', () => {
    expect(sorted(Object.keys(commands))).toEqual(sorted(mutations));
    expect(sorted(serverCommands.keys())).toEqual(sorted(mutations));
  });

  test('asks for every field of the query, and through every place that takes an id', () => {
    const asked = queryRows.map(({ place }) => place.replace(/\(.*/, '')).filter((name) => !name.includes('.'));
    expect(sorted(asked)).toEqual(sorted(queries.map(({ name }) => name)));
    expect(sorted(queryRows.map(({ place }) => place).filter((place) => place.includes('(')))).toEqual(
      sorted(queryPlaces),
    );
  });

  test('asks for the objects of every type', () => {
    expect(typeRows.flatMap(([name, row]) => (row === undefined ? [name] : []))).toEqual([]);
  });

  test('need not ask for what is around objects: it holds nothing else', () => {
    for (const { name, getFields } of objectTypes(schema).map((type) => ({
      name: type.name,
      getFields: () => Object.values(type.getFields()),
    }))) {
      const fields = getFields().map((field) => field.name);
      if (name.endsWith('Edge')) expect(sorted(fields)).toEqual(['cursor', 'node']);
      if (name.endsWith('Connection'))
        expect(sorted([...fields, 'totalCount'])).toEqual(['edges', 'nodes', 'pageInfo', 'totalCount']);
      if (!name.endsWith('Payload')) continue;
      const others = getFields().filter(({ type }) => !nounsByType.has(getNamedType(type).name));
      const said = others.map((field) => field.name).filter((field) => !plainPayloadFields.includes(field));
      expect([name, sorted(said)]).toEqual([name, ['query', 'userErrors']]);
      for (const field of others) {
        if (plainPayloadFields.includes(field.name)) expect(isScalarType(getNamedType(field.type))).toBe(true);
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
  /** In sight of everybody but the stranger. */
  let seen: Scene;
  beforeAll(async () => {
    stage = await setTheStage();
    seen = await newScene(server, stage.ours);
  });

  async function newPreparedScene(mutation: string): Promise<Scene> {
    const scene = await newScene(server, stage.ours, {}, typesFor(mutation));
    await prepare(server, mutation, scene.ids);
    return scene;
  }

  /** Sends the mutation, whose statements have to say whose rows they change. */
  async function sendAs(part: Part, mutation: string, ids: Ids): Promise<SentMutation> {
    const { result, statements } = await recordStatements(() =>
      sendMutation(stage.cast[part], mutation, commandOf(mutation).input(ids)),
    );
    expect(changesOfAnybody(statements)).toEqual([]);
    return result;
  }

  type IdsFor = (scene: Scene, part: Part) => Ids;

  /** Sends the mutation as those who are refused, and sees that it changes nothing at all. */
  async function refuse(mutation: string, refused: readonly Part[], idsFor: (part: Part) => Ids): Promise<object> {
    const outcomes: Partial<Record<Part, string>> = {};
    const before = await contentByOrganization(server.database);
    for (const part of refused) {
      const who = stage.cast[part];
      const sent = await sendAs(part, mutation, idsFor(part));
      outcomes[part] = sent.outcome;
      if (sent.outcome === 'FORBIDDEN') {
        expect([part, sent.field]).toEqual([part, who.kind === 'USER' ? refusedAt(mutation) : null]);
      }
      // Who may not know of it learns no more than of what is not there; nor does a service without the scope.
      if (sent.outcome === 'NOT_FOUND' || (sent.outcome === 'FORBIDDEN' && who.kind === 'SERVICE')) {
        const ofNothing = await sendMutation(who, mutation, commandOf(mutation).input(noIds()));
        expect([part, sent.text]).toEqual([part, ofNothing.text]);
      }
    }
    expect(await contentByOrganization(server.database)).toEqual(before);
    return outcomes;
  }

  /** Sends the mutation as everybody, those first who have to be refused, and sees what it does to whose rows. */
  async function expectOutcomes(mutation: string, expected: Outcomes, idsFor: IdsFor): Promise<void> {
    const refused = parts.filter((part) => expected[part] !== 'done');
    const doers = parts.filter((part) => expected[part] === 'done');
    // What only adds something can be done by one after the other in one scene.
    const isAdding = mutation.startsWith('create') || typesNamedBy(mutation).length === 0;
    const scenes = [await newPreparedScene(mutation)];
    while (!isAdding && scenes.length < doers.length) scenes.push(await newPreparedScene(mutation));
    const ofDoer = (index: number) => scenes[index % scenes.length] as Scene;
    const outcomes: Partial<Record<Part, string>> = await refuse(mutation, refused, (part) => idsFor(ofDoer(0), part));
    let before = await contentByOrganization(server.database);
    for (const [index, part] of doers.entries()) {
      outcomes[part] = (await sendAs(part, mutation, idsFor(ofDoer(index), part))).outcome;
      const after = await contentByOrganization(server.database);
      const [ours, theirs] = [stage.ours.organizationId, stage.theirs.organizationId];
      const [own, other] = part.startsWith('foreign') ? [theirs, ours] : [ours, theirs];
      expect([part, after[other]]).toEqual([part, before[other]]);
      expect([part, after[own]]).not.toEqual([part, before[own]]);
      before = after;
    }
    expect(outcomes).toEqual(expected);
  }

  test.each(mutations)(
    '%s is done for who may do it, refused to everybody else, and then changes nothing',
    async (mutation) => {
      await expectOutcomes(mutation, mutationOutcomes(mutation), ({ ids }) => ids);
    },
  );

  test.each(ownMutations)(
    "%s of one's own key is done for who may do it, and for nobody who has lost sight of it",
    async (mutation) => {
      const own = ({ ids, ownKeys }: Scene, part: Part) => ({ ...ids, VirtualKey: ownKeys[part] ?? ids.VirtualKey });
      await expectOutcomes(mutation, ownOutcomes(mutation), own);
    },
  );

  test.each(mutationPlaces)(
    '%s answers for what is of others, out of sight or of another type as for nothing, and waits for none of it',
    async (place) => {
      const types = typesAt(place);
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
        server,
        [foreign, unseen].flatMap((scene) => Object.values(scene.ids)),
      );
      try {
        for (const part of [...people, 'writer'] as const) {
          const expectAsNothing = asNothing(async (id) => (await answerTo(part, id)).text);
          const toNothing = await answerTo(part, idOfNothing(types[0] ?? 'Workspace'));
          if (mutationOutcomes(mutation)[part] === 'done') {
            expect([part, toNothing.outcome, toNothing.field?.join('.')]).toEqual([part, 'NOT_FOUND', pathOf(place)]);
          }
          const seesAll = part === 'organizationAdmin' || part === 'writer';
          const strange = types.flatMap((type) =>
            [foreign, ...(seesAll ? [] : [unseen])].map((scene) => idOf(scene.ids, type)),
          );
          const wrong = part === 'organizationAdmin' ? wrongIds({ ...seen.ids, ...ids }, types) : [];
          for (const id of strange) await expectAsNothing(id);
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

/** Neither the answer nor the statements that it takes tell whether an id, which is well-formed, is one of nothing. */
function asNothing(answerTo: (id: string) => Promise<string>): (id: string) => Promise<void> {
  const trace = async (id: string) => {
    const { result, statements } = await recordStatements(() => answerTo(id));
    return [result, statements];
  };
  /** What nothing of each type is answered. */
  const ofNothing = new Map<string, unknown[]>();
  return async (id) => {
    const { type } = parsed(id).noun;
    const expected = ofNothing.get(type) ?? (await trace(idOfNothing(type)));
    ofNothing.set(type, expected);
    expect([id, ...(await trace(id))]).toEqual([id, ...expected]);
  };
}

/** Ids of what is in sight but of other types, and texts that are no ids. */
function wrongIds(ids: Ids, types: readonly string[]): string[] {
  const id = idOf(ids, types[0] ?? '');
  const others = nodeTypes.filter((type) => !types.includes(type)).map((type) => idOf(ids, type));
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
    const variables = { id: row.id?.(ids, stage.ours) ?? idOf(ids, row.shows), workspaceId: ids.Workspace };
    const outcomes: Partial<Record<Part, string>> = {};
    for (const part of parts) {
      const { text, error } = await send(stage.cast[part], row.query, variables);
      const isShown = text.includes(idOf(ids, row.shows));
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
      const types = row.place.startsWith('node') ? [row.shows] : row.types;
      // The keys of somebody who is out of sight by now are found by them, as every other is.
      const isOfMakers = row.place.includes('createdByIds');
      const answerTo = async (part: Part, id: string) =>
        (await send(cast[part], row.query, { id, workspaceId: ids.Workspace })).text;
      for (const part of parts) {
        const toNothing = await answerTo(part, idOfNothing(row.shows));
        const isOurs = !part.startsWith('foreign');
        // A service that is shown objects of the type is shown those of its whole organization.
        const seesAll = part === 'organizationAdmin' || (part in scopesOf && row.to.includes(part));
        const [other, company] = isOurs ? [foreign, stage.theirs] : [scene, stage.ours];
        const outOfSight = part === 'stranger' ? scene : unseen;
        const strange = new Set([
          row.id?.(other.ids, company) ?? idOf(other.ids, row.shows),
          ...types.map((type) => idOf(other.ids, type)),
          ...(isOurs && !seesAll && !isOfMakers ? types.map((type) => idOf(outOfSight.ids, type)) : []),
        ]);
        const wrong = wrongIds(ids, row.types);
        const expectAsNothing = asNothing((id) => answerTo(part, id));
        for (const id of strange) await expectAsNothing(id);
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
  async function newTeamScene(company: Company, types?: readonly string[]): Promise<Scene> {
    const scene = await newScene(server, company, {}, types);
    await giveToTeam(server, [scene.ids.Workspace], company.owningTeam);
    return scene;
  }

  describe('for the mutation', () => {
    let company: Company;
    beforeAll(async () => {
      company = await newCompany(server);
    });

    test.each(mutations)('%s', async (mutation) => {
      const { ids } = await newTeamScene(company, typesFor(mutation));
      await prepare(server, mutation, ids);
      const sent = await sendMutation(company.teammate, mutation, commandOf(mutation).input(ids));
      expect(sent.outcome).toBe(mutationOutcomes(mutation).admin);
    });
  });

  describe('for the query', () => {
    let company: Company;
    let ids: Ids;
    beforeAll(async () => {
      // Of its own, so that one page holds everything that there is.
      company = await newCompany(server);
      ({ ids } = await newTeamScene(company));
      await select(company.teammate, ids.Workspace);
    });

    // Without the row that asks by an owner in person, whom the workspace no longer has.
    const rows = queryRows.filter(({ place }) => !place.endsWith('(filter.ownerIds[])'));
    test.each(rows.map((row) => [row.place, row.shows, row] as const))('%s of %s', async (...[, , row]) => {
      const variables = { id: row.id?.(ids, company) ?? idOf(ids, row.shows), workspaceId: ids.Workspace };
      const { text, error } = await send(company.teammate, row.query, variables);
      expect([error, text.includes(idOf(ids, row.shows))]).toEqual([undefined, row.to.includes('admin')]);
    });
  });
});

describe('the fields of', () => {
  let stage: Stage;
  /** Objects of each type that have a value in every field, between them. */
  let objects: Readonly<Record<string, readonly string[]>>;
  beforeAll(async () => {
    stage = await setTheStage();
    objects = await newObjects(stage);
    for (const part of people) await select(stage.cast[part], objects['Workspace']?.[0] ?? '');
    await select(stage.cast.foreignAdmin, stage.foreign.ids.Workspace);
  });

  test.each(typeRows)('%s have values for who may see them, and for nobody else', async (name, row) => {
    if (row === undefined) throw new Error(`Nothing leads to ${name}.`);
    const type = objectTypes(schema).find((one) => one.name === name);
    const fields = Object.values(type?.getFields() ?? {});
    const selection = fields.map(fieldSelection);
    const seen: Partial<Record<Part, readonly string[]>> = {};
    for (const part of parts) {
      const found = new Set<string>();
      for (const id of row.node === undefined ? [''] : (objects[row.node] ?? [])) {
        const { data } = await send(stage.cast[part], row.query(selection.join(' ')), { id });
        for (const object of objectsAt(data, row.path)) {
          for (const [field, value] of Object.entries(object)) if (hasValue(value)) found.add(field);
        }
      }
      seen[part] = [...found].sort();
    }
    const given = new Set(Object.values(seen).flat());
    const shown = fields.filter((field) => given.has(field.name) || !isOptionalColumn(row.node, field));
    const fieldsOf = (part: Part) =>
      shown.flatMap((field) => (row.to(field).includes(part) ? [field.name] : [])).sort();
    expect(seen).toEqual(Object.fromEntries(parts.map((part) => [part, fieldsOf(part)])));
  });
});

/** What stands in the noun's own row, which is shown whole or not at all, and may be empty in all that are here. */
function isOptionalColumn(
  type: string | undefined,
  { name, type: fieldType }: GraphQLField<unknown, unknown>,
): boolean {
  return isLeafType(fieldType) && nounsByType.get(type ?? '')?.columns[name] !== undefined;
}

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
async function newObjects({ ours, cast }: Stage): Promise<Record<string, string[]>> {
  const [first, second] = [await newScene(server, ours), await newScene(server, ours)];
  const { owner } = cast;
  const requests = await newTraffic(first.ids);
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
  await changeRows(server, first.ids.VirtualKey, 'last_used_at = now()');
  await server.database.rows({
    text: 'UPDATE virtual_key_secrets SET last_used_at = now() WHERE organization_id = $1 AND virtual_key_id = $2',
    values: [await organizationOf(server, first.ids.VirtualKey), uuidOf(first.ids.VirtualKey)],
  });
  const { LlmConfiguration: deleted = '' } = second.ids;
  await changeRows(server, deleted, `base_url = 'https://models.example', deleted_at = now()`);
  const guardrails = await newGuardrails(owner, first.ids.Workspace);
  await changeRows(server, second.ids.Workspace, 'archived_at = now()');
  await changeRows(
    server,
    idOf(first.ids, 'ServiceToken'),
    'expires_at = now(), last_used_at = now(), revoked_at = now()',
  );
  const { data } = await send(owner, 'query ($id: ID!) { workspace(id: $id) { auditLog { nodes { id } } } }', {
    id: first.ids.Workspace,
  });
  const events = objectsAt(data, ['workspace', 'auditLog', 'nodes']) as { id: string }[];
  const objects = nodeTypes.map((type) => [type, [first, second].map(({ ids }) => idOf(ids, type))] as const);
  return {
    ...Object.fromEntries(objects),
    AuditEvent: events.map(({ id }) => id),
    Guardrail: guardrails,
    RequestLog: requests,
  };
}

/**
 * Requests of the scene's key: one of last month, one that spends the budget of this month, and one that was refused, of
 * which a count is all that remains. @returns the ids of those that there are.
 */
async function newTraffic(ids: Ids): Promise<string[]> {
  const now = new Date();
  const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) - 1);
  const key = { id: ids.VirtualKey, secret: uuidOf(ids.VirtualKey) };
  const routed = { llmConfigurationId: idOf(ids, 'LlmConfiguration'), guardrailIds: [idOf(ids, 'Guardrail')] };
  const requests = await recordLogs(server, key, [
    { ...routed, occurredAt: lastMonth.toISOString(), cost: '1.00' },
    { ...routed, cost: '100.00', status: 'FAILED', errorCode: 'timeout', tags: ['batch'] },
  ]);
  await server.database.rows({
    text: `INSERT INTO denial_hours (organization_id, workspace_id, started_at, virtual_key_id, code, model, requests)
      VALUES ($1, $2, date_trunc('hour', now(), 'UTC'), $3, 'RATE_LIMITED', 'gpt-large', 1)`,
    values: [await organizationOf(server, ids.Workspace), uuidOf(ids.Workspace), uuidOf(ids.VirtualKey)],
  });
  return requests;
}

/** One of each kind, one of them deleted. */
async function newGuardrails(who: Player, workspaceId: string): Promise<string[]> {
  const ids: string[] = [];
  for (const [kind, fields] of Object.entries({
    BLOCKED_TERMS: { terms: ['internal'] },
    PATTERN: { pattern: 'se+cret' },
    PII: { piiTypes: ['EMAIL'], country: 'RW' },
    MAX_LENGTH: { maxLength: 1_000 },
  })) {
    const { guardrail } = await mutate<{ guardrail: { id: string } | null }>(server, who, {
      name: 'createGuardrail',
      input: { workspaceId, name: kind, stage: 'INPUT', kind, action: 'FLAG', ...fields },
      fields: 'guardrail { id }',
    });
    ids.push(guardrail?.id ?? '');
  }
  await changeRows(server, ids[1] ?? '', 'deleted_at = now()');
  return ids;
}
