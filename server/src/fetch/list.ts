import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { ArgsType, Field, Int } from 'type-graphql';
import type { Actor } from '../access/actor.js';
import { roleSql } from '../access/sight.js';
import type { TextRow } from '../database/message.js';
import { empty, join, organization, raw, type Sql, sql } from '../database/sql.js';
import { type Column, parseTime } from '../database/table.js';
import { requestError } from '../errors.js';
import { groupBy, type Reader, remember } from './caller.js';
import { type CursorKey, type CursorPart, type CursorShape, decodeCursor, encodeCursor } from './cursor.js';
import { planOf, type Reads } from './nodes.js';
import type { NounRow, Plan } from './plan.js';
import { selectionOf } from './selection.js';

export const pageSizeMax = 100;
export const pageSizeDefault = 20;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Page size, 1 to ${pageSizeMax}, from the list's start on; ${pageSizeDefault} unless this or last is given.`,
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: `Page size, 1 to ${pageSizeMax}, from the list's end back.` })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the item before which the page ends.' })
  readonly before?: string | null;
}

/** One of the columns by which a list is ordered. */
export interface SortColumn {
  readonly sql: Sql;
  /** What stands for it in a cursor, and the type that it is compared as. */
  readonly part: CursorPart;
}

export type Direction = 'ASC' | 'DESC';

/** How a list is ordered. The columns together tell any two rows apart, so that a cursor names one place. */
export interface Order {
  /** Name of the list and its order, such as `workspaces:NAME`. */
  readonly name: string;
  readonly columns: readonly SortColumn[];
  readonly direction: Direction;
}

/** A page that is asked for, read from the arguments. */
export interface PageRequest {
  readonly shape: CursorShape;
  readonly order: Order;
  readonly size: number;
  /** Whether the page is counted from the end: `last` in place of `first`. */
  readonly isFromEnd: boolean;
  readonly after: CursorKey | null;
  readonly before: CursorKey | null;
}

/** @throws BAD_USER_INPUT for a size out of bounds, `first` with `last`, and cursors of other lists. */
export function readPageArgs(
  { first, after, last, before }: PageArgs,
  order: Order,
  sizeUnlessGiven = pageSizeDefault,
): PageRequest {
  if (first != null && last != null) throw requestError('firstWithLast');
  const isFromEnd = last != null;
  const size = last ?? first ?? sizeUnlessGiven;
  if (size < 1 || size > pageSizeMax) {
    throw requestError('pageSize', `The argument "${isFromEnd ? 'last' : 'first'}" must be from 1 to ${pageSizeMax}.`);
  }
  const shape = { name: `${order.name}:${order.direction}`, parts: order.columns.map(({ part }) => part) };
  return {
    shape,
    order,
    size,
    isFromEnd,
    after: after == null ? null : decodeCursor(shape, after, 'after'),
    before: before == null ? null : decodeCursor(shape, before, 'before'),
  };
}

/** The direction in which the rows of the page are walked. */
export function walkDirection({ isFromEnd, order: { direction } }: PageRequest): Direction {
  return isFromEnd === (direction === 'DESC') ? 'ASC' : 'DESC';
}

/** One more than the page has, so that it is known whether another follows; as a number in the text. */
export function limitSql({ size }: PageRequest): Sql {
  return limits[size + 1] as Sql;
}
const limits = Array.from({ length: pageSizeMax + 2 }, (_, limit) => raw(String(limit)));

export const directionSql: Record<Direction, Sql> = { ASC: raw('ASC'), DESC: raw('DESC') };

/** What stands behind ORDER BY. */
export function orderSql(columns: readonly SortColumn[], direction: Direction): Sql {
  return join(
    columns.map((column) => sql`${column.sql} ${directionSql[direction]}`),
    ', ',
  );
}

/** SQL that holds for the rows between the places of the page's cursors. */
export function withinSql({ after, before, order: { columns, direction } }: PageRequest): Sql {
  const [next, previous] = direction === 'ASC' ? [raw('>'), raw('<')] : [raw('<'), raw('>')];
  const conditions: Sql[] = [];
  if (after !== null) conditions.push(sql`(${sorted(columns)}) ${next} (${place(columns, after)})`);
  if (before !== null) conditions.push(sql`(${sorted(columns)}) ${previous} (${place(columns, before)})`);
  return conditions.length === 0 ? sql`true` : join(conditions, ' AND ');
}

function sorted(columns: readonly SortColumn[]): Sql {
  return join(
    columns.map((column) => column.sql),
    ', ',
  );
}

function place(columns: readonly SortColumn[], key: CursorKey): Sql {
  return join(
    columns.map(({ part }, index) => sql`${key[index]}::${raw(part)}`),
    ', ',
  );
}

/** The values of the sort key, for the places of rows, as SELECT names them: `place_0`, `place_1`. */
export function placesSql(columns: readonly SortColumn[]): Sql {
  return join(
    columns.map((column, index) => sql`${column.sql} AS ${raw(`place_${index}`)}`),
    ', ',
  );
}

