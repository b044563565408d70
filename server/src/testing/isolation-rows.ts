import { type GraphQLField, getNamedType } from 'graphql';
import type { Permission } from '../access/permissions.js';
import { createSchema } from '../schema.js';
import { type Company, type Part, parts } from './cast.js';
import { mutationsOf, typesNamedBy } from './commands.js';
import { type Ids, idOf, nodeTypes, nounsByType } from './ids.js';
import {
  idPlaces,
  isCounted,
  itemsOf,
  objectTypes,
  requiredArguments,
  typesAt,
  typesOfId,
  wayTo,
} from './schema-places.js';
import { fieldPermissions, listPermission, people, readersWith, readPermission, servicesWithout } from './who-may.js';

/**
 * What `isolation.api.ts` asks, and who is answered: every field, every mutation and every place that takes an id. All of
 * them are found in the schema, and what has to come of them follows from the table of permissions (`who-may.ts`); what
 * does not follow stands here.
 */

export const schema = await createSchema();
export const mutations = mutationsOf(schema);
export const queries = Object.values(schema.getQueryType()?.getFields() ?? {});

/** Mutations of what somebody has created themselves. */
export const ownMutations = mutations.filter((mutation) => typesNamedBy(mutation).includes('VirtualKey'));

const isMutation = ({ name }: { readonly name: string }) => name === 'Mutation';
export const mutationPlaces = idPlaces(schema, objectTypes(schema).filter(isMutation)).filter((place) =>
  mutations.includes(place.replace(/\(.*/s, '')),
);
export const queryPlaces = idPlaces(
  schema,
  objectTypes(schema).filter((type) => !isMutation(type)),
);

/** Where a person is told that they may not do it: at what they named; null where it is about the organization. */
export function refusedAt(mutation: string): readonly string[] | null {
  const place = mutationPlaces.find((one) => {
    return one.startsWith(`${mutation}(`) && isInWorkspace(typesAt(one)[0] ?? '');
  });
  return place === undefined ? null : pathOf(place).split('.');
}

function isInWorkspace(type: string): boolean {
  return type === 'Workspace' || 'workspaceId' in (nounsByType.get(type)?.columns ?? {});
}

/** The path of the first id at the place. */
export function pathOf(place: string): string {
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
  if (items !== null) return [listRow(name, items)];
  const [id] = args;
  if (named === 'Node') {
    const query = name === 'node' ? '($id: ID!) { node(id: $id)' : '($id: ID!) { nodes(ids: [$id])';
    const place = name === 'node' ? 'node(id)' : 'nodes(ids[])';
    return nodeTypes.map((shows) =>
      rowOf(shows, findPermission(shows), {
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

/** Lists that do not go by the permission for what is in them. */
function listRow(name: string, items: string): QueryRow {
  const needed = fieldPermissions[name] ?? listPermission(items);
  const row = { place: name, query: `{ ${name} ${page} }`, to: readersWith(needed) };
  // Who may not read the directory is told so by a null alone.
  return rowOf(items, needed, needed === 'directory.read' ? { ...row, forbiddenTo: [] } : row);
}

/** What a service needs to find an object of the type by its id at all. */
function findPermission(type: string): Permission {
  const needed = readPermission(type);
  return needed === 'gateway.read' || needed === 'person.read' ? needed : 'workspace.read';
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

export const queryRows: readonly QueryRow[] = [
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
const fieldsOfDirectory = ['User.subject', 'Team.externalId'];

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
      const path = `${name}.${field.name}`;
      const ofPeople: readonly Part[] = fieldsOfPeople.includes(path) ? people : parts;
      const ofDirectory = fieldsOfDirectory.includes(path) ? readersWith('directory.read') : parts;
      return readers.filter((part) => [ofItems, ofPeople, ofDirectory].every((may) => may.includes(part)));
    },
  };
}

/** What only goes around objects: pages, payloads, refusals, and the answers that gateways get, which have tests of their own. */
const isAround =
  /(?:Connection|Edge|Payload)$|^(?:PageInfo|UserError|Query|Mutation|GatewayAuthorization|GatewayDenial)$/;
export const typeRows = objectTypes(schema).flatMap(({ name }) =>
  isAround.test(name) ? [] : [[name, rowOfType(name)] as const],
);

/** What a payload may say beside objects, refusals and `query`. */
export const plainPayloadFields = [
  'deletedId',
  'duplicates',
  'message',
  'recorded',
  'secret',
  'teamsChanged',
  'token',
  'usersChanged',
  'usersDeactivated',
];
