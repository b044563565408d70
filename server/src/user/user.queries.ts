import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/require-scope.js';
import { inTeamAccessSql, personSightSql, readsDirectory } from '../access/sight.js';
import { type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { limitFilter, searchTerm } from '../fetch/filter.js';
import { type Order, type Page, type PageArgs, readList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { users } from './user.entity.js';
import type { UserFilter } from './user.inputs.js';

/** The same people wherever they are named. */
export const userReads: Reads = {
  noun: users,
  permission: 'person.read',
  sight: personSightSql,
};

/** People are listed by name, the same everywhere. */
export const byName: Order = {
  name: 'users:NAME',
  columns: [
    { sql: users.columns.name.sql, part: 'text' },
    { sql: users.columns.id.sql, part: 'uuid' },
  ],
  direction: 'ASC',
};

export interface UsersArgs {
  readonly page: PageArgs;
  readonly filter: UserFilter | null | undefined;
}

/** A page of the organization's people by name; null for who may not read its directory. */
export async function listUsers(
  reader: Reader,
  { page, filter }: UsersArgs,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  if (!readsDirectory(reader.actor)) return null;
  const { search, active, subjects } = filter ?? {};
  limitFilter({ search, subjects });
  const term = searchTerm(search);
  const where: Sql[] = [];
  if (term !== null) where.push(sql`strpos(u.search_key, ${term}) > 0`);
  if (active != null) where.push(sql`u.active = ${active}`);
  // What is no text for PostgreSQL is nobody's subject.
  if (subjects != null) where.push(sql`u.subject = ANY (${subjects.filter((one) => !one.includes('\0'))}::text[])`);
  return readList(reader, info, page, { reads: userReads, order: byName, where });
}

export interface AssignableUsersArgs {
  readonly page: PageArgs;
  readonly search: string | null | undefined;
}

/** A page of the people in the actor's team access, by name. */
export async function listAssignableUsers(
  reader: Reader,
  { page, search }: AssignableUsersArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  requireScope(reader, 'workspace.read');
  limitFilter({ search });
  const term = searchTerm(search);
  const where = [sql`u.active`, inTeamAccessSql(reader.actor)];
  if (term !== null) where.push(sql`strpos(u.search_key, ${term}) > 0`);
  return readList(reader, info, page, { reads: userReads, order: byName, where });
}