/** One page of a list, in order. */
export interface Page<Row = NounRow> {
  readonly nodes: readonly Row[];
  /** The cursor of the item in this place of the page. */
  readonly cursorAt: (index: number) => string;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Counts the whole list; called only where a client asks. Null for a list that is never counted. */
  readonly countTotal: (() => Promise<number> | number) | null;
  /** Cursors of the places that a search came to which ended with the page not full. */
  readonly searchedTo?: { readonly start?: string; readonly end?: string };
}

/** Makes a page of rows in the order in which they were walked: the plan's values, then the values of the sort key. */
export function toPage(
  request: PageRequest,
  { plan, actor, rows, from = 0 }: { plan: Plan; actor: Actor; rows: readonly TextRow[]; from?: number },
  countTotal: Page['countTotal'],
): Page {
  const { size, isFromEnd, after, before, shape } = request;
  const hasMore = rows.length > size;
  const inPage = hasMore ? rows.slice(0, size) : rows;
  const inOrder = isFromEnd ? [...inPage].reverse() : inPage;
  const width = from + plan.width;
  return {
    nodes: plan.rowsOf(inOrder, actor, from),
    cursorAt: (index) => encodeCursor(shape, keyOf(shape, inOrder[index] ?? [], width)),
    hasNextPage: isFromEnd ? before !== null : hasMore,
    hasPreviousPage: isFromEnd ? hasMore : after !== null,
    countTotal,
  };
}

function keyOf({ parts }: CursorShape, row: TextRow, from: number): string[] {
  return parts.map((part, index) => {
    const text = row[from + index] ?? '';
    return part === 'timestamptz' ? parseTime(text).toISOString() : text;
  });
}

/** Where the items of a list stand in a document. */
export const itemPaths = [['nodes'], ['edges', 'node']] as const;
const itself = [[]] as const;

/** A condition by which an index has the rows of each value in the order of the list. */
export interface Along {
  readonly column: Sql;
  readonly values: readonly string[];
  readonly type: 'uuid' | 'text';
}

/** A list over the whole organization. */
export interface List {
  readonly reads: Reads;
  readonly order: Order;
  /** All of which must hold, over the noun's alias. */
  readonly where: readonly Sql[];
  /** What must hold as well, for any of its values: the page is put together of a walk for each. */
  readonly along?: Along | undefined;
}

/** SQL that holds for the rows with any of the values. */
export function hasAnySql({ column, values, type }: Along): Sql {
  return sql`${column} = ANY (${values}::${raw(type)}[])`;
}

/** A page of the list with what the operation asks of each item: one statement, and one more where it counts. */
export async function readList(
  reader: Reader,
  info: GraphQLResolveInfo,
  args: PageArgs,
  { reads, order, where, along }: List,
): Promise<Page> {
  const { actor, database } = reader;
  const request = readPageArgs(args, order);
  const { noun, joins = empty } = reads;
  const plan = planOf(info, noun.type, itemPaths);
  const { columns } = order;
  const held = join([sql`${noun.columns.organizationId.sql} = ${organization}`, ...where], ' AND ');
  const walk = (found: Sql) =>
    sql`SELECT ${plan.selected({ actor, role: roleSql(actor) })}, ${placesSql(columns)}
      FROM ${noun.from} ${joins} ${plan.joins} WHERE ${held} AND ${found} AND ${withinSql(request)}
      ORDER BY ${orderSql(columns, walkDirection(request))} LIMIT ${limitSql(request)}`;
  const page = database.texts(along === undefined ? walk(sql`true`) : walksSql(request, along, walk));
  const counted = along === undefined ? sql`true` : hasAnySql(along);
  const count = () => countRows(reader, sql`${noun.from} ${joins} WHERE ${held} AND ${counted}`);
  const total = countIfAsked(info, count);
  const { rows } = await page;
  return toPage(request, { plan, actor, rows }, () => total ?? count());
}

/** SQL for the page of a walk for each of the values, of which there are few. */
function walksSql(request: PageRequest, { column, values, type }: Along, walk: (found: Sql) => Sql): Sql {
  const places = placesOf(request.order.columns, 'item');
  return sql`SELECT item.* FROM unnest(${[...new Set(values)]}::${raw(type)}[]) AS along (value)
    CROSS JOIN LATERAL (${walk(sql`${column} = along.value`)}) AS item
    ORDER BY ${orderSql(places, walkDirection(request))} LIMIT ${limitSql(request)}`;
}

/** The values of the sort key of a subquery that has them by `placesSql`. */
function placesOf(columns: readonly SortColumn[], alias: string): SortColumn[] {
  return columns.map(({ part }, index) => ({ sql: raw(`${alias}.place_${index}`), part }));
}

/** Counts in the same message as the page, where the operation asks for the count. */
export function countIfAsked(info: GraphQLResolveInfo, count: () => Promise<number>): Promise<number> | undefined {
  if (!selectionOf(info, itself).has('totalCount')) return undefined;
  const total = count();
  // Heard of where it is awaited, unless the page itself fails.
  total.catch(() => {});
  return total;
}

