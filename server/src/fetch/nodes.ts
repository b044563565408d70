import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../access/actor.js';
import { isTypeOpenToGateway } from '../access/gateway-fields.js';
import type { Permission } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import { isGatewayAlone, roleSql } from '../access/sight.js';
import { empty, organization, type Sql, sql } from '../database/sql.js';
import type { Noun } from '../graphql/noun.js';
import { type Reader, remember } from './caller.js';
import { type Needs, type NounRow, Plan } from './plan.js';
import { type Selection, selectionOf } from './selection.js';

/** How the rows of a noun are found, over its alias. */
export interface Reads {
  readonly noun: Noun;
  /** What follows the noun's table in FROM: joins that its fields and its sight need. */
  readonly joins?: Sql;
  /** What is needed to find it by its global id; `workspace.read` unless given. */
  readonly permission?: Permission;
  /** SQL that holds for the rows that the actor may know of; null for an actor who may know of none. */
  readonly sight: (actor: Actor) => Sql | null;
  /** The same for rows that another row refers to, which the actor sees; `sight` unless given. */
  readonly sightOfReferred?: (actor: Actor) => Sql | null;
}

/** What of a noun can be read and how its fields are fetched along; put together with the schema. */
export interface ReadableNoun {
  readonly reads: Reads;
  readonly needs: Needs;
}

/** Under which the nouns stand among the schema's extensions, by the names of their types. */
export const nounsKey = 'nouns';

function readableNoun(info: GraphQLResolveInfo, type: string): ReadableNoun {
  const nouns = info.schema.extensions[nounsKey] as ReadonlyMap<string, ReadableNoun>;
  const noun = nouns.get(type);
  if (noun === undefined) throw new Error(`The type ${type} is no noun.`);
  return noun;
}

/** In characters of what they fetch, each of which takes some tens of bytes. */
const planCharactersMax = 200_000;
const plansOfSelections = new WeakMap<Selection, Map<string, Plan>>();
/** By type and selection: places of documents that ask for the same share a plan, and so their loaders. */
const plans = new LRUCache<string, Plan>({
  max: 1_000,
  maxSize: planCharactersMax,
  sizeCalculation: (_plan, key) => key.length,
});

/** The plan for what the operation asks of the noun's objects at the end of the paths; looked for once a document. */
export function planOf(info: GraphQLResolveInfo, type: string, paths: readonly (readonly string[])[]): Plan {
  const selection = selectionOf(info, paths);
  const ofSelection = plansOfSelections.get(selection) ?? new Map<string, Plan>();
  let plan = ofSelection.get(type);
  if (plan === undefined) {
    plan = sharedPlan(info, type, selection);
    plansOfSelections.set(selection, ofSelection.set(type, plan));
  }
  return plan;
}

function sharedPlan(info: GraphQLResolveInfo, type: string, selection: Selection): Plan {
  const { reads, needs } = readableNoun(info, type);
  const key = `${type} ${textOf(new Map([...selection].filter(([name]) => needs.has(name))))}`;
  const known = plans.get(key);
  if (known !== undefined && known.noun === reads.noun) return known;
  const plan = new Plan(reads.noun, needs, selection);
  plans.set(key, plan);
  return plan;
}

/** The selection as text; the order of its fields does not matter. */
function textOf(selection: Selection): string {
  const fields = [...selection].map(([name, below]) => (below.size === 0 ? name : `${name}{${textOf(below)}}`));
  return fields.sort().join(' ');
}

const itself = [[]] as const;

/** Loads what a row refers to by its UUID, with what the operation asks of it: all of a level in one statement. */
export function loadReferred(
  reader: Reader,
  info: GraphQLResolveInfo,
  type: string,
  uuid: string,
): Promise<NounRow | null> {
  return loaderOf(reader, info, type, 'referred').load(uuid);
}

function loadNode(reader: Reader, info: GraphQLResolveInfo, type: string, uuid: string): Promise<NounRow | null> {
  return loaderOf(reader, info, type, 'named').load(uuid);
}

type Loaders = Partial<Record<'referred' | 'named', DataLoader<string, NounRow | null>>>;

const batchSizeMax = 1_000;

function loaderOf(
  reader: Reader,
  info: GraphQLResolveInfo,
  type: string,
  how: keyof Loaders,
): DataLoader<string, NounRow | null> {
  const plan = planOf(info, type, itself);
  const loaders = remember(reader, plan, (): Loaders => ({}));
  let loader = loaders[how];
  if (loader === undefined) {
    const { reads } = readableNoun(info, type);
    const sight = how === 'referred' ? (reads.sightOfReferred ?? reads.sight) : reads.sight;
    const load = async (ids: readonly string[]) => {
      const found = await readNodes(reader, reads, plan, sight(reader.actor), ids);
      const byId = new Map(found.map((row) => [row.uuid, row]));
      return ids.map((id) => byId.get(id) ?? null);
    };
    loader = new DataLoader(load, { maxBatchSize: batchSizeMax });
    loaders[how] = loader;
  }
  return loader;
}

async function readNodes(
  { actor, database }: Reader,
  { noun, joins = empty }: Reads,
  plan: Plan,
  sight: Sql | null,
  ids: readonly string[],
): Promise<NounRow[]> {
  if (sight === null) return [];
  const { id, organizationId } = noun.columns;
  const { rows } = await database.texts(
    sql`SELECT ${plan.selected({ actor, role: roleSql(actor) })} FROM ${noun.from} ${joins} ${plan.joins}
      WHERE ${organizationId.sql} = ${organization} AND ${id.sql} = ANY (${ids}::uuid[]) AND ${sight}`,
  );
  return plan.rowsOf(rows, actor);
}

/**
 * Finds what a client names: null for what the actor may not know of. In a payload a gateway also finds what its calls are
 * about.
 * @param uuid null for what is no id of the type
 * @throws FORBIDDEN for a service without the scope
 */
export async function findNode(
  reader: Reader,
  info: GraphQLResolveInfo,
  type: string,
  uuid: string | null,
): Promise<NounRow | null> {
  const isInPayload = info.path.prev !== undefined;
  const isOfCall = isInPayload && isGatewayAlone(reader.actor) && isTypeOpenToGateway(type);
  if (!isOfCall) requireScope(reader, readableNoun(info, type).reads.permission ?? 'workspace.read');
  if (uuid === null) return null;
  return isOfCall ? loadReferred(reader, info, type, uuid) : loadNode(reader, info, type, uuid);
}

/** The type whose ids have this prefix. */
export function typeOfPrefix(info: GraphQLResolveInfo, prefix: string): string | undefined {
  const nouns = info.schema.extensions[nounsKey] as ReadonlyMap<string, ReadableNoun>;
  for (const [type, { reads }] of nouns) if (reads.noun.prefix === prefix) return type;
  return undefined;
}