/** How many rows there are, `source` being what follows FROM. */
export async function countRows({ database }: Reader, source: Sql): Promise<number> {
  const [counted] = await database.rows<{ total: number }>(sql`SELECT count(*)::integer AS total FROM ${source}`);
  return counted?.total ?? 0;
}

/** A list below a parent, such as the keys of a workspace. */
export interface NestedList<Args = void> {
  readonly reads: Reads;
  /** The column that names the parent. */
  readonly parent: Column<string> | Column<string | null>;
  readonly order: Order;
  /** What else must hold, by the field's own arguments. */
  readonly where?: (args: Args, actor: Actor) => Sql;
  /** How many there are, where that is known otherwise. */
  readonly count?: (reader: Reader, parentId: string, args: Args) => Promise<number>;
}

/**
 * A page of the list below one parent. The pages that are asked of all parents of a level with the same arguments come in
 * one statement.
 */
export async function readNestedList<Args>(
  reader: Reader,
  info: GraphQLResolveInfo,
  list: NestedList<Args>,
  { parentId, page, args }: { readonly parentId: string; readonly page: PageArgs; readonly args: Args },
): Promise<Page> {
  const request = readPageArgs(page, list.order);
  const plan = planOf(info, list.reads.noun.type, itemPaths);
  const { pages, totals } = loadersOf(reader, list, { request, plan, args });
  const count = () => list.count?.(reader, parentId, args) ?? totals.load(parentId);
  const rows = pages.load(parentId);
  const total = countIfAsked(info, count);
  const { actor } = reader;
  return toPage(request, { plan, actor, rows: await rows, from: 1 }, () => total ?? count());
}

interface NestedRequest<Args> {
  readonly request: PageRequest;
  readonly plan: Plan;
  readonly args: Args;
}

interface NestedLoaders {
  readonly pages: DataLoader<string, readonly TextRow[]>;
  readonly totals: DataLoader<string, number>;
}

const batchSizeMax = 1_000;

/** One pair of loaders for each list, plan and arguments. */
function loadersOf<Args>(reader: Reader, list: NestedList<Args>, nested: NestedRequest<Args>): NestedLoaders {
  const { size, isFromEnd, after, before } = nested.request;
  const key = JSON.stringify([size, isFromEnd, after, before, nested.args]);
  const ofList = remember(reader, list, () => new Map<Plan, Map<string, NestedLoaders>>());
  const ofPlan = ofList.get(nested.plan) ?? new Map<string, NestedLoaders>();
  ofList.set(nested.plan, ofPlan);
  let loaders = ofPlan.get(key);
  if (loaders === undefined) {
    loaders = {
      pages: new DataLoader((ids) => readPages(reader, list, nested, ids), { maxBatchSize: batchSizeMax }),
      totals: new DataLoader((ids) => countNested(reader, list, nested.args, ids), { maxBatchSize: batchSizeMax }),
    };
    ofPlan.set(key, loaders);
  }
  return loaders;
}

async function readPages<Args>(
  { actor, database }: Reader,
  { reads: { noun, joins = empty }, parent, order: { columns }, where }: NestedList<Args>,
  { request, plan, args }: NestedRequest<Args>,
  parentIds: readonly string[],
): Promise<readonly (readonly TextRow[])[]> {
  const walk = walkDirection(request);
  const places = placesOf(columns, 'item');
  const { rows } = await database.texts(
    sql`SELECT parent.id, item.* FROM unnest(${parentIds}::uuid[]) AS parent (id) CROSS JOIN LATERAL (
        SELECT ${plan.selected({ actor, role: roleSql(actor) })}, ${placesSql(columns)}
        FROM ${noun.from} ${joins} ${plan.joins}
        WHERE ${noun.columns.organizationId.sql} = ${organization} AND ${parent.sql} = parent.id
          AND ${where?.(args, actor) ?? sql`true`} AND ${withinSql(request)}
        ORDER BY ${orderSql(columns, walk)} LIMIT ${limitSql(request)}
      ) AS item ORDER BY parent.id, ${orderSql(places, walk)}`,
  );
  const byParent = groupBy(rows, ([parentId]) => parentId ?? '');
  return parentIds.map((id) => byParent.get(id) ?? []);
}

async function countNested<Args>(
  { actor, database }: Reader,
  { reads: { noun, joins = empty }, parent, where }: NestedList<Args>,
  args: Args,
  parentIds: readonly string[],
): Promise<number[]> {
  const counted = await database.rows<{ id: string; total: number }>(
    sql`SELECT ${parent.sql} AS id, count(*)::integer AS total FROM ${noun.from} ${joins}
      WHERE ${noun.columns.organizationId.sql} = ${organization} AND ${parent.sql} = ANY (${parentIds}::uuid[])
        AND ${where?.(args, actor) ?? sql`true`} GROUP BY ${parent.sql}`,
  );
  const totals = new Map(counted.map(({ id, total }) => [id, total]));
  return parentIds.map((id) => totals.get(id) ?? 0);
}
